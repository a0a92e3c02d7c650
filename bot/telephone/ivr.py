"""The conversation by telephone: hears one step of a call, decides the next. (pure)

Questions are met by the same `Dialogue` as in a chat; here is what only a telephone needs: menus,
patience with silence and noise, saying again, slower, and the way to a person from everywhere.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import phrases, triage
from bot.dialogue import Dialogue
from bot.telephone import tree, words
from bot.telephone.aloud import aloud, sentences
from bot.telephone.call import HangUp, Ring
from bot.telephone.keyed_guide import KeyedGuide, LeaveGuide, Told
from bot.telephone.line import Line, Move, Place, Want
from bot.telephone.prompts import clear, over
from bot.telephone.spoken_keys import asks_again, spoken_key
from bot.telephone.tree import Node
from bot.telephone.ways_out import KEYS_ONLY, PATIENCE, SERVED, WaysOut
from bot.turns import Guided, HandOff, Outcome, Stage, State, Turn, Utterance
from escalation.calendar import LOCAL
from escalation.vocabulary import Kind
from knowledge_base.calculators.guide import ForLawyer
from knowledge_base.dates import Span, spans
from knowledge_base.library import Held

OFFERED = 3
_CODE_KEYS = (4, 6)
_QUESTION_WORDS = 4  # shorter ones may be a bad answer to a guide's step
_ASKED = 300  # characters of his words that become a ticket's subject


class Ivr(WaysOut):
    """One telephone conversation over a dialogue, for a line that hears speech or keys only."""

    def __init__(self, dialogue: Dialogue, *, speech: bool, keypad: Node | None = None) -> None:
        super().__init__(dialogue, speech=speech, keypad=keypad)
        self._guide = KeyedGuide(dialogue.guidance, speech=speech)

    # -- begin and go on ------------------------------------------------

    def begin(self, caller: str = "") -> Move:
        return self._ask(Line(caller=caller), words.GREETING, words.NOTICE)

    def hear(self, line: Line, ring: Ring, now: dt.datetime) -> Move:
        """What follows from keys, words, a recording, or silence."""
        today = now.astimezone(LOCAL).date()
        if line.place is Place.OVER:
            return Move(line, (words.GOODBYE,), HangUp())
        if line.place is Place.DIALLING:
            return self._dialled(line)
        if line.place is Place.RECORDING:
            return self._recorded(line, ring)
        if line.place is Place.GUIDE:
            return replace(self._in_guide(line, ring, now), heard=_heard(ring))
        said_key = spoken_key(ring.words, line.place) if not ring.keys else ""
        if said_key:
            move = self._key(line, said_key, today)
        elif ring.words and line.place not in KEYS_ONLY:
            line = replace(line, asked=ring.words[:_ASKED])
            move = self._question(line, ring.words, now)
        elif not ring.keys:
            return self._silence(line)
        else:
            move = self._key(line, ring.keys, today)
        return replace(move, heard=_heard(ring))

    def _key(self, line: Line, keys: str, today: dt.date) -> Move:
        if line.place is Place.CODE:
            return self._code(line, keys)
        if line.place in _ANSWERS_TO_YES:
            return _ANSWERS_TO_YES[line.place](self, line, keys)
        match keys[:1]:
            case "0":
                return self.lawyer(line, "Người gọi xin gặp luật sư")
            case "9":
                return self.message_box(line)
            case "*":
                return self._back(line)
        return _KEYS_AT[line.place](self, line, keys[:1], today)

    def _back(self, line: Line) -> Move:
        if line.place is Place.TREE and line.node:
            return self._open(line, tree.above(line.node))
        return self._ask(line)

    # -- questions ------------------------------------------------

    def _question(self, line: Line, said: str, now: dt.datetime) -> Move:
        state = State(noticed=True, last=line.entry)
        turn = self._dialogue.respond(state, Utterance(said), None, now)
        today = now.astimezone(LOCAL).date()
        if turn.status:
            return self._prompt(replace(line, place=Place.CODE, tries=0))
        if turn.handoff is not None and turn.urgent:
            numbers = tuple(sentences(aloud(turn.replies[0].text))) if turn.replies else ()
            return self._to_lawyer(replace(line, urgent=True), turn, *numbers)
        match turn.outcome:
            case Outcome.ANSWER:
                return self._answer(line, turn, spans(said, today), today, asked=said)
            case Outcome.CLARIFY:
                return self._offer_these(line, turn)
            case Outcome.HANDOFF:
                return self._to_lawyer(line, turn, words.NEEDS_LAWYER)
        return self._chat(line, turn)

    def _chat(self, line: Line, turn: Turn) -> Move:
        if turn.state.stage is Stage.FOR_LAWYER:
            return self.lawyer(line, "Người gọi xin gặp luật sư")
        if turn.state.stage in _KINDS:
            return self.message_box(replace(line, kind=_KINDS[turn.state.stage]))
        first = turn.replies[0].text if turn.replies else ""
        if _erases(turn):
            return self._prompt(replace(line, place=Place.ERASE, tries=0))
        if first == phrases.GOODBYE and line.place in SERVED:
            return Move(over(line), (words.GOODBYE,), HangUp())
        said = words.SAID_FOR.get(first)
        if said is None:
            return self._misunderstood(line, words.NOT_HEARD)
        return self._small_talk(line, said)

    def _small_talk(self, line: Line, said: str) -> Move:
        """An answer, but not for ever: a noisy line says "alo" again and again, too."""
        tries = line.tries + 1
        if tries > PATIENCE:
            return self.message_box(line, said, words.TO_THE_BOX)
        move = self._ask(line, said)
        return replace(move, line=replace(move.line, tries=tries))

    def _answer(
        self, line: Line, turn: Turn, when: list[Span], today: dt.date, asked: str = ""
    ) -> Move:
        """Read the question back in one sentence, then the entry's own script."""
        entry = self._library.entries[turn.entries[0]]
        said = self._library.spoken_as_of(entry, when, today)
        if isinstance(said, Held):
            return self._held(line, turn, said)
        numbers = tuple(aloud(reply.text) for reply in turn.replies if not reply.advice)
        pieces = (*numbers, *(one for text in said for one in sentences(aloud(text))))
        line = replace(
            clear(line),
            place=Place.ANSWERED,
            said=pieces,
            entry=entry.id,
            second=turn.entries[1] if len(turn.entries) > 1 and asked else None,
        )
        move = self._listen(
            line, (words.read_back(entry.label), *pieces, *self._after_answer(line))
        )
        return replace(move, turn=turn)

    def _held(self, line: Line, turn: Turn, held: Held) -> Move:
        handoff = HandOff(reason=held.reason)
        turn = replace(turn, outcome=Outcome.HANDOFF, replies=(), handoff=handoff)
        return self._to_lawyer(line, turn, words.ANSWER_NEEDS_LAWYER)

    def _choose_of_his(self, line: Line, action: str, today: dt.date) -> Move:
        """Chosen for what he asked himself: the day he told of counts here, too."""
        return self._choose(line, action, today, spans(line.asked, today))

    def _choose(self, line: Line, action: str, today: dt.date, when: Sequence[Span] = ()) -> Move:
        """What a key of a menu stands for."""
        verb, _, name = action.partition(":")
        if verb == "guide":
            return self._go_on(replace(line, guided=Guided(name)), today)
        turn = self._dialogue.respond(
            State(noticed=True), Utterance(action, action), None, _noon(today)
        )
        if turn.outcome is Outcome.ANSWER:
            return self._answer(line, turn, list(when), today)
        if turn.handoff is not None:
            return self._to_lawyer(line, turn, words.ANSWER_NEEDS_LAWYER)
        return self._ask(line)  # retired since it was offered

    def _offer_these(self, line: Line, turn: Turn) -> Move:
        tries = line.tries + 1 if line.place is Place.OFFERED else 0
        if tries >= PATIENCE:  # he said it in other words, and in others again
            return self.lawyer(
                line, "Máy hỏi lại hai lần mà chưa trúng câu hỏi", words.NEEDS_LAWYER
            )
        offered = tuple(f"answer:{entry_id}" for entry_id in turn.entries[:OFFERED])
        line = replace(clear(line), place=Place.OFFERED, offered=offered, tries=tries)
        return replace(self._offer(line), turn=turn)

    # -- keys, place by place ------------------------------------------------

    def _at_ask(self, line: Line, key: str, today: dt.date) -> Move:
        if key == "1":
            return self._open(line, "")
        if key == "2":
            return self._prompt(replace(clear(line), place=Place.CODE))
        return self._misunderstood(line, words.WRONG_KEY)

    def _at_tree(self, line: Line, key: str, today: dt.date) -> Move:
        node = tree.at(self._keypad, line.node)
        if not key.isdigit() or not 1 <= int(key) <= len(node.below):
            return self._misunderstood(line, words.WRONG_KEY)
        chosen = node.below[int(key) - 1]
        if chosen.action:
            return self._choose(line, chosen.action, today)
        return self._open(line, tree.below(line.node, int(key)))

    def _at_offered(self, line: Line, key: str, today: dt.date) -> Move:
        if not key.isdigit() or not 1 <= int(key) <= len(line.offered):
            return self._misunderstood(line, words.WRONG_KEY)
        return self._choose_of_his(line, line.offered[int(key) - 1], today)

    def _at_answered(self, line: Line, key: str, today: dt.date) -> Move:
        again = replace(line, tries=0)
        match key:
            case "1" | "2":
                say = (*line.said, *self._after_answer(line))
                return self._listen(again, say, slow=key == "2")
            case "3":
                return Move(again, want=Want.CODE)
            case "4" if line.entry and (fit := self._dialogue.guidance.fitting(line.entry)):
                return self._go_on(replace(line, guided=Guided(fit[0].id)), today)
            case "5" if line.second:
                return self._choose_of_his(line, f"answer:{line.second}", today)
        return self._misunderstood(line, words.WRONG_KEY)

    def _at_told(self, line: Line, key: str, today: dt.date) -> Move:
        if key == "1":
            return self._listen(replace(line, tries=0), (*line.said, *self._after_told(line)))
        if key in words.RATINGS and line.place is Place.STATUS and line.rates:
            return Move(replace(line, tries=0), want=Want.RATED, keys=key)
        return self._misunderstood(line, words.WRONG_KEY)

    def _code(self, line: Line, keys: str) -> Move:
        if keys.startswith("*"):
            return self._ask(line)
        if keys == "0":
            return self.lawyer(line, "Người gọi xin gặp luật sư")
        if len(keys) not in _CODE_KEYS or not keys.isdigit():
            return self._misunderstood(line, words.WRONG_KEY)
        return Move(line, want=Want.STATUS, keys=keys)

    def _consented(self, line: Line, keys: str) -> Move:
        if keys[:1] in ("1", "2"):
            return self._speak_now(replace(line, may_ring=keys[:1] == "1", tries=0))
        return self._misunderstood(line, words.WRONG_KEY)

    def _erase(self, line: Line, keys: str) -> Move:
        if keys[:1] == "1":
            return Move(over(line), want=Want.ERASE)
        return self._ask(line, words.NOT_ERASED)

    # -- guided answers ------------------------------------------------

    def _in_guide(self, line: Line, ring: Ring, now: dt.datetime) -> Move:
        assert line.guided is not None
        today = now.astimezone(LOCAL).date()
        if asks_again(ring.words):
            return self._go_on(line, today)
        if triage.danger(ring.words) is not None:
            return self._left_for(line, ring.words, now)
        one_key = self._guide.takes_one_key(line.guided, today)
        if one_key and (said_key := spoken_key(ring.words, Place.GUIDE)):
            ring = replace(ring, keys=said_key, words="")
        if one_key and ring.keys[:1] == "0":
            return self.lawyer(line, "Người gọi xin gặp luật sư khi đang tính thử")
        return self._to_guide(line, line.guided, ring, now)

    def _to_guide(self, line: Line, guided: Guided, ring: Ring, now: dt.datetime) -> Move:
        today = now.astimezone(LOCAL).date()
        try:
            following = self._guide.hear(guided, ring, today)
        except LeaveGuide:
            return self._ask(line, words.GUIDE_LEFT)
        if not isinstance(following, str):
            return self._go_on(replace(line, guided=following, tries=0), today)
        if ring.words and self._is_other_matter(ring.words, now):
            return self._left_for(line, ring.words, now)
        return self._not_understood(line, following, today)

    def _is_other_matter(self, said: str, now: dt.datetime) -> bool:
        """A wish for a person, a command, or another question, rather than a bad answer."""
        turn = self._dialogue.respond(State(noticed=True), Utterance(said), None, now)
        if turn.outcome in (Outcome.ANSWER, Outcome.HANDOFF):
            return len(said.split()) >= _QUESTION_WORDS
        stage = turn.state.stage
        return turn.status or stage is Stage.FOR_LAWYER or stage in _KINDS or _erases(turn)

    def _left_for(self, line: Line, said: str, now: dt.datetime) -> Move:
        """Nothing holds the caller in a guide."""
        line = replace(clear(line), place=Place.ASK, asked=said[:_ASKED])
        return self._question(line, said, now)

    def _not_understood(self, line: Line, why: str, today: dt.date) -> Move:
        line = replace(line, tries=line.tries + 1)
        if line.tries > PATIENCE:
            return self.message_box(line, *words.to_the_box(why))
        return self._go_on(line, today, why)

    def _go_on(self, line: Line, today: dt.date, *before: str) -> Move:
        assert line.guided is not None
        told = self._guide.next(line.guided, today)
        if isinstance(told, ForLawyer):
            reason = f"Tính thử qua điện thoại: {told.reason}"
            turn = Turn(Outcome.HANDOFF, State(noticed=True), handoff=HandOff(reason=reason))
            return self._to_lawyer(line, turn, aloud(told.words) or words.NEEDS_LAWYER)
        if isinstance(told, Told):
            return self._worked_out(line, told)
        say, then = told
        return Move(replace(line, place=Place.GUIDE), (*before, *say), then)

    def _worked_out(self, line: Line, told: Told) -> Move:
        line = replace(clear(line), place=Place.ANSWERED, said=told.say, entry=None)
        turn = Turn(Outcome.ANSWER, State(noticed=True), entries=told.entries, topic=told.topic)
        return replace(self._listen(line, (*told.say, *self._after_answer(line))), turn=turn)


Handler = Callable[[Ivr, Line, str, dt.date], Move]
_KEYS_AT: dict[Place, Handler] = {
    Place.ASK: Ivr._at_ask,
    Place.TREE: Ivr._at_tree,
    Place.OFFERED: Ivr._at_offered,
    Place.ANSWERED: Ivr._at_answered,
    Place.TOLD_CODE: Ivr._at_told,
    Place.STATUS: Ivr._at_told,
}
_ANSWERS_TO_YES: dict[Place, Callable[[Ivr, Line, str], Move]] = {
    Place.CONSENT: Ivr._consented,
    Place.ERASE: Ivr._erase,
}
_KINDS = {Stage.REPORT: Kind.REPORT, Stage.PROPOSAL: Kind.PROPOSAL}


def _erases(turn: Turn) -> bool:
    return bool(turn.replies) and turn.replies[0].text == phrases.ERASE_CONFIRM


def _heard(ring: Ring) -> str:
    return ring.words or (phrases.keyed(ring.keys) if ring.keys else "")


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), LOCAL)
