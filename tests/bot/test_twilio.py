"""Twilio's webhooks: whom we believe, what we read, and whole calls through the real routes."""

import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels import twilio_callbacks, voice
from bot.channels.base import SendFailed
from bot.channels.twilio import INCOMING_PATH, STATUS_PATH, twilio_routes
from bot.channels.twilio_requests import SETTINGS_HEADER, SIGNATURE_HEADER, parse
from bot.channels.twilio_rest import Twilio
from bot.channels.twiml import fallback_twiml
from bot.channels.voice import Outcome
from bot.telephone.call import Dial, Dialled, Listen, Record, Recording, Ring
from hotline.rehearsal.twilio import LocalTwilio, new_sid
from hotline.rehearsal.walker import Call, Line
from tests.fake_switchboard import GOODBYE, RememberingCallbacks, RememberingSwitchboard, serving

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-token-of-nobody"
PUBLIC = "https://hotline.test"
LAWYER, WORKER = "+84987654321", "+84912345678"


@dataclass
class Carrier:
    """Twilio, the hotline's routes and what stands behind them."""

    twilio: LocalTwilio
    channel: Twilio
    switchboard: RememberingSwitchboard
    callbacks: RememberingCallbacks
    line: Line

    async def call(self, **more: Any) -> Call:
        call = Call(self.line, **more)
        await call.dial_in()
        return call

    async def post(
        self, path: str, form: Any, headers: Any = None, url: str | None = None
    ) -> tuple[int, bytes]:
        """A form with a good signature (of `url`, if it is not the public one)."""
        signature = self.twilio.signature(url or PUBLIC + path, form)
        return await self.send(path, form, headers or {SIGNATURE_HEADER: signature})

    async def send(self, path: str, data: Any, headers: Any) -> tuple[int, bytes]:
        async with self.line.session.post(
            self.line.at + path, data=data, headers=headers
        ) as answer:
            return answer.status, await answer.read()


@contextlib.asynccontextmanager
async def carrier(public_url: str = PUBLIC) -> AsyncIterator[Carrier]:
    async with contextlib.AsyncExitStack() as stack:
        twilio = await LocalTwilio(ACCOUNT, TOKEN).start()
        stack.push_async_callback(twilio.stop)
        channel = Twilio(ACCOUNT, TOKEN, twilio.number, twilio.base)
        stack.push_async_callback(channel.close)
        switchboard, callbacks = RememberingSwitchboard(), RememberingCallbacks()
        routes = twilio_routes(channel, switchboard, public_url, callbacks)
        at = await stack.enter_async_context(serving(routes))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Carrier(
            twilio, channel, switchboard, callbacks, Line(twilio, session, public_url, at)
        )


@pytest.fixture
async def at() -> AsyncIterator[Carrier]:
    async with carrier() as found:
        yield found


def incoming(**more: str) -> dict[str, str]:
    return {"CallSid": "CA" + "1" * 32, "From": WORKER, "CallStatus": "ringing", **more}


# -- whom we believe -------------------------------------------------------------------------------

ROUTES = (
    "incoming",
    "turn?after=1",
    "whisper?call=CA1&after=1",
    "accept?call=CA1&after=1",
    "recording?call=CA1",
    "status",
    "callback?task=5",
    "callback/join?task=5",
    "callback/done?task=5",
    "callback/status?task=5",
)
WRONG: dict[str, list[tuple[str, str]]] = {
    "missing": [],
    "empty": [(SIGNATURE_HEADER, "")],
    "wrong": [(SIGNATURE_HEADER, "c2lnbmVkIGJ5IG5vYm9keQ==")],
    "not ascii": [(SIGNATURE_HEADER, "chữ ký")],
}


