"""Stringee's webhooks: whom we believe, what we read, and whole calls by keys."""

import contextlib
import io
import json
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.channels import voice
from bot.channels.base import SendFailed, TryLater
from bot.channels.fetching import LIMIT
from bot.channels.scco import fallback_scco
from bot.channels.stringee import begun, is_genuine, keyed, recorded, stringee_routes
from bot.channels.stringee_rest import Stringee
from bot.channels.voice import Recordings
from bot.telephone.call import Dial, Dialled, Listen, Record, Recording, Ring
from tests.fake_stringee import SIGNATURE_HEADER, FakeStringee, StringeeCall, signature
from tests.fake_switchboard import GOODBYE, RememberingSwitchboard, quiet, serving
from tests.raw_requests import request, statuses

KEY, KEY_SECRET, SIGNING = "SK.0.nobody", "a-key-of-nobody", "a-signing-secret"
PUBLIC, OURS, LAWYER = "https://hotline.test", "+842253123456", "+84987654321"
UUID = "890ccbe2-f9a6-11e7-be7b-b7890f26c79d"
SEED, EACH = 20261122, 5000


@dataclass
class Carrier:
    stringee: FakeStringee
    channel: Stringee
    switchboard: RememberingSwitchboard
    session: aiohttp.ClientSession
    at: str

    def call(self) -> StringeeCall:
        return StringeeCall(self.at, PUBLIC, SIGNING, self.session)

    async def post(self, path: str, body: bytes, headers: Any = None) -> tuple[int, bytes]:
        signed = {SIGNATURE_HEADER: signature(SIGNING, body)}
        async with self.session.post(
            self.at + path, data=io.BytesIO(body), headers=signed if headers is None else headers
        ) as answer:
            return answer.status, await answer.read()


@contextlib.asynccontextmanager
async def carrier(public_url: str = PUBLIC) -> AsyncIterator[Carrier]:
    async with contextlib.AsyncExitStack() as stack:
        stringee = await FakeStringee(KEY, KEY_SECRET).start()
        stack.push_async_callback(stringee.stop)
        channel = Stringee(KEY, KEY_SECRET, SIGNING, OURS, stringee.base, lambda: stringee.now)
        stack.push_async_callback(channel.close)
        switchboard = RememberingSwitchboard(menu)
        routes = stringee_routes(channel, switchboard, public_url)
        at = await stack.enter_async_context(serving(routes))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Carrier(stringee, channel, switchboard, session, at)


@pytest.fixture
async def at() -> AsyncIterator[Carrier]:
    async with carrier() as found:
        yield found


def menu(ring: Ring) -> tuple[tuple[str, ...], Any]:
    if ring.recording or ring.dialled:
        return GOODBYE
    if ring.keys == "9":
        return ("Nói sau tiếng bíp.",), Record(60)
    if ring.keys == "0":
        return ("Giữ máy.",), Dial(LAWYER, "Bấm 1 để nhận.")
    if ring.keys == "2":
        return ("Bấm mã rồi thăng.",), Listen(digits=None)
    return (f"Anh chị bấm {ring.keys or 'gì'}.",), Listen()


# -- whom we believe -------------------------------------------------------------------------------

POSTS = ("event?call=c&after=1", "fail?call=c&after=1", "recording?call=c&after=1", "status")


@pytest.mark.parametrize("path", POSTS)
async def test_nobody_else_is_believed(at: Carrier, path: str) -> None:
    body = json.dumps({"dtmf": "1", "call_id": "c", "call_status": "ended"}).encode()
    good = signature(SIGNING, body)
    wrong: list[list[tuple[str, str]]] = [
        [],
        [(SIGNATURE_HEADER, "")],
        [(SIGNATURE_HEADER, good.swapcase())],
        [(SIGNATURE_HEADER, signature("another", body))],
        [(SIGNATURE_HEADER, signature(SIGNING, body + b" "))],
        [(SIGNATURE_HEADER, "chữ ký")],
        [(SIGNATURE_HEADER, good), (SIGNATURE_HEADER, good)],
    ]
    for headers in wrong:
        assert (await at.post(f"/voice/stringee/{path}", body, headers))[0] == 401
    assert (await at.post(f"/voice/stringee/{path}", b"x" * 70_000))[0] == 401
    assert (await at.post(f"/voice/stringee/{path}", b"x" * 2_000_000))[0] == 401
    assert at.switchboard.rows == 0
    assert (await at.post(f"/voice/stringee/{path}", body))[0] == 200


