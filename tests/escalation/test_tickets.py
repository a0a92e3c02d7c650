"""What can happen to a ticket, and what must not."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from escalation import lookup, running, tickets
from escalation.models import Staff, Ticket, TicketEvent
from escalation.sla import SHIPPED
from escalation.tickets import Conflict
from escalation.vocabulary import EventKind, Priority, State
from tests.escalation.conftest import Desk

Doing = Callable[[Desk, str, Staff], Awaitable[Any]]


async def taken(desk: Desk) -> tuple[str, Staff]:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.take(code, lawyer)
    return code, lawyer


async def answered(desk: Desk) -> tuple[str, Staff]:
    code, lawyer = await taken(desk)
    await desk.reply(code, lawyer)
    return code, lawyer


async def closed(desk: Desk) -> tuple[str, Staff]:
    code, lawyer = await answered(desk)
    await desk.resolve(code, lawyer)
    return code, lawyer


# -- opening ---------------------------------------------------------------------------------------


async def test_a_new_ticket_owes_its_first_answer(desk: Desk) -> None:
    ticket = await desk.read(await desk.open())
    assert ticket.state is State.NEW
    lunch = dt.timedelta(minutes=90)
    assert ticket.first_response_due_at == desk.clock() + dt.timedelta(hours=4) + lunch
    assert ticket.next_due_at == ticket.first_response_due_at
    assert ticket.first_responded_at is None


async def test_the_clock_starts_at_the_workers_own_time(desk: Desk) -> None:
    asked_at = desk.clock() - dt.timedelta(minutes=20)
    ticket = await desk.read(await desk.open(Priority.URGENT, asked_at))
    assert ticket.opened_at == asked_at
    assert ticket.next_due_at == asked_at + dt.timedelta(minutes=15)


async def test_a_providers_clock_ahead_of_ours_gains_no_time(desk: Desk) -> None:
    ticket = await desk.read(await desk.open(asked_at=desk.clock() + dt.timedelta(days=3)))
    assert ticket.opened_at == desk.clock()


async def test_codes_are_unique_and_hold_no_letters_that_look_alike(desk: Desk) -> None:
    codes = [await desk.open() for _ in range(60)]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert code.startswith("HP-")
        assert len(code) == 7
        assert not set(code.removeprefix("HP-")) & set("01OIL5S8B")


async def test_a_ticket_is_found_by_its_code_however_it_is_typed(desk: Desk) -> None:
    code = await desk.open()
    async with desk.database.reading() as session:
        found = await lookup.find(session, f" {code.lower()} ")
        assert found is not None
        assert found.code == code
        assert await lookup.find(session, "HP-0000") is None


# -- the ways between states -----------------------------------------------------------------------


async def test_a_ticket_runs_from_new_to_resolved(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    assert (await desk.read(code)).state is State.ACTIVE
    await desk.reply(code, lawyer, "Anh gửi giúp hợp đồng")
    await desk.hold(code, lawyer)
    assert (await desk.read(code)).state is State.ON_HOLD
    await desk.resume(code, lawyer)
    assert (await desk.read(code)).state is State.ACTIVE
    await desk.resolve(code, lawyer)
    ticket = await desk.read(code)
    assert ticket.state is State.RESOLVED
    assert ticket.resolved_at == desk.clock()
    assert ticket.next_due_at is None
    assert await desk.kinds(code) == [
        EventKind.OPENED,
        EventKind.TAKEN,
        EventKind.REPLIED,
        EventKind.HELD,
        EventKind.RESUMED,
        EventKind.RESOLVED,
    ]


async def test_answering_a_ticket_nobody_has_takes_it(desk: Desk) -> None:
    code, lawyer = await desk.open(), await desk.lawyer()
    await desk.reply(code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.assignee_id, ticket.state) == (lawyer.id, State.ACTIVE)
    assert await desk.kinds(code) == [EventKind.OPENED, EventKind.TAKEN, EventKind.REPLIED]


async def test_taking_ones_own_ticket_again_changes_nothing(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    await desk.take(code, lawyer)
    assert await desk.kinds(code) == [EventKind.OPENED, EventKind.TAKEN]


async def test_a_note_is_history_and_nothing_else(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    before = await desk.read(code)
    async with desk.at(code) as (session, ticket):
        tickets.note(session, ticket, lawyer, "Xem lại Điều 36", desk.clock())
    after = await desk.read(code)
    assert (after.state, after.next_due_at, after.first_responded_at) == (
        before.state,
        before.next_due_at,
        None,
    )
    note = (await desk.history(code))[-1]
    assert (note.text, note.announced_at) == ("Xem lại Điều 36", desk.clock())


async def test_only_answers_and_endings_wait_to_be_told(desk: Desk) -> None:
    code, _ = await closed(desk)
    await desk.writes(code)
    untold = [event.kind for event in await desk.history(code) if event.announced_at is None]
    assert untold == [EventKind.REPLIED, EventKind.RESOLVED]


async def _new(desk: Desk) -> tuple[str, Staff]:
    return await desk.open(), await desk.lawyer()


async def _stranger_takes(desk: Desk, code: str, _owner: Staff) -> None:
    await desk.take(code, await desk.lawyer())


async def _closed_without_owner(desk: Desk) -> tuple[str, Staff]:
    """The worker erased everything before anybody took it."""
    code, lawyer = await _new(desk)
    async with desk.at(code) as (session, ticket):
        await tickets.erase(session, ticket, desk.clock())
    return code, lawyer


CONFLICTS: dict[str, tuple[Callable[[Desk], Awaitable[tuple[str, Staff]]], Doing]] = {
    "hold a new ticket": (_new, Desk.hold),
    "resume what does not wait": (taken, Desk.resume),
    "resolve without an answer": (taken, Desk.resolve),
    "resolve twice": (closed, Desk.resolve),
    "hold a closed ticket": (closed, Desk.hold),
    "answer a closed ticket": (closed, Desk.reply),
    "take another's ticket": (taken, _stranger_takes),
    "take a closed ticket": (_closed_without_owner, Desk.take),
}


@pytest.mark.parametrize("name", CONFLICTS)
async def test_what_comes_too_late_or_too_early_is_a_conflict(desk: Desk, name: str) -> None:
    arrange, act = CONFLICTS[name]
    code, staff = await arrange(desk)
    before = _facts(await desk.read(code)), await desk.kinds(code)
    with pytest.raises(Conflict):
        await act(desk, code, staff)
    assert (_facts(await desk.read(code)), await desk.kinds(code)) == before


def _facts(ticket: Ticket) -> dict[str, Any]:
    return {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns}


# -- clocks ----------------------------------------------------------------------------------------


async def test_the_first_answer_is_stamped_once(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    first = desk.clock()
    desk.clock.pass_(hours=1)
    await desk.reply(code, lawyer, "Thêm một điều")
    assert (await desk.read(code)).first_responded_at == first


async def test_after_an_answer_only_the_end_is_owed(desk: Desk) -> None:
    code, _ = await answered(desk)
    ticket = await desk.read(code)
    assert ticket.next_due_at == ticket.resolution_due_at


async def test_a_workers_message_asks_for_the_next_answer(desk: Desk) -> None:
    code, _ = await answered(desk)
    await desk.writes(code)
    due = SHIPPED.next_response_due(Priority.NORMAL, desk.clock())
    assert (await desk.read(code)).next_due_at == due


async def test_the_oldest_unanswered_message_keeps_its_deadline(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.writes(code)
    due = (await desk.read(code)).next_due_at
    for _ in range(3):
        desk.clock.pass_(minutes=30)
        await desk.writes(code)
        assert (await desk.read(code)).next_due_at == due
    await desk.reply(code, lawyer)
    desk.clock.pass_(minutes=1)
    await desk.writes(code)
    later = (await desk.read(code)).next_due_at
    assert later == SHIPPED.next_response_due(Priority.NORMAL, desk.clock())


async def test_writing_more_before_the_first_answer_moves_no_deadline(desk: Desk) -> None:
    code = await desk.open()
    due = (await desk.read(code)).first_response_due_at
    desk.clock.pass_(hours=2)
    await desk.writes(code)
    ticket = await desk.read(code)
    assert (ticket.state, ticket.next_due_at) == (State.NEW, due)


async def test_no_clock_runs_while_we_wait_for_the_worker(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    assert (await desk.read(code)).next_due_at is None


async def test_a_message_ends_the_waiting(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    desk.clock.pass_(days=2)
    await desk.writes(code)
    ticket = await desk.read(code)
    assert ticket.state is State.ACTIVE
    assert ticket.next_due_at == SHIPPED.next_response_due(Priority.NORMAL, desk.clock())
    assert (await desk.kinds(code))[-2:] == [EventKind.RESUMED, EventKind.WROTE]


async def test_going_on_without_the_worker_starts_a_new_clock(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    desk.clock.pass_(days=2)
    await desk.resume(code, lawyer)
    due = SHIPPED.next_response_due(Priority.NORMAL, desk.clock())
    assert (await desk.read(code)).next_due_at == due


async def test_a_later_message_reopens_a_closed_ticket_with_its_lawyer(desk: Desk) -> None:
    code, lawyer = await closed(desk)
    async with desk.at(code) as (session, ticket):
        tickets.rate(session, ticket, 1, desk.clock())
    first = (await desk.read(code)).first_responded_at
    desk.clock.pass_(days=1)
    await desk.writes(code)
    ticket = await desk.read(code)
    assert (ticket.state, ticket.assignee_id) == (State.ACTIVE, lawyer.id)
    assert (ticket.resolved_at, ticket.rating) == (None, 1)
    assert ticket.first_responded_at == first
    assert ticket.next_due_at == SHIPPED.next_response_due(Priority.NORMAL, desk.clock())
    assert (await desk.kinds(code))[-2:] == [EventKind.REOPENED, EventKind.WROTE]


async def known(desk: Desk, code: str) -> None:
    """The worker can still be written to."""
    async with desk.at(code) as (_, ticket):
        ticket.person_id = 1


async def test_a_lawyer_opens_a_closed_ticket_again_and_owes_an_answer(desk: Desk) -> None:
    code, lawyer = await closed(desk)
    await known(desk, code)
    desk.clock.pass_(days=1)
    await desk.reopen(code, await desk.lawyer())
    ticket = await desk.read(code)
    assert (ticket.state, ticket.assignee_id) == (State.ACTIVE, lawyer.id)
    assert ticket.next_due_at == SHIPPED.next_response_due(Priority.NORMAL, desk.clock())
    async with desk.at(code) as (session, ticket):
        events = await tickets.history(session, ticket)
        assert running.recomputed(ticket, events) == running.read(ticket)
    await desk.reply(code, lawyer)
    await desk.resolve(code, lawyer)
    assert (await desk.read(code)).next_due_at is None


async def test_who_opens_a_ticket_that_nobody_has_takes_it(desk: Desk) -> None:
    code, lawyer = await closed(desk)
    await known(desk, code)
    async with desk.at(code) as (session, ticket):
        await tickets.release(session, ticket, desk.clock())
    await desk.reopen(code, lawyer)
    ticket = await desk.read(code)
    assert (ticket.state, ticket.assignee_id) == (State.ACTIVE, lawyer.id)
    assert (await desk.kinds(code))[-2:] == [EventKind.REOPENED, EventKind.TAKEN]


async def test_what_is_open_merged_or_forgotten_is_not_opened_again(desk: Desk) -> None:
    code, lawyer = await closed(desk)
    with pytest.raises(Conflict):  # forgotten
        await desk.reopen(code, lawyer)
    await known(desk, code)
    other = await desk.open()
    async with desk.at(code) as (session, ticket):
        target = await lookup.find(session, other)
        assert target is not None
        ticket.merged_into_id = target.id
    with pytest.raises(Conflict):
        await desk.reopen(code, lawyer)
    await known(desk, other)
    with pytest.raises(Conflict):
        await desk.reopen(other, lawyer)


async def test_a_message_delivered_late_still_counts_from_when_it_was_sent(desk: Desk) -> None:
    code, _ = await answered(desk)
    desk.clock.pass_(hours=1)
    sent = desk.clock() - dt.timedelta(minutes=40)
    await desk.writes(code, at=sent)
    due = SHIPPED.next_response_due(Priority.NORMAL, sent)
    assert (await desk.read(code)).next_due_at == due


async def test_words_of_danger_make_the_deadline_sooner(desk: Desk) -> None:
    code = await desk.open()
    await desk.prioritise(code)
    ticket = await desk.read(code)
    assert ticket.priority is Priority.URGENT
    assert ticket.next_due_at == desk.clock() + dt.timedelta(minutes=15)
    assert ticket.first_response_due_at == ticket.next_due_at


async def test_words_of_danger_never_give_more_time(desk: Desk) -> None:
    code = await desk.open()
    due = (await desk.read(code)).first_response_due_at
    desk.clock.now = due - dt.timedelta(minutes=5)
    await desk.prioritise(code)
    assert (await desk.read(code)).next_due_at == due


async def test_a_ticket_becomes_urgent_only_once(desk: Desk) -> None:
    code = await desk.open()
    await desk.prioritise(code)
    due = (await desk.read(code)).next_due_at
    desk.clock.pass_(minutes=10)
    await desk.prioritise(code)
    assert (await desk.read(code)).next_due_at == due
    assert (await desk.kinds(code)).count(EventKind.PRIORITISED) == 1


# -- twice, and at once ----------------------------------------------------------------------------


async def test_the_same_key_answers_once(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    first = await desk.reply(code, lawyer, "Một", idempotency_key="k1")
    assert await desk.reply(code, lawyer, "Một", idempotency_key="k1") == first
    assert await desk.reply(code, lawyer, "Hai", idempotency_key="k2") != first
    assert (await desk.kinds(code)).count(EventKind.REPLIED) == 2


async def test_the_same_key_answers_once_even_after_the_ticket_closed(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    first = await desk.reply(code, lawyer, idempotency_key="k1")
    await desk.resolve(code, lawyer)
    assert await desk.reply(code, lawyer, idempotency_key="k1") == first


async def test_a_key_belongs_to_its_ticket(desk: Desk) -> None:
    lawyer = await desk.lawyer()
    events = {await desk.reply(await desk.open(), lawyer, idempotency_key="k") for _ in range(2)}
    assert len(events) == 2


async def test_the_same_key_at_once_answers_once(desk: Desk) -> None:
    code, lawyer = await taken(desk)

    async def answer() -> int:
        async with desk.database.writing() as session:
            ticket = await lookup.find_to_change(session, code)
            assert ticket is not None
            event = await tickets.reply(
                session, ticket, lawyer, "Một", desk.clock(), idempotency_key="k"
            )
            await session.flush()
            return event.id

    assert len(set(await asyncio.gather(*(answer() for _ in range(5))))) == 1
    assert (await desk.kinds(code)).count(EventKind.REPLIED) == 1


async def test_of_twenty_lawyers_one_gets_the_ticket(desk: Desk) -> None:
    code = await desk.open()
    lawyers = [await desk.lawyer() for _ in range(20)]
    ends = await asyncio.gather(
        *(desk.take(code, lawyer) for lawyer in lawyers), return_exceptions=True
    )
    winners = [lawyer for lawyer, end in zip(lawyers, ends, strict=True) if end is None]
    assert len(winners) == 1
    assert sum(isinstance(end, Conflict) for end in ends) == 19
    assert (await desk.read(code)).assignee_id == winners[0].id
    assert (await desk.kinds(code)).count(EventKind.TAKEN) == 1


# -- by telephone, and elsewhere -------------------------------------------------------------------

KEYS = {letter: str(key) for key, letters in enumerate(lookup._KEYPAD) for letter in letters}


def keyed(code: str) -> str:
    """The keys under a code's letters."""
    return "".join(KEYS.get(one, one) for one in code.removeprefix("HP-"))