@pytest.mark.parametrize("path", ROUTES)
async def test_nobody_else_is_believed(at: Carrier, path: str) -> None:
    path, form = f"/voice/twilio/{path}", incoming(Digits="1", DialCallStatus="completed")
    good = at.twilio.signature(PUBLIC + path, form)
    doubled = [(SIGNATURE_HEADER, good)] * 2
    other_settings = [(SIGNATURE_HEADER, good), (SETTINGS_HEADER, "key=k,algorithm=HMAC_MD5")]
    upper = [(SIGNATURE_HEADER, good.swapcase())]
    for headers in [*WRONG.values(), doubled, other_settings, upper]:
        assert (await at.send(path, form, headers))[0] == 401
    assert (await at.send(path, {**form, "Extra": ""}, [(SIGNATURE_HEADER, good)]))[0] == 401
    assert (await at.send(f"{path}&x=1", form, [(SIGNATURE_HEADER, good)]))[0] in (401, 404)
    async with at.line.session.get(at.line.at + path) as answer:
        assert answer.status == 405
    assert at.switchboard.rows == 0
    assert at.callbacks.asked == at.callbacks.outcomes == []
    assert (await at.send(path, form, [(SIGNATURE_HEADER, good)]))[0] == 200


async def test_the_public_address_counts_not_the_host(at: Carrier) -> None:
    form = incoming()
    for url in (PUBLIC, f"{PUBLIC}:443"):  # Twilio signs with and without the port
        assert (await at.post(INCOMING_PATH, form, url=url + INCOMING_PATH))[0] == 200
    forged = ("http://hotline.test", "https://hotline.test:8443", at.line.at, "https://evil.test")
    for url in forged:
        signature = at.twilio.signature(url + INCOMING_PATH, form)
        host = url.partition("://")[2]
        headers = {
            SIGNATURE_HEADER: signature,
            "Host": host,
            "X-Forwarded-Host": host,
            "X-Forwarded-Proto": "http",
            "X-Original-URL": url,
        }
        assert (await at.send(INCOMING_PATH, form, headers))[0] == 401


async def test_a_hotline_below_a_path() -> None:
    async with carrier(f"{PUBLIC}/tong-dai/") as below:
        path = f"{PUBLIC}/tong-dai{INCOMING_PATH}"
        assert (await below.post(INCOMING_PATH, incoming(), url=path))[0] == 200
        assert (await below.post(INCOMING_PATH, incoming()))[0] == 401


@pytest.mark.parametrize("settings", ["key=k1,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256"])
async def test_the_newer_algorithm(at: Carrier, settings: str) -> None:
    form, url = incoming(), PUBLIC + INCOMING_PATH
    signature = RequestValidator(TOKEN).compute_signature(url, form, "HMAC_SHA256")
    headers = {SIGNATURE_HEADER: signature, SETTINGS_HEADER: settings}
    assert (await at.send(INCOMING_PATH, form, headers))[0] == 200
    del headers[SETTINGS_HEADER]
    assert (await at.send(INCOMING_PATH, form, headers))[0] == 401


