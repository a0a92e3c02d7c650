"""How a question of law is met: answered, asked back, or handed to a lawyer. (pure)

Several questions in one message are met one by one; a question that leans on the last is read with
it; a case that lies back in time meets the law of that time.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from bot import phrases, triage
from bot.guided import Guidance
from bot.triage import Doubt
from bot.turns import Choice, HandOff, Outcome, Reply, Stage, State, Turn
from escalation.vocabulary import Priority
from knowledge_base.content import Entry
from knowledge_base.dates import Span, spans
from knowledge_base.library import Held, Library
from knowledge_base.matching import Decision, Verdict
from knowledge_base.questions import follow_up, questions_in
from knowledge_base.text import fold

_TOO_SHORT = 2  # words: "lương", "thai sản" name a field, not a question
_HOPEFUL = 0.9  # a chance that stands against words of another field of law
_CLEAR = 0.9  # belief in one entry that does so too
_NAMES_AN_ARTICLE = re.compile(r"\bdieu \d")
_BUTTONS = 5  # below one answer; Zalo shows no more
_RUNNER_UP = 0.1  # share of belief from which the second entry is one tap away
_RECENT = dt.timedelta(days=365)  # a rule that changed lately may still be asked about


class Counsel:
    """Meets questions out of one library of answers."""

    def __init__(self, library: Library, guidance: Guidance) -> None:
        self._library = library
        self._guidance = guidance

    def treat(self, state: State, text: str, today: dt.date) -> Turn:
        """Meet all that is asked in `text`."""
        state = replace(state, stage=Stage.OPEN)
        several = questions_in(text)
        if len(several) > 1 and (turn := self._one_by_one(state, several, today)):
            return turn
        return self._meet(state, text, today)

    def answer(self, state: State, choice: str, today: dt.date) -> Turn:
        """The entry somebody tapped: its id, or "id@first/last" for an event in that time."""
        entry_id, _, when = choice.partition("@")
        return self._answer(state, entry_id, None, "", _span_of(when), today)

    # -- one question ------------------------------------------------------------------------------

    def _meet(self, state: State, text: str, today: dt.date) -> Turn:
        decision = self._decide(state, text)
        doubt = triage.doubt(text)
        when = spans(text, today)
        if decision.verdict is Verdict.ANSWER and doubt is not Doubt.OTHER_LAW:
            best = decision.matches[0].entry_id
            return self._answer(state, best, decision, text, when, today)
        if _worth_asking_back(decision, doubt, text):
            return self._ask_back(state, decision, text, when)
        if doubt is not None:
            return _doubtful(state, doubt, text, decision)
        reason = "Không có câu trả lời phù hợp trong kho"
        return Turn(Outcome.HANDOFF, state, decision=decision, handoff=HandOff(reason=reason))

    def _decide(self, state: State, text: str) -> Decision:
        """The matcher's word; a question that leans on the last answer is read with it."""
        decision = self._library.decide(text)
        last = self._library.entries.get(state.last or "")
        new = follow_up(text)
        if last is None or new is None or decision.verdict is Verdict.ANSWER:
            return decision
        alone = self._library.decide(new)
        if alone.verdict is Verdict.ANSWER:
            return alone
        together = self._library.decide(f"{last.question} {new}")
        if together.matches and together.matches[0].entry_id == last.id:  # just said; ask back
            together = replace(together, verdict=Verdict.CLARIFY)
        return max(decision, alone, together, key=lambda one: (bool(one.matches), one.hope))

    def _one_by_one(self, state: State, asked: Sequence[str], today: dt.date) -> Turn | None:
        """Each question met for itself; None unless each of them stands on its own feet."""
        turns = [self._meet(state, one, today) for one in asked]
        entries = tuple(chain.from_iterable(turn.entries[:1] for turn in turns))
        met = all(turn.outcome in (Outcome.ANSWER, Outcome.CLARIFY) for turn in turns)
        answered = [turn for turn in turns if turn.outcome is Outcome.ANSWER]
        if not met or not answered or len(set(entries)) < len(turns):
            return None
        ordered = [*answered, *(turn for turn in turns if turn.outcome is Outcome.CLARIFY)]
        first = ordered[0]
        return replace(
            first,
            state=ordered[-1].state,
            replies=tuple(chain.from_iterable(turn.replies for turn in ordered)),
            entries=tuple(dict.fromkeys(chain.from_iterable(turn.entries for turn in ordered))),
        )

    # -- what is said ------------------------------------------------------------------------------

    def _answer(
        self,
        state: State,
        entry_id: str,
        decision: Decision | None,
        text: str,
        when: Sequence[Span],
        today: dt.date,
    ) -> Turn:
        entry = self._library.entries.get(entry_id)
        if entry is None:  # retired since it was offered
            return Turn(Outcome.CHAT, state, (Reply(phrases.STALE_CHOICE),))
        said = self._library.as_of(entry, when, today)
        if isinstance(said, Held):
            return _handed_over(state, entry, decision, said)
        choices = (
            Choice(phrases.THATS_IT, "confirm"),
            Choice(phrases.NOT_IT, "reject"),
            *self._runner_up(decision),
            *_earlier(entry, when, today),
            *self._guidance.below(entry.id),
        )
        *before, last = said
        return Turn(
            Outcome.ANSWER,
            replace(state, last=entry.id),
            (
                *_numbers_first(text, entry.urgent),
                *(Reply(words, advice=True) for words in before),
                Reply(last, choices[:_BUTTONS], advice=True),
            ),
            entries=(entry.id,),
            topic=entry.topic,
            decision=decision,
        )

    def _runner_up(self, decision: Decision | None) -> tuple[Choice, ...]:
        """The second entry, where it came near: one tap away for him who meant that one."""
        if decision is None or len(decision.matches) < 2:
            return ()
        second = decision.matches[1]
        if second.score < _RUNNER_UP:
            return ()
        entry = self._library.entries[second.entry_id]
        return (Choice(entry.label, f"answer:{entry.id}"),)

    def _ask_back(self, state: State, decision: Decision, text: str, when: Sequence[Span]) -> Turn:
        offered = [self._library.entries[match.entry_id] for match in decision.matches]
        question = phrases.ASK_BACK_SHORT if len(text.split()) <= _TOO_SHORT else phrases.ASK_BACK
        urgent = any(entry.urgent for entry in offered)
        choices = [Choice(entry.label, f"answer:{entry.id}{_at(entry, when)}") for entry in offered]
        return Turn(
            Outcome.CLARIFY,
            replace(state, last=offered[0].id),
            (
                *_numbers_first(text, urgent),
                Reply(question, (*choices, Choice(phrases.NOT_THESE, "lawyer")), advice=True),
            ),
            entries=tuple(entry.id for entry in offered),
            topic=offered[0].topic,
            decision=decision,
        )


