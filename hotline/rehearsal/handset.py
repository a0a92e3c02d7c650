"""The two telephones of the rehearsal's page: a worker's, and the one of the lawyer on duty.

What a person does with them becomes signed requests to the hotline; what it says is kept as turns.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.rehearsal import samples
from hotline.rehearsal.people import Person
from hotline.rehearsal.troubles import Troubles
from hotline.rehearsal.walker import Call, Form, Line, NotTwiml

_AWAITS = {"Gather": "listening", "Record": "recording", "Dial": "dialling"}


class Lawyer(StrEnum):
    """What the lawyer's telephone does."""

    QUIET = "quiet"
    RINGS = "rings"
    ASKED = "asked"  # he heard the whisper: does he take it?
    TALKS = "talks"


@dataclass(frozen=True)
class Turn:
    """What one side said. `slow` asks for a slower voice."""

    mine: bool
    pieces: tuple[str, ...]
    slow: bool = False


class WrongMoment(Exception):
    """A key was pressed that does nothing now; a page may be a moment behind."""


@dataclass
class Handset:
    """At most one call at a time: a worker rings the hotline, or the office rings a lawyer first.

    `place` is "idle", "listening", "recording", "dialling", "over", or "rings" where the worker is
    rung back. `version` rises with every change.
    """

    line: Line
    troubles: Troubles
    who: Callable[[str], Person | None]  # by his number
    call: Call | None = None
    caller: Person | None = None
    turns: list[Turn] = field(default_factory=list)
    keyed: str = ""  # keys of a number that is not complete yet
    lawyer: Lawyer = Lawyer.QUIET
    whispered: tuple[str, ...] = ()
    version: int = 0
    _placed: int = field(init=False)  # calls of the office that were taken up
    _request: Form | None = None  # one that rings at the lawyer's
    _rung: int = 0  # lawyers that were rung in this call
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._placed = len(self.line.twilio.placed)  # what was asked before this page was there

    # -- as it is seen -----------------------------------------------------------------------------

    @property
    def place(self) -> str:
        if self.call is None:
            return "idle"
        if self.call.over:
            return "over"
        if self._outgoing and self.lawyer is not Lawyer.TALKS:
            return "rings" if self._waits_for("Dial") else "idle"
        return _AWAITS[self.call.waiting.tag] if self.call.waiting is not None else "over"

    @property
    def _outgoing(self) -> bool:
        return self.call is not None and self.call.direction != "inbound"

    def _waits_for(self, tag: str) -> bool:
        return (
            self.call is not None
            and self.call.waiting is not None
            and (self.call.waiting.tag == tag)
        )

    def as_json(self) -> dict[str, Any]:
        waiting = self.call.waiting if self.call else None
        speech = waiting is not None and "speech" in waiting.get("input", "dtmf")
        return {
            "place": self.place,
            "caller": self.caller.id if self.caller else None,
            "speech": speech,
            "keyed": self.keyed,
            "turns": [
                {"mine": one.mine, "pieces": one.pieces, "slow": one.slow} for one in self.turns
            ],
            "lawyer": self.lawyer,
            "whispered": self.whispered,
            "rings_back": self._request is not None or self._outgoing,
        }

    # -- the worker's ------------------------------------------------------------------------------

    async def dial(self, person: Person) -> None:
        async with self._changing():
            if self.call is not None and not self.call.over:
                raise WrongMoment
            self._clear()
            self.caller, self.call = person, Call(self.line, person.phone)
            await self.call.dial_in()

    async def hang_up(self) -> None:
        async with self._changing():
            call = self._going_on()
            if self.place == "rings":
                await call.end_dial("busy")
            else:
                await call.hang_up()

    async def press(self, key: str) -> None:
        async with self._changing():
            call = self._going_on()
            if self._waits_for("Record") and key == "#":
                raise WrongMoment  # the page sends what was said along with it
            if not self._waits_for("Gather") or self._outgoing or len(key) != 1:
                raise WrongMoment
            self.keyed += key
            if self._is_complete():
                await self._press_all(call)

    def _is_complete(self) -> bool:
        assert self.call is not None
        assert self.call.waiting is not None
        last, most = self.call.waiting.get("finishOnKey", "#"), self.call.waiting.get("numDigits")
        return self.keyed[-1] in last or (most is not None and len(self.keyed) >= int(most))

    async def _press_all(self, call: Call) -> None:
        keys, self.keyed = self.keyed, ""
        self.turns.append(Turn(True, (f"Bấm {' '.join(keys)}",)))
        await call.press(keys)

    async def say(self, words: str) -> None:
        async with self._changing():
            call = self._going_on()
            if not self._waits_for("Gather") or self._outgoing:
                raise WrongMoment
            self.turns.append(Turn(True, (words,)))
            await call.say(words)

    async def stay_silent(self) -> None:
        """Until the hotline goes on by itself; keys pressed so far then count."""
        async with self._changing():
            call = self._going_on()
            if self._outgoing or self._waits_for("Dial"):
                raise WrongMoment
            if self.keyed:
                return await self._press_all(call)
            self.turns.append(Turn(True, ("(im lặng)",)))
            return await call.stay_silent()

    async def record(self, words: str, ends_with: str = "#") -> None:
        """Leave a message; without words it is a row of beeps."""
        async with self._changing():
            call = self._going_on()
            if not self._waits_for("Record"):
                raise WrongMoment
            audio, seconds = samples.spoken(words) if words else samples.beep()
            self.turns.append(Turn(True, (f"Lời nhắn: {words or 'bíp bíp bíp'}",)))
            await call.record(audio, seconds, ends_with)

    async def pick_up(self) -> None:
        """The worker answers when he is rung back."""
        async with self._changing():
            if self.place != "rings":
                raise WrongMoment
            await self._going_on().pick_up()
            self.lawyer = Lawyer.TALKS
            self.turns.append(Turn(False, ("Luật sư đang nói chuyện với anh chị.",)))

    # -- the lawyer's ------------------------------------------------------------------------------

    async def look_for_requests(self) -> None:
        """The office asked to ring a worker back: the lawyer's telephone rings."""
        placed = self.line.twilio.placed
        free = self.call is None or self.call.over
        if self._lock.locked() or not free or self._request or self._placed >= len(placed):
            return
        self._request = placed[self._placed]
        self._placed += 1
        self.lawyer, self.whispered = Lawyer.RINGS, ()
        self.version += 1

    async def lawyer_picks_up(self) -> None:
        async with self._changing():
            if self.lawyer is not Lawyer.RINGS:
                raise WrongMoment
            if self._request is not None:
                await self._ring_back(self._request)
                return
            call = self._going_on()
            await call.pick_up()
            self.whispered = tuple(call.whispered[-1:])
            self.lawyer = Lawyer.ASKED

    async def _ring_back(self, request: Form) -> None:
        self._clear()
        self._request = None
        self.call = await Call.answer(self.line, request)
        self.whispered = tuple(self.call.said)
        self.lawyer = Lawyer.ASKED if self.call.waiting is not None else Lawyer.QUIET

    async def lawyer_accepts(self) -> None:
        async with self._changing():
            call = self._going_on()
            if self.lawyer is not Lawyer.ASKED:
                raise WrongMoment
            await (self._accept_ring_back(call) if self._outgoing else self._accept(call))

    async def _accept(self, call: Call) -> None:
        await call.accept("1")
        if call.talked:
            self.lawyer = Lawyer.TALKS
            self.turns.append(Turn(False, ("Luật sư đã nhận máy. Hai bên nói chuyện.",)))
        else:
            await call.end_dial("completed", 5)

    async def _accept_ring_back(self, call: Call) -> None:
        await call.press("1")
        number = call.waiting.findtext("Number") if call.waiting is not None else None
        self.caller = self.who(number or "")
        self.whispered = tuple(call.said[-1:]) if call.over else ("Đang gọi người lao động…",)

    async def lawyer_declines(self) -> None:
        async with self._changing():
            if self._request is not None:
                missed = await Call.miss(self.line, self._request, "busy")
                self._request, self.lawyer = None, Lawyer.QUIET
                await missed.deliver()
                return
            call = self._going_on()
            match self.lawyer:
                case Lawyer.TALKS | Lawyer.ASKED if self._waits_for("Dial"):
                    await call.end_dial("completed", 45)
                case Lawyer.RINGS:
                    await call.end_dial("busy")
                case _:
                    await call.hang_up()

    # -- each step ---------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _changing(self) -> AsyncIterator[None]:
        """One step at a time; afterwards what was said stands in `turns`, callbacks are told."""
        async with self._lock:
            before = len(self.call.said) if self.call else 0
            call_before = self.call
            try:
                yield
            except NotTwiml as error:
                self.turns.append(Turn(False, (f"Cuộc gọi bị ngắt ({error}).",)))
                if self.call is not None:
                    self.call.over = True
            if self.call is not None:
                await self._note(self.call, before if self.call is call_before else 0)
            self.version += 1

    async def _note(self, call: Call, before: int) -> None:
        said = tuple(call.said[before:])
        if said and not self._outgoing:
            self.turns.append(Turn(False, said, slow=b"<prosody" in call.documents[-1]))
        if call.over:
            self.lawyer, self.keyed = Lawyer.QUIET, ""
        elif not self._outgoing:
            self._ring_the_lawyer(call)
        for _ in range(self.troubles.deliveries - 1):
            with contextlib.suppress(NotTwiml):
                await call.repeat()
        told = range(len(call.callbacks))
        await call.deliver([one for one in told for _ in range(self.troubles.deliveries)])
        call.callbacks.clear()

    def _ring_the_lawyer(self, call: Call) -> None:
        if not self._waits_for("Dial"):
            self.lawyer, self.whispered = Lawyer.QUIET, ()
        elif self.lawyer is Lawyer.QUIET or self._rung < len(call.rung):
            self.lawyer, self.whispered = Lawyer.RINGS, ()
        self._rung = len(call.rung)

    def _going_on(self) -> Call:
        if self.call is None or self.call.over:
            raise WrongMoment
        return self.call

    def _clear(self) -> None:
        self.turns, self.keyed, self.whispered = [], "", ()
        self.lawyer, self.caller, self._rung = Lawyer.QUIET, None, 0
