"""Requests to Telegram: what the network does to them, told in the library's own words."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram_request import AiohttpRequest


class Provider:
    """Answers what it was sent, late if told so; remembers the connections it was called on."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.peers: set[object] = set()
        self.address = ""

    async def answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        form = dict(await request.post())
        await asyncio.sleep(self.delay)
        return web.json_response({"ok": True, "result": form})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_post("/call", provider.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.address = f"http://127.0.0.1:{runner.addresses[0][1]}/call"
    yield provider
    await runner.cleanup()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    request = AiohttpRequest(read_timeout=0.2)
    yield request
    await request.shutdown()


def form(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


async def test_a_form_arrives_as_it_was_written(
    provider: Provider, request_: AiohttpRequest
) -> None:
    answer = await request_.post(
        provider.address, form(chat_id=7, text="Lương & phụ cấp = 5 triệu")
    )
    assert answer == {"chat_id": "7", "text": "Lương & phụ cấp = 5 triệu"}


async def test_calls_one_after_another_share_a_connection(
    provider: Provider, request_: AiohttpRequest
) -> None:
    for number in range(5):
        await request_.post(provider.address, form(chat_id=number))
    assert len(provider.peers) == 1


async def test_an_answer_that_does_not_come_is_a_timeout(
    provider: Provider, request_: AiohttpRequest
) -> None:
    provider.delay = 1
    with pytest.raises(TimedOut):
        await request_.post(provider.address, form(chat_id=1))


async def test_a_call_may_bring_more_patience(provider: Provider, request_: AiohttpRequest) -> None:
    provider.delay = 0.4
    answer = await request_.post(provider.address, form(chat_id=1), read_timeout=5)
    assert answer == {"chat_id": "1"}


async def test_a_provider_that_is_not_there_is_a_fault_of_the_network(
    provider: Provider, request_: AiohttpRequest
) -> None:
    nowhere = "http://127.0.0.1:1/call"
    with pytest.raises(NetworkError):
        await request_.post(nowhere, form(chat_id=1))
    await request_.post(provider.address, form(chat_id=1))  # and the next call is well