async def test_an_incoming_call_is_signed_by_its_address(at: Carrier) -> None:
    target = f"/voice/stringee/answer?from=84909986668&to=1&uuid={UUID}&fromInternal=false"
    for secret, signed, expected in (
        (SIGNING, target, 200),
        ("another", target, 401),
        (SIGNING, target + "&x=1", 401),
        (SIGNING, PUBLIC + target, 401),
    ):
        headers = {SIGNATURE_HEADER: signature(secret, signed.encode())}
        async with at.session.get(at.at + target, headers=headers) as answer:
            assert answer.status == expected
    async with at.session.get(at.at + target) as answer:
        assert answer.status == 401
    assert len(at.switchboard.rings) == 1


async def test_a_hotline_below_a_path() -> None:
    async with carrier(f"{PUBLIC}/tong-dai/") as below:
        target = f"/voice/stringee/answer?from=84909986668&uuid={UUID}"
        headers = {SIGNATURE_HEADER: signature(SIGNING, b"/tong-dai" + target.encode())}
        async with below.session.get(below.at + target, headers=headers) as answer:
            assert answer.status == 200
            assert f"{PUBLIC}/tong-dai/voice/stringee/event" in await answer.text()


def test_the_signature_as_the_vendors_sample_computes_it() -> None:
    """HMAC-SHA1 in base64 of its best-known example."""
    assert is_genuine("key", b"The quick brown fox jumps over the lazy dog", [QUICK_FOX])
    assert not is_genuine("key", b"The quick brown fox jumps over the lazy dog", [QUICK_FOX] * 2)


QUICK_FOX = "3nybhbi3iqa8ino29wqQcBydtNk="  # HMAC-SHA1 de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9


# -- what we read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"uuid": UUID, "from": "84909986668"}, {"caller": "84909986668"}),
        ({"uuid": UUID, "from": "0909986668", "fromInternal": "false"}, {"caller": "0909986668"}),
        ({"uuid": UUID, "from": "huydn"}, {}),
        ({"uuid": UUID}, {}),
        ({"callId": UUID}, {}),
        ({"call_id": UUID}, {}),
        ({"uuid": UUID, "callId": "call-vn-1-X"}, {}),
    ],
)
def test_an_incoming_call_is_read(query: dict[str, str], expected: dict[str, Any]) -> None:
    assert begun(query) == Ring("stringee", UUID, 0, **expected)


@pytest.mark.parametrize("uuid", ["", "a b", "x" * 65, "c\n", "é"])
def test_an_incoming_call_must_have_a_name(uuid: str) -> None:
    with pytest.raises(ValueError, match="name"):
        begun({"uuid": uuid})


@pytest.mark.parametrize(
    ("dtmf", "keys"),
    [
        ("0", "0"),
        ("#", "#"),
        ("*", "*"),
        ("123456#", "123456"),
        ("123456", "123456"),
        (5, "5"),
        ("", ""),
        (None, ""),
        (True, ""),
        (["1"], ""),
        (1.5, ""),
        ("١", ""),
        ("1 2", ""),
        ("1" * 40, ""),
    ],
)
def test_keys_are_read(dtmf: Any, keys: str) -> None:
    assert keyed({"dtmf": dtmf, "timeout": False}) == keys
    assert keyed({}) == ""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"recording_url": "https://api.stringee.com/v1/x.mp3", "duration": 7},
            ("https://api.stringee.com/v1/x.mp3", 7),
        ),
        (
            {"link": "https://asia-1.stringee.com/a?b=c"},
            ("https://asia-1.stringee.com/a?b=c", None),
        ),
        ({"call_id": "call-vn-1-X"}, ("{base}/v1/call/recording/call-vn-1-X", None)),
        (
            {"link": "https://evil.test/x", "call_id": "c", "duration": "9"},
            ("{base}/v1/call/recording/c", 9),
        ),
        ({"call_id": "c", "duration": 0}, None),
        ({"link": "https://stringee.com.evil.test/x"}, None),
        ({"link": "https://api.stringee.com@evil.test/x"}, None),
        ({"link": "http://api.stringee.com/x"}, None),
        ({"call_id": "../../x"}, None),
        ({"call_id": 5}, None),
        ({}, None),
    ],
)
def test_recordings_are_found_whatever_their_field(
    told: dict[str, Any], expected: tuple[str, int | None] | None
) -> None:
    channel = Stringee(KEY, KEY_SECRET, SIGNING, OURS, "https://rest.test")
    wanted = expected and Recording(expected[0].format(base="https://rest.test"), expected[1])
    assert recorded(told, channel) == wanted


