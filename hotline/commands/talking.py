"""`hotline chat`: the worker's side in a terminal."""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence

from rich.console import Console

from bot.channels.base import Inbound, Line
from hotline import setup
from hotline.house import House
from hotline.settings import Settings

_CHANNEL = "terminal"
_LOOK_EVERY = 1.0

_console = Console(highlight=False, soft_wrap=True)
_NAMES = {"lawyer": "Luật sư", "bot": "Tổng đài", "system": "Tổng đài"}


async def chat(settings: Settings, name: str) -> None:
    """Read lines, show replies; a lawyer's answer appears while one waits. Ctrl-D ends."""
    house = await House.open(settings, await setup.open_ready(settings))
    try:
        await _Talk(house, name).run()
    finally:
        await house.dispatcher.settle()
        await house.close()


class _Talk:
    def __init__(self, house: House, name: str) -> None:
        self._house = house
        self._name = name
        self._shown = 0

    async def run(self) -> None:
        await self._show_new()
        _console.print("[dim]Gõ câu hỏi rồi Enter; số để chọn; Ctrl-D để thôi.[/dim]")
        watching = asyncio.create_task(self._watch())
        try:
            while (line := await asyncio.to_thread(_read_line)) is not None:
                if line.strip():
                    await self._say(line)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    async def _say(self, text: str) -> None:
        await self._house.reception.receive(
            Inbound(_CHANNEL, secrets.token_hex(16), self._name, text=text)
        )
        await self._show_new()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            await self._show_new()

    async def _show_new(self) -> None:
        lines = await self._house.reception.transcript(_CHANNEL, self._name, self._shown)
        for line in lines:
            self._shown = line.id
        _print([line for line in lines if line.author in _NAMES])


def _read_line() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None


def _print(lines: Sequence[Line]) -> None:
    for line in lines:
        _console.print(f"[bold]{_NAMES[line.author]}:[/bold] ", end="")
        _console.print(line.text, markup=False)
        for number, (label, _) in enumerate(line.choices, 1):
            _console.print(f"  {number}. {label}", markup=False)
