"""Fetching: what is on the list comes, nothing else is even connected to."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.base import SendFailed, TryLater
from bot.channels.fetching import LIMIT, Fetcher, is_open
from tests.memory import growing_at_most

MEGABYTE = 1024 * 1024
AUTH = aiohttp.encode_basic_auth("AC123", "secret")


class Provider:
    """A host of files on loopback that counts who connects and remembers what was asked."""

    def __init__(self) -> None:
        self.connections = 0
        self.asked: list[tuple[str, str | None]] = []
        self.answers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.base = ""
        self.port = 0
        self._runner: web.ServerRunner | None = None

    async def start(self) -> "Provider":
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self._runner.setup()
        server, make = self._runner.server, None
        assert server is not None

        def connected() -> asyncio.BaseProtocol:
            self.connections += 1
            return server()

        make = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
        self._sockets = make
        self.port = make.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        return self

    async def stop(self) -> None:
        self._sockets.close()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        made = self.answers.get(request.path)
        if made is None:
            return web.Response(status=404)
        return await made(request)

    def gives(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        async def answer(_: web.BaseRequest) -> web.StreamResponse:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers=named)

        self.answers[path] = answer
        return self.base + path

    def leads(self, path: str, to: str, status: int = 302) -> str:
        return self.gives(path, status=status, Location=to)


class Names(AbstractResolver):
    """A resolver that says what the test wants, each time the next."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for address in found
        ]

    async def close(self) -> None:
        return None


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = await Provider().start()
    yield made
    await made.stop()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Provider]:
    made = await Provider().start()
    yield made
    await made.stop()


@pytest.fixture
async def fetcher(provider: Provider) -> AsyncIterator[Fetcher]:
    made = Fetcher([], [provider.base])
    yield made
    await made.close()


async def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(SendFailed) as failed:
        await fetcher.get(url)
    assert not isinstance(failed.value, TryLater), failed.value.code
    assert "127" not in str(failed.value)
    return failed.value.code


async def delay(fetcher: Fetcher, url: str) -> TryLater:
    with pytest.raises(TryLater) as failed:
        await fetcher.get(url)
    return failed.value


# -- what comes ------------------------------------------------------------------------------------


async def test_a_file_comes_whole(provider: Provider, fetcher: Fetcher) -> None:
    body = bytes(range(256)) * 4096
    assert await fetcher.get(provider.gives("/a.jpg", body)) == body
    assert await fetcher.get(provider.gives("/ảnh.jpg", b"x")) == b"x"
    exact = b"\0" * LIMIT
    assert len(await fetcher.get(provider.gives("/exact", exact))) == LIMIT


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_what_is_packed_unasked_is_unpacked(
    provider: Provider, fetcher: Fetcher, encoding: str
) -> None:
    packed = gzip.compress(b"hello") if encoding == "gzip" else zlib.compress(b"hello")
    url = provider.gives("/packed", packed, Content_Encoding=encoding)
    assert await fetcher.get(url) == b"hello"


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (400, "http_400", False),
        (403, "http_403", False),
        (404, "http_404", False),
        (410, "http_410", False),
        (204, "http_204", False),
        (206, "http_206", False),
        (304, "http_304", False),
        (408, "http_408", True),
        (429, "http_429", True),
        (500, "http_500", True),
        (503, "http_503", True),
    ],
)
async def test_each_status_has_its_reaction(
    provider: Provider, fetcher: Fetcher, status: int, code: str, again: bool
) -> None:
    url = provider.gives("/x", status=status)
    with pytest.raises(SendFailed) as failed:
        await fetcher.get(url)
    assert (failed.value.code, isinstance(failed.value, TryLater)) == (code, again)


async def test_a_busy_host_says_how_long(provider: Provider, fetcher: Fetcher) -> None:
    assert (await delay(fetcher, provider.gives("/x", status=429, Retry_After="7"))).after == 7
    for odd in ("soon", "-1", "9" * 400, "٣"):
        assert (
            await delay(fetcher, provider.gives("/x", status=503, Retry_After=odd))
        ).after is None


async def test_a_dead_host_is_tried_later(provider: Provider, fetcher: Fetcher) -> None:
    await provider.stop()
    await delay(fetcher, f"{provider.base}/x")


# -- how much --------------------------------------------------------------------------------------


async def test_what_says_it_is_too_large_is_not_read(provider: Provider, fetcher: Fetcher) -> None:
    url = provider.gives("/large", b"\0" * (LIMIT + 1))
    assert await refusal(fetcher, url) == "too_large"


