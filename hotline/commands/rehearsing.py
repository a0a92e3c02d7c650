"""`hotline rehearse`"""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from hotline.rehearsal import day, page
from hotline.rehearsal.stage import Stage, free_port, standing
from hotline.settings import Settings, SettingsError

_console = Console(highlight=False)


async def rehearse(settings: Settings, port: int, keep: bool, speed: float | None) -> None:
    """Until SIGINT or SIGTERM; with a `speed` a day of traffic is played first."""
    if port and free_port(port) != port:
        raise SettingsError(f"port {port} is taken: choose another with --port")
    stop = _stopped()
    ports = (port + 1, port + 2) if port else (0, 0)
    with _directory(settings, keep) as directory:
        _console.print("The rehearsal starts: a few seconds…")
        async with standing(directory, ports=ports) as stage, page.serving(stage, port) as address:
            _announce(stage, address)
            if speed is not None:
                await _play(stage, speed, stop)
            await stop.wait()


def _stopped() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


@contextlib.contextmanager
def _directory(settings: Settings, keep: bool) -> Iterator[Path]:
    if keep:
        yield settings.data_dir / "rehearsal"
        return
    with tempfile.TemporaryDirectory(prefix="hotline-rehearsal-") as scratch:
        yield Path(scratch)


def _announce(stage: Stage, address: str) -> None:
    _console.print(f"Open            {address}  (chats and a telephone)", style="bold")
    _console.print(f"Worker's chat   {stage.public}/")
    _console.print(f"Office          {stage.office}/  with one of these accounts:")
    for email, role, password in stage.staff:
        _console.print(f"  {role:8} {email:24} {password}")
    _console.print("Nothing leaves this machine. Ctrl-C ends the rehearsal.")


async def _play(stage: Stage, speed: float, stop: asyncio.Event) -> None:
    _console.print("A day of traffic begins…")
    playing = asyncio.create_task(day.play(stage, speed))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((playing, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if playing.done():
        _tell(playing.result())
    else:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


def _tell(report: day.Report) -> None:
    table = Table("Channel", title="The day", box=box.SIMPLE_HEAD)
    for name in day.COLUMNS:
        table.add_column(name, justify="right")
    for channel, row in report.rows.items():
        table.add_row(channel, *(str(row[name]) for name in day.COLUMNS))
    table.add_section()
    table.add_row("all", *(str(report.total(name)) for name in day.COLUMNS))
    _console.print(table)
    for sentence in report.lost:
        _console.print(sentence)