async def test_blank_repeated_and_unknown_names_are_signed(at: Carrier) -> None:
    form = MultiDict([*incoming(Tên="Lan & Hùng + 1").items(), ("A", "2"), ("A", "1"), ("B", "")])
    signature = at.twilio.signature(PUBLIC + INCOMING_PATH, form)
    body = urlencode(list(form.items()))
    headers = {
        SIGNATURE_HEADER: signature,
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    assert (await at.send(INCOMING_PATH, body, headers))[0] == 200


async def test_only_small_forms_are_read(at: Carrier) -> None:
    form = incoming()
    signature = at.twilio.signature(PUBLIC + INCOMING_PATH, form)
    for kind in ("application/json", "multipart/form-data", "text/plain"):
        headers = {SIGNATURE_HEADER: signature, "Content-Type": kind}
        assert (await at.send(INCOMING_PATH, urlencode(form), headers))[0] == 401
    for size in (70_000, 2_000_000):
        large = incoming(SpeechResult="x" * size)
        headers = {
            SIGNATURE_HEADER: at.twilio.signature(PUBLIC + INCOMING_PATH, large),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = io.BytesIO(urlencode(large).encode())
        assert (await at.send(INCOMING_PATH, body, headers))[0] == 401
    packed = {SIGNATURE_HEADER: signature, "Content-Encoding": "gzip"}
    assert (await at.send(INCOMING_PATH, form, packed))[0] == 401
    assert at.switchboard.rows == 0


# -- what we read ----------------------------------------------------------------------------------

SID = "CA" + "a" * 32
REF = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"


def reads(form: dict[str, str], step: int = 3) -> Ring:
    return parse(MultiDict({"CallSid": SID, **form}), step, lambda url: url or None)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, {}),
        ({"From": WORKER}, {"caller": WORKER}),
        ({"From": "0912345678"}, {"caller": "0912345678"}),
        ({"From": "+266696687"}, {}),  # "anonymous" on a keypad
        ({"From": "+7378742833"}, {}),
        ({"From": "anonymous"}, {}),
        ({"From": "sip:x@evil.test"}, {}),
        ({"From": "٠٩١٢٣٤٥٦٧٨"}, {}),
        ({"Digits": "1"}, {"keys": "1"}),
        ({"Digits": "*#0"}, {"keys": "*#0"}),
        ({"Digits": ""}, {}),
        ({"Digits": "١"}, {}),
        ({"Digits": "²"}, {}),
        ({"Digits": "hangup"}, {}),
        ({"Digits": "1; DROP"}, {}),
        ({"Digits": "1\n"}, {}),
        ({"Digits": "1" * 33}, {}),
        ({"SpeechResult": " công ty nợ lương "}, {"words": "công ty nợ lương"}),
        ({"SpeechResult": "ơ", "Confidence": "0.0"}, {"words": "ơ"}),
        ({"SpeechResult": "ơ" * 5000}, {"words": "ơ" * 1000}),
        ({"UnstableSpeechResult": "ơ"}, {}),
        ({"Digits": "2", "SpeechResult": "hai"}, {"keys": "2", "words": "hai"}),
        (
            {"RecordingUrl": REF, "RecordingDuration": "12", "Digits": "#"},
            {"recording": Recording(REF, 12)},
        ),
        (
            {"RecordingUrl": REF, "RecordingDuration": "12", "Digits": "hangup"},
            {"recording": Recording(REF, 12)},
        ),
        ({"RecordingUrl": REF, "RecordingDuration": "0"}, {}),
        ({"RecordingDuration": "12"}, {}),
        ({"RecordingUrl": REF}, {"recording": Recording(REF)}),
        ({"RecordingUrl": REF, "RecordingDuration": ""}, {"recording": Recording(REF)}),
        ({"RecordingUrl": REF, "RecordingDuration": "-5"}, {"recording": Recording(REF)}),
        ({"RecordingUrl": REF, "RecordingDuration": "9" * 30}, {"recording": Recording(REF)}),
        ({"DialCallStatus": "completed"}, {"dialled": Dialled(True)}),
        ({"DialCallStatus": "answered"}, {"dialled": Dialled(True)}),
        ({"DialCallStatus": "busy"}, {"dialled": Dialled(False)}),
        ({"DialCallStatus": "no-answer"}, {"dialled": Dialled(False)}),
        ({"DialCallStatus": "failed"}, {"dialled": Dialled(False)}),
        ({"DialCallStatus": "canceled"}, {"dialled": Dialled(False)}),
        ({"DialCallStatus": "something new"}, {"dialled": Dialled(False)}),
    ],
)
def test_every_request_is_read(form: dict[str, str], expected: dict[str, Any]) -> None:
    assert reads(form) == Ring("twilio", SID, 3, **expected)


@pytest.mark.parametrize("sid", ["", "CA", "SM123", "CA" + "a" * 63, "CA 1", "CA1\n", "ca1", "CAً"])
def test_a_request_must_name_its_call(sid: str) -> None:
    with pytest.raises(ValueError, match="call"):
        reads({"CallSid": sid})


async def test_signed_but_unusable_requests_are_answered_with_comfort(at: Carrier) -> None:
    unusable = [
        (INCOMING_PATH, {"From": WORKER}),
        (INCOMING_PATH, incoming(CallSid="x" * 5000)),
        ("/voice/twilio/turn", incoming()),
        ("/voice/twilio/turn?after=", incoming()),
        ("/voice/twilio/turn?after=-1", incoming()),
        ("/voice/twilio/turn?after=1e9", incoming()),
        ("/voice/twilio/turn?after=%D9%A1", incoming()),
        ("/voice/twilio/turn?after=99999999999", incoming()),
    ]
    for path, form in unusable:
        assert await at.post(path, form) == (200, fallback_twiml()), path
    for path in ("whisper", "accept", "whisper?call=CA1", "accept?call=x&after=1"):
        status, body = await at.post(f"/voice/twilio/{path}", incoming(Digits="1"))
        assert (status, b"<Hangup" in body) == (200, True), path
    for path in ("recording", "recording?call=", "status", "callback/status?task=x"):
        form = {"CallStatus": "completed", "RecordingUrl": REF, "RecordingDuration": "5"}
        assert (await at.post(f"/voice/twilio/{path}", form))[0] == 200, path
    for path in ("callback?task=", "callback/join", "callback/done?task=x"):
        status, body = await at.post(f"/voice/twilio/{path}", incoming(Digits="1"))
        assert (status, b"<Hangup" in body) == (200, True), path
    assert at.switchboard.rows == 0
    assert at.callbacks.asked == at.callbacks.outcomes == []