async def renamed(desk: Desk, letters: str) -> str:
    async with desk.at(await desk.open()) as (_, ticket):
        ticket.code = f"HP-{letters}"
    return f"HP-{letters}"


async def found_by(desk: Desk, keys: str) -> str | None:
    async with desk.database.reading() as session:
        found = await lookup.find_by_keys(session, keys)
    return found.code if found else None


async def test_a_ticket_is_found_by_the_keys_under_its_letters(desk: Desk) -> None:
    codes = [await desk.open() for _ in range(10)]
    unique = [code for code in codes if [keyed(one) for one in codes].count(keyed(code)) == 1]
    assert unique
    for code in unique:
        assert await found_by(desk, keyed(code)) == code


async def test_keys_that_fit_two_tickets_name_none(desk: Desk) -> None:
    first = await renamed(desk, "ADGJ")
    assert await found_by(desk, "2345") == first
    await renamed(desk, "2DGJ")  # digits lie on the same keys
    assert await found_by(desk, "2345") is None


@pytest.mark.parametrize("keys", ["", "2", "234", "23456", "0000", "1111", "234*", "#", "²345"])
async def test_keys_that_fit_no_ticket_name_none(desk: Desk, keys: str) -> None:
    await renamed(desk, "ADGJ")
    assert await found_by(desk, keys) is None


