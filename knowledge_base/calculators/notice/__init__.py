"""The period of notice when a worker leaves or is let go. (pure)"""

import datetime as dt

from knowledge_base.calculators.guide import (
    Answers,
    Guide,
    Numbers,
    Result,
    Step,
    first_missing,
    law,
)
from knowledge_base.calculators.notice.questions import steps
from knowledge_base.calculators.notice.results import CODE, DECREE, GROUNDS, UNTOLD, result


def advance(answers: Answers, numbers: Numbers, today: dt.date) -> Step | Result:
    return first_missing(answers, steps(answers)) or result(answers, today)


GUIDE = Guide(
    id="bao-truoc",
    title="Tính ngày báo trước khi nghỉ việc",
    topic="nghi-viec",
    entries=(
        "nghi-viec-bao-truoc",
        "nghi-viec-lam-du-han-bao-truoc",
        "cong-ty-cho-nghi-bao-truoc",
        "cong-ty-cho-nghi-khong-bao-truoc",
        "nghi-viec-nghe-dac-thu",
        "nghi-viec-giup-viec-gia-dinh",
    ),
    citations=(
        law(CODE, "27", "2"),
        law(CODE, "29"),
        law(CODE, "35", "1"),
        *(law(CODE, "35", "2", point) for point in GROUNDS.values()),
        law(CODE, "36", "1"),
        *(law(CODE, "36", "1", point) for point in UNTOLD.values()),
        law(CODE, "36", "2"),
        law(CODE, "36", "3"),
        law(CODE, "37"),
        law(CODE, "40"),
        law(CODE, "41"),
        law(CODE, "41", "1"),
        law(CODE, "42", "6"),
        law(CODE, "97", "4"),
        law(CODE, "138", "1"),
        law(DECREE, "7", "2"),
        law(DECREE, "89", "1", "d"),
    ),
    advance=advance,
)
