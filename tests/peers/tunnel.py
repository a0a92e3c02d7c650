"""A provider's own https addresses, ending at a stand-in on loopback, for clients that can be told
of a proxy and of a certificate but not of another address.
"""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CHUNK = 65536


class Tunnel:
    """An HTTP proxy that knows `hosts` alone; `asked` are those it was asked for."""

    def __init__(self, hosts: Sequence[str], base: str, folder: Path) -> None:
        self.hosts, self.asked = hosts, list[str]()
        self._there = urlsplit(base)
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        _certify(hosts, self.certificate, key)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self.certificate, key)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[dict[str, str]]:
        """Yields the environment in which a client comes through here."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        trusted = str(self.certificate)
        async with server:
            yield {"HTTPS_PROXY": address, "REQUESTS_CA_BUNDLE": trusted, "NO_PROXY": ""}

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            method, wanted, *_ = (await reader.readuntil(b"\r\n\r\n")).decode().split()
            host = wanted.partition(":")[0]
            self.asked.append(host)
            if method != "CONNECT" or host not in self.hosts:
                writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._tls)
            await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(self._there.hostname, self._there.port)
        with contextlib.closing(forth):
            ways = [
                asyncio.create_task(_copy(reader, forth)),
                asyncio.create_task(_copy(back, writer)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        target.write(chunk)
        await target.drain()


def _certify(hosts: Sequence[str], certificate: Path, key: Path) -> None:
    """One certificate that signs for itself, for a day."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, hosts)), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    certificate.write_bytes(signed.public_bytes(pem))
    key.write_bytes(private.private_bytes(pem, *plain))