async def test_signed_but_unusable_requests_are_answered_with_comfort(at: Carrier) -> None:
    for path in ("event", "event?call=c", "fail?call=&after=1", "recording?call=c&after=x"):
        assert await at.post(f"/voice/stringee/{path}", b"{}") == (200, fallback_scco())
    for body in (b"", b"[]", b"5", b"\xff", b"[" * 30_000, b'{"dtmf":'):
        path = "/voice/stringee/event?call=c&after=1"
        assert await at.post(path, body) == (200, fallback_scco())
        assert (await at.post("/voice/stringee/status", body))[0] == 200
    target = "/voice/stringee/answer"
    headers = {SIGNATURE_HEADER: signature(SIGNING, target.encode())}
    async with at.session.get(at.at + target, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, fallback_scco())
    assert at.switchboard.rows == 0


# -- whole calls -----------------------------------------------------------------------------------


async def test_a_call_by_keys(at: Carrier) -> None:
    call = at.call()
    await call.dial_in()
    await call.press("5")
    await call.press("", in_vain=True)
    await call.press("2")
    await call.press("123456#")
    assert call.said == [
        "Anh chị bấm gì.",
        "Anh chị bấm 5.",
        "Anh chị bấm gì.",
        "Bấm mã rồi thăng.",
        "Anh chị bấm 123456.",
    ]
    assert [ring.step for ring in at.switchboard.rings] == [0, 1, 2, 3, 4]
    assert {(ring.provider, ring.call_id, ring.words) for ring in at.switchboard.rings} == {
        ("stringee", UUID, "")
    }
    assert at.switchboard.rings[0].caller == "84909986668"


async def test_a_message_is_recorded(at: Carrier) -> None:
    call = at.call()
    await call.dial_in()
    await call.press("9")
    url, after = call.waiting("recordMessage")["eventUrl"], call.waiting("input")["eventUrl"]
    at.stringee.recordings["call-vn-1-X"] = b"sound"
    told = {"call_id": "call-vn-1-X", "duration": 12, "something": {"new": 1}}
    for _ in range(2):
        await call.tell(url, told)
    await call.tell(after, {"dtmf": "", "timeout": True})
    recording = at.switchboard.rings[2].recording
    assert recording == Recording(f"{at.stringee.base}/v1/call/recording/call-vn-1-X", 12)
    assert at.switchboard.recordings == [("stringee", UUID, recording)] * 2
    assert len(at.switchboard.told) == 3  # the same step, whoever asked first
    assert call.said[-1] == "Chào anh chị."
    assert await at.channel.fetch(recording.ref) == b"sound"


async def test_a_lawyer_who_is_not_reached(at: Carrier) -> None:
    call = at.call()
    await call.dial_in()
    await call.press("0")
    connect = call.waiting("connect")
    assert connect["to"]["number"] == LAWYER.removeprefix("+")
    await call.tell(connect["onFailEventUrl"], {"reason": "busy"})
    assert at.switchboard.rings[-1].dialled == Dialled(False)
    assert call.said[-1] == "Chào anh chị."


async def test_repeats_get_the_same_bytes(at: Carrier) -> None:
    call = at.call()
    await call.dial_in()
    url = call.waiting("input")["eventUrl"]
    await call.tell(url, {"dtmf": "5"})
    first = call.body
    for _ in range(4):
        await call.tell(url, {"dtmf": "5"})
        assert call.body == first


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"call_status": "created", "call_id": "c"}, ("stringee", "c", False, None)),
        ({"call_status": "ringing", "call_id": "c"}, ("stringee", "c", False, None)),
        (
            {"call_status": "ended", "call_id": "c", "duration": 9, "answerDuration": 4},
            ("stringee", "c", True, 4),
        ),
        ({"call_status": "ended", "uuid": UUID, "duration": 9}, ("stringee", UUID, True, 9)),
        ({"call_status": "agentEnded", "call_id": "c"}, ("stringee", "c", False, None)),
        ({"call_status": ["ended"], "callId": "c"}, ("stringee", "c", False, None)),
        ({"call_status": "ended", "call_id": 5}, None),
        ({}, None),
    ],
)
async def test_every_status_is_told(at: Carrier, told: Any, expected: Any) -> None:
    status, _ = await at.post("/voice/stringee/status", json.dumps(told).encode())
    assert status == 200
    assert at.switchboard.statuses == ([] if expected is None else [expected])


async def test_a_fault_is_no_silence(at: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    path, body = "/voice/stringee/event?call=c&after=1", b'{"dtmf":"1"}'
    at.switchboard.fault = RuntimeError("gone")
    assert await at.post(path, body) == (200, fallback_scco())
    at.switchboard.fault = None
    at.switchboard.script = lambda ring: ((), Dial("+841900571234", ""))
    assert await at.post(path, body) == (200, fallback_scco())
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 0.05)
    at.switchboard.delay = 5
    assert await at.post(path, body) == (200, fallback_scco())


