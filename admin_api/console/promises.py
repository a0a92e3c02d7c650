"""The page of promises and office hours: read in words, tried out, then changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aiohttp import web

from admin_api import promises
from admin_api.console import promise_forms, promise_words
from admin_api.console.hours import Refused, number
from admin_api.console.page import page
from admin_api.console.promise_words import Topics
from admin_api.office import form_of, office_of
from admin_api.promises import CHANNELS, Look
from admin_api.routing import KEEPERS, ApiError, Routes
from escalation import amendments, checking, policies
from escalation.calendar import LOCAL, OFFICE_EXCEPTIONS, Calendar, holidays_in, make_up_days_in
from escalation.models import SlaPolicy
from escalation.sla import Policy, Rule
from escalation.vocabulary import Kind, Priority

routes = Routes()

_NEWEST = 20  # versions told
_LARGEST = 2**31 - 1
_LENGTHS = ("first_response", "next_response", "resolution", "head", "deputy", "silent")
_NEVER_CONFIRMED = ("csrf", "step", "why", "seen")


@routes.page("GET", "/promises", KEEPERS)
async def promises_page(request: web.Request) -> web.Response:
    return await _page(request, {})


@routes.page("POST", "/promises", KEEPERS)
async def change(request: web.Request) -> web.StreamResponse:
    """First what it would do, then, confirmed with a reason, the change."""
    form = await form_of(request)
    try:
        wanted = promise_forms.read(form)
    except Refused as refused:
        return await _page(request, form, problem=refused.sentence, wrong=refused.field)
    saved = form.get("step") == "save"
    problem = None
    try:
        if saved:
            await promises.publish(request, wanted, _seen(form))
            raise web.HTTPSeeOther("/promises#versions")
    except ApiError as error:
        problem = error
    try:
        async with office_of(request).database.reading() as session:
            look = await promises.look(session, office_of(request), wanted)
    except ApiError as error:
        return await _page(request, form, problem=error.message, status=error.status)
    status = problem.status if problem else 200
    refusal = problem.message if problem else None
    return await _page(request, form, look=look, refusal=refusal, status=status)


def _seen(form: Mapping[str, str]) -> int | None:
    """The version that was looked at; the shipped one has no number."""
    return number(form.get("seen", ""), 1, _LARGEST)


@routes.page("POST", "/promises/checked", KEEPERS)
async def set_checked(request: web.Request) -> web.StreamResponse:
    """The topics whose answers a second lawyer reads."""
    office = office_of(request)
    await form_of(request)
    given = (await request.post()).getall("topics", [])
    async with office.database.writing() as session:
        await checking.set_topics(session, {one for one in office.library().topics if one in given})
    office.changed()
    raise web.HTTPSeeOther("/promises#checked")


# -- what the page shows --------------------------------------------------------------------------


async def _page(
    request: web.Request,
    form: Mapping[str, str],
    *,
    look: Look | None = None,
    refusal: str | None = None,
    problem: str | None = None,
    wrong: str | None = None,
    status: int = 200,
) -> web.Response:
    office = office_of(request)
    today = office.clock().astimezone(LOCAL).date()
    topics = {name: topic.name for name, topic in office.library().topics.items()}
    async with office.database.reading() as session:
        versions = [None, *await policies.versions(session)]
        checked = await checking.topics(session)
    policy = policies.read(versions[-1], office.policy)
    rules = sorted(policy.rules_on(today), key=lambda one: (one.weight, one.priority))
    context = {
        "today": today,
        "topics": topics,
        "checked": checked,
        "channels": CHANNELS,
        "kinds": list(Kind),
        "priorities": list(Priority),
        "rules": [_rule(one, topics) for one in rules],
        "coming": [_said(one, topics) for one in amendments.to_come(policy, today)],
        "week": promise_words.week(policy.office.week_of(today)),
        "week_changes": [day for day, _ in policy.office.changes if day > today],
        "apart": _apart(policy.office, today),
        "years": [(year, _holidays(policy.office, year)) for year in (today.year, today.year + 1)],
        "versions": _versions(versions, office.policy, topics),
        "typed": _typed(request, form, rules, policy, today),
        "problem": problem,
        "wrong": wrong,
        "look": _look(look, form, topics) if look else None,
        "refusal": refusal,
    }
    return page(
        request, "promises.html", status=422 if problem and status == 200 else status, **context
    )


def _said(one: amendments.Amendment, topics: Topics) -> str:
    return promise_words.amendment(one, topics)


def _rule(rule: Rule, topics: Topics) -> dict[str, Any]:
    priority, kind, topic, channel = rule.scope
    return {
        "name": promise_words.scope(rule.scope, topics),
        "promise": promise_words.promise(rule),
        "after": promise_words.consequences(rule),
        "scope": {"priority": priority, "kind": kind, "topic": topic, "channel": channel},
        "general": rule.weight[0] == 0,
    }


def _look(look: Look, form: Mapping[str, str], topics: Topics) -> dict[str, Any]:
    kept = {name: value for name, value in form.items() if name not in _NEVER_CONFIRMED}
    samples = [(promise_words.scope(one.scope, topics), one) for one in look.samples]
    return {
        "changes": [_said(one, topics) for one in look.changes],
        "samples": samples,
        "seen": look.seen or "",
        "form": kept,
    }


@dataclass(frozen=True)
class Day:
    """One day that is not as its week."""

    day: dt.date
    name: str
    hours: str
    set_by_hand: bool


def _apart(office: Calendar, today: dt.date) -> list[Day]:
    """What was set by hand, from this year on."""
    days = sorted(day for day in office.exceptions if day.year >= today.year)
    return [_as_day(office, day, "") for day in days]


def _holidays(office: Calendar, year: int) -> list[Day]:
    named = [*holidays_in(year), *((day, "Làm bù") for day in make_up_days_in(year))]
    return [_as_day(office, day, name) for day, name in sorted(named)]


def _as_day(office: Calendar, day: dt.date, name: str) -> Day:
    shipped = OFFICE_EXCEPTIONS.get(day) == office.exceptions.get(day)
    note = name or ("theo thông báo của Chính phủ" if shipped else "")
    return Day(day, note, promise_words.hours(office.hours_on(day)), day in office.exceptions)


def _versions(
    versions: Sequence[SlaPolicy | None], shipped: Policy, topics: Topics
) -> list[tuple[SlaPolicy, list[str]]]:
    """The newest first, each with what it changed."""
    told = []
    for before, after in pairwise(versions[-_NEWEST - 1 :]):
        assert after is not None
        changes = amendments.between(policies.read(before, shipped), policies.read(after))
        told.append((after, [_said(one, topics) for one in changes]))
    return told[::-1]


def _typed(
    request: web.Request,
    form: Mapping[str, str],
    rules: Sequence[Rule],
    policy: Policy,
    today: dt.date,
) -> dict[str, dict[str, str]]:
    """What each form holds: as typed, else as it is now."""
    edited = number(request.query.get("edit", ""), 1, len(rules)) if rules else None
    week = policy.office.week_of(today)
    shown = {
        "rule": _rule_typed(rules[(edited or 1) - 1], today, own=edited is not None),
        "week": {f"day{day}": promise_forms.written(week[day]) for day in range(7)},
        "day": {"way": "closed", "hours": "07:30-11:30", "since": ""},
    }
    shown["week"]["since"] = ""
    what = form.get("what", "")
    if what in shown:
        shown[what] |= form
    return {**shown, "open": {"what": what or ("rule" if edited else "")}}


def _rule_typed(rule: Rule, today: dt.date, *, own: bool) -> dict[str, str]:
    """An edited promise, or a new one like it."""
    names = {"kind": rule.kind, "topic": rule.topic, "channel": rule.channel}
    return {
        "priority": rule.priority,
        **{name: (value or "") if own else "" for name, value in names.items()},
        "calendar": rule.calendar,
        **{name: promise_words.length(getattr(rule, name)) for name in _LENGTHS},
        "risk": str(rule.risk),
        "since": today.isoformat(),
    }
