"""The conversation, the same on every channel: hears one utterance, decides one turn. (pure)

It reads no database and sends nothing. What it needs to know comes in as values; what must be
done (open a ticket, add to one, rate, erase) goes out as values for the inbox to carry out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from bot import guided, phrases, triage
from bot.counsel import Counsel
from bot.guided import Guidance
from bot.triage import Danger, Sort
from bot.turns import (
    MAX_TEXT,
    Case,
    Choice,
    HandOff,
    Outcome,
    Rating,
    Reply,
    Stage,
    State,
    Turn,
    Utterance,
)
from escalation.calendar import LOCAL
from escalation.vocabulary import Kind, Priority
from knowledge_base.calculators.guide import Guide
from knowledge_base.calculators.guides import GUIDES
from knowledge_base.library import Library
from knowledge_base.text import fold


class Dialogue:
    """The rules of the conversation over one library of answers."""

    def __init__(self, library: Library, guides: Mapping[str, Guide] = GUIDES) -> None:
        self.library = library
        self.guidance = Guidance(library, guides)
        self._counsel = Counsel(library, self.guidance)

    def respond(self, state: State, said: Utterance, case: Case | None, now: dt.datetime) -> Turn:
        """Decide one turn. The first one carries the notice, ahead of the answer."""
        turn = self._decide(state, said, case, now)
        if state.noticed or turn.urgent:  # in danger numbers come first; the notice can wait
            return turn
        if _person_has_it(state, now) and not turn.replies:
            return turn
        return replace(
            turn,
            state=replace(turn.state, noticed=True),
            replies=(Reply(phrases.NOTICE), *turn.replies),
        )

    def _decide(self, state: State, said: Utterance, case: Case | None, now: dt.datetime) -> Turn:
        if said.action is not None:
            return self._act(state, said.action, case, now)
        turn = self._hear(state, said, case, now)
        return _telling_of_files(turn) if said.attachments else turn

    def _hear(self, state: State, said: Utterance, case: Case | None, now: dt.datetime) -> Turn:
        text = said.text[:MAX_TEXT]
        begun, state = state, replace(state, guided=None)  # whatever else is said leaves the guide
        if (danger := triage.danger(text)) is not None:
            return self._danger(state, danger, case)
        sort = triage.sort(text)
        if sort in (Sort.ERASE, Sort.STATUS):
            return self._command(begun, sort)
        if _person_has_it(state, now):
            return Turn(Outcome.JOIN if case and case.is_open else Outcome.CHAT, state)
        if case and case.is_open and sort in _COURTESIES and not said.attachments:
            return Turn(Outcome.CHAT, state)  # "cảm ơn" is no message to the lawyer
        waits = case is not None and case.is_open and not case.answered
        if waits and state.stage in (Stage.EMPLOYER, Stage.REACH):
            return self._detail(state, text)
        if case and case.is_open and state.stage is not Stage.ASIDE:
            return self._join(state, now, case)
        if begun.guided is None:
            return self._asked(state, text, sort, case, now)
        if turn := self.guidance.hear(begun, text, _day(now)):
            return turn
        turn = self._asked(state, text, sort, case, now)
        return replace(turn, replies=(Reply(phrases.GUIDE_LEFT_FOR_THIS), *turn.replies))

    def _asked(
        self, state: State, text: str, sort: Sort | None, case: Case | None, now: dt.datetime
    ) -> Turn:
        """Said to no guide."""
        if state.stage in _AWAITED:
            return self._awaited(state)
        if sort is not None:
            return self._sorted(state, sort, text)
        if case and not case.is_open and state.stage is not Stage.ASIDE:
            return self._join(state, now, case)
        return self._counsel.treat(state, text, _day(now))

    # -- danger ------------------------------------------------------------------------------

    def _danger(self, state: State, danger: Danger, case: Case | None) -> Turn:
        numbers = Reply(phrases.DANGER[danger.kind])
        if case and case.is_open:
            return Turn(Outcome.JOIN, state, (numbers,), urgent=True)
        return Turn(
            Outcome.HANDOFF,
            replace(state, stage=Stage.OPEN),
            (numbers,),
            urgent=True,
            handoff=HandOff(
                kind=Kind.REPORT,
                priority=Priority.URGENT,
                reason=f"Từ ngữ nguy hiểm: {danger.kind}",
                receipt="danger",
            ),
        )

    # -- what is not a question ----------------------------------------------------------------

    def _command(self, state: State, sort: Sort) -> Turn:
        if sort is Sort.STATUS:
            return Turn(Outcome.CHAT, state, status=True)
        choices = (Choice(phrases.ERASE_ALL, "erase"), Choice(phrases.KEEP, "keep"))
        return Turn(Outcome.CHAT, state, (Reply(phrases.ERASE_CONFIRM, choices),))

    def _sorted(self, state: State, sort: Sort, text: str) -> Turn:
        opened = replace(state, stage=Stage.OPEN)
        if sort is Sort.LAWYER:
            return _ask_for(opened, Stage.FOR_LAWYER, phrases.ASK_QUESTION_FOR_LAWYER)
        if sort in (Sort.REPORT, Sort.PROPOSAL):
            stage = Stage.REPORT if sort is Sort.REPORT else Stage.PROPOSAL
            if triage.only_names_it(text):
                words = phrases.ASK_REPORT if stage is Stage.REPORT else phrases.ASK_PROPOSAL
                return _ask_for(opened, stage, words)
            return _hand_over(opened, stage)
        return Turn(Outcome.CHAT, opened, (Reply(_COURTESIES[sort]),))

    def _awaited(self, state: State) -> Turn:
        return _hand_over(replace(state, stage=Stage.OPEN), state.stage)

    # -- while a ticket is open ------------------------------------------------------------------

    def _detail(self, state: State, text: str) -> Turn:
        """An optional detail was asked for; a long text or a question is more of the story."""
        if " ".join(fold(text).lower().split()).strip(" .!") in _NOTHING_TOLD:
            return self._skip(state)
        told = text if len(text) <= _DETAIL_LENGTH and "?" not in text else None
        if state.stage is Stage.EMPLOYER:
            return Turn(
                Outcome.JOIN, replace(state, stage=Stage.REACH), (_ask_reach(),), employer=told
            )
        return Turn(
            Outcome.JOIN,
            replace(state, stage=Stage.OPEN),
            (Reply(phrases.DETAILS_KEPT),),
            reach=told,
        )

    def _join(self, state: State, now: dt.datetime, case: Case) -> Turn:
        """The lawyer has the case: pass it on, and say so only once in a while."""
        if case.is_open and not _time_to_acknowledge(state, now):
            return Turn(Outcome.JOIN, state)
        said = replace(state, acknowledged_at=now.isoformat())
        if not case.is_open:  # reopening; the inbox tells until when
            return Turn(Outcome.JOIN, said)
        choices = (Choice(phrases.ASK_SOMETHING_ELSE, "aside"),)
        return Turn(Outcome.JOIN, said, (Reply(phrases.joined(case.code), choices),))

    # -- files without a word -------------------------------------------------------------------

    def _attached(self, state: State, case: Case | None, now: dt.datetime) -> Turn:
        """Where somebody waits for words, a recording is as good; the machine cannot use it."""
        if _person_has_it(state, now):
            return Turn(Outcome.JOIN if case and case.is_open else Outcome.CHAT, state)
        beside = state.stage is Stage.ASIDE
        if case and case.is_open and not beside:
            return self._join(state, now, case)
        if state.stage in _AWAITED:
            return self._awaited(replace(state, guided=None))
        if case and not beside:
            return self._join(state, now, case)
        if state.acknowledged_at and _since(state.acknowledged_at, now) < _ALBUM:
            return Turn(Outcome.CHAT, state)
        told = replace(state, acknowledged_at=now.isoformat())
        return Turn(Outcome.CHAT, told, (Reply(phrases.FILES_ALONE, (_SHOW_LAWYER,)),))

    # -- buttons -----------------------------------------------------------------------------------

    def _act(self, state: State, action: str, case: Case | None, now: dt.datetime) -> Turn:
        verb, _, argument = action.partition(":")
        if verb in guided.VERBS:
            return self.guidance.act(_beside(state, case), verb, argument, _day(now))
        begun, state = state, replace(state, guided=None)
        opened = replace(state, stage=Stage.OPEN)
        match verb:
            case "answer":
                return self._counsel.answer(opened, argument, _day(now))
            case "confirm":
                return Turn(Outcome.CHAT, opened, (Reply(phrases.GLAD),), confirmed=True)
            case "reject" | "lawyer":
                return self._to_lawyer(state, case, now, refused=verb == "reject")
            case "skip":
                return self._skip(state)
            case "aside":
                aside = replace(state, stage=Stage.ASIDE)
                return Turn(Outcome.CHAT, aside, (Reply(phrases.ASK_NEXT_QUESTION),))
            case "rate" | "rate_bot":
                helped, _, code = argument.partition("@")
                rating = Rating(helped == "1", verb == "rate_bot", code)
                return Turn(Outcome.CHAT, opened, rating=rating)
            case "status":
                return Turn(Outcome.CHAT, opened, status=True)
            case "erase":
                return Turn(Outcome.CHAT, State(), (Reply(phrases.ERASED),), erase=True)
            case "unsupported":
                return Turn(Outcome.CHAT, begun, (Reply(phrases.UNSUPPORTED),))
            case "attached":
                return self._attached(begun, case, now)
        return Turn(Outcome.CHAT, opened, (Reply(_SAID.get(verb, phrases.STALE_CHOICE)),))

    def _to_lawyer(
        self, state: State, case: Case | None, now: dt.datetime, *, refused: bool
    ) -> Turn:
        """He wants a person, at once or because our answer was wrong."""
        confirmed = False if refused else None
        fresh = replace(state, acknowledged_at=None)
        if case and case.is_open and state.stage is not Stage.ASIDE:
            return replace(self._join(fresh, now, case), confirmed=confirmed)
        handoff = HandOff(reason=_REFUSED if refused else _WISHED)
        opened = replace(fresh, stage=Stage.OPEN)
        return Turn(Outcome.HANDOFF, opened, handoff=handoff, confirmed=confirmed)

    def _skip(self, state: State) -> Turn:
        if state.stage is Stage.EMPLOYER:
            return Turn(Outcome.CHAT, replace(state, stage=Stage.REACH), (_ask_reach(),))
        skipped = replace(state, stage=Stage.OPEN)
        return Turn(Outcome.CHAT, skipped, (Reply(phrases.DETAILS_SKIPPED),))


def receipt(turn: Turn, code: str, due: dt.datetime) -> tuple[State, tuple[Reply, ...]]:
    """What to say once the ticket is open: the promise, and the first optional question."""
    assert turn.handoff is not None
    reason = phrases.RECEIPT_REASONS.get(turn.handoff.receipt or "")
    promise = phrases.receipt(code, due, reason)
    if turn.urgent:  # no form to fill in while somebody is in danger
        return replace(turn.state, stage=Stage.OPEN), (Reply(promise),)
    ask = Reply(f"{promise}\n{phrases.ASK_EMPLOYER}", (Choice(phrases.SKIP, "skip"),))
    return replace(turn.state, stage=Stage.EMPLOYER), (ask,)


def reopened(code: str, due: dt.datetime) -> Reply:
    choices = (Choice(phrases.ASK_SOMETHING_ELSE, "aside"),)
    return Reply(phrases.reopened(code, due), choices)


def rating_request(code: str) -> Reply:
    return Reply(
        phrases.resolved(code),
        (
            Choice(phrases.HELPED, f"rate:1@{code}"),
            Choice(phrases.DID_NOT_HELP, f"rate:0@{code}"),
        ),
    )


def rated(rating: Rating, *, bot_answered: bool) -> Reply:
    """Thanks for a tap; after the one about the lawyer, the bot asks about itself."""
    if rating.of_bot:
        return Reply(phrases.RATED)
    thanks = phrases.RATED if rating.helped else phrases.NOT_HELPED_RATED
    if not bot_answered:
        return Reply(thanks)
    choices = (
        Choice(phrases.BOT_HELPED, f"rate_bot:1@{rating.code}"),
        Choice(phrases.BOT_DID_NOT_HELP, f"rate_bot:0@{rating.code}"),
    )
    return Reply(f"{thanks} {phrases.ASK_BOT_RATING}", choices)


def _telling_of_files(turn: Turn) -> Turn:
    """One line more below what was said to the words; a lawyer or a confirmation needs none."""
    if turn.outcome not in (Outcome.ANSWER, Outcome.CLARIFY, Outcome.CHAT) or turn.status:
        return turn
    if not turn.replies or any(one.action == "erase" for one in turn.replies[-1].choices):
        return turn
    *before, last = turn.replies
    choices = (*last.choices[: _MOST_CHOICES - 1], _SHOW_LAWYER)
    told = replace(last, text=f"{last.text}\n\n{phrases.FILES_NOT_READ}", choices=choices)
    return replace(turn, replies=(*before, told))


_MOST_CHOICES = 5  # Zalo shows no more
_SHOW_LAWYER = Choice(phrases.SHOW_LAWYER, "lawyer")
_REFUSED = "Người lao động báo câu trả lời tự động chưa đúng"
_WISHED = "Người lao động chọn hỏi luật sư"
_ALBUM = dt.timedelta(minutes=1)  # pictures sent together come as messages of their own
_DETAIL_LENGTH = 120
# Typed where a button says it. (folded)
_NOTHING_TOLD = frozenset(
    "bo qua|khong|ko|k|thoi|khoi|khong can|khong muon noi|khong noi"
    "|tra loi tai day|o day|tai day".split("|")
)
_ACKNOWLEDGE_EVERY = dt.timedelta(minutes=30)
_BY_HAND = dt.timedelta(hours=12)  # after that the bot may speak again
_AWAITED = (Stage.REPORT, Stage.PROPOSAL, Stage.FOR_LAWYER)

_COURTESIES = {
    Sort.GREETING: phrases.GREETING,
    Sort.THANKS: phrases.THANKS,
    Sort.GOODBYE: phrases.GOODBYE,
    Sort.WHO_ARE_YOU: phrases.WHO_ARE_YOU,
    Sort.SMALL_TALK: phrases.SMALL_TALK,
}
_SAID = {  # to a button that does nothing else
    "here": phrases.DETAILS_SKIPPED,
    "keep": phrases.NOT_ERASED,
    "start": phrases.GREETING,
}
_BY_STAGE = {
    Stage.REPORT: HandOff(Kind.REPORT, reason="Phản ánh", receipt="report"),
    Stage.PROPOSAL: HandOff(Kind.PROPOSAL, reason="Kiến nghị", receipt="proposal"),
    Stage.FOR_LAWYER: HandOff(reason="Người lao động xin gặp luật sư"),
}


def _hand_over(state: State, stage: Stage) -> Turn:
    return Turn(Outcome.HANDOFF, state, handoff=_BY_STAGE[stage])


def _ask_for(state: State, stage: Stage, words: str) -> Turn:
    return Turn(Outcome.CHAT, replace(state, stage=stage), (Reply(words),))


def _ask_reach() -> Reply:
    return Reply(phrases.ASK_REACH, (Choice(phrases.HERE_IS_FINE, "here"),))


def _beside(state: State, case: Case | None) -> State:
    """A guide answers at once; what is typed meanwhile is not for the ticket that waits."""
    return replace(state, stage=Stage.ASIDE if case and case.is_open else Stage.OPEN)


def _person_has_it(state: State, now: dt.datetime) -> bool:
    """Somebody of the centre answers by hand on the provider's page: the bot keeps out of it."""
    if state.taken_over_at is None:
        return False
    return _since(state.taken_over_at, now) < _BY_HAND


def _time_to_acknowledge(state: State, now: dt.datetime) -> bool:
    if state.acknowledged_at is None:
        return True
    return _since(state.acknowledged_at, now) >= _ACKNOWLEDGE_EVERY


def _since(moment: str, now: dt.datetime) -> dt.timedelta:
    return now - dt.datetime.fromisoformat(moment)


def _day(now: dt.datetime) -> dt.date:
    return now.astimezone(LOCAL).date()
