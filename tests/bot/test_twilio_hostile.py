"""Ten thousand hostile requests at Twilio's routes: no fault of ours, and nothing kept unsigned."""

import random
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from bot.channels.twilio_requests import SIGNATURE_HEADER, read
from tests.bot.test_twilio import PUBLIC, ROUTES, Carrier, incoming, menu
from tests.bot.test_twilio import at as at  # noqa: PLC0414 - the fixture
from tests.fake_switchboard import quiet
from tests.raw_requests import request, statuses

SEED, EACH = 20261122, 5000
LETTERS = bytes([*range(33, 127), *range(160, 256)])
FORM = b"application/x-www-form-urlencoded"
REAL = [
    incoming(),
    incoming(Digits="1"),
    incoming(SpeechResult="công ty nợ lương hai tháng", Confidence="0.8"),
    incoming(DialCallStatus="completed", DialCallDuration="60"),
    incoming(CallStatus="completed", CallDuration="60"),
    incoming(
        RecordingUrl="https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE1",
        RecordingDuration="12",
        RecordingStatus="completed",
    ),
]
SCARS = (
    b"%00",
    b"%",
    b"%ED%A0%80",
    b"\xff\xfe",
    b"+" * 300,
    b"&" * 390,
    b"&a=1" * 500,
    b"=",
    b"%F0%9F%98%80",
    b"%D9%A1",
    b"9" * 5000,
    b"&CallSid=CA2",
    b"&Digits=*",
    b"&Digits=",
    b"&After=1",
)


def bodies(count: int) -> Iterator[bytes]:
    chance = random.Random(SEED)
    for number in range(count):
        body = bytearray(urlencode(chance.choice(REAL)).encode())
        place = chance.randrange(len(body))
        match number % 5:
            case 0:
                body[place:place] = chance.choice(SCARS)
            case 1:
                del body[place : place + chance.randint(1, 40)]
            case 2:
                for _ in range(chance.randint(1, 6)):
                    body[chance.randrange(len(body))] = chance.randrange(256)
            case 3:
                body[place:] = body[: chance.randrange(len(body))] * chance.randint(1, 30)
            case _:
                name, value = chance.choice([b"Digits", b"From", b"CallSid", b"CallDuration"]), b""
                value = bytes(chance.randrange(33, 256) for _ in range(chance.randint(0, 60)))
                body += b"&" + name + b"=" + value.replace(b"&", b"")
        yield bytes(body)


def targets() -> Iterator[str]:
    chance = random.Random(SEED)
    odd = (
        "after=%ff",
        "after=-1",
        "after=9e9",
        "call=%00",
        "task=",
        "task=99999999999999",
        "a&b==",
    )
    while True:
        path = f"/voice/twilio/{chance.choice(ROUTES)}"
        yield path if chance.random() < 0.7 else f"{path.partition('?')[0]}?{chance.choice(odd)}"


def signed(at: Carrier, target: str, body: bytes) -> bytes:
    try:
        signature = at.twilio.signature(PUBLIC + target, read(body))
    except ValueError:
        signature = "of a form that nobody can sign"
    headers = {"Content-Type": FORM, SIGNATURE_HEADER: signature.encode()}
    return request("POST", target.encode(), headers, body)


@pytest.fixture(autouse=True)
def _logs_as_when_serving() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.thorough
async def test_signed_but_hostile(at: Carrier, broken: bool) -> None:
    """Twilio's own address with anything in it; also while the house is away."""
    at.switchboard.script = menu
    at.switchboard.fault = RuntimeError("gone") if broken else None
    paths = targets()
    told = ("recording", "status")  # these are asked again later when we are away
    requests = (
        signed(at, target, body)
        for target, body in zip(paths, bodies(EACH // (2 if broken else 1)), strict=False)
        if not (broken and any(one in target for one in told))
    )
    found = await statuses(at.line.at, requests)
    assert set(found) <= {200, 401}
    assert found[200] > found.get(401, 0) * 5
    assert (at.switchboard.rows > 0) is not broken


@pytest.mark.thorough
async def test_unsigned_leaves_nothing(at: Carrier) -> None:
    chance = random.Random(SEED)
    paths = targets()

    def requests() -> Iterator[bytes]:
        for body in bodies(EACH):
            signature = bytes(chance.choices(LETTERS, k=chance.choice((0, 5, 28))))
            headers = {"Content-Type": FORM, SIGNATURE_HEADER: signature}
            if chance.random() < 0.1:
                del headers[SIGNATURE_HEADER]
            yield request("POST", next(paths).encode(), headers, body)

    assert await statuses(at.line.at, requests()) == {401: EACH}
    assert at.switchboard.rows == 0
    assert at.callbacks.asked == at.callbacks.outcomes == []
