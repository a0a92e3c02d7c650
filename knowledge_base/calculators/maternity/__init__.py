"""Guided answer on maternity pay: the mother's and the father's. (pure)

The law is in `rules`, the questions in `steps`.
"""

import datetime as dt

from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Numbers,
    Result,
    Step,
    first_missing,
    law,
    said,
)
from knowledge_base.calculators.insured import CIRCULAR, INSURANCE
from knowledge_base.calculators.maternity.father import FATHER, father
from knowledge_base.calculators.maternity.mother import MOTHER, mother
from knowledge_base.calculators.maternity.steps import born, steps


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    if step := first_missing(answers, steps(answers)):
        return step
    birth = born(answers)
    if said(answers, "who") == "father":
        return father(answers, numbers, birth, today)
    return mother(answers, numbers, birth, today)


GUIDE = Guide(
    id="thai-san",
    title="Tính chế độ thai sản của mẹ, của cha",
    topic="thai-san",
    entries=(
        "thai-san-tien-tinh-sao",
        "thai-san-nghi-sinh-may-thang",
        "thai-san-con-thu-hai",
        "thai-san-sinh-doi",
        "thai-san-chong-nghi",
        "thai-san-dieu-kien-dong",
    ),
    citations=(
        *MOTHER,
        *FATHER,
        law(INSURANCE, "50", "1"),
        law(INSURANCE, "7"),
        law(CIRCULAR, "8"),
        law(CIRCULAR, "10"),
    ),
    advance=advance,
)
