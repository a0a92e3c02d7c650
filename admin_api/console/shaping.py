"""Arranges what the console's pages show: one stream of talk and notes, bars, periods. No I/O."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from admin_api.cases import Happened, Spoken
from admin_api.reports import Day
from admin_api.submitted import Submitted
from escalation.calendar import LOCAL
from escalation.vocabulary import EventKind
from knowledge_base.content import Entry, Topic

_NOTES = (EventKind.NOTED, EventKind.SENT_BACK)

# -- the conversation ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TalkItem:
    """A message or an internal note. `words`: the answer that the note sends back."""

    spoken: Spoken | None
    note: Happened | None
    at: dt.datetime
    new_day: bool
    opens_group: bool
    words: str | None = None


def talk(
    conversation: Sequence[Spoken],
    events: Sequence[Happened],
    submitted: Submitted | None = None,
) -> list[TalkItem]:
    """What was said and what colleagues noted meanwhile, in one order.

    An answer stands there from the moment it was given, before it is on its way.
    """
    notes = [event for event in events if event.kind in _NOTES and event.text]
    words = {event.id: event.text for event in events if event.kind is EventKind.SUBMITTED}
    just_given = [
        _on_its_way(event) for event in events if event.kind is EventKind.REPLIED and not event.told
    ]
    checked = [_to_check(submitted)] if submitted else []
    everything: list[Spoken | Happened] = [*conversation, *just_given, *notes, *checked]
    everything.sort(key=lambda one: one.at)
    items: list[TalkItem] = []
    for one in everything:
        before = items[-1] if items else None
        spoken = one if isinstance(one, Spoken) else None
        new_day = before is None or _day(before.at) != _day(one.at)
        same_voice = (
            before is not None
            and before.spoken is not None
            and spoken is not None
            and before.spoken.author == spoken.author
        )
        note = one if isinstance(one, Happened) else None
        opens_group = new_day or not same_voice
        sent_back = words.get(note.of or 0) if note else None
        items.append(TalkItem(spoken, note, one.at, new_day, opens_group, sent_back))
    return items


def _to_check(submitted: Submitted) -> Spoken:
    return Spoken(
        id=-submitted.id,
        author="lawyer",
        text=submitted.text,
        at=submitted.at,
        choices=[],
        delivery="checking",
        error=None,
        writer_id=submitted.author_id,
    )


def _on_its_way(reply: Happened) -> Spoken:
    return Spoken(
        id=-reply.id,  # the message will have a number of its own
        author="lawyer",
        text=reply.text or "",
        at=reply.at,
        choices=[],
        delivery="scheduled" if reply.leaves_at else "queued",
        error=None,
        undo_until=reply.leaves_at,
        writer_id=reply.actor_id,
    )


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(LOCAL).date()


# -- the report ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """A day, week or month of the report: `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    received: int
    online: int


_MOST_DAYS = 62
_MOST_WEEKS = 27 * 7


def bars(days: Sequence[Day]) -> list[Bar]:
    """One bar a day, a week from half a quarter on, a month from half a year on."""
    grouped: dict[dt.date, list[Day]] = {}
    for one in days:
        grouped.setdefault(_start(one.day, len(days)), []).append(one)
    return [
        Bar(
            first=members[0].day,
            last=members[-1].day,
            received=sum(one.received for one in members),
            online=sum(one.online for one in members),
        )
        for members in grouped.values()
    ]


def _start(day: dt.date, days: int) -> dt.date:
    if days <= _MOST_DAYS:
        return day
    if days <= _MOST_WEEKS:
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1)


def periods(today: dt.date) -> list[tuple[str, dt.date, dt.date]]:
    """The periods people ask for most, as (name, first day, last day)."""
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    return [
        ("30 ngày qua", today - dt.timedelta(days=29), today),
        ("Tháng này", today.replace(day=1), today),
        ("Quý này", quarter, today),
        ("Năm nay", today.replace(month=1, day=1), today),
    ]


def before(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The days just before a period, as many as it has."""
    length = last - first + dt.timedelta(days=1)
    return first - length, first - dt.timedelta(days=1)


# -- the answers -----------------------------------------------------------------------------------


def by_topic(
    entries: Iterable[Entry], topics: Mapping[str, Topic]
) -> list[tuple[str, list[Entry]]]:
    """Entries under the names of their topics, in the topics' own order."""
    groups: dict[str, list[Entry]] = {topic: [] for topic in topics}
    for entry in entries:
        groups.setdefault(entry.topic, []).append(entry)
    return [
        (topics[topic].name if topic in topics else topic, members)
        for topic, members in groups.items()
        if members
    ]