def _worth_asking_back(decision: Decision, doubt: Doubt | None, text: str) -> bool:
    if not decision.matches:
        return False
    if doubt is None:
        return decision.verdict is not Verdict.UNSURE or len(text.split()) <= _TOO_SHORT
    if decision.hope >= _HOPEFUL or decision.matches[0].score >= _CLEAR:
        return True  # the words point both ways
    if doubt is not Doubt.UNCLEAR:
        return False
    offered = decision.verdict is Verdict.CLARIFY and not decision.faint
    return offered or _NAMES_AN_ARTICLE.search(fold(text).lower()) is not None


def _doubtful(state: State, doubt: Doubt, text: str, decision: Decision) -> Turn:
    said = {
        Doubt.ABUSE: phrases.ABUSE,
        Doubt.UNREADABLE: phrases.UNREADABLE,
        Doubt.FOREIGN: _FOREIGN.get(triage.language(text) or "en", phrases.ENGLISH),
        Doubt.OTHER_LAW: phrases.OTHER_LAW,
        Doubt.UNCLEAR: phrases.UNCLEAR,
    }[doubt]
    offers_lawyer = doubt in (Doubt.OTHER_LAW, Doubt.UNCLEAR, Doubt.FOREIGN)
    choices = (Choice(phrases.ASK_A_LAWYER, "lawyer"),) if offers_lawyer else ()
    return Turn(Outcome.CHAT, state, (Reply(said, choices),), decision=decision)


_FOREIGN = {
    "en": phrases.ENGLISH,
    "zh": phrases.CHINESE,
    "ko": phrases.KOREAN,
    "ja": phrases.JAPANESE,
}


def _handed_over(state: State, entry: Entry, decision: Decision | None, held: Held) -> Turn:
    priority = Priority.URGENT if entry.urgent else Priority.NORMAL
    return Turn(
        Outcome.HANDOFF,
        state,
        entries=(entry.id,),
        topic=entry.topic,
        decision=decision,
        urgent=entry.urgent,
        handoff=HandOff(reason=held.reason, priority=priority),
    )


def _numbers_first(text: str, urgent: bool) -> tuple[Reply, ...]:
    """Emergency numbers in front, where danger may be about though no alarm rang."""
    if triage.tells_of_injury(text):
        return (Reply(phrases.HURT_FIRST),)
    return (Reply(phrases.DANGER_FIRST),) if urgent else ()


def _earlier(entry: Entry, when: Sequence[Span], today: dt.date) -> tuple[Choice, ...]:
    """A button to the rule that held before, where it changed lately and no day was named."""
    if when or not entry.earlier or today - entry.valid_from > _RECENT:
        return ()
    ended = entry.valid_from - dt.timedelta(days=1)
    label = phrases.before(entry.turns_on or "", entry.valid_from)
    return (Choice(label, f"answer:{entry.id}@{ended}/{ended}"),)


def _at(entry: Entry, when: Sequence[Span]) -> str:
    """The time a tapped entry must be read for, kept in the button."""
    span = entry.decisive(when)
    return f"@{span.first}/{span.last}" if span else ""


def _span_of(kept: str) -> list[Span]:
    if not kept:
        return []
    first, _, last = kept.partition("/")
    return [Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]
