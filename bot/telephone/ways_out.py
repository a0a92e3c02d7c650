"""The ways to a person and out of a call: patience, lawyers, the message box, codes. (pure)"""

import datetime as dt
from dataclasses import replace

from bot.telephone import words
from bot.telephone.call import Dial, HangUp, Record, Ring
from bot.telephone.line import Line, Move, Place, Want
from bot.telephone.prompts import Prompts, clear, over
from bot.turns import HandOff, Outcome, State, Turn
from escalation.vocabulary import Priority

PATIENCE = 2  # tries in a row before the message box
KEYS_ONLY = (Place.CODE, Place.CONSENT, Place.ERASE)
SERVED = (Place.ANSWERED, Place.TOLD_CODE, Place.STATUS)
_KEYS_AWAITED = (*KEYS_ONLY, Place.TREE)


class WaysOut(Prompts):
    """From everywhere there is one; nobody is left in silence or in a loop."""

    def _silence(self, line: Line) -> Move:
        if line.place in SERVED:  # he has what he rang for
            if line.tries:
                return Move(over(line), (words.GOODBYE,), HangUp())
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

    def lawyer(self, line: Line, reason: str, *before: str) -> Move:
        priority = Priority.URGENT if line.urgent else Priority.NORMAL
        handoff = HandOff(line.kind, priority, reason)
        turn = Turn(Outcome.HANDOFF, State(noticed=True), handoff=handoff)
        return self._to_lawyer(line, turn, *before)

    def _to_lawyer(self, line: Line, turn: Turn, *before: str) -> Move:
        """A ticket first: whoever hangs up while it rings is not forgotten."""
        return Move(clear(line), before, turn=None if line.ticket else turn, want=Want.LAWYER)

    def ring(self, line: Line, number: str, *before: str) -> Move:
        """Ring somebody on duty."""
        first = words.RINGING_NEXT if line.rung else words.RINGING
        whisper = words.WHISPER_URGENT if line.urgent else words.WHISPER
        line = replace(line, place=Place.DIALLING, rung=(*line.rung, number))
        return Move(line, (*before, first), Dial(number, whisper))

    def _dialled(self, line: Line) -> Move:
        if line.joined:
            return Move(over(line), (words.JOINED_ENDED,), HangUp())
        return Move(line, want=Want.LAWYER)

    def message_box(self, line: Line, *before: str, known: bool = True) -> Move:
        """`known`: the caller's number was shown and may be rung, so it is worth asking."""
        return Move(clear(line), before, want=Want.MESSAGE) if known else self._speak_now(line)

    def ask_consent(self, line: Line, *before: str) -> Move:
        return self._keys(replace(line, place=Place.CONSENT, tries=0), *before, words.ASK_CONSENT)

    def speak_now(self, line: Line, *before: str) -> Move:
        return self._speak_now(line, *before)

    def _speak_now(self, line: Line, *before: str) -> Move:
        line = replace(line, place=Place.RECORDING)
        return Move(line, (*before, words.SPEAK_NOW), Record())

    def _recorded(self, line: Line, ring: Ring) -> Move:
        if ring.recording is not None:
            return Move(over(line), want=Want.KEPT)
        if line.tries:
            return Move(over(line), (words.NOTHING_RECORDED, words.GOODBYE), HangUp())
        return self._speak_now(replace(line, tries=1), words.NOTHING_RECORDED)

    def kept(self, line: Line, due: dt.datetime, code: str) -> Move:
        say = (words.kept(due, line.may_ring), words.code(code), words.CODE_WHERE, words.GOODBYE)
        return Move(over(line), say, HangUp())

    def told_code(self, line: Line, code: str) -> Move:
        said = (words.code(code), words.CODE_WHERE)
        line = replace(line, place=Place.TOLD_CODE, said=said, tries=0)
        return self._listen(line, (*said, words.AFTER_CODE))

    def told_status(self, line: Line, *said: str, rates: str = "") -> Move:
        """`rates`: the ticket whose answer he may rate now."""
        line = replace(clear(line), place=Place.STATUS, said=said, rates=rates)
        return self._listen(line, (*said, *self._after_told(line)))

    def rated(self, line: Line) -> Move:
        return self._listen(replace(line, rates=""), (words.RATED, words.AFTER_STATUS))

    def unknown_code(self, line: Line) -> Move:
        return self._misunderstood(line, words.CODE_UNKNOWN)

    def too_many_codes(self, line: Line) -> Move:
        return self._ask(line, words.CODE_TOO_OFTEN)

    def erased(self, line: Line) -> Move:
        return Move(over(line), (words.ERASED,), HangUp())
