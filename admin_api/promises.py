"""What the centre promises, and its hours: read, tried out, changed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.office import Office, office_of, who
from admin_api.promise_changes import Change, DayChange, RuleChange, WeekChange
from admin_api.routing import KEEPERS, ApiError, Routes, body_of, json_response
from escalation import amendments, policies
from escalation.amendments import Amendment
from escalation.calendar import LOCAL, NeverOpen
from escalation.models import SlaPolicy
from escalation.policies import Outdated
from escalation.sla import Matter, Policy, Rule, Scope, Target
from escalation.vocabulary import Priority
from knowledge_base.text import clean

routes = Routes()

CHANNELS = ("webchat", "telegram", "zalo_oa", "zalo_bot", "phone")
_FARTHEST = dt.timedelta(days=2 * 366)
_NAME = 60  # letters of a name before the reason

TOO_LATE = "Trong lúc anh/chị xem, người khác đã đổi. Xin xem lại rồi lưu."
NO_WHY = "Xin ghi vì sao đổi, để sau này còn hiểu."
PAST = "Chọn ngày từ hôm nay trở đi: điều đã qua không đổi được."
FAR = "Chọn ngày trong vòng hai năm tới."
NOTHING_NEW = "Không có gì khác với điều đang dùng."
NO_GENERAL = "Lời hứa chung cho phiếu thường và phiếu khẩn phải luôn có; chỉ đổi, không bỏ được."
NO_HOURS = "Với giờ làm việc này thì có hạn không bao giờ tới. Xin mở thêm giờ."
BAD_TOPIC = "Chủ đề hoặc kênh này không có."
BAD_ORDER = "Phó giám đốc được báo cùng lúc hoặc sau trưởng trung tâm."
BAD_HOURS = "Giờ trong ngày phải nối tiếp nhau, như 07:30-11:30, 13:00-17:00."


# -- trying out -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A ticket opened at `at`: when it would have to be answered, before and after."""

    at: dt.datetime
    scope: Scope
    before: dt.datetime
    after: dt.datetime


@dataclass(frozen=True)
class Look:
    """What a change would do. `seen` is the version it was tried on."""

    seen: int | None
    changes: list[Amendment]
    samples: list[Sample]


async def look(session: AsyncSession, office: Office, change: Change) -> Look:
    """Raises `ApiError` where the change cannot be."""
    version = await policies.newest(session)
    old = policies.read(version, office.policy)
    new = altered(old, change, office)
    changes = amendments.between(old, new)
    return Look(version.id if version else None, changes, _samples(old, new, changes, office))


def altered(policy: Policy, change: Change, office: Office) -> Policy:
    """The policy after the change, if it can be kept."""
    now = office.clock()
    _refuse(change, now.astimezone(LOCAL).date(), office.library().topics)
    changed = change(policy)
    if changed == policy or not amendments.between(policy, changed):
        raise _invalid(NOTHING_NEW)
    for day, rules in changed.rules:
        begin = max(now, _morning(max(day, dt.date(2000, 1, 1))))
        for rule in rules:
            _refuse_never(changed, rule, begin)
            _refuse_never(changed, rule, max(begin, _morning(change.since)))
    return changed


def _refuse(change: Change, today: dt.date, topics: Mapping[str, Any]) -> None:
    if not today <= change.since <= today + _FARTHEST:
        raise _invalid(PAST if change.since < today else FAR)
    if not isinstance(change, RuleChange):
        return
    if change.topic not in (None, *topics) or change.channel not in (None, *CHANNELS):
        raise _invalid(BAD_TOPIC)
    if change.terms is None and not any(change.scope[1:]):
        raise _invalid(NO_GENERAL)
    if change.terms is not None and change.terms.deputy < change.terms.head:
        raise _invalid(BAD_ORDER)


