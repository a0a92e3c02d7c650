"""Documents as SCCO, Stringee's language for calls: a list of actions in JSON. (pure)

A talk that may be interrupted does not hold up the action after it, so only the last one before
the keys may be. There is no way to make a voice slower: sentences come one by one instead.
"""

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from bot import phrases
from bot.channels.spoken import pieces
from bot.telephone.call import Dial, Document, HangUp, Listen, Record
from bot.telephone.numbers import dialable

VOICE = "hn_male_xuantin_vdts_48k-hsmm"
_PAUSE = ". . . ."
_SILENCE_MILLISECONDS = 8000

Action = dict[str, Any]


def address(base_url: str, path: str, **query: str | int) -> str:
    return f"{base_url}/voice/stringee/{path}?{urlencode(query)}"


def scco(document: Document, base_url: str, call: str, number: str) -> bytes:
    """The whole answer to Stringee. `base_url` is ours as Stringee sees it, `number` our own."""
    where: dict[str, str | int] = {"call": call, "after": document.step}
    match document.then:
        case Listen() as listen:
            heard = _input(listen, address(base_url, "event", **where))
            return _bytes([*_talk(document, interrupted=True), heard])
        case Record() as record:
            ready = address(base_url, "recording", **where)
            after = address(base_url, "event", **where)
            return _bytes([*_talk(document), *_recorded(record, ready, after)])
        case Dial() as dial:
            failed = address(base_url, "fail", **where)
            return _bytes([*_talk(document), _connect(dial, number, failed)])
        case HangUp():
            return _bytes(_talk(document))


@cache
def fallback_scco() -> bytes:
    return _bytes([_say(text) for text in phrases.VOICE_AWAY])


def _talk(document: Document, interrupted: bool = False) -> list[Action]:
    said = [_say(piece) for piece in pieces(document.say, document.slow)]
    if document.slow:
        said = [action for one in said for action in (one, _say(_PAUSE))]
    if said and interrupted:
        said[-1] = said[-1] | {"bargeIn": True}
    return said


def _say(text: str) -> Action:
    return {"action": "talk", "text": text, "voice": VOICE, "bargeIn": False, "loop": 1}


def _input(listen: Listen, url: str) -> Action:
    """One key is told at once; several only after #, for nothing else ends them."""
    one_key = listen.digits == 1
    return {
        "action": "input",
        "eventUrl": url,
        "submitOnHash": "false" if one_key else "true",
        "timeout": str(listen.seconds),
    }


def _recorded(record: Record, ready: str, after: str) -> list[Action]:
    """The message, time for its news to arrive, then our turn again, whatever was recorded."""
    message = {
        "action": "recordMessage",
        "eventUrl": ready,
        "format": "mp3",
        "beepStart": "true",
        "timeout": str(record.seconds * 1000),
        "silenceTimeout": _SILENCE_MILLISECONDS,
    }
    return [message, _say(_PAUSE), _input(Listen(seconds=1), after)]


def _connect(dial: Dial, number: str, failed: str) -> Action:
    """Joins at once: there is no whisper, and no way to tell a mailbox from a person."""
    rung = dialable(dial.number)
    if rung is None:
        raise ValueError("not a number that may be rung")
    return {
        "action": "connect",
        "from": _end(number),
        "to": _end(rung, alias=number),
        "customData": "",
        "timeout": dial.seconds,
        "maxConnectTime": -1,
        "peerToPeerCall": False,
        "continueOnFail": True,
        "onFailEventUrl": failed,
    }


def _end(number: str, alias: str | None = None) -> Action:
    plain = number.removeprefix("+")
    return {"type": "external", "number": plain, "alias": (alias or number).removeprefix("+")}


def _bytes(actions: list[Action]) -> bytes:
    return json.dumps(actions, ensure_ascii=False, separators=(",", ":")).encode()
