"""Our Zalo Official Account on loopback, asked by a client nobody here wrote: zalo-sdk. See README.md.

    python -m tests.peers.zalo_oa_peer --peer PATH/TO/VENV

The client is as it was published and asks Zalo's own addresses: a proxy in its environment leads
them to our stand-in. One line a step, PASS or FAIL.
"""

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from bot.channels import zalo_oauth
from hotline.rehearsal.zalo_oa import LocalZalo
from tests.fake_zalo_oa import APP_ID, APP_SECRET, USER, local_zalo
from tests.peers.tunnel import Tunnel

HOSTS = ("openapi.zalo.me", "business.openapi.zalo.me", "oauth.zaloapp.com")
CLIENT = Path(__file__).with_name("zalo_oa_client.py")
Told = dict[str, Any]


async def run(python: Path) -> int:
    zalo = await local_zalo().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            tunnel = Tunnel(HOSTS, zalo.base, Path(folder))
            zalo.proof_wanted = False  # the library knows of no appsecret_proof
            told = await _told(python, zalo, tunnel)
            zalo.proof_wanted = True
            return _judge(zalo, tunnel, told)
    finally:
        await zalo.stop()


async def _told(python: Path, zalo: LocalZalo, tunnel: Tunnel) -> Told:
    verifier = zalo_oauth.verifier()
    code = await _consent(zalo, verifier)
    given = (APP_ID, APP_SECRET, zalo.access, zalo.refresh, USER, code, verifier)
    async with tunnel.open() as environment:
        process = await asyncio.create_subprocess_exec(
            python, CLIENT, *given, stdout=asyncio.subprocess.PIPE, env=os.environ | environment
        )
        out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("FAIL  the peer runs")
    told: Told = json.loads(out)
    return told


async def _consent(zalo: LocalZalo, verifier: str) -> str:
    """The code that comes back when the owner says yes on the page our own client names."""
    oauth = zalo_oauth.OAuth(zalo.base, APP_ID, APP_SECRET)
    page = oauth.consent_address("https://office.example.vn/zalo/return", verifier, "state")
    async with aiohttp.request("GET", page, allow_redirects=False) as answer:
        return URL(answer.headers["Location"]).query["code"]


def _judge(zalo: LocalZalo, tunnel: Tunnel, told: Told) -> int:
    steps = [
        *_messages(zalo, told["messages"]),
        *_files(told["files"]),
        *_reading(told),
        *_notices(zalo, told["notices"]),
        *_tokens(zalo, told["tokens"]),
        ("each of Zalo's three hosts was asked, and no other", set(tunnel.asked) == set(HOSTS)),
    ]
    for name, good in steps:
        print(f"{'PASS' if good else 'FAIL'}  {name}")  # noqa: T201
    return sum(not good for _, good in steps)


def _messages(zalo: LocalZalo, told: Told) -> list[tuple[str, object]]:
    ids = {"message_id", "user_id", "quota"} <= set(told["sent"])
    buttons = next(filter(None, map(zalo.buttons, zalo.sent)), {})
    return [
        ("a consultation message is numbered and says what it costs", ids),
        ("its text came whole", zalo.texts(USER)[0] == "xin chào từ thư viện"),
        ("2,000 characters pass, 2,001 do not", (told["2000"], told["2001"]) == (0, -210)),
        ("5 buttons pass, 6 do not", (told["5 buttons"], told["6 buttons"]) == (0, -210)),
        ("and came with what they answer", buttons == {"Có": "#1:0"}),
        ("nothing said is refused", told["empty"] == -201),
    ]


def _files(told: Told) -> list[tuple[str, object]]:
    return [
        ("an image is uploaded and sent", told["image"] == 0),
        ("a PDF is uploaded and sent", told["file"] == 0),
        ("an image nobody uploaded is refused", told["nobody's image"] == -100),
        ("an image above 1 MB is refused", told["large"] == -210),
        ("a .txt is refused", told["text"] == -201),
    ]


def _reading(told: Told) -> list[tuple[str, object]]:
    detail = told["detail"]
    return [
        ("user/detail tells of the user", detail["user_id"] == USER and detail["user_is_follower"]),
        ("and of nobody else", told["nobody"] == -201),
        ("the quota of the account is told", told["quota"][0]["quota_type"] == "sub_quota"),
        ("and that of a user", told["user quota"]["cs_reply"]["remain"] == 8),
    ]


def _notices(zalo: LocalZalo, told: Told) -> list[tuple[str, object]]:
    codes = [notice["template_data"] for notice in zalo.notices]
    return [
        (
            "a notice to a phone number carries the code",
            told["told"] and codes == [{"code": "HP-A4C7"}],
        ),
        ("with another token it is refused, by ZNS's own number", told["refused"] == -124),
    ]


def _tokens(zalo: LocalZalo, told: Told) -> list[tuple[str, object]]:
    return [
        ("the tokens are renewed, and the new one works", told["works"] == 0),
        ("the old access token is dead", told["old access"] == -216),
        ("the old refresh token is refused", told["old refresh"] == -14014),
        ("a code with its verifier gives tokens (PKCE)", told["consent works"] == 0),
        ("and is good once", told["code twice"] == -118),
        ("nothing left with the dead token", "với mã cũ" not in zalo.texts(USER)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a venv with zalo-sdk")
    python = parser.parse_args().peer.absolute() / "bin" / "python"
    if not python.exists():
        parser.error("no Python there: see tests/peers/README.md")
    raise SystemExit(asyncio.run(run(python)) > 0)


if __name__ == "__main__":
    main()
