"""Twilio's requests: who signed them, and what they tell of a call."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict, MultiMapping
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from bot.channels.twilio_rest import Twilio
from bot.telephone.call import Dialled, Recording, Ring
from bot.web import UNREADABLE_BODY

PROVIDER = "twilio"
SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"

_FORM = "application/x-www-form-urlencoded"
_LARGEST = 64 * 1024
_MOST_FIELDS = 400
_MOST_WORDS = 1000  # characters understood of speech
_ELSEWHERE = "elsewhere:"  # no address that anybody would ask
_MOST_OF_A_URL = 500
_NO_CALLER = {  # what Twilio puts in a caller's place who hides his number
    f"+{digits}" for digits in ("266696687", "7378742833", "2562533", "8566696", "86282452253")
}
_ENDED = ("completed", "busy", "no-answer", "failed", "canceled")
_JOINED = ("completed", "answered")


def is_genuine(token: str, url: str, form: MultiMapping[str], headers: MultiMapping[str]) -> bool:
    """Whether Twilio signed this form for this public address; the port may be there or not."""
    signatures = headers.getall(SIGNATURE_HEADER, [])
    settings = headers.getall(SETTINGS_HEADER, [])
    algorithm = get_signature_algorithm(settings[0]) if settings else HMAC_SHA1
    if len(signatures) != 1 or len(settings) > 1 or algorithm not in (HMAC_SHA1, HMAC_SHA256):
        return False
    try:
        return bool(RequestValidator(token).validate(url, form, signatures[0], algorithm))
    except UnicodeEncodeError:  # an address of broken characters
        return False


def read(body: bytes) -> MultiDict[str]:
    """The form as Twilio signed it: blank, unknown and repeated names count, too."""
    return MultiDict(
        parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    )


def parse(form: MultiMapping[str], step: int, ref: Callable[[str], str | None]) -> Ring:
    """What a request about a call tells; ValueError if it does not name the call.

    `ref` turns a recording's address into how we fetch it.
    """
    kept = recording(form, ref)
    return Ring(
        provider=PROVIDER,
        call_id=call_id(form.get("CallSid", "")),
        step=step,
        caller=_caller(form.get("From", "")),
        keys="" if kept else keys(form),  # the key that ended a message says nothing
        words=form.get("SpeechResult", "").strip()[:_MOST_WORDS],
        recording=kept,
        dialled=_dialled(form),
    )


def call_id(text: str) -> str:
    if not re.fullmatch("CA[0-9A-Za-z]{1,62}", text):
        raise ValueError("not a call's name")
    return text


def _caller(text: str) -> str:
    fits = re.fullmatch(r"\+?[0-9]{3,20}", text) and text not in _NO_CALLER
    return text if fits else ""


def keys(form: MultiMapping[str]) -> str:
    digits = form.get("Digits", "")
    return digits if re.fullmatch("[0-9*#]{1,32}", digits) else ""


def recording(form: MultiMapping[str], ref: Callable[[str], str | None]) -> Recording | None:
    """What was recorded, unless it is told to last no second: then nothing was said.

    Somebody spoke also where the recording is in no place of ours: a lawyer shall know of it.
    """
    url, seconds = form.get("RecordingUrl", ""), number(form.get("RecordingDuration", ""))
    if not url or seconds == 0:
        return None
    return Recording(ref(url) or f"{_ELSEWHERE}{url[:_MOST_OF_A_URL]}", seconds)


def _dialled(form: MultiMapping[str]) -> Dialled | None:
    status = form.get("DialCallStatus")
    return None if status is None else Dialled(answered=status in _JOINED)


def number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def asked(text: str) -> int:
    """A number that we put into an address ourselves; ValueError if it is not there."""
    found = number(text)
    if found is None:
        raise ValueError("no number of ours")
    return found


def joined(form: MultiMapping[str]) -> bool:
    return form.get("DialCallStatus") in _JOINED


def ended(form: MultiMapping[str]) -> bool:
    return form.get("CallStatus") in _ENDED


# -- the gate --------------------------------------------------------------------------------------


class Gate:
    """Lets in what Twilio signed for our public address, whatever Host the request names."""

    def __init__(self, channel: Twilio, public_url: str) -> None:
        self.channel = channel
        self.public_url = public_url.rstrip("/")

    async def admit(self, request: web.Request) -> MultiDict[str]:
        """The form; 401 for everything that cannot be checked, too."""
        form = await _form(request)
        url = self.public_url + request.raw_path
        if form is None or not is_genuine(self.channel.token, url, form, request.headers):
            raise web.HTTPUnauthorized
        return form


async def _form(request: web.Request) -> MultiDict[str] | None:
    if request.content_type != _FORM or (request.content_length or 0) > _LARGEST:
        return None
    try:
        body = await request.read()
        return read(body) if len(body) <= _LARGEST else None
    except (web.HTTPRequestEntityTooLarge, ValueError, *UNREADABLE_BODY):
        return None


def spoken(document: bytes) -> web.Response:
    return web.Response(body=document, content_type="text/xml", charset="utf-8")