# -- whole calls -----------------------------------------------------------------------------------


def menu(ring: Ring) -> tuple[tuple[str, ...], Any]:
    """A small conversation: 1 listens again, 9 records, 0 rings the lawyer, words are repeated."""
    if ring.recording or ring.dialled:
        return GOODBYE
    if ring.keys == "9":
        return ("Nói sau tiếng bíp.",), Record(60)
    if ring.keys == "0":
        return ("Giữ máy.",), Dial(LAWYER, "Bấm 1 để nhận.")
    heard = ring.words or ring.keys or "gì"
    return (f"Anh chị nói {heard}.",), Listen(speech=True, hints=("nợ lương",))


async def test_listening_by_voice_and_keys(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.say("công ty nợ lương")
    await call.press("5123")  # one key is enough
    await call.stay_silent()
    assert call.said == [
        "Anh chị nói gì.",
        "Anh chị nói công ty nợ lương.",
        "Anh chị nói 5.",
        "Anh chị nói gì.",
    ]
    assert [ring.step for ring in at.switchboard.rings] == [0, 1, 2, 3]
    assert {ring.caller for ring in at.switchboard.rings} == {WORKER}
    await call.hang_up()
    assert await call.deliver() == [200]
    assert at.switchboard.statuses == [("twilio", call.sid, True, 42)]


async def test_several_keys_until_the_hash(at: Carrier) -> None:
    at.switchboard.script = lambda ring: (("Bấm mã.",), Listen(digits=None))
    call = await at.call()
    await call.press("123456#7")
    await call.press("#")
    await call.press("*1#")
    assert [ring.keys for ring in at.switchboard.rings] == ["", "123456", "", "*1"]


async def test_hash_and_star_are_keys_where_one_is_awaited(at: Carrier) -> None:
    at.switchboard.script = lambda ring: (("Bấm.",), Listen(digits=1))
    call = await at.call()
    await call.press("*")
    await call.press("#")
    await call.say("không ai nghe")  # only keys are awaited
    assert [(ring.keys, ring.words) for ring in at.switchboard.rings[1:]] == [
        ("*", ""),
        ("#", ""),
        ("", ""),
    ]


@pytest.mark.parametrize("ends_with", ["#", "hangup"])
async def test_a_message_is_recorded(at: Carrier, ends_with: str) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("9")
    sid = await call.record(b"audio", seconds=300, ends_with=ends_with)
    ring = at.switchboard.rings[-1]
    assert ring.recording is not None
    assert ring.recording.seconds == 60  # the longest allowed
    assert ring.keys == ""
    assert await at.channel.fetch(ring.recording.ref) == b"audio"
    assert set(await call.deliver([0, 0])) == {200}
    assert at.switchboard.recordings == [("twilio", call.sid, ring.recording)] * 2
    await at.channel.discard(ring.recording.ref)
    assert at.twilio.deleted == [sid]
    assert call.over


async def test_nothing_recorded_comes_back_too(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("9")
    await call.stay_silent()
    assert at.switchboard.rings[-1] == Ring("twilio", call.sid, 2, WORKER)


async def test_an_unfinished_recording_is_not_told(at: Carrier) -> None:
    _, url = at.twilio.keep()
    for status in ("in-progress", "absent", "failed"):
        form = {"RecordingUrl": url, "RecordingDuration": "5", "RecordingStatus": status}
        assert (await at.post("/voice/twilio/recording?call=CA1", form))[0] == 200
    silent = {"RecordingUrl": url, "RecordingDuration": "0", "RecordingStatus": "completed"}
    assert (await at.post("/voice/twilio/recording?call=CA1", silent))[0] == 200
    assert at.switchboard.recordings == []


async def test_a_recording_elsewhere_is_told_but_never_fetched(at: Carrier) -> None:
    """A message was left, also where Twilio keeps it in another account or a bucket of its own."""
    another = at.twilio.keep()[1].replace(ACCOUNT, "AC" + "1" * 32)
    for url in ("https://evil.test/x", another, f"{at.twilio.base}/x", "x" * 5000):
        form = {"RecordingUrl": url, "RecordingDuration": "5"}
        assert (await at.post("/voice/twilio/recording?call=CA1", form))[0] == 200
        _, _, told = at.switchboard.recordings[-1]
        assert told.seconds == 5
        assert len(told.ref) < 600
        assert not at.channel.keeps(told.ref)
        for asked in (at.channel.fetch, at.channel.discard, voice.Recordings([at.channel]).fetch):
            with pytest.raises(SendFailed, match="not_ours"):
                await asked(told.ref)
    assert len(at.switchboard.recordings) == 4


async def test_the_lawyer_accepts(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    at.switchboard.whispers[call.sid] = "Có người gọi. Bấm 1 để nhận."
    await call.press("0")
    await call.other_side(presses="1")
    assert call.rung == [LAWYER]
    assert call.whispered == ["Có người gọi. Bấm 1 để nhận."]
    assert call.talked
    assert at.switchboard.accepts == [(call.sid, 2)]
    assert at.switchboard.rings[-1].dialled == Dialled(True)


@pytest.mark.parametrize("presses", ["", "2", "#"])
async def test_the_lawyer_does_not_accept(at: Carrier, presses: str) -> None:
    at.switchboard.script = menu
    call = await at.call()
    at.switchboard.whispers[call.sid] = "Bấm 1 để nhận."
    await call.press("0")
    await call.other_side(presses=presses)
    assert not call.talked
    assert at.switchboard.accepts == []
    assert at.switchboard.rings[-1].dialled is not None


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
async def test_the_lawyer_does_not_answer(at: Carrier, status: str) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("0")
    await call.other_side(presses=None, status=status)
    assert at.switchboard.rings[-1].dialled == Dialled(False)
    assert call.said[-1] == "Chào anh chị."


async def test_the_lawyer_answers_a_call_that_is_over(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("0")
    await call.other_side(presses="1")  # the switchboard has no whisper for it
    assert not call.talked


async def test_the_caller_hangs_up_while_it_rings(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("0")
    await call.hang_up()
    assert at.switchboard.rings[-1].dialled == Dialled(False)


async def test_repeats_get_the_same_bytes(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    for step in (call.press("1"), call.say("nợ lương"), call.press("9"), call.record(b"audio")):
        await step
        for _ in range(4):
            assert await call.repeat() == call.documents[-1]
    assert len(at.switchboard.told) == 5
    first = await at.post(INCOMING_PATH, {"CallSid": call.sid, "From": WORKER})
    assert first == (200, call.documents[0])


async def test_what_is_told_by_the_way_may_come_in_any_order(at: Carrier) -> None:
    at.switchboard.script = menu
    call = await at.call()
    await call.press("9")
    await call.record(b"audio", ends_with="hangup")
    assert await call.deliver([1, 0, 1, 0]) == [200] * 4
    assert len(at.switchboard.recordings) == 2
    assert len(at.switchboard.statuses) == 2


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("queued", False),
        ("ringing", False),
        ("in-progress", False),
        ("completed", True),
        ("busy", True),
        ("failed", True),
        ("no-answer", True),
        ("canceled", True),
        ("something new", False),
    ],
)
async def test_every_status_is_told(at: Carrier, status: str, ended: bool) -> None:
    form = {"CallSid": SID, "CallStatus": status, "CallDuration": "7", "SequenceNumber": "3"}
    assert await at.post(STATUS_PATH, form) == (200, b"")
    assert at.switchboard.statuses == [("twilio", SID, ended, 7)]


# -- when the house is away ------------------------------------------------------------------------


async def test_a_fault_is_no_silence(at: Carrier) -> None:
    at.switchboard.fault = RuntimeError("the database is gone, said +84912345678")
    assert await at.post(INCOMING_PATH, incoming()) == (200, fallback_twiml())
    status, body = await at.post("/voice/twilio/whisper?call=CA1&after=1", incoming())
    assert (status, b"<Hangup" in body) == (200, True)


async def test_nobody_waits_longer_than_we_promise(
    at: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert voice.PATIENCE_SECONDS == 8
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 0.05)
    at.switchboard.delay = 5
    assert await at.post(INCOMING_PATH, incoming()) == (200, fallback_twiml())


async def test_a_number_that_may_not_be_rung_is_not(at: Carrier) -> None:
    at.switchboard.script = lambda ring: ((), Dial("+841900571234", "Bấm 1."))
    assert await at.post(INCOMING_PATH, incoming()) == (200, fallback_twiml())


async def test_the_lawyer_is_joined_even_if_it_cannot_be_noted(at: Carrier) -> None:
    at.switchboard.fault = RuntimeError
    status, body = await at.post("/voice/twilio/accept?call=CA1&after=2", incoming(Digits="1"))
    assert (status, b"<Hangup" in body) == (200, False)


async def test_twilio_speaks_for_us_while_we_are_down(at: Carrier) -> None:
    at.line.at, at.line.fallback = "http://127.0.0.1:9", fallback_twiml()
    call = await at.call()
    assert "một một ba" in " ".join(call.said)
    assert call.over


# -- calls back ------------------------------------------------------------------------------------


async def placed(at: Carrier) -> dict[str, str]:
    url, status_url = twilio_callbacks.addresses(PUBLIC, 5)
    sid = await at.channel.call(LAWYER, url, status_url)
    assert at.twilio.placed[-1]["Sid"] == sid
    return at.twilio.placed[-1]


async def test_lawyer_and_worker_talk(at: Carrier) -> None:
    call = await Call.answer(at.line, await placed(at))
    assert call.said == [at.callbacks.words]
    await call.press("1")
    await call.other_side(seconds=185)
    assert call.rung == [at.callbacks.worker]
    assert set(await call.deliver()) == {200}
    assert at.callbacks.asked == [("begin", 5, call.sid), ("number", 5, call.sid)]
    assert at.callbacks.outcomes == [
        (5, call.sid, Outcome.TALKED, 185),
        (5, call.sid, Outcome.DECLINED, None),  # the end of the whole call; what was known stands
    ]


async def test_the_worker_does_not_answer(at: Carrier) -> None:
    call = await Call.answer(at.line, await placed(at))
    await call.press("1")
    await call.other_side(presses=None, status="busy")
    assert "chưa nghe máy" in call.said[-1]
    assert at.callbacks.outcomes == [(5, call.sid, Outcome.WORKER_MISSED, None)]


@pytest.mark.parametrize("presses", ["2", ""])
async def test_the_lawyer_declines(at: Carrier, presses: str) -> None:
    call = await Call.answer(at.line, await placed(at))
    await call.press(presses)
    assert call.over
    await call.deliver()
    assert call.rung == []
    assert at.callbacks.outcomes == [(5, call.sid, Outcome.DECLINED, None)]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_the_lawyer_is_not_reached(at: Carrier, status: str) -> None:
    call = await Call.miss(at.line, await placed(at), status)
    assert await call.deliver() == [200]
    assert at.callbacks.outcomes == [(5, call.sid, Outcome.LAWYER_MISSED, None)]


async def test_a_call_back_that_is_no_longer_wanted(at: Carrier) -> None:
    at.callbacks.worker = None
    call = await Call.answer(at.line, await placed(at))
    await call.press("1")
    assert call.rung == []
    at.callbacks.words = None
    call = await Call.answer(at.line, await placed(at))
    assert call.over
    assert "không có cuộc gọi" in call.said[-1]


async def test_the_beginning_of_a_call_is_no_outcome(at: Carrier) -> None:
    for status in ("initiated", "ringing", "in-progress"):
        form = incoming(CallStatus=status)
        assert (await at.post("/voice/twilio/callback/status?task=5", form))[0] == 200
    assert at.callbacks.outcomes == []


async def test_without_call_backs_their_addresses_do_not_exist(at: Carrier) -> None:
    async with serving(twilio_routes(at.channel, at.switchboard, PUBLIC)) as address:
        at.line.at = address
        assert (await at.post("/voice/twilio/callback?task=5", incoming()))[0] == 404
        assert (await at.post(INCOMING_PATH, incoming(CallSid=new_sid("CA"))))[0] == 200
