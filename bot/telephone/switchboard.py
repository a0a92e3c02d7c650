"""The telephone's edge: one request of a carrier, one transaction, one document.

Whatever was said at a step is kept: a repeated request is answered with the same document again.
"""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.exchange import Desk
from bot.telephone import words
from bot.telephone.call import Document, HangUp, Recording, Ring
from bot.telephone.casework import Casework
from bot.telephone.ivr import Ivr
from bot.telephone.line import Line, Move, Place
from bot.telephone.models import Call, CallStep
from escalation.calendar import LOCAL
from hotline.db import Database

HEAR_SPEECH = ("twilio",)  # Stringee's input knows keys only
NAME_CALLER_EACH_TIME = ("twilio",)  # elsewhere only when the call begins
ASK_TO_ACCEPT = ("twilio",)  # elsewhere who picks up has the call, be it a mailbox
LIVE_CALLS, CALLS_AN_HOUR = 2, 10  # of one number
_LONGEST_CALL = dt.timedelta(hours=1)


class Switchboard:
    """What carriers are given to work with (see `bot.channels.voice.Switchboard`)."""

    def __init__(
        self,
        database: Database,
        desk: Callable[[], Desk],
        clock: Callable[[], dt.datetime],
        duty_phone: str | None = None,
    ) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock
        self._duty_phone = duty_phone
        self._ivrs: Mapping[str, Ivr] = {}
        self._ivrs_of: object = None

    async def answer(self, ring: Ring) -> Document:
        """The document that follows `ring`; the same one for the same step, however often asked."""
        try:
            return await self._answer(ring)
        except IntegrityError:  # the same request came twice at once; the other was first
            return await self._answer(ring)

    async def _answer(self, ring: Ring) -> Document:
        async with self._database.writing() as session:
            call = await self._call(session, ring)
            kept = await _kept(session, call, ring)
            if kept is not None:
                return kept
            document = await self._go_on(session, call, ring)
            session.add(CallStep(call_id=call.id, step=document.step, document=document.as_json()))
            call.step = document.step
            return document

    async def _go_on(self, session: AsyncSession, call: Call, ring: Ring) -> Document:
        now, desk = self._clock(), self._desk()
        if call.step == 0 and await self._calls_too_often(session, call, ring, now):
            call.line = Line(place=Place.OVER).as_json()
            return Document(1, (words.BUSY,), HangUp())
        ivr = self._ivr(ring.provider, desk)
        line = Line.from_json(call.line) if call.line else Line()
        if ring.dialled and ring.dialled.answered and ring.provider not in ASK_TO_ACCEPT:
            line = await Casework.joined(session, line, now)
        move = _begun(ivr, ring) if call.step == 0 else ivr.hear(line, ring, now)
        casework = Casework(session, desk, ivr, call, ring, now, self._duty_phone)
        settled = await casework.settle(line, move)
        call.line = settled.line.as_json()
        return _document(call.step + 1, settled)

    def _ivr(self, provider: str, desk: Desk) -> Ivr:
        """Built anew when the answers changed."""
        if self._ivrs_of is not desk.dialogue:
            self._ivrs = {}
            self._ivrs_of = desk.dialogue
        if provider not in self._ivrs:
            ivr = Ivr(desk.dialogue, speech=provider in HEAR_SPEECH)
            self._ivrs = {**self._ivrs, provider: ivr}
        return self._ivrs[provider]

    # -- calls ------------------------------------------------

    async def _call(self, session: AsyncSession, ring: Ring) -> Call:
        found = await _find(session, ring.provider, ring.call_id)
        if found is not None:
            return found
        now = self._clock()
        call = Call(
            provider=ring.provider,
            call_index=ring.call_id,
            caller_index=_caller_of_the_day(ring, now),
            line={},
            step=0,
            started_at=now,
        )
        session.add(call)
        await session.flush()
        metrics.CALLS.labels(ring.provider).inc()
        return call

    async def _calls_too_often(
        self, session: AsyncSession, call: Call, ring: Ring, now: dt.datetime
    ) -> bool:
        if not ring.caller:  # hidden numbers cannot be told apart
            return False
        his = (
            select(func.count())
            .select_from(Call)
            .where(Call.caller_index == _caller_of_the_day(ring, now), Call.id != call.id)
        )
        lately = await session.scalar(his.where(Call.started_at > now - dt.timedelta(hours=1)))
        live = await session.scalar(
            his.where(Call.ended_at.is_(None), Call.started_at > now - _LONGEST_CALL)
        )
        return (lately or 0) >= CALLS_AN_HOUR or (live or 0) >= LIVE_CALLS

    # -- a lawyer is rung ------------------------------------------------

    async def whisper(self, call_id: str, step: int) -> str | None:
        """What a lawyer hears before he accepts; None where the caller is gone."""
        async with self._database.reading() as session:
            call = await _find(session, "twilio", call_id, lock=False)
            if call is None or call.ended_at is not None or call.step != step:
                return None
            line = Line.from_json(call.line)
        if line.place is not Place.DIALLING:
            return None
        return words.WHISPER_URGENT if line.urgent else words.WHISPER

    async def accepted(self, call_id: str, step: int) -> None:
        """The lawyer who is being rung took the call: the ticket is his."""
        async with self._database.writing() as session:
            call = await _find(session, "twilio", call_id)
            if call is None or call.step != step:
                return
            line = Line.from_json(call.line)
            if line.place is Place.DIALLING and not line.joined:
                call.line = (await Casework.joined(session, line, self._clock())).as_json()

    # -- afterwards ------------------------------------------------

    async def status(self, provider: str, call_id: str, ended: bool, seconds: int | None) -> None:
        """How the call stands, told in any order; once ended it stays so."""
        async with self._database.writing() as session:
            call = await _find(session, provider, call_id)
            if call is not None and ended and call.ended_at is None:
                call.ended_at = self._clock()
                call.seconds = seconds

    async def recorded(self, provider: str, call_id: str, recording: Recording) -> None:
        """A recording is ready; it may have been told of already, or the caller hung up."""
        try:
            await self._recorded(provider, call_id, recording)
        except IntegrityError:
            await self._recorded(provider, call_id, recording)

    async def _recorded(self, provider: str, call_id: str, recording: Recording) -> None:
        async with self._database.writing() as session:
            call = await _find(session, provider, call_id)
            if call is None:
                return
            now, desk = self._clock(), self._desk()
            ring = Ring(provider, call_id, call.step, recording=recording)
            ivr = self._ivr(provider, desk)
            casework = Casework(session, desk, ivr, call, ring, now, self._duty_phone)
            line = Line.from_json(call.line)
            call.line = (await casework.keep_recording(line)).as_json()


async def _find(
    session: AsyncSession, provider: str, call_id: str, *, lock: bool = True
) -> Call | None:
    """The call, locked: its steps are taken one by one."""
    statement = select(Call).where(Call.provider == provider, Call.call_index == call_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def _kept(session: AsyncSession, call: Call, ring: Ring) -> Document | None:
    """What was said after this step; for a step that never was, what was said last."""
    if ring.step == call.step:
        return None
    following = ring.step + 1 if ring.step < call.step else call.step
    data = await session.scalar(
        select(CallStep.document).where(CallStep.call_id == call.id, CallStep.step == following)
    )
    return Document.from_json(data) if data else None


def _begun(ivr: Ivr, ring: Ring) -> Move:
    return ivr.begin("" if ring.provider in NAME_CALLER_EACH_TIME else ring.caller)


def _caller_of_the_day(ring: Ring, now: dt.datetime) -> str:
    """Tells callers apart for a day, and no longer."""
    return f"{now.astimezone(LOCAL):%Y-%m-%d} {ring.caller}"


def _document(step: int, move: Move) -> Document:
    assert move.then is not None
    return Document(step, move.say, move.then, move.slow)
