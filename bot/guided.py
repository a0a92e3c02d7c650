"""The guided part of the conversation: asks one thing at a time, then tells what came out. (pure)

Nothing holds the worker in it: a word, a button or simply another question leaves it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from bot import answers, phrases, results, triage
from bot.answers import Aside
from bot.turns import Choice, Guided, HandOff, Outcome, Reply, Stage, State, Turn
from knowledge_base.calculators.guide import (
    Answers,
    ForLawyer,
    Guide,
    Kind,
    Numbers,
    Result,
    Step,
)
from knowledge_base.library import Library
from knowledge_base.matching import Verdict

VERBS = ("guide", "pick", "unsure", "leave")  # actions of buttons: "pick:<guide>:<step>:<value>"

_PATIENCE = 2  # explanations of one step; then a lawyer is offered
_OFFERED = 2  # guides below one answer
_DIGITS_TYPED = (Kind.NUMBER, Kind.MONTHS, Kind.MONEY)  # there "2" is no second button


class Guidance:
    """The guides over one library of answers."""

    def __init__(self, library: Library, guides: Mapping[str, Guide]) -> None:
        self._library = library
        self.guides = guides
        self._numbers = Numbers(library.parameters)

    def below(self, entry_id: str) -> tuple[Choice, ...]:
        """The buttons that work out what the answer `entry_id` speaks of."""
        fit = self.fitting(entry_id)[:_OFFERED]
        if len(fit) == 1:
            return (Choice(phrases.WORK_IT_OUT, f"guide:{fit[0].id}"),)
        return tuple(Choice(guide.title, f"guide:{guide.id}") for guide in fit)

    def fitting(self, entry_id: str) -> list[Guide]:
        return [guide for guide in self.guides.values() if entry_id in guide.entries]

    def act(self, state: State, verb: str, argument: str, today: dt.date) -> Turn:
        """A button of a guide was tapped."""
        if verb == "leave":
            return _left(state)
        guide_id, _, rest = argument.partition(":")
        guide = self.guides.get(guide_id)
        if guide is None:
            return _stale(state)
        if verb == "guide":
            return self._go_on(state, guide, Guided(guide.id), today, f"{guide.title}.\n")
        if state.guided is None or state.guided.guide != guide.id:
            return _stale(state)
        name, _, value = rest.partition(":")
        return self._tapped(state, guide, name, value if verb == "pick" else None, today)

    def hear(self, state: State, text: str, today: dt.date) -> Turn | None:
        """An answer was typed; None where it is none, and the guide is left."""
        begun = state.guided
        guide = self.guides.get(begun.guide) if begun else None
        if begun is None or guide is None:
            return None
        said = answers.aside(text)
        if said is Aside.LEAVE:
            return _left(state)
        if said is Aside.BACK:
            kept = results.without_the_last(begun.answers)
            before = "" if begun.answers else f"{results.FIRST_QUESTION}\n"
            return self._go_on(state, guide, Guided(guide.id, kept), today, before)
        step = self.following(guide, begun, today)
        if not isinstance(step, Step):
            return self._go_on(state, guide, begun, today)
        if said is Aside.UNSURE:
            return self._unsure(state, guide, begun, step, today)
        return self._heard(state, guide, step, text, today)

    # -- one answer ------------------------------------------------------------------------------

    def _heard(
        self, state: State, guide: Guide, step: Step, text: str, today: dt.date
    ) -> Turn | None:
        assert state.guided is not None
        if answers.is_question(text):
            return None
        try:
            value = answers.heard(step, text, today)
        except answers.Rough:
            return _asking(state, guide, state.guided, step, f"{results.WHICH_DAY}\n")
        except answers.Unreadable as fault:
            if state.guided.misunderstood > _PATIENCE or self._is_other_matter(text):
                return None
            return self._explain(state, guide, step, fault, today)
        given = {step.name: value, **results.marks(step, text)}
        return self._answered(state, guide, given, today, results.noted(step, text, value))

    def _tapped(
        self, state: State, guide: Guide, name: str, value: str | None, today: dt.date
    ) -> Turn:
        """An option; one of an earlier step takes that answer back, and all that came after."""
        begun = state.guided
        assert begun is not None
        earlier = list(begun.answers)
        if name in earlier:
            kept = {key: begun.answers[key] for key in earlier[: earlier.index(name)]}
            begun = Guided(guide.id, kept)
        step = self.following(guide, begun, today)
        if not isinstance(step, Step) or step.name != name:
            return _stale(state)
        state = replace(state, guided=begun)
        if value is None:
            return self._unsure(state, guide, begun, step, today)
        if value not in {option.value for option in step.options}:
            return _stale(state)
        return self._answered(state, guide, {name: value}, today)

    def _answered(
        self, state: State, guide: Guide, given: Answers, today: dt.date, noted: str = ""
    ) -> Turn:
        assert state.guided is not None
        more = Guided(guide.id, {**state.guided.answers, **given})
        return self._go_on(state, guide, more, today, noted)

    def _unsure(
        self, state: State, guide: Guide, begun: Guided, step: Step, today: dt.date
    ) -> Turn:
        if step.may_skip:
            return self._answered(state, guide, {step.name: None}, today)
        return self._ways_out(state, guide, begun, step, phrases.GUIDE_NEEDS_THIS)

    def _explain(
        self, state: State, guide: Guide, step: Step, fault: answers.Unreadable, today: dt.date
    ) -> Turn:
        begun = state.guided
        assert begun is not None
        begun = replace(begun, misunderstood=begun.misunderstood + 1)
        if begun.misunderstood > _PATIENCE:
            return self._ways_out(state, guide, begun, step, phrases.GUIDE_GIVES_UP)
        out = isinstance(fault, answers.OutOfBounds)
        why = results.bounds(step, today) if out else phrases.GUIDE_EXAMPLES[step.kind]
        return _asking(state, guide, begun, step, f"{why}\n")

    def _ways_out(self, state: State, guide: Guide, begun: Guided, step: Step, words: str) -> Turn:
        state = replace(state, guided=begun)
        if step.kind in _DIGITS_TYPED:
            return _chat(state, f"{words} {phrases.GUIDE_TYPED_OFFERS}")
        general = [entry for entry in guide.entries[:1] if entry in self._library.entries]
        choices = (
            *(Choice(phrases.GENERAL_ANSWER, f"answer:{entry}") for entry in general),
            Choice(phrases.ASK_A_LAWYER, "lawyer"),
            Choice(phrases.STOP_GUIDE, "leave"),
        )
        return _chat(state, f"{words} {phrases.GUIDE_OFFERS}", choices)

    def _is_other_matter(self, text: str) -> bool:
        if triage.sort(text) is not None:
            return True
        return len(text.split()) > 1 and self._library.decide(text).verdict is Verdict.ANSWER

    # -- what comes next -------------------------------------------------------------------------

    def following(self, guide: Guide, begun: Guided, today: dt.date) -> Step | Result | ForLawyer:
        """The next step or the result, or why it is for a lawyer."""
        if held := self._held(guide, today):
            return ForLawyer(held)
        try:
            return guide.advance(begun.answers, self._numbers, today)
        except ForLawyer as why:
            return why
        except LookupError:
            return ForLawyer("thiếu số liệu của ngày này")

    def _go_on(
        self, state: State, guide: Guide, begun: Guided, today: dt.date, before: str = ""
    ) -> Turn:
        following = self.following(guide, begun, today)
        if isinstance(following, Step):
            return _asking(state, guide, begun, following, before)
        if isinstance(following, Result):
            return self._told(state, guide, following, begun.answers)
        return _handed_over(state, guide, following)

    def _held(self, guide: Guide, today: dt.date) -> str | None:
        """Why the guide must not be walked through: law it rests on ended or changed.

        A guide may rest on a law that ended where it rests on what replaced it too.
        """
        cited = {citation.law_id for citation in guide.citations}
        for law_id in sorted(cited):
            instrument = self._library.instruments.get(law_id)
            if instrument is None or not (
                instrument.in_force(today) or instrument.replaced_by in cited
            ):
                return f"căn cứ {law_id} không có hiệu lực"
        held = self._library.guide_held(guide.id, today)
        return held.reason if held else None

    def _told(self, state: State, guide: Guide, result: Result, heard: Answers) -> Turn:
        choices = (Choice(phrases.THATS_IT, "confirm"), Choice(phrases.NOT_IT, "reject"))
        parts = results.rendered(result, self._library.instruments, heard)
        *first, last = (Reply(part, advice=True) for part in parts)
        return Turn(
            Outcome.ANSWER,
            _over(state),
            (*first, replace(last, choices=choices)),
            entries=guide.entries[:1],
            topic=guide.topic,
        )


def _handed_over(state: State, guide: Guide, why: ForLawyer) -> Turn:
    reason = f"Tính thử “{guide.title}”: {why.reason}"
    return Turn(
        Outcome.HANDOFF,
        _over(state),
        (Reply(why.words),) if why.words else (),
        topic=guide.topic,
        handoff=HandOff(reason=reason),
    )


def _asking(state: State, guide: Guide, begun: Guided, step: Step, before: str = "") -> Turn:
    words, choices = f"{before}{step.question}", _buttons(guide, step)
    if not choices:
        words = f"{words}\n{phrases.GUIDE_TYPED_WAYS_OUT}"
    return _chat(replace(state, guided=begun), words, choices)


def _buttons(guide: Guide, step: Step) -> tuple[Choice, ...]:
    """None where a number is awaited: typed, it would be taken for the number of a button."""
    if step.kind in _DIGITS_TYPED:
        return ()
    place = f"{guide.id}:{step.name}"
    return (
        *(Choice(option.label, f"pick:{place}:{option.value}") for option in step.options),
        Choice(phrases.DONT_KNOW, f"unsure:{place}"),
        Choice(phrases.STOP_GUIDE, "leave"),
    )


def _over(state: State) -> State:
    return replace(state, guided=None, stage=Stage.OPEN)


def _left(state: State) -> Turn:
    return _chat(_over(state), phrases.GUIDE_LEFT)


def _stale(state: State) -> Turn:
    return _chat(state, phrases.STALE_CHOICE)


def _chat(state: State, words: str, choices: tuple[Choice, ...] = ()) -> Turn:
    return Turn(Outcome.CHAT, state, (Reply(words, choices),))