def _refuse_never(policy: Policy, rule: Rule, at: dt.datetime) -> None:
    target = policy.target(rule.priority, at, Matter(rule.kind, rule.topic, rule.channel))
    try:
        target.resolution_due(at), target.first_response_due(at), target.next_response_due(at)
    except NeverOpen:
        raise _invalid(NO_HOURS) from None


def _samples(old: Policy, new: Policy, changes: list[Amendment], office: Office) -> list[Sample]:
    """For tickets of now and of the first day on which something is otherwise."""
    now = office.clock()
    general: list[Scope] = [(one, None, None, None) for one in Priority]
    own = [one.scope for one in changes if isinstance(one, amendments.RuleChanged)]
    first = max(min(one.since for one in changes), dt.date(2000, 1, 1))
    moments = [now, *([_morning(first)] if _morning(first) > now else [])]
    return [
        Sample(at, scope, _due(old, scope, at), _due(new, scope, at))
        for at in moments
        for scope in dict.fromkeys([*general, *own])
    ]


def _due(policy: Policy, scope: Scope, at: dt.datetime) -> dt.datetime:
    target: Target = policy.target(scope[0], at, Matter(*scope[1:]))
    return target.first_response_due(at)


def _morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(8), LOCAL)


# -- changing -------------------------------------------------------------------------------------


async def publish(
    request: web.Request, change: Change, seen: int | None = policies.ANY
) -> SlaPolicy:
    """The next version, with who and why; open tickets keep the terms they have."""
    office, staff = office_of(request), who(request).staff
    why = clean(change.why).strip()
    if not why:
        raise _invalid(NO_WHY)
    note = f"{staff.name[:_NAME]}: {why}"
    try:
        async with office.database.writing() as session:
            return await policies.change(
                session, lambda policy: altered(policy, change, office), note, office.clock(), seen
            )
    except Outdated:
        raise ApiError(409, "conflict", TOO_LATE) from None


def _invalid(sentence: str) -> ApiError:
    return ApiError(422, "invalid", sentence)


# -- for scripts ----------------------------------------------------------------------------------


class PolicyVersion(BaseModel):
    """`id` is null for what was shipped."""

    id: int | None
    made_at: dt.datetime | None
    note: str
    terms: dict[str, Any]


def _shown(version: SlaPolicy | None, office: Office) -> PolicyVersion:
    if version is None:
        return PolicyVersion(id=None, made_at=None, note="", terms=office.policy.as_json())
    return PolicyVersion.model_validate(version, from_attributes=True)


class PolicyList(BaseModel):
    versions: list[PolicyVersion]


@routes.api("GET", "/api/policies", KEEPERS, answer=PolicyList)
async def get_policies(request: web.Request) -> web.Response:
    """Every version of the promises and hours, the newest first; the shipped one is the last."""
    office = office_of(request)
    async with office.database.reading() as session:
        found = [None, *await policies.versions(session)]
    return json_response(PolicyList(versions=[_shown(one, office) for one in reversed(found)]))


async def _post(request: web.Request, kind: type[Any]) -> web.Response:
    version = await publish(request, await body_of(request, kind))
    return json_response(_shown(version, office_of(request)), status=201)


@routes.api(
    "POST", "/api/policies/rules", KEEPERS, body=RuleChange, answer=PolicyVersion, status=201
)
async def post_rule(request: web.Request) -> web.Response:
    """Promise otherwise for tickets opened from a day on; open tickets keep their deadlines."""
    return await _post(request, RuleChange)


@routes.api(
    "POST", "/api/policies/weeks", KEEPERS, body=WeekChange, answer=PolicyVersion, status=201
)
async def post_week(request: web.Request) -> web.Response:
    """Other office hours from a day on."""
    return await _post(request, WeekChange)


@routes.api("POST", "/api/policies/days", KEEPERS, body=DayChange, answer=PolicyVersion, status=201)
async def post_day(request: web.Request) -> web.Response:
    """Close, shorten or open one day of the office."""
    return await _post(request, DayChange)
