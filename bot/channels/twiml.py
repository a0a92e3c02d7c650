"""Documents as TwiML, Twilio's language: the same document gives the same bytes. (pure)"""

from functools import cache
from html import escape
from urllib.parse import urlencode

from twilio.twiml.voice_response import (
    Gather,
    Say,
    VoiceResponse,
)

from bot import phrases
from bot.channels.spoken import clean, pieces
from bot.telephone.call import Dial, Document, HangUp, Listen, Record
from bot.telephone.numbers import dialable

LANGUAGE = "vi-VN"
VOICE = "Google.vi-VN-Wavenet-A"
TALK_SECONDS = 1800

_HINTS, _HINT_LENGTH = 500, 100
_HINT_BYTES = 40_000  # with all that is said, the document stays under Twilio's 64 kB


def address(base_url: str, path: str, **query: str | int) -> str:
    return f"{base_url}/voice/twilio/{path}?{urlencode(query)}"


def twiml(document: Document, base_url: str, call: str, number: str) -> bytes:
    """The whole answer to Twilio. `base_url` is ours as Twilio sees it, `number` our own."""
    response = VoiceResponse()
    turn = address(base_url, "turn", after=document.step)
    match document.then:
        case Listen() as listen:
            _speak(_gather(response, listen, turn), document.say, document.slow)
            response.redirect(turn)
        case Record() as record:
            _speak(response, document.say, document.slow)
            _record(response, record, turn, address(base_url, "recording", call=call))
            response.redirect(turn)  # nothing was recorded
        case Dial() as dial:
            _speak(response, document.say, document.slow)
            whisper = address(base_url, "whisper", call=call, after=document.step)
            _dial(response, dial, number, turn, whisper)
        case HangUp():
            _speak(response, document.say, document.slow)
            response.hangup()
    return _bytes(response)


def _gather(response: VoiceResponse, listen: Listen, action: str) -> Gather:
    heard = {
        "input": "dtmf speech",
        "speech_timeout": "2",
        "hints": _hints(listen.hints) or None,
        "profanity_filter": False,  # what an angry caller says is still his question
    }
    return response.gather(
        action=action,
        method="POST",
        language=LANGUAGE,
        timeout=listen.seconds,
        num_digits=listen.digits,
        # Where a number of keys ends it, # is a key like others.
        finish_on_key="#" if listen.digits is None else "",
        action_on_empty_result=True,
        **(heard if listen.speech else {"input": "dtmf"}),
    )


@cache
def _hints(phrases: tuple[str, ...]) -> str:
    """Joined by commas, each once, as far as Twilio's limits go."""
    kept: list[str] = []
    room = _HINT_BYTES
    for phrase in dict.fromkeys(clean(one.replace(",", " "))[:_HINT_LENGTH] for one in phrases):
        room -= len(escape(phrase).encode()) + 1
        if len(kept) == _HINTS or room < 0:
            break
        if phrase:
            kept.append(phrase)
    return ",".join(kept)


def _record(response: VoiceResponse, record: Record, action: str, ready: str) -> None:
    response.record(
        action=action,
        method="POST",
        max_length=record.seconds,
        play_beep=True,
        finish_on_key="#",
        timeout=8,
        trim="trim-silence",
        recording_status_callback=ready,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )


def _dial(response: VoiceResponse, dial: Dial, number: str, action: str, whisper: str) -> None:
    verb = response.dial(
        action=action,
        method="POST",
        answer_on_bridge=True,
        timeout=dial.seconds,
        caller_id=number,  # the lawyer does not see the worker's
    )
    verb.number(_rung(dial.number), url=whisper, method="POST")


def _rung(number: str) -> str:
    """The last gate before money is spent: whoever asks, only Vietnam's own numbers are rung."""
    allowed = dialable(number)
    if allowed is None:
        raise ValueError("not a number that may be rung")
    return allowed


# -- the lawyer's side -----------------------------------------------------------------------------


def whisper(words: str, base_url: str, call: str, step: int) -> bytes:
    """Heard by the lawyer alone; unless he presses a key, he and the caller are not joined."""
    return _one_key(words, address(base_url, "accept", call=call, after=step))


def join() -> bytes:
    """The end of a whisper: both are joined."""
    return _bytes(VoiceResponse())


def hang_up(*words: str) -> bytes:
    response = VoiceResponse()
    _speak(response, words)
    response.hangup()
    return _bytes(response)


def callback_question(words: str, base_url: str, task: int) -> bytes:
    return _one_key(words, address(base_url, "callback/join", task=task))


def callback_dial(number: str, base_url: str, task: int, caller_id: str) -> bytes:
    response = VoiceResponse()
    verb = response.dial(
        action=address(base_url, "callback/done", task=task),
        method="POST",
        answer_on_bridge=True,
        timeout=30,
        time_limit=TALK_SECONDS,
        caller_id=caller_id,
    )
    verb.number(_rung(number))
    return _bytes(response)


def _one_key(words: str, action: str) -> bytes:
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf", action=action, method="POST", timeout=8, num_digits=1, finish_on_key=""
    )
    _speak(gather, (words,))
    response.hangup()
    return _bytes(response)


# -- when we are away ------------------------------------------------------------------------------


@cache
def fallback_twiml() -> bytes:
    """Also for Twilio's own keeping (a TwiML Bin as fallback URL): it needs nothing of ours."""
    return hang_up(*phrases.VOICE_AWAY)


# -- speaking --------------------------------------------------------------------------------------


def _speak(where: VoiceResponse | Gather, texts: tuple[str, ...], slow: bool = False) -> None:
    for place, piece in enumerate(pieces(texts, slow)):
        if place:
            where.pause(length=1)
        where.append(_slowly(piece) if slow else Say(piece, voice=VOICE, language=LANGUAGE))


def _slowly(piece: str) -> Say:
    say = Say(voice=VOICE, language=LANGUAGE)
    say.prosody(piece, rate="80%")
    say.break_(time="700ms")
    return say


def _bytes(response: VoiceResponse) -> bytes:
    return str(response.to_xml()).encode()