async def test_a_talk_is_an_answer_like_a_written_one(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    desk.clock.pass_(minutes=10)
    for _ in range(2):
        async with desk.at(code) as (session, ticket):
            tickets.spoke(session, ticket, lawyer, desk.clock())
        desk.clock.pass_(minutes=10)
    ticket = await desk.read(code)
    assert ticket.first_responded_at == desk.clock() - dt.timedelta(minutes=20)
    assert ticket.next_due_at == ticket.resolution_due_at
    event = (await desk.history(code))[-1]
    assert (event.kind, event.data, event.actor_id) == (
        EventKind.CALLED,
        {"outcome": "talked"},
        lawyer.id,
    )
    assert event.announced_at is not None  # nothing is left to tell the worker


async def test_a_talk_ends_the_waiting(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    await desk.hold(code, lawyer)
    async with desk.at(code) as (_, ticket):
        tickets.answered(ticket, desk.clock())
    ticket = await desk.read(code)
    assert (ticket.state, ticket.next_due_at) == (State.ACTIVE, ticket.resolution_due_at)


async def test_a_talk_about_a_closed_ticket_does_not_open_it(desk: Desk) -> None:
    code, lawyer = await closed(desk)
    async with desk.at(code) as (session, ticket):
        tickets.spoke(session, ticket, lawyer, desk.clock())
    ticket = await desk.read(code)
    assert (ticket.state, ticket.next_due_at) == (State.RESOLVED, None)


async def test_an_answer_on_the_providers_page_counts_and_is_not_sent_again(desk: Desk) -> None:
    code, _ = await taken(desk)
    async with desk.at(code) as (session, ticket):
        tickets.replied_elsewhere(session, ticket, "Chị nộp đơn nhé", desk.clock())
    ticket = await desk.read(code)
    assert ticket.first_responded_at == desk.clock()
    assert ticket.next_due_at == ticket.resolution_due_at
    event = (await desk.history(code))[-1]
    assert (event.kind, event.text) == (EventKind.REPLIED, "Chị nộp đơn nhé")
    assert event.data == {"elsewhere": True}
    assert (event.actor_id, event.announced_at) == (None, desk.clock())


# -- forgetting ------------------------------------------------------------------------------------


async def test_an_erased_ticket_keeps_figures_and_no_words(desk: Desk) -> None:
    code, lawyer = await answered(desk)
    async with desk.at(code) as (session, ticket):
        await tickets.detail(session, ticket, desk.clock(), employer="Xưởng A", reach="0912")
        await session.flush()
        await tickets.erase(session, ticket, desk.clock())
    ticket = await desk.read(code)
    assert (ticket.subject, ticket.employer, ticket.reach) == ("", None, None)
    assert (ticket.state, ticket.next_due_at) == (State.RESOLVED, None)
    assert ticket.first_responded_at is not None
    assert ticket.assignee_id == lawyer.id
    async with desk.database.reading() as session:
        worded = await session.scalar(
            select(func.count()).select_from(TicketEvent).where(TicketEvent.text.is_not(None))
        )
    assert worded == 0
    assert (await desk.kinds(code))[-1] is EventKind.ERASED


async def test_history_is_told_in_order(desk: Desk) -> None:
    code, lawyer = await taken(desk)
    for number in range(5):
        await desk.reply(code, lawyer, str(number))
        desk.clock.pass_(seconds=1)
    events = await desk.history(code)
    assert [event.text for event in events[2:]] == list("01234")
    assert all(earlier.at <= later.at for earlier, later in pairwise(events))
