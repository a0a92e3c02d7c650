"""All guided answers there are. (pure)"""

from collections.abc import Mapping

from knowledge_base.calculators import (
    annual_leave,
    fine,
    last_pay,
    limitation,
    maternity,
    minimum_wage,
    notice,
    one_time,
    overtime,
    pension,
    severance,
    sickness,
    unemployment,
)
from knowledge_base.calculators.guide import Guide

GUIDES: Mapping[str, Guide] = {
    guide.id: guide
    for guide in (
        overtime.GUIDE,
        minimum_wage.GUIDE,
        notice.GUIDE,
        last_pay.GUIDE,
        severance.GUIDE,
        annual_leave.GUIDE,
        maternity.GUIDE,
        sickness.GUIDE,
        unemployment.GUIDE,
        pension.GUIDE,
        one_time.GUIDE,
        limitation.GUIDE,
        fine.GUIDE,
    )
}
