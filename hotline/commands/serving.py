"""`hotline serve`"""

import sys
from collections.abc import Callable

from rich.console import Console

from hotline import app, setup
from hotline.house import House
from hotline.settings import Settings

_console = Console(highlight=False)


async def serve(settings: Settings, set_up: bool) -> None:
    if set_up:
        await _set_up(settings)
    database = await setup.open_ready(settings)
    house = await House.open(settings, database)
    try:
        await app.serve(house, _announcer(house))
    finally:
        await house.close()


async def _set_up(settings: Settings) -> None:
    database = await setup.migrate(settings)
    try:
        loaded = await setup.load_seed(database)
        if loaded.new or loaded.revised or loaded.retired:
            _console.print(
                f"FAQ base: {loaded.new} new, {loaded.revised} revised, {loaded.retired} retired."
            )
        made = await setup.demo_accounts(database)
    finally:
        await database.close()
    if made:
        _console.print("Demo accounts, shown only this once:")
        for email, role, password in made:
            _console.print(f"  {role:8} {email:24} {password}")


def _announcer(house: House) -> Callable[[int, int], None]:
    def announce(public_port: int, office_port: int) -> None:
        host = house.settings.host
        channels = ", ".join(sorted(house.channels))
        _console.print(f"Worker's chat   http://{host}:{public_port}/")
        _console.print(f"Office          http://{host}:{office_port}/")
        _console.print(
            f"{len(house.library.entries)} answers, awaiting the centre's sign-off. "
            f"Channels: {channels}."
        )
        if house.telephone.door is None:
            _console.print(f"To ring it, or to be Zalo or Telegram: {sys.argv[0]} rehearse")

    return announce
