"""How many working days of a full month a monthly wage is divided by. (pure)"""

from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Kind, Option, Step, said, skipped

DAYS = 26  # the most usual, and the least for the worker


def step(question: str) -> Step:
    options = tuple(Option(f"{count} ngày", str(count)) for count in (DAYS, 24, 22))
    return Step("days", question, Kind.CHOICE, options)


def days(answers: Answers) -> int:
    return int(said(answers, "days") or DAYS)


def assumed(answers: Answers) -> Iterator[str]:
    if skipped(answers, "days"):
        yield f"Tháng có {DAYS} ngày công chuẩn; ít ngày hơn thì số tiền cao hơn"
