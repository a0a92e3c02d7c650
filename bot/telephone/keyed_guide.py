"""The guides by keypad and voice: asks one step, reads what was pressed or said. (pure)"""

import datetime as dt
from dataclasses import dataclass

from bot import answers, results
from bot.answers import Aside
from bot.guided import Guidance
from bot.telephone import words
from bot.telephone.aloud import aloud, sentences
from bot.telephone.call import Listen, Ring
from bot.turns import Guided
from knowledge_base.calculators.guide import ForLawyer, Guide, Kind, Result, Step, Value


class LeaveGuide(Exception):
    """The caller wants no more of it."""


@dataclass(frozen=True)
class Told:
    """What came out, in words."""

    say: tuple[str, ...]
    entries: tuple[str, ...]
    topic: str


Asked = tuple[tuple[str, ...], Listen]


class KeyedGuide:
    def __init__(self, guidance: Guidance, *, speech: bool) -> None:
        self._guidance = guidance
        self._speech = speech

    def next(self, begun: Guided, today: dt.date) -> Asked | Told | ForLawyer:
        """The next question with how to answer it, or what came out, or why a lawyer must."""
        guide = self._guidance.guides.get(begun.guide)
        if guide is None:
            return ForLawyer("phép tính này không còn")
        following = self._guidance.following(guide, begun, today)
        if isinstance(following, Step):
            if following.kind is Kind.PLACE and not self._speech:
                return self._without_place(guide, begun, following, today)
            return self._asked(following)
        return _told(guide, following) if isinstance(following, Result) else following

    def _without_place(
        self, guide: Guide, begun: Guided, step: Step, today: dt.date
    ) -> Asked | Told | ForLawyer:
        """A name cannot be keyed: go on without it where that can be."""
        if not step.may_skip:
            return ForLawyer("cần tên phường, xã mà máy chỉ nhận phím", words.KEYS_ONLY_NO_PLACE)
        return self.next(_with(begun, step, None), today)

    def _asked(self, step: Step) -> Asked:
        say = sentences(aloud(step.question))
        if step.kind is Kind.CHOICE:
            say += [words.choice(option.label, n) for n, option in enumerate(step.options, 1)]
            say += [words.GUIDE_UNSURE, words.GUIDE_STOP]
            return tuple(say), Listen(seconds=10, digits=1, speech=self._speech)
        say += [words.GUIDE_HOW[step.kind], words.GUIDE_UNSURE_THEN, words.GUIDE_STOP_THEN]
        return tuple(say), Listen(seconds=12, digits=None, speech=self._speech)

    def takes_one_key(self, begun: Guided, today: dt.date) -> bool:
        step = self._step(begun, today)
        return step is not None and step.kind is Kind.CHOICE

    def hear(self, begun: Guided, ring: Ring, today: dt.date) -> Guided | str:
        """The answers with this one, or in words why it was none; raises LeaveGuide."""
        step = self._step(begun, today)
        if step is None:
            return begun
        said = _aside(ring)
        if said is Aside.LEAVE:
            raise LeaveGuide
        if said is Aside.UNSURE:
            return _with(begun, step, None) if step.may_skip else words.GUIDE_NEEDS_THIS
        if not ring.keys and not ring.words:
            return words.NOT_HEARD
        try:
            return _with(begun, step, _value(step, ring, today))
        except answers.OutOfBounds:
            return aloud(results.bounds(step, today))
        except answers.Unreadable:
            return words.GUIDE_NOT_UNDERSTOOD

    def _step(self, begun: Guided, today: dt.date) -> Step | None:
        guide = self._guidance.guides.get(begun.guide)
        following = self._guidance.following(guide, begun, today) if guide else None
        return following if isinstance(following, Step) else None


def _aside(ring: Ring) -> Aside | None:
    if ring.keys in ("#", "**"):
        return Aside.LEAVE
    if ring.keys == "*":
        return Aside.UNSURE
    return answers.aside(ring.words) if ring.words else None


def _value(step: Step, ring: Ring, today: dt.date) -> Value:
    if ring.keys:
        return answers.keyed(step, ring.keys, today)
    return answers.heard(step, ring.words, today)


def _with(begun: Guided, step: Step, value: Value | None) -> Guided:
    return Guided(begun.guide, {**begun.answers, step.name: value})


def _told(guide: Guide, result: Result) -> Told:
    more = [f"{words.GUIDE_ASSUMED} {aloud(one)}." for one in result.assumed]
    if result.warning:
        more.insert(0, f"{words.GUIDE_WARNING} {aloud(result.warning)}")
    say = (*sentences(aloud(result.voice)), *more)
    return Told(say, guide.entries[:1], guide.topic)
