"""Which promise holds: the most specific, of the day the ticket was opened on."""

import datetime as dt
from typing import Any

import pytest

from escalation.calendar import ALWAYS, OFFICE
from escalation.sla import SHIPPED, Matter, Policy, Rule
from escalation.vocabulary import Kind, Priority

FIRST = dt.date.min
OPENED = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
URGENT = Rule(Priority.URGENT, "always", 15, 15, 1440)


def rule(first: int, **names: Any) -> Rule:
    return Rule(Priority.NORMAL, "office", first, first, 960, **names)


POLICY = Policy(
    (
        (
            FIRST,
            (
                rule(240),
                rule(180, channel="phone"),
                rule(120, kind=Kind.REPORT),
                rule(90, topic="luong"),
                rule(60, kind=Kind.REPORT, channel="phone"),
                URGENT,
            ),
        ),
    )
)


@pytest.mark.parametrize(
    ("matter", "minutes"),
    [
        (Matter(), 240),
        (Matter(Kind.QUESTION, "phep", "telegram"), 240),
        (Matter(Kind.QUESTION, None, "phone"), 180),
        (Matter(Kind.REPORT, None, "telegram"), 120),
        (Matter(Kind.REPORT, "luong", "telegram"), 90),
        (Matter(Kind.REPORT, "luong", "phone"), 60),
    ],
)
def test_the_most_specific_rule_wins(matter: Matter, minutes: int) -> None:
    target = POLICY.target(Priority.NORMAL, OPENED, matter)
    assert target.rule.first_response == minutes
    assert target.calendar == OFFICE


def test_an_urgent_ticket_is_never_under_another_rule() -> None:
    target = POLICY.target(Priority.URGENT, OPENED, Matter(Kind.REPORT, "luong", "phone"))
    assert (target.rule, target.calendar) == (URGENT, ALWAYS)


def test_rules_hold_from_their_day_on_in_vietnam() -> None:
    day = dt.date(2026, 12, 1)
    policy = POLICY.with_rules(day, (rule(30), URGENT))
    midnight = dt.datetime(2026, 11, 30, 17, 0, tzinfo=dt.UTC)  # in Hải Phòng
    before = policy.target(Priority.NORMAL, midnight - dt.timedelta(seconds=1))
    assert before.rule.first_response == 240
    assert policy.target(Priority.NORMAL, midnight).rule.first_response == 30


@pytest.mark.parametrize(
    "rules",
    [
        (),
        ((dt.date(2026, 1, 1), (rule(240), URGENT)),),  # and before?
        ((FIRST, (rule(240),)),),  # and urgent ones?
        ((FIRST, (rule(240, kind=Kind.REPORT), URGENT)),),  # and questions?
        ((FIRST, (rule(0), URGENT)),),
    ],
)
def test_a_policy_that_leaves_tickets_without_a_term_is_none(rules: tuple[object]) -> None:
    with pytest.raises(ValueError, match=r"rule|minute"):
        Policy(rules)


def test_a_policy_is_kept_whole() -> None:
    for policy in (SHIPPED, POLICY.with_day(dt.date(2026, 11, 28), OFFICE.weekly[0])):
        assert Policy.from_json(policy.as_json()) == policy


def test_a_day_is_set_apart_and_given_back() -> None:
    day = dt.date(2026, 11, 25)
    closed = SHIPPED.with_day(day, ())
    assert closed.office.hours_on(day) == ()
    assert closed.with_day(day, None) == SHIPPED
