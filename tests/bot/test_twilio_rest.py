"""What we ask Twilio: calls, recordings, the account; and how each refusal is taken."""

import logging
from collections.abc import AsyncIterator

import pytest

from bot.channels.base import SendFailed, TryLater
from bot.channels.fetching import LIMIT
from bot.channels.twilio_rest import Twilio
from hotline.rehearsal.twilio import LocalTwilio

ACCOUNT, TOKEN, LAWYER = "AC" + "0" * 32, "a-token-of-nobody", "+84987654321"
URL = "https://hotline.test/voice/twilio/callback?task=5"


@pytest.fixture
async def twilio() -> AsyncIterator[LocalTwilio]:
    local = await LocalTwilio(ACCOUNT, TOKEN).start()
    yield local
    await local.stop()


@pytest.fixture
async def channel(twilio: LocalTwilio) -> AsyncIterator[Twilio]:
    opened = Twilio(ACCOUNT, TOKEN, twilio.number, twilio.base + "/")
    yield opened
    await opened.close()


# -- calls -----------------------------------------------------------------------------------------


async def test_a_call_is_placed(twilio: LocalTwilio, channel: Twilio) -> None:
    sid = await channel.call("0987 654 321", URL, URL.replace("?", "/status?"))
    assert twilio.placed == [
        {
            "To": LAWYER,
            "From": twilio.number,
            "Url": URL,
            "Method": "POST",
            "StatusCallback": URL.replace("?", "/status?"),
            "StatusCallbackMethod": "POST",
            "Timeout": "30",
            "Sid": sid,
        }
    ]


@pytest.mark.parametrize("number", ["19001567", "113", "+14155550100", "", "sip:a@b"])
async def test_other_numbers_are_not_even_asked_for(
    twilio: LocalTwilio, channel: Twilio, number: str
) -> None:
    with pytest.raises(SendFailed, match="not_dialable"):
        await channel.call(number, URL, URL)
    assert twilio.placed == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, SendFailed),
        (401, TryLater),
        (403, TryLater),
        (404, SendFailed),
        (408, TryLater),
        (429, TryLater),
        (500, TryLater),
        (503, TryLater),
    ],
)
async def test_each_refusal_has_its_reaction(
    twilio: LocalTwilio, channel: Twilio, status: int, kind: type[SendFailed]
) -> None:
    twilio.faults = [status]
    with pytest.raises(SendFailed) as caught:
        await channel.call(LAWYER, URL, URL)
    assert type(caught.value) is kind
    assert caught.value.code == f"http_{status}"
    assert LAWYER not in repr(caught.value)
    assert await channel.call(LAWYER, URL, URL)


async def test_nobody_there_is_for_later(twilio: LocalTwilio, channel: Twilio) -> None:
    ref = twilio.base + f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1"
    await twilio.stop()
    for asked in (channel.call(LAWYER, URL, URL), channel.fetch(ref), channel.discard(ref)):
        with pytest.raises(TryLater) as caught:
            await asked
        assert caught.value.__cause__ is None
    assert "did not answer" in (await channel.check())[0]


