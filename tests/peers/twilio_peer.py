"""Twilio as others wrote it: Node's library, and its OpenAPI behind prism. See README.md beside this.

    python -m tests.peers.twilio_peer --peer PATH/TO/NPM/DIRECTORY

Signatures in both directions, our TwiML against the library's types, our REST calls against a mock
of the specification. One line a step, PASS or FAIL.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from multidict import MultiDict

from benchmarks.places import free_port
from bot.channels import twiml
from bot.channels.base import SendFailed
from bot.channels.twilio import twilio_routes
from bot.channels.twilio_requests import SIGNATURE_HEADER
from bot.channels.twilio_rest import Twilio
from bot.telephone.call import Dial, Document, HangUp, Listen, Record
from hotline.rehearsal.twilio import LocalTwilio
from tests.fake_switchboard import RememberingSwitchboard, serving
from tests.peers.telegram_peer import process, until

ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "a-token-of-nobody", "+842253123456"
PUBLIC = "https://hotline.test"
SPEC = "node_modules/@twilio-alpha/mcp/twilio-oai/spec/json/twilio_api_v2010.json"
REQUESTS = 200
Params = dict[str, str | list[str]]


class Story:
    def __init__(self) -> None:
        self.failed = 0

    def step(self, name: str, good: object, seen: object = "") -> None:
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {name}{f': {seen}' if seen else ''}")  # noqa: T201


# -- what is looked at -------------------------------------------------------------------------------


def requests() -> Iterator[tuple[str, Params]]:
    """Forms as Twilio sends them: Vietnamese, blank, repeated, odd."""
    chance = random.Random(20261122)
    words = (
        "công ty nợ lương",
        "",
        "a&b=c",
        "1 + 1",
        "✓ đ",
        "\"'<>",
        "x" * 300,
        "%41",
        "a\nb",
        "é",
    )
    paths = ("incoming", "turn?after=1", "turn?after=12&x=%20y", "status", "status?a=1&a=2")
    for number in range(REQUESTS):
        params: Params = {"CallSid": f"CA{number:032x}", "From": "+84912345678", "Tên": "Lan"}
        for _ in range(chance.randint(0, 8)):
            name = chance.choice(("SpeechResult", "Digits", "FromCity", "a", "A", "Z", "_"))
            several = chance.random() < 0.2 and name in "aAZ_"
            params[name] = chance.sample(words, 3) if several else chance.choice(words)
        yield f"{PUBLIC}/voice/twilio/{paths[number % len(paths)]}", params


def flat(params: Params) -> MultiDict[str]:
    pairs = MultiDict[str]()
    for name, value in params.items():
        for one in value if isinstance(value, list) else [value]:
            pairs.add(name, one)
    return pairs


def documents() -> dict[str, bytes]:
    say = ("Công ty trả lương chậm thì phải trả thêm tiền lãi. Bấm 1 & 2.", "Gặp luật sư, bấm 0.")
    hints = tuple(f"câu hỏi {number}" for number in range(600))
    kinds = {
        "one key": Listen(),
        "keys and hash": Listen(digits=None, seconds=12),
        "speech": Listen(speech=True, hints=hints),
        "record": Record(),
        "dial": Dial("+84912345678", "Bấm 1."),
        "hang up": HangUp(),
    }
    found = {
        f"{name}{' slowly' if slow else ''}": twiml.twiml(
            Document(3, say, kind, slow), PUBLIC, "CA1", OURS
        )
        for name, kind in kinds.items()
        for slow in (False, True)
    }
    return found | {
        "whisper": twiml.whisper("Bấm 1.", PUBLIC, "CA1", 3),
        "join": twiml.join(),
        "hanging up": twiml.hang_up("Chào."),
        "call back": twiml.callback_question("Bấm 1.", PUBLIC, 5),
        "call back dial": twiml.callback_dial("+84912345678", PUBLIC, 5, OURS),
        "fallback": twiml.fallback_twiml(),
    }


def elements(document: bytes) -> list[dict[str, Any]]:
    def below(element: ET.Element, parent: str | None) -> Iterator[dict[str, Any]]:
        yield {"tag": element.tag, "parent": parent, "attributes": element.attrib}
        for child in element:
            yield from below(child, element.tag)

    return list(below(ET.fromstring(document), None))


def misspelled() -> list[dict[str, Any]]:
    """A document with five faults: so that the judge is seen to judge."""
    text = (
        '<Response><Gather input="voice" timeout="soon" colour="red"><Dial/></Gather>'
        '<Say voice="Google.vi-VN-Nobody">x</Say></Response>'
    )
    return elements(text.encode())


# -- Node's library ----------------------------------------------------------------------------------


async def node(peer: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    script = Path(__file__).with_suffix(".mjs")
    done = await asyncio.to_thread(
        subprocess.run,
        ["node", str(script), str(peer)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def signatures(story: Story, peer: Path) -> None:
    asked = list(requests())
    local = LocalTwilio(ACCOUNT, TOKEN, OURS)
    ours = [local.signature(url, flat(params)) for url, params in asked]
    job: dict[str, Any] = {
        "token": TOKEN,
        "sign": [{"url": url, "params": params} for url, params in asked],
        "verify": [
            {"url": url, "params": params, "signature": signature}
            for (url, params), signature in zip(asked, ours, strict=True)
        ],
        "documents": [
            {"name": name, "elements": elements(one)} for name, one in documents().items()
        ],
    }
    found = await node(peer, job)
    story.step("Node verifies what we sign", all(found["verified"]), len(found["verified"]))
    await _accepted(story, asked, found["signatures"])
    story.step(
        "every element, attribute and value of our TwiML is of VoiceResponse.d.ts",
        not found["wrong"] and found["checked"],
        found["wrong"]
        or f"{found['checked']} checks in {len(job['documents'])} documents, "
        f"{found['known']['interfaces']} interfaces, {found['known']['voices']} voices",
    )
    empty = {"token": TOKEN, "sign": [], "verify": []}
    faults = await node(peer, empty | {"documents": [{"name": "x", "elements": misspelled()}]})
    story.step("five faults put in are found", len(faults["wrong"]) == 5, len(faults["wrong"]))


async def _accepted(story: Story, asked: list[tuple[str, Params]], signatures: list[str]) -> None:
    channel = Twilio(ACCOUNT, TOKEN, OURS, "http://127.0.0.1:9")
    routes = twilio_routes(channel, RememberingSwitchboard(), PUBLIC)
    good, bad = [], []
    async with serving(routes) as at, aiohttp.ClientSession() as session:

        async def post(url: str, params: Params, signature: str) -> int:
            headers = {
                SIGNATURE_HEADER: signature,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            target, body = at + url.removeprefix(PUBLIC), urlencode(list(flat(params).items()))
            async with session.post(target, data=body, headers=headers) as answer:
                return answer.status

        for (url, params), signature in zip(asked, signatures, strict=True):
            good.append(await post(url, params, signature))
            bad.append(await post(url, params | {"Digits": "changed"}, signature))
    await channel.close()
    story.step("our routes accept what Node signs", set(good) == {200}, len(good))
    story.step("and nothing else", set(bad) == {401}, len(bad))


# -- Twilio's OpenAPI behind prism -------------------------------------------------------------------


async def rest(story: Story, peer: Path, directory: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    prism = [str(peer / "node_modules/.bin/prism"), "mock", "--errors", "-p", str(port)]
    with process([*prism, str(peer / SPEC)], directory / "prism.log"):
        async with aiohttp.ClientSession() as session:
            path = f"{base}/2010-04-01/Accounts/{ACCOUNT}"
            unsigned = await until(lambda: _status(session, f"{path}.json"))
            story.step("prism refuses who does not sign in", unsigned == 401, unsigned)
            auth = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
            async with session.post(f"{path}/Calls.json", data={"x": "y"}, headers=auth) as answer:
                story.step("and a call to nobody", answer.status in (400, 422), answer.status)
        channel = Twilio(ACCOUNT, TOKEN, OURS, base)
        await _asks(story, channel, base)
        await channel.close()


async def _status(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url) as response:
        return response.status


async def _asks(story: Story, channel: Twilio, base: str) -> None:
    url = f"{PUBLIC}/voice/twilio/callback?task=5"
    try:
        sid = await channel.call("+84912345678", url, url)
        story.step("our call is as the specification wants it", sid, sid[:2])
        ref = f"{base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE{'0' * 32}"
        await channel.discard(ref)
        story.step("so is deleting a recording", True)
    except SendFailed as error:
        story.step("our requests are as the specification wants them", False, error.code)
    found = await channel.check()
    told = all("did not answer" not in one for one in found)
    story.step("so is asking for the account", told, found)


# -- all together ------------------------------------------------------------------------------------


async def run(peer: Path, directory: Path) -> int:
    story = Story()
    await signatures(story, peer)
    await rest(story, peer, directory)
    return story.failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="where npm installed the peers")
    peer = parser.parse_args().peer.absolute()
    if not (peer / SPEC).exists():
        parser.error("not installed there: see tests/peers/README.md")
    with tempfile.TemporaryDirectory() as name:
        sys.exit(asyncio.run(run(peer, Path(name))) > 0)


if __name__ == "__main__":
    main()