async def test_a_gigabyte_is_left_at_twenty_megabytes(provider: Provider, fetcher: Fetcher) -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1024):
            await response.write(b"\0" * MEGABYTE)
            sent += 1
        return response

    provider.answers["/flood"] = flood
    with growing_at_most(100):
        assert await refusal(fetcher, provider.base + "/flood") == "too_large"
    assert sent < 60


@pytest.mark.parametrize("layers", [1, 2])
async def test_a_packed_bomb_is_left_at_twenty_megabytes(
    provider: Provider, fetcher: Fetcher, layers: int
) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * MEGABYTE) for _ in range(300)) + packer.flush()
    if layers == 2:
        bomb = gzip.compress(bomb) + b"\0" * 10
    url = provider.gives("/bomb", bomb, Content_Encoding="gzip")
    with growing_at_most(100):
        if layers == 1:
            assert await refusal(fetcher, url) == "too_large"
        else:  # the outer layer only: what is within stays packed
            assert len(await fetcher.get(url)) < MEGABYTE


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x"])
async def test_other_packings_are_refused(
    provider: Provider, fetcher: Fetcher, encoding: str
) -> None:
    url = provider.gives("/x", b"whatever", Content_Encoding=encoding)
    assert await refusal(fetcher, url) == "unknown_encoding"


async def test_what_is_no_gzip_is_refused(provider: Provider, fetcher: Fetcher) -> None:
    url = provider.gives("/x", b"no gzip at all", Content_Encoding="gzip")
    assert await refusal(fetcher, url) == "broken_encoding"


