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
from bot.telephone.call import Dial, HangUp, Listen, Record, Ring
from bot.telephone.keyed_guide import KeyedGuide, LeaveGuide, Told
from bot.telephone.line import Line, Move, Place, Want
from bot.telephone.spoken_keys import asks_again, spoken_key
from bot.telephone.tree import Node
from bot.turns import Guided, HandOff, Outcome, Stage, State, Turn, Utterance
from escalation.calendar import LOCAL
from escalation.vocabulary import Kind, Priority
from knowledge_base.calculators.guide import ForLawyer
from knowledge_base.dates import Span, spans
from knowledge_base.library import Held

PATIENCE = 2  # tries in a row before the message box
OFFERED = 3
_HINTS = 120  # phrases that help the recogniser; more would slow every document down
_CODE_KEYS = (4, 6)
_QUESTION_WORDS = 4  # shorter ones may be a bad answer to a guide's step
_ASKED = 300  # characters of his words that become a ticket's subject


class Ivr:
    """One telephone conversation over a dialogue, for a line that hears speech or keys only."""

    def __init__(self, dialogue: Dialogue, *, speech: bool, keypad: Node | None = None) -> None:
        self._dialogue = dialogue
        self._library = dialogue.library
        self._speech = speech
        self._keypad = keypad or tree.keypad()
        self._guide = KeyedGuide(dialogue.guidance, speech=speech)
        self._hints = _hints(self._keypad) if speech else ()

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
        elif ring.words and line.place not in _KEYS_ONLY:
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

    # -- what is awaited ------------------------------------------------

    def _ask(self, line: Line, *before: str) -> Move:
        menu = words.SAY_OR_PRESS if before == (words.GREETING, words.NOTICE) else words.PRESS
        if self._speech and menu is words.PRESS:
            menu = words.SAY_OR_PRESS_SHORT
        if not self._speech:
            menu = words.PRESS
        clear = replace(line, place=Place.ASK, tries=0, offered=(), guided=None, node="")
        return self._listen(clear, (*before, menu))

    def _listen(self, line: Line, say: tuple[str, ...], *, slow: bool = False) -> Move:
        then = Listen(seconds=8, digits=1, speech=self._speech, hints=self._hints)
        return Move(line, say, then, slow)

    def _keys(self, line: Line, *say: str, digits: int | None = 1) -> Move:
        return Move(line, say, Listen(seconds=8, digits=digits))

    def _prompt(self, line: Line, *before: str) -> Move:
        """Say once more what is awaited where the call stands."""
        match line.place:
            case Place.TREE:
                return self._open(line, line.node, *before)
            case Place.OFFERED:
                return self._offer(line, *before)
            case Place.ANSWERED:
                return self._listen(line, (*before, *self._after_answer(line)))
            case Place.CODE:
                way_out = (words.NO_CODE,) if before else ()
                return self._keys(line, *before, words.ASK_CODE, *way_out, digits=None)
            case Place.CONSENT:
                return self._keys(line, *before, words.ASK_CONSENT)
            case Place.ERASE:
                return self._keys(line, *before, words.ERASE_CONFIRM)
            case Place.TOLD_CODE | Place.STATUS:
                return self._listen(line, (*before, _AFTER[line.place]))
        tries = line.tries
        move = self._ask(line, *before)
        return replace(move, line=replace(move.line, tries=tries))

    def _silence(self, line: Line) -> Move:
        if line.place in _SERVED:  # he has what he rang for
            if line.tries:
                return Move(_over(line), (words.GOODBYE,), HangUp())
            return self._prompt(replace(line, tries=1))
        hears = self._speech and line.place not in _KEYS_AWAITED
        return self._misunderstood(line, words.NOT_HEARD if hears else words.NO_KEY)

    def _misunderstood(self, line: Line, why: str) -> Move:
        line = replace(line, tries=line.tries + 1)
        if line.place is Place.CONSENT and line.tries > 1:  # no yes is a no
            return self._speak_now(replace(line, may_ring=False))
        if line.tries > PATIENCE:
            return self.message_box(line, *words.to_the_box(why))
        speaks = why == words.NOT_HEARD and line.place is Place.ASK
        again = (words.AGAIN_SLOWLY,) if speaks else ()
        return self._prompt(line, why, *again)

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
        if first == phrases.GOODBYE and line.place in _SERVED:
            return Move(_over(line), (words.GOODBYE,), HangUp())
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
            _clear(line),
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

    def _after_answer(self, line: Line) -> tuple[str, ...]:
        said = [words.AFTER_ANSWER]
        if line.entry and self._dialogue.guidance.fitting(line.entry):
            said.append(words.WORK_IT_OUT)
        if line.second:
            said.append(words.second_question(self._library.entries[line.second].label))
        said.append(words.ASK_ANOTHER if self._speech else words.ASK_ANOTHER_KEYS)
        return tuple(said)

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
        line = replace(_clear(line), place=Place.OFFERED, offered=offered, tries=tries)
        return replace(self._offer(line), turn=turn)

    def _offer(self, line: Line, *before: str) -> Move:
        known = [action.partition(":")[2] for action in line.offered]
        labels = [entry.label for name in known if (entry := self._library.entries.get(name))]
        choices = (words.choice(label, key) for key, label in enumerate(labels, 1))
        none = words.NONE_OF_THESE if self._speech else words.NONE_OF_THESE_KEYS
        return self._listen(line, (*before, words.MEANT_ONE_OF, *choices, none))

    # -- keys, place by place ------------------------------------------------

    def _at_ask(self, line: Line, key: str, today: dt.date) -> Move:
        if key == "1":
            return self._open(line, "")
        if key == "2":
            return self._prompt(replace(_clear(line), place=Place.CODE))
        return self._misunderstood(line, words.WRONG_KEY)

    def _at_tree(self, line: Line, key: str, today: dt.date) -> Move:
        node = tree.at(self._keypad, line.node)
        if not key.isdigit() or not 1 <= int(key) <= len(node.below):
            return self._misunderstood(line, words.WRONG_KEY)
        chosen = node.below[int(key) - 1]
        if chosen.action:
            return self._choose(line, chosen.action, today)
        return self._open(line, tree.below(line.node, int(key)))

    def _open(self, line: Line, path: str, *before: str) -> Move:
        tries = line.tries if line.place is Place.TREE and line.node == path else 0
        line = replace(line, place=Place.TREE, node=path, tries=tries)
        below = tree.at(self._keypad, path).below
        choices = (words.choice(node.say, key) for key, node in enumerate(below, 1))
        return self._keys(line, *before, *choices, words.TREE_ENDS)

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
            return self._listen(replace(line, tries=0), (*line.said, _AFTER[line.place]))
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
            return Move(_over(line), want=Want.ERASE)
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
        line = replace(_clear(line), place=Place.ASK, asked=said[:_ASKED])
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
        line = replace(_clear(line), place=Place.ANSWERED, said=told.say, entry=None)
        turn = Turn(Outcome.ANSWER, State(noticed=True), entries=told.entries, topic=told.topic)
        return replace(self._listen(line, (*told.say, *self._after_answer(line))), turn=turn)

    # -- people ------------------------------------------------

    def lawyer(self, line: Line, reason: str, *before: str) -> Move:
        priority = Priority.URGENT if line.urgent else Priority.NORMAL
        handoff = HandOff(line.kind, priority, reason)
        turn = Turn(Outcome.HANDOFF, State(noticed=True), handoff=handoff)
        return self._to_lawyer(line, turn, *before)

    def _to_lawyer(self, line: Line, turn: Turn, *before: str) -> Move:
        """A ticket first: whoever hangs up while it rings is not forgotten."""
        return Move(_clear(line), before, turn=None if line.ticket else turn, want=Want.LAWYER)

    def ring(self, line: Line, number: str, *before: str) -> Move:
        """Ring somebody on duty."""
        first = words.RINGING_NEXT if line.rung else words.RINGING
        whisper = words.WHISPER_URGENT if line.urgent else words.WHISPER
        line = replace(line, place=Place.DIALLING, rung=(*line.rung, number))
        return Move(line, (*before, first), Dial(number, whisper))

    def _dialled(self, line: Line) -> Move:
        if line.joined:
            return Move(_over(line), (words.JOINED_ENDED,), HangUp())
        return Move(line, want=Want.LAWYER)

    def message_box(self, line: Line, *before: str, known: bool = True) -> Move:
        """`known`: the caller's number was shown and may be rung, so it is worth asking."""
        return Move(_clear(line), before, want=Want.MESSAGE) if known else self._speak_now(line)

    def ask_consent(self, line: Line, *before: str) -> Move:
        return self._keys(replace(line, place=Place.CONSENT, tries=0), *before, words.ASK_CONSENT)

    def speak_now(self, line: Line, *before: str) -> Move:
        return self._speak_now(line, *before)

    def _speak_now(self, line: Line, *before: str) -> Move:
        line = replace(line, place=Place.RECORDING)
        return Move(line, (*before, words.SPEAK_NOW), Record())

    def _recorded(self, line: Line, ring: Ring) -> Move:
        if ring.recording is not None:
            return Move(_over(line), want=Want.KEPT)
        if line.tries:
            return Move(_over(line), (words.NOTHING_RECORDED, words.GOODBYE), HangUp())
        return self._speak_now(replace(line, tries=1), words.NOTHING_RECORDED)

    # -- what the house found ------------------------------------------------

    def kept(self, line: Line, due: dt.datetime, code: str) -> Move:
        say = (words.kept(due, line.may_ring), words.code(code), words.CODE_WHERE, words.GOODBYE)
        return Move(_over(line), say, HangUp())

    def told_code(self, line: Line, code: str) -> Move:
        said = (words.code(code), words.CODE_WHERE)
        line = replace(line, place=Place.TOLD_CODE, said=said, tries=0)
        return self._listen(line, (*said, words.AFTER_CODE))

    def told_status(self, line: Line, *said: str) -> Move:
        line = replace(_clear(line), place=Place.STATUS, said=said)
        return self._listen(line, (*said, words.AFTER_STATUS))

    def unknown_code(self, line: Line) -> Move:
        return self._misunderstood(line, words.CODE_UNKNOWN)

    def too_many_codes(self, line: Line) -> Move:
        return self._ask(line, words.CODE_TOO_OFTEN)

    def erased(self, line: Line) -> Move:
        return Move(_over(line), (words.ERASED,), HangUp())


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
_KEYS_ONLY = (Place.CODE, Place.CONSENT, Place.ERASE)
_KEYS_AWAITED = (*_KEYS_ONLY, Place.TREE)
_SERVED = (Place.ANSWERED, Place.TOLD_CODE, Place.STATUS)
_AFTER = {Place.TOLD_CODE: words.AFTER_CODE, Place.STATUS: words.AFTER_STATUS}
_KINDS = {Stage.REPORT: Kind.REPORT, Stage.PROPOSAL: Kind.PROPOSAL}


def _erases(turn: Turn) -> bool:
    return bool(turn.replies) and turn.replies[0].text == phrases.ERASE_CONFIRM


def _clear(line: Line) -> Line:
    """On to something else: nothing is awaited from before."""
    return replace(line, tries=0, offered=(), guided=None, node="", second=None)


def _over(line: Line) -> Line:
    return replace(line, place=Place.OVER)


def _heard(ring: Ring) -> str:
    return ring.words or (phrases.keyed(ring.keys) if ring.keys else "")


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), LOCAL)


def _hints(root: Node) -> tuple[str, ...]:
    """The questions of the keypad's tree: what callers most likely say."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        found += [one.say for one in node.below]
        waiting += node.below
    return tuple(found[:_HINTS])
