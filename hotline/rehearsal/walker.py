"""Plays people on the telephone: rings the hotline, follows its TwiML, presses, speaks, hangs up.

Every step of a call is a method, so that a page or a story may take them in any order.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from hotline.rehearsal.twilio import LocalTwilio, new_sid

_LARGEST = 64 * 1024
Form = dict[str, str]


class NotTwiml(Exception):
    """Twilio would not go on with what it got."""


@dataclass
class Line:
    """Where the hotline is: `public_url` in its documents, `at` where it really listens."""

    twilio: LocalTwilio
    session: aiohttp.ClientSession
    public_url: str
    at: str
    fallback: bytes | None = None  # what Twilio keeps for when the hotline is away

    async def post(self, url: str, form: Form) -> tuple[int, bytes]:
        """One signed request, as the real one sends it."""
        if not url.startswith(self.public_url):
            raise NotTwiml(f"an address that is not the hotline's: {url}")
        headers = {"X-Twilio-Signature": self.twilio.signature(url, form)}
        local = self.at + url.removeprefix(self.public_url)
        async with self.session.post(local, data=form, headers=headers) as response:
            return response.status, await response.read()


@dataclass
class Call:
    """One call. `said` is all the caller heard, `whispered` what the one he is joined with heard.

    `waiting` is the verb that waits for somebody: Gather, Record or Dial; None when it is over.
    """

    line: Line
    caller: str = "+84912345678"
    sid: str = field(default_factory=lambda: new_sid("CA"))
    direction: str = "inbound"
    status_url: str = ""
    said: list[str] = field(default_factory=list)
    whispered: list[str] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)
    talked: bool = False
    over: bool = False
    waiting: ET.Element | None = None
    documents: list[bytes] = field(default_factory=list)
    callbacks: list[tuple[str, Form]] = field(default_factory=list)  # not yet delivered
    _rest: list[ET.Element] = field(default_factory=list)
    _last: tuple[str, Form] = ("", {})
    _leg: Form = field(default_factory=dict)  # of the one who is rung and answered
    _whisper: ET.Element | None = None

    # -- beginning and end -------------------------------------------------------------------------

    async def dial_in(self) -> None:
        self.status_url = f"{self.line.public_url}/voice/twilio/status"
        await self._ask(f"{self.line.public_url}/voice/twilio/incoming", CallStatus="ringing")

    @classmethod
    async def answer(cls, line: Line, placed: Form) -> "Call":
        """Somebody answers a call that the hotline asked for (one of `LocalTwilio.placed`)."""
        call = cls(line, placed["To"], placed["Sid"], "outbound-api")
        call.status_url = placed.get("StatusCallback", "")
        await call._ask(placed["Url"])
        return call

    @classmethod
    async def miss(cls, line: Line, placed: Form, status: str = "no-answer") -> "Call":
        call = cls(line, placed["To"], placed["Sid"], "outbound-api")
        call.status_url = placed.get("StatusCallback", "")
        call._end(status)
        return call

    async def hang_up(self) -> None:
        """The caller lays the receiver down, wherever he is."""
        waiting, self._rest = self.waiting, []
        self._end("completed")
        if waiting is not None and waiting.tag == "Dial":
            form = {"CallStatus": "completed", "DialCallStatus": "canceled"}
            await self._send(waiting.get("action", ""), form)

    # -- what the caller does ----------------------------------------------------------------------

    async def press(self, keys: str) -> None:
        """Press keys until the Gather has enough; the rest of them is lost."""
        gather = self._expect("Gather")
        taken = _taken(gather, keys) if "dtmf" in gather.get("input", "dtmf") else ""
        if taken:
            await self._ask(gather.get("action", ""), Digits=taken)
        else:
            await self.stay_silent()

    async def say(self, words: str, confidence: float = 0.87) -> None:
        gather = self._expect("Gather")
        if "speech" in gather.get("input", "dtmf"):
            heard = {"SpeechResult": words, "Confidence": str(confidence)}
            await self._ask(gather.get("action", ""), **heard)
        else:
            await self.stay_silent()

    async def stay_silent(self) -> None:
        """Until whatever waits for him gives up."""
        waiting = self._expect("Gather", "Record")
        if waiting.tag == "Gather" and waiting.get("actionOnEmptyResult") == "true":
            await self._ask(waiting.get("action", ""), Digits="", msg="Gather End")
        else:
            await self._go_on()

    async def record(self, audio: bytes, seconds: int = 12, ends_with: str = "#") -> str:
        """Speak after the tone and end with a key or "hangup"; the recording's name."""
        record = self._expect("Record")
        sid, url = self.line.twilio.keep(audio)
        seconds = min(seconds, int(record.get("maxLength", "3600")))
        told = {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": str(seconds)}
        ready = {**told, "RecordingStatus": "completed", "RecordingChannels": "1"}
        self.callbacks.append((record.get("recordingStatusCallback", ""), self._form(ready)))
        if ends_with == "hangup":
            self._end("completed")
            await self._send(
                record.get("action", ""), {**told, "Digits": "hangup", "CallStatus": "completed"}
            )
        else:
            await self._ask(record.get("action", ""), **told, Digits=ends_with)
        return sid

    # -- what the one who is rung does -------------------------------------------------------------

    async def other_side(
        self, presses: str | None = "1", status: str = "no-answer", seconds: int = 60
    ) -> None:
        """Whom a Dial rings: `presses` after the whisper ("" for nothing), None: does not answer.

        A call that was answered and never joined is "completed" for Twilio as well.
        """
        if presses is None:
            return await self.end_dial(status)
        await self.pick_up()
        await self.accept(presses)
        return await self.end_dial("completed", seconds)

    async def pick_up(self) -> None:
        """The one who is rung answers; with a whisper he is joined only after a key."""
        number = self._number()
        self._leg = {
            "CallSid": new_sid("CA"),
            "ParentCallSid": self.sid,
            "Direction": "outbound-dial",
        }
        url = number.get("url")
        if url is None:
            self.talked = True
            return
        self._whisper = _parsed(await self._send(url, self._leg)).find("Gather")
        if self._whisper is not None:
            self.whispered += [_heard(say) for say in self._whisper.findall("Say")]

    async def accept(self, presses: str = "1") -> None:
        """He presses a key after the whisper; `talked` says whether both are joined."""
        taken = _taken(self._whisper, presses) if self._whisper is not None else ""
        if self._whisper is None or not taken:
            return
        form = {**self._leg, "Digits": taken}
        after = _parsed(await self._send(self._whisper.get("action", ""), form))
        self.talked = after.find("Hangup") is None

    async def end_dial(self, status: str, seconds: int = 60) -> None:
        """The ringing or the talk is over; the hotline goes on with the caller."""
        number, dial = self._number(), self._expect("Dial")
        self.rung.append(number.text or "")
        told = {
            "DialCallSid": self._leg.get("CallSid") or new_sid("CA"),
            "DialCallStatus": status,
        }
        if status == "completed":
            told["DialCallDuration"] = str(seconds)
        self._leg, self._whisper = {}, None
        await self._ask(dial.get("action", ""), **told)

    def _number(self) -> ET.Element:
        dial = self._expect("Dial")
        number = dial.find("Number")
        if number is None or dial.get("callerId") != self.line.twilio.number:
            raise NotTwiml("nobody to ring, or a caller id that is not the account's")
        return number

    # -- what Twilio does --------------------------------------------------------------------------

    async def repeat(self) -> bytes:
        """Send the last request once more, as after an answer that got lost."""
        _, document = await self.line.post(*self._last)
        return document

    async def deliver(self, order: Sequence[int] | None = None) -> list[int]:
        """Deliver what was told by the way: in this order, some perhaps more than once."""
        chosen = range(len(self.callbacks)) if order is None else order
        return [(await self.line.post(*self.callbacks[one]))[0] for one in chosen]

    async def _ask(self, url: str, **more: str) -> None:
        self.waiting, self._rest = None, []
        self._rest = list(_parsed(await self._send(url, more)))
        await self._go_on()

    async def _send(self, url: str, more: Form) -> bytes:
        self._last = url, self._form(more)
        try:
            status, document = await self.line.post(*self._last)
        except aiohttp.ClientError:
            status, document = 503, b""
        if status != 200:
            if self.line.fallback is None:
                raise NotTwiml(f"the hotline answered {status}")
            document = self.line.fallback
        self.documents.append(document)
        return document

    def _form(self, more: Form) -> Form:
        ours = self.line.twilio.number
        inbound = self.direction == "inbound"
        return {
            "CallSid": self.sid,
            "AccountSid": self.line.twilio.account,
            "From": self.caller if inbound else ours,
            "To": ours if inbound else self.caller,
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
            "FromCity": "",  # blank values are signed as well
            **more,
        }

    async def _go_on(self) -> None:
        """Play the document to its next waiting verb, or to the end."""
        self.waiting = None
        while self._rest:
            verb = self._rest.pop(0)
            match verb.tag:
                case "Say":
                    self.said.append(_heard(verb))
                case "Pause":
                    pass
                case "Redirect":
                    return await self._ask(verb.text or "")
                case "Gather" | "Record" | "Dial":
                    self.said += [_heard(say) for say in verb.findall("Say")]
                    self.waiting = verb
                    return None
                case "Hangup":
                    break
                case _:
                    raise NotTwiml(f"<{verb.tag}> is not known here")
        return self._end("completed")

    def _end(self, status: str) -> None:
        if not self.over:
            told = self._form({"CallStatus": status, "CallDuration": "42", "Duration": "1"})
            if self.status_url:
                self.callbacks.append((self.status_url, told))
        self.waiting, self.over = None, True

    def _expect(self, *tags: str) -> ET.Element:
        if self.waiting is None or self.waiting.tag not in tags:
            found = self.waiting.tag if self.waiting is not None else "the end"
            raise NotTwiml(f"{' or '.join(tags)} was expected, not {found}")
        return self.waiting


def _taken(gather: ET.Element, keys: str) -> str:
    """The keys a Gather takes of those pressed; its last key counts only after another."""
    last, most = gather.get("finishOnKey", "#"), int(gather.get("numDigits", "64"))
    for place, key in enumerate(keys):
        if key in last or place == most:
            return keys[:place]
    return keys


def _parsed(document: bytes) -> ET.Element:
    if len(document) > _LARGEST:
        raise NotTwiml("the document is over 64 kB")
    try:
        root = ET.fromstring(document)  # noqa: S314 - our own words
    except ET.ParseError:
        raise NotTwiml("not XML") from None
    if root.tag != "Response":
        raise NotTwiml(f"<{root.tag}> instead of <Response>")
    return root


def _heard(say: ET.Element) -> str:
    return "".join(say.itertext())
