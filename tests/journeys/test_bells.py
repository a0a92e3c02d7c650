"""What the bells do goes on for the others when it fails for one."""

import pytest
from sqlalchemy import update

from bot import phrases
from escalation import lookup, tickets
from escalation.models import Ticket, TicketEvent
from escalation.vocabulary import EventKind, Role
from hotline.bells import Bells
from tests.factories import Client
from tests.journeys.conftest import Hotline, eventually

pytestmark = pytest.mark.thorough("postgresql")


@pytest.fixture
async def lawyer(hotline: Hotline) -> Client:
    return await hotline.staff(Role.LAWYER)


async def asks(hotline: Hotline, lawyer: Client, worker: int) -> str:
    await hotline.says(worker, "cho em gặp luật sư")
    await hotline.says(worker, f"cty nợ lương {worker} tháng")
    _, inbox = await lawyer.get("/api/tickets")
    return max(inbox["tickets"], key=lambda one: one["opened_at"])["code"]


async def replies(lawyer: Client, code: str, text: str) -> None:
    status, _ = await lawyer.post(f"/api/tickets/{code}/replies", json={"text": text})
    assert status < 300


async def history(hotline: Hotline, code: str) -> list[TicketEvent]:
    async with hotline.house.database.reading() as session:
        ticket = await lookup.find(session, code)
        assert ticket is not None
        return list(await tickets.history(session, ticket))


def heard(hotline: Hotline, worker: int, words: str) -> bool:
    return any(words in one["text"] for one in hotline.telegram.sent if one["chat_id"] == worker)


async def test_what_cannot_be_told_to_one_is_told_to_the_others(
    hotline: Hotline, lawyer: Client
) -> None:
    one = await asks(hotline, lawyer, 3)
    hotline.clock.pass_(minutes=1)
    other = await asks(hotline, lawyer, 4)
    async with hotline.house.database.writing() as session:
        ticket = await lookup.find(session, one)
        assert ticket is not None
        broken = TicketEvent(
            ticket_id=ticket.id, kind=EventKind.REFERRED, at=hotline.clock(), text="Sở", data={}
        )
        session.add(broken)
    await replies(lawyer, one, "Câu cho người thứ nhất")
    await replies(lawyer, other, "Câu cho người thứ hai")
    await eventually(lambda: heard(hotline, 4, "Câu cho người thứ hai"))
    assert not heard(hotline, 3, "Câu cho người thứ nhất")  # in the order things happened
    async with hotline.house.database.writing() as session:
        mended = {"on": hotline.clock().date().isoformat()}
        found = update(TicketEvent).where(TicketEvent.id == broken.id)
        await session.execute(found.values(data=mended))
    await eventually(lambda: heard(hotline, 3, "Câu cho người thứ nhất"))
    told = [sent["text"] for sent in hotline.telegram.sent if sent["chat_id"] == 3]
    assert "Sở" in told[-2]
    assert told[-1] == phrases.lawyers_answer("Câu cho người thứ nhất")


async def test_a_look_that_fails_stops_no_other(hotline: Hotline, lawyer: Client) -> None:
    broken = await asks(hotline, lawyer, 3)
    hotline.clock.pass_(minutes=1)
    waiting = await asks(hotline, lawyer, 4)
    await replies(lawyer, waiting, "Xin gửi thêm hợp đồng.")
    status, _ = await lawyer.post(f"/api/tickets/{waiting}/hold")
    assert status < 300
    async with hotline.house.database.writing() as session:
        ladder = {"rises_at": hotline.clock(), "next_due_at": None}
        await session.execute(update(Ticket).where(Ticket.code == broken).values(ladder))
    hotline.clock.pass_(days=8)
    await Bells(hotline.house).watch()
    kinds = [event.kind for event in await history(hotline, waiting)]
    assert EventKind.REMINDED in kinds
