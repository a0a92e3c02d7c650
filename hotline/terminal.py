"""What all commands of the terminal share: settings are read, faults are one sentence."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from hotline.settings import Settings


def fail(message: str) -> typer.Exit:
    typer.echo(f"hotline: {message}", err=True)
    return typer.Exit(2)


def _settings() -> "Settings":
    from hotline import logs
    from hotline.settings import SettingsError, read_settings

    logs.configure()
    try:
        return read_settings()
    except SettingsError as error:
        raise fail(str(error)) from None


def run(work: Callable[["Settings"], Coroutine[Any, Any, None]]) -> None:
    """Run `work`; what a person can mend is one sentence, not a trace."""
    from hotline.db import KeysMissing, KeysUnsafe
    from hotline.settings import SettingsError
    from knowledge_base.importing import ImportFailed

    settings = _settings()
    try:
        asyncio.run(work(settings))
    except (SettingsError, KeysMissing, KeysUnsafe, ImportFailed) as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(f"{error.strerror or type(error).__name__}: {error.filename or ''}") from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
