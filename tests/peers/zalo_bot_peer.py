"""Our Zalo on loopback, asked by a client nobody here wrote: python-zalo-bot. See README.md.

    python -m tests.peers.zalo_bot_peer --peer PATH/TO/VENV

What tests and rehearsals take for Zalo must do for that client what it does for ours, and both
must read the same out of an event. One line a step, PASS or FAIL.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from bot.channels.zalo_bot_events import parse
from hotline.rehearsal.zalo_bot import FakeZaloBot

TOKEN = "738499441022218443:token-of-nobody_at-all"
LAN = "6ede9afa66b88fe6d6a9"
CLIENT = Path(__file__).with_name("zalo_bot_client.py")


async def run(python: Path) -> int:
    zalo = await FakeZaloBot(TOKEN).start()
    events = [
        zalo.said(LAN, "nợ lương 2 tháng"),
        zalo.event("image", LAN, photo_url="https://photo.zdn.vn/a.jpg", caption="bảng lương"),
        zalo.event("sticker", LAN, sticker="abc", url="https://stickers.vn/a"),
        zalo.event("unsupported", LAN),
        zalo.event("text", "group-1", group=True, text="@bot"),
    ]
    zalo.pending = list(events)
    try:
        return _judge(zalo, events, await _told(python, zalo.base, len(events)))
    finally:
        await zalo.stop()


async def _told(python: Path, base: str, count: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        python, CLIENT, base, TOKEN, str(count), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("FAIL  the peer runs")
    told: dict[str, Any] = json.loads(out)
    return told


def _judge(zalo: FakeZaloBot, events: list[dict[str, Any]], told: dict[str, Any]) -> int:
    failed = 0

    def step(name: str, good: object) -> None:
        nonlocal failed
        failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {name}")  # noqa: T201

    step("getMe tells who the bot is", told["me"] == "bot.tongdai")
    for event, seen in zip(events, told["read"], strict=True):
        name = event["event_name"]
        kind = event["message"]["chat"]["chat_type"]
        step(f"getUpdates gives {name} ({kind}) once", seen["kind"] == kind)
        if kind == "PRIVATE":
            step("  and both clients read the same in it", _same(event, seen))
    step(f"an idle fetch is no update to it: {told['idle']}", told["idle"])
    step("setWebhook takes an https address", told["set"] and told["info"].endswith("zalo-bot"))
    step(f"nothing is fetched while a webhook is set: {told['in the way']}", told["in the way"])
    step("deleteWebhook takes it away", told["deleted"] and told["no info"])
    step("a plain http address is refused", told["plain http"] == "BadRequest")
    step("sendMessage and sendPhoto give numbers", told["sent"] and told["photo"])
    step("the text came whole", zalo.texts("peer-chat")[:1] == ["xin chào từ thư viện"])
    step("2,000 characters pass, 2,001 do not", (told["2000"], told["2001"]) == ("", "BadRequest"))
    step("a wrong token is refused", told["stranger"] == "InvalidToken")
    return failed


def _same(event: dict[str, Any], seen: dict[str, Any]) -> bool:
    inbound = parse(event)
    if inbound is None or inbound.at is None:
        return False
    ours = (inbound.external_id.rpartition(":")[2], inbound.address, inbound.at.timestamp())
    theirs = (seen["message_id"], seen["chat"], seen["at"])
    photos = [one.ref for one in inbound.attachments]
    words = inbound.text == seen["text"] or bool(photos)  # it reads no captions
    return ours == theirs and words and photos == ([seen["photo"]] if seen["photo"] else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True, help="a venv with python-zalo-bot")
    python = parser.parse_args().peer.absolute() / "bin" / "python"
    if not python.exists():
        parser.error("no Python there: see tests/peers/README.md")
    raise SystemExit(asyncio.run(run(python)) > 0)


if __name__ == "__main__":
    main()