async def test_a_wrong_length_is_tried_later() -> None:
    async def short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(short, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    fetcher = Fetcher([], [base])
    assert (await delay(fetcher, base + "/x")).code == "ClientPayloadError"
    await fetcher.close()
    server.close()


# -- redirects -------------------------------------------------------------------------------------


async def test_redirects_are_followed_three_times(provider: Provider, fetcher: Fetcher) -> None:
    provider.gives("/end", b"here")
    provider.leads("/3", "end")
    provider.leads("/2", f"{provider.base}/3", 307)
    provider.leads("/1", "/2", 301)
    provider.leads("/0", "/1")
    assert await fetcher.get(provider.base + "/1") == b"here"
    assert await refusal(fetcher, provider.base + "/0") == "too_many_redirects"
    assert await refusal(fetcher, provider.leads("/loop", "/loop")) == "too_many_redirects"


async def test_credentials_are_seen_on_no_second_hop(
    provider: Provider, elsewhere: Provider
) -> None:
    elsewhere.gives("/end", b"here")
    elsewhere.leads("/back", f"{provider.base}/own")
    provider.gives("/own", b"here")
    fetcher = Fetcher([], [provider.base, elsewhere.base])
    for target in (f"{elsewhere.base}/end", f"{elsewhere.base}/back", "/own"):
        url = provider.leads("/start", target)
        assert await fetcher.get(url, auth=AUTH) == b"here"
    await fetcher.close()
    assert [path for path, seen in provider.asked if seen == AUTH] == ["/start"] * 3
    assert {seen for path, seen in provider.asked + elsewhere.asked if path != "/start"} == {None}


async def test_a_redirect_leads_nowhere_that_is_not_listed(
    provider: Provider, elsewhere: Provider, fetcher: Fetcher
) -> None:
    """One open redirect at a provider opens no door."""
    elsewhere.gives("/secret", b"ours")
    for target in nasty(elsewhere.port):
        url = provider.leads("/start", target.replace("\r\n", " ").encode().decode() or "/\\x")
        with pytest.raises(SendFailed):
            await fetcher.get(url)
    assert elsewhere.connections == 0


# -- nasty addresses -------------------------------------------------------------------------------


def nasty(port: int) -> list[str]:
    """Addresses that mean loopback, our own network or another scheme, written in odd ways."""
    hosts = """127.0.0.1 localhost LOCALHOST 127.1 127.0.1 0 0.0.0.0 2130706433 0x7f000001 0x7f.0.0.1
        0177.0.0.1 017700000001 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
        [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1%25lo] 127.0.0.1.nip.io localtest.me 10.0.0.1
        172.16.0.1 192.168.1.1 169.254.169.254 metadata.google.internal 100.64.0.1 224.0.0.1
        255.255.255.255 zdn.vn evilzdn.vn zdn.vn.evil.test files.zdn.vn.evil.test files.zdn.vn.
        evil.test user@files.zdn.vn files.zdn.vn@127.0.0.1 files.zdn.vn:80@127.0.0.1
        :@127.0.0.1 files.zdn.vn%00.evil.test files.zdn.vn%2f@127.0.0.1 xn--files-.test
        １２７.0.0.1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ﬁles.zdn.vn files。zdn。vn 127。0。0。1""".split()
    odd = [
        "",
        "/etc/passwd",
        "//127.0.0.1/x",
        "file:///etc/passwd",
        "ftp://files.zdn.vn/x",
        "gopher://127.0.0.1:25/_x",
        "data:text/plain,x",
        "unix:///var/run/docker.sock",
        "http+unix://x/y",
        "javascript:alert(1)",
        "http:files.zdn.vn",
        "http:/127.0.0.1/x",
        "http:///127.0.0.1/x",
        "https://files.zdn.vn:8443/x",
        "https://files.zdn.vn:22/x",
        "https://files.zdn.vn:0/x",
        "https://files.zdn.vn:99999/x",
        "https://files.zdn.vn:x/x",
        "https://files.zdn.vn\\@127.0.0.1/x",
        "https://127.0.0.1\\.files.zdn.vn/x",
        "https://files.zdn.vn /x",
        "https://files.zdn.vn/x\r\nHost: 127.0.0.1",
        "https://files.zdn.vn\t.evil.test/x",
        "https://files.zdn.vn/" + "x" * 5000,
        "https://[files.zdn.vn]/x",
        "https://[::1/x",
        "https://-files.zdn.vn/x",
    ]
    return [f"http://{host}:{port}/secret" for host in hosts] + odd


async def test_nothing_is_connected_to_that_is_not_listed(elsewhere: Provider) -> None:
    """Every name leads to loopback here, as if the listed hosts' own names were in bad hands."""
    names = Names(["127.0.0.1"])
    fetcher = Fetcher(["files.zdn.vn", ".zdn.vn"], [], lambda: names)
    addresses = nasty(elsewhere.port)
    assert len(addresses) >= 60
    for address in addresses:
        assert await refusal(fetcher, address) == "refused_host", address
    await fetcher.close()
    assert (elsewhere.connections, names.asked) == (0, 0)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 10.1.2.3 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0
    224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 240.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1
    fd12::1 ff02::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::127.0.0.1 2002:7f00:1:: 2002:a00:1::
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 fec0::1 x
    """.split(),
)
async def test_a_listed_name_at_a_closed_address_is_refused(address: str) -> None:
    assert not is_open(address)
    for found in ([address], ["93.184.216.34", address]):
        fetcher = Fetcher([".zdn.vn"], [], lambda found=found: Names(found))
        assert await refusal(fetcher, "https://files.zdn.vn/x") == "refused_host"
        await fetcher.close()


def test_addresses_of_the_open_internet_are_open() -> None:
    open_ones = (
        "93.184.216.34 8.8.8.8 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::"
    )
    assert [one for one in open_ones.split() if not is_open(one)] == []


async def test_a_name_that_changes_its_address_is_caught_at_the_connection(
    elsewhere: Provider,
) -> None:
    """DNS rebinding: open when first looked up, ours the moment after."""
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    fetcher = Fetcher(["files.zdn.vn"], [], lambda: names)
    await delay(fetcher, "http://files.zdn.vn/x")  # the tests' own gate lets nothing out
    assert await refusal(fetcher, "http://files.zdn.vn/x") == "refused_host"
    await fetcher.close()
    assert names.asked == 2
    assert elsewhere.connections == 0


async def test_listed_names_are_looked_up_whatever_their_case() -> None:
    names = Names(["127.0.0.1"])
    fetcher = Fetcher([".zdn.vn", "dl.zapps.me"], [], lambda: names)
    for url in ("https://a.b.zdn.vn/x", "HTTPS://F1.ZDN.VN/x", "http://dl.zapps.me:80/x?a=%2F"):
        await refusal(fetcher, url)
    await fetcher.close()
    assert names.asked == 3


async def test_what_the_operator_set_may_be_ours_but_only_as_he_set_it(
    provider: Provider, elsewhere: Provider
) -> None:
    provider.gives("/x", b"here")
    fetcher = Fetcher([], [provider.base + "/2010-04-01/"])
    assert await fetcher.get(provider.base + "/x") == b"here"
    for other in (f"http://127.0.0.1:{elsewhere.port}/x", f"https://127.0.0.1:{provider.port}/x"):
        assert await refusal(fetcher, other) == "refused_host"
    await fetcher.close()
    assert elsewhere.connections == 0


async def test_a_trusted_name_may_lie_in_our_network_at_its_port_alone(provider: Provider) -> None:
    provider.gives("/x", b"here")
    names = Names(["127.0.0.1"])
    base = f"http://minio.internal:{provider.port}"
    fetcher = Fetcher(["minio.internal"], [base], lambda: names)
    assert await fetcher.get(base + "/x") == b"here"
    assert await refusal(fetcher, "http://minio.internal/x") == "refused_host"
    await fetcher.close()