async def test_nothing_is_written_down(
    twilio: LocalTwilio, channel: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await channel.call(LAWYER, URL, URL)
    _, url = twilio.keep()
    await channel.discard(channel.ref(url) or "")
    written = caplog.text
    for secret in (LAWYER, LAWYER[3:], TOKEN, ACCOUNT, "/voice/", "Recordings"):
        assert secret not in written


# -- recordings ------------------------------------------------------------------------------------


async def test_a_recording_is_fetched_and_forgotten(twilio: LocalTwilio, channel: Twilio) -> None:
    sid, url = twilio.keep(b"ID3 sound")
    ref = channel.ref(url)
    assert ref == url
    assert await channel.fetch(ref) == b"ID3 sound"
    await channel.discard(ref)
    await channel.discard(ref)  # gone is gone
    assert twilio.deleted == [sid]
    with pytest.raises(TryLater, match="http_404"):  # may be late
        await channel.fetch(ref)


def test_a_recordings_address_is_turned_into_ours(channel: Twilio, twilio: LocalTwilio) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE0a"
    for host in ("api.twilio.com", "api.dublin.ie1.twilio.com", "anything.test:99"):
        for ending in ("", ".mp3", ".wav", ".json"):
            assert channel.ref(f"https://{host}{path}{ending}") == twilio.base + path
    elsewhere = path.replace(ACCOUNT, "AC" + "1" * 32)
    for url in (
        "",
        "RE0a",
        f"https://api.twilio.com{elsewhere}",
        f"https://api.twilio.com{path}/../../Calls",
        f"https://api.twilio.com{path}?x=1",
        f"https://api.twilio.com{path}\n",
        f"ftp://api.twilio.com{path}",
        "https://api.twilio.com/2010-04-01/Accounts/",
    ):
        assert channel.ref(url) is None, url


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "file:///etc/passwd",
        "http://169.254.169.254/2010-04-01/Accounts/AC0/Recordings/RE1",
        "{base}/2010-04-01/Accounts/{account}/Recordings/",
        "{base}/2010-04-01/Accounts/{account}/Recordings/RE1/../../Calls",
        "{base}/2010-04-01/Accounts/{account}/Recordings/RE1?x",
        "{base}/2010-04-01/Accounts/{account}.json",
        "{base}@evil.test/2010-04-01/Accounts/{account}/Recordings/RE1",
        "{base}.evil.test/2010-04-01/Accounts/{account}/Recordings/RE1",
    ],
)
async def test_only_our_recordings_are_asked_for(
    twilio: LocalTwilio, channel: Twilio, ref: str
) -> None:
    ref = ref.format(base=twilio.base, account=ACCOUNT)
    assert not channel.keeps(ref)
    for asked in (channel.fetch(ref), channel.discard(ref)):
        with pytest.raises(SendFailed, match="not_ours"):
            await asked


async def test_a_recording_may_be_too_large(twilio: LocalTwilio, channel: Twilio) -> None:
    _, url = twilio.keep(bytes(LIMIT + 1))
    with pytest.raises(SendFailed, match="too_large"):
        await channel.fetch(url)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_recordings_are_waited_for(twilio: LocalTwilio, channel: Twilio, status: int) -> None:
    _, url = twilio.keep()
    twilio.faults = [status]
    with pytest.raises(TryLater):
        await channel.fetch(url)
    assert await channel.fetch(url)


@pytest.mark.parametrize("status", [400, 410])
async def test_recordings_never_to_be_had(
    twilio: LocalTwilio, channel: Twilio, status: int
) -> None:
    _, url = twilio.keep()
    twilio.faults = [status]
    with pytest.raises(SendFailed) as caught:
        await channel.fetch(url)
    assert not isinstance(caught.value, TryLater)


async def test_deleting_is_tried_again_when_twilio_is_busy(
    twilio: LocalTwilio, channel: Twilio
) -> None:
    _, url = twilio.keep()
    twilio.faults = [503]
    with pytest.raises(TryLater):
        await channel.discard(url)
    assert twilio.deleted == []


# -- for the operator ------------------------------------------------------------------------------


async def test_all_is_well(channel: Twilio) -> None:
    assert await channel.check() == []


async def test_what_is_wrong_is_said(twilio: LocalTwilio, channel: Twilio) -> None:
    twilio.status = "suspended"
    assert await channel.check() == ["The account at Twilio is suspended or closed."]
    twilio.faults = [503]
    assert await channel.check() == ["Twilio did not answer as it should (http_503)."]
    stranger = Twilio(ACCOUNT, "another-token", twilio.number, twilio.base)
    assert "does not know" in (await stranger.check())[0]
    await stranger.close()