# -- recordings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
async def test_recordings_are_waited_for(at: Carrier, status: int) -> None:
    at.stringee.recordings["c"] = b"sound"
    at.stringee.faults = [status]
    with pytest.raises(TryLater, match=f"http_{status}"):
        await at.channel.fetch(at.channel.ref("c"))
    assert await at.channel.fetch(at.channel.ref("c")) == b"sound"


async def test_recordings_never_to_be_had(at: Carrier) -> None:
    at.stringee.recordings["c"] = bytes(LIMIT + 1)
    with pytest.raises(SendFailed, match="too_large"):
        await at.channel.fetch(at.channel.ref("c"))
    at.stringee.faults = [302]  # the key follows nobody
    with pytest.raises(SendFailed, match="http_302"):
        await at.channel.fetch(at.channel.ref("c"))
    for ref in ("https://evil.test/x", "file:///etc/passwd", f"{at.stringee.base}.evil.test/x"):
        with pytest.raises(SendFailed, match="not_ours"):
            await at.channel.fetch(ref)


async def test_what_is_wrong_is_said(at: Carrier) -> None:
    assert await at.channel.check() == []
    stranger = Stringee(KEY, "another", SIGNING, OURS, at.stringee.base, lambda: at.stringee.now)
    assert "does not know" in (await stranger.check())[0]
    await at.stringee.stop()
    assert "did not answer" in (await stranger.check())[0]
    await stranger.close()


async def test_all_recordings_are_one_source(at: Carrier) -> None:
    at.stringee.recordings["c"] = b"sound"
    source = Recordings([at.channel])
    assert source.name == "phone"
    assert await source.fetch(at.channel.ref("c")) == b"sound"
    await source.discard(at.channel.ref("c"))
    for asked in (source.fetch, source.discard):
        with pytest.raises(SendFailed, match="not_ours"):
            await asked("https://evil.test/x")


# -- thousands of them -----------------------------------------------------------------------------


def bodies(count: int) -> Iterator[bytes]:
    chance = random.Random(SEED)
    real = [
        b'{"time":"1530870073736","dtmf":"1","call_id":"call-vn-1-Y","customField":"","timeout":false}',
        b'{"call_status":"ended","call_id":"call-vn-1-Z","duration":9,"from":{"number":"84899199866"}}',
        b'{"recording_url":"https://api.stringee.com/x","duration":"12","call_id":"call-vn-1-Z"}',
    ]
    scars = (
        b"\0",
        b"\xff",
        b"\\ud800",
        b"1e400",
        b"NaN",
        b"9" * 5000,
        b"[" * 2000,
        b'"',
        b"{}",
        b"null",
    )
    for number in range(count):
        body = bytearray(chance.choice(real))
        place = chance.randrange(len(body))
        match number % 4:
            case 0:
                body[place : place + chance.randint(0, 9)] = chance.choice(scars)
            case 1:
                del body[place : place + chance.randint(1, 40)]
            case 2:
                for _ in range(chance.randint(1, 6)):
                    body[chance.randrange(len(body))] = chance.randrange(256)
            case _:
                body[place:] = body[: chance.randrange(len(body))] * chance.randint(1, 30)
        yield bytes(body)


@pytest.mark.parametrize("signs", [True, False])
async def test_thousands_of_hostile_requests(at: Carrier, signs: bool) -> None:
    chance = random.Random(SEED)
    odd = ("?after=%ff", "?call=%00&after=1", "?call=c&after=-1", "?call=c&after=1&call=d", "")

    def requests() -> Iterator[bytes]:
        for body in bodies(EACH):
            path = f"/voice/stringee/{chance.choice(POSTS)}"
            if chance.random() < 0.2:
                path = path.partition("?")[0] + chance.choice(odd)
            if chance.random() < 0.1:
                target = f"/voice/stringee/answer?uuid=c{chance.choice(('', '%ff', '&from=%00'))}"
                mac = signature(SIGNING if signs else "x", target.encode())
                yield request("GET", target.encode(), {SIGNATURE_HEADER: mac.encode()})
            mac = signature(SIGNING if signs else "x", body)
            yield request("POST", path.encode(), {SIGNATURE_HEADER: mac.encode()}, body)

    with quiet():
        found = await statuses(at.at, requests())
    assert set(found) == {200 if signs else 401}
    assert sum(found.values()) >= EACH
    assert (at.switchboard.rows > 0) is signs
