"""Ten thousand random keys and words through the conversation, with a small house behind it."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.channels.spoken import pieces
from bot.dialogue import Dialogue
from bot.telephone.call import Dial, Dialled, HangUp, Listen, Record, Recording, Ring
from bot.telephone.ivr import Ivr
from bot.telephone.line import Line, Move, Place, Want
from bot.turns import HandOff
from knowledge_base.library import Library

STEPS = 10_000  # of each carrier
PATIENCE = 12  # silences that lead from anywhere to the end
LAWYERS, NIGHT = ("+84912000001", "+84912000002"), "+84912000009"
NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)

SAID = (
    "nghỉ việc phải báo trước mấy ngày",
    "tôi bị sa thải khi đang mang thai",
    "sinh con thứ hai tháng 3 năm 2026 được nghỉ thai sản mấy tháng",
    "công ty nợ lương hai tháng, với lại không đóng bảo hiểm",
    "cứu với, quản đốc đang đánh người trong xưởng",
    "tai nạn ở xưởng có người chảy máu",
    "cho gặp luật sư",
    "tôi muốn phản ánh",
    "tôi muốn kiến nghị",
    "xóa hết tin nhắn của tôi",
    "trạng thái phiếu của tôi",
    "ly hôn thì chia tài sản thế nào",
    "hello can you help me my boss does not pay me",
    "alo alo",
    "ờ ừ à thì",
    "đồ khốn nạn",
    "cảm ơn",
    "thôi chào",
    "không",
    "không phải",
    "không biết",
    "thôi",
    "một",
    "số hai",
    "phím không",
    "nghe lại",
    "nói chậm thôi",
    "tám triệu rưỡi",
    "hai năm ba tháng",
    "mùng một tháng ba năm ngoái",
    "phường Lê Chân",
    "%%% ??? <script>",
    "٤٨٢ 💥",
    "a" * 1000,
)


@dataclass
class SmallHouse:
    """Gives what the conversation wants: people, codes, tickets. `people` are on duty now."""

    ivr: Ivr
    people: tuple[str, ...]
    chance: random.Random
    caller: bool = True  # his number may be rung
    opened: int = field(default=0)

    def settle(self, move: Move) -> Move:
        if move.turn is not None and move.turn.handoff is not None:
            self._open(move.turn.handoff)
            move = replace(move, line=replace(move.line, ticket="HP-7K3Q"))
        while move.want is not None:
            move = self._given(move)
        return move

    def _open(self, handoff: HandOff) -> None:
        assert handoff.reason
        self.opened += 1

    def _given(self, move: Move) -> Move:
        line, said = move.line, move.say
        match move.want:
            case Want.LAWYER:
                numbers = (*self.people, *((NIGHT,) if line.urgent else ()))
                free = [one for one in numbers if one not in line.rung]
                return self.ivr.ring(line, free[0], *said) if free else self._box(line, said)
            case Want.MESSAGE:
                return self._box(line, said)
            case Want.KEPT:
                self.opened += 1
                return self.ivr.kept(line, NOW, "482193")
            case Want.CODE:
                return self.ivr.told_code(line, "482193")
            case Want.STATUS:
                return self._status(line)
            case Want.RATED:
                return self.ivr.rated(line)
            case _:
                return self.ivr.erased(Line(place=line.place))

    def _box(self, line: Line, said: tuple[str, ...]) -> Move:
        asks = self.caller and not line.number
        if not asks:
            return self.ivr.speak_now(line, *said)
        return self.ivr.ask_consent(replace(line, number="+84912345678"), *said)

    def _status(self, line: Line) -> Move:
        if self.chance.random() < 0.4:
            rates = self.chance.choice(("", "HP-7K3Q"))
            return self.ivr.told_status(line, "Phiếu của anh chị đang chờ luật sư.", rates=rates)
        wrong = self.chance.random() < 0.7
        return self.ivr.unknown_code(line) if wrong else self.ivr.too_many_codes(line)


@dataclass
class RandomCall:
    """One caller who does anything at all, again and again."""

    house: SmallHouse
    provider: str
    chance: random.Random
    move: Move = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.move = self.house.settle(self.house.ivr.begin())
        self.is_sound()

    @property
    def over(self) -> bool:
        return isinstance(self.move.then, HangUp)

    def goes_on(self) -> None:
        self._hears(self._something())

    def _hears(self, ring: Ring) -> None:
        line = Line.from_json(self.move.line.as_json())  # as it is kept between two requests
        self.move = self.house.settle(self.house.ivr.hear(line, ring, NOW))
        self.steps += 1
        self.is_sound()

    def _ring(self, **more: Any) -> Ring:
        return Ring(self.provider, "CA1", self.steps + 1, **more)

    def _something(self) -> Ring:
        match self.move.then:
            case Dial():
                joined = self.chance.random() < 0.2  # he pressed 1, and they talked
                self.move = replace(self.move, line=replace(self.move.line, joined=joined))
                return self._ring(dialled=Dialled(answered=joined))
            case Record() if self.chance.random() < 0.3:
                return self._ring(recording=Recording("RE1", self.chance.choice((None, 3, 120))))
            case Listen() as listen if self.chance.random() < 0.85:
                if listen.speech and self.chance.random() < 0.5:
                    return self._ring(words=self.chance.choice(SAID))
                return self._ring(keys=self._keys(listen))
        return self._ring()

    def _keys(self, listen: Listen) -> str:
        length = listen.digits or self.chance.choice((1, 1, 2, 4, 6, 8, 32))
        return "".join(self.chance.choice("0123456789*#") for _ in range(length))

    # -- what must hold after each step ------------------------------------------------------------

    def is_sound(self) -> None:
        move = self.move
        assert move.want is None
        assert move.then is not None
        assert any(piece.strip() for piece in move.say)
        for piece in pieces(move.say, move.slow):
            assert 0 < len(piece) < 600
        if isinstance(move.then, Dial):
            assert move.then.number in (*self.house.people, NIGHT)
            assert move.then.number != NIGHT or move.line.urgent
        if isinstance(move.then, Listen) and self.provider == "stringee":
            assert not move.then.speech

    def silences_to_the_end(self) -> int:
        """How often he must say nothing until the call is over; the call itself stays as it is."""
        before = self.move, self.steps
        count = 0
        while not self.over and count <= PATIENCE:
            dialled = Dialled(answered=False) if isinstance(self.move.then, Dial) else None
            self._hears(self._ring(dialled=dialled))
            count += 1
        self.move, self.steps = before
        return count


def _calls(library: Library, provider: str, chance: random.Random) -> Iterator[RandomCall]:
    ivr = Ivr(Dialogue(library), speech=provider == "twilio")
    while True:
        people = LAWYERS[: chance.randrange(3)]
        house = SmallHouse(ivr, people, chance, caller=chance.random() < 0.7)
        yield RandomCall(house, provider, chance)


@pytest.mark.parametrize("provider", ["twilio", "stringee"])
@pytest.mark.thorough("stringee")
def test_nothing_leads_nowhere(library: Library, provider: str) -> None:
    chance = random.Random(20261122)
    places: set[str] = set()
    calls = _calls(library, provider, chance)
    call, steps, opened = next(calls), 0, 0
    while steps < STEPS:
        if call.over or call.steps > 60:
            opened += call.house.opened
            call = next(calls)
        call.goes_on()
        steps += 1
        new = call.move.line.place not in places
        places.add(call.move.line.place)
        if new or steps % 5 == 0:
            assert call.silences_to_the_end() <= PATIENCE, call.move
    assert opened > 100
    by_words_alone = set() if provider == "twilio" else {Place.OFFERED, Place.ERASE}
    assert places == set(Place) - by_words_alone
