"""Ten thousand hostile forms at the chat page: no fault of ours, and no odd address taken."""

import random
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels import webchat
from hotline.opening import utc_now
from tests.fakes import RememberingReception
from tests.hostile import SEED, scarred
from tests.raw_requests import request, statuses

HOSTILE = 10_000
TOKEN, KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
FORM = b"application/x-www-form-urlencoded"
REAL = [
    urlencode(form).encode()
    for form in (
        {"text": "công ty nợ lương hai tháng", "token": TOKEN},
        {"text": "a\r\nb", "token": TOKEN, "choice": ""},
        {"choice": "12:1", "token": TOKEN},
        {"choice": "#1:0", "text": "", "token": TOKEN},
    )
]
CONTROL = bytes([*range(33), 127])  # in a header the HTTP parser itself refuses them
TYPES = (FORM, FORM, FORM, FORM + b"; charset=utf-16", b"application/json", b"", b"text/\xff")


@pytest.fixture
def reception() -> RememberingReception:
    return RememberingReception()


@pytest.fixture
async def base(reception: RememberingReception, tmp_path: Path) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(webchat.routes(reception, secure=False, fonts=tmp_path, clock=utc_now))
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def requests(chance: random.Random) -> Iterator[bytes]:
    for _ in range(HOSTILE):
        headers = {"Content-Type": chance.choice(TYPES)}
        if chance.random() < 0.5:
            headers["X-Requested-With"] = b"fetch"
        if chance.random() < 0.2:
            spoilt = scarred(KEY.encode(), chance)[:200]
            headers["Cookie"] = webchat.COOKIE.encode() + b"=" + spoilt.translate(None, CONTROL)
        yield request("POST", b"/chat", headers, scarred(chance.choice(REAL), chance))


def test_they_are_the_same_each_time() -> None:
    assert list(requests(random.Random(SEED))) == list(requests(random.Random(SEED)))


@pytest.mark.thorough
async def test_no_form_is_our_fault(base: str, reception: RememberingReception) -> None:
    found = await statuses(base, requests(random.Random(SEED)))
    assert sum(found.values()) == HOSTILE
    assert all(status < 500 for status in found), found
    assert found[204] + found[303] > HOSTILE / 20  # some could be used all the same
    assert all(re.fullmatch("[0-9a-f]{32}", one.address) for one in reception.received)
