"""The command line. Heavy rooms are imported inside the commands, so that help comes at once."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hotline.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Legal-advice hotline for workers.",
)
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of the office.")
kb_app = typer.Typer(no_args_is_help=True, help="The FAQ base.")
app.add_typer(staff_app, name="staff")
keys_app = typer.Typer(no_args_is_help=True, help="The keys of personal data.")
app.add_typer(kb_app, name="kb")
app.add_typer(keys_app, name="keys")


def main() -> None:
    app()


def _fail(message: str) -> typer.Exit:
    typer.echo(f"hotline: {message}", err=True)
    return typer.Exit(2)


def _settings() -> "Settings":
    from hotline import logs
    from hotline.settings import SettingsError, read_settings

    logs.configure()
    try:
        return read_settings()
    except SettingsError as error:
        raise _fail(str(error)) from None


def _run(work: Callable[["Settings"], Coroutine[Any, Any, None]]) -> None:
    """Run `work`; what a person can mend is one sentence, not a trace."""
    from hotline.db import KeysMissing, KeysUnsafe
    from hotline.settings import SettingsError
    from knowledge_base.importing import ImportFailed

    settings = _settings()
    try:
        asyncio.run(work(settings))
    except (SettingsError, KeysMissing, KeysUnsafe, ImportFailed) as error:
        raise _fail(str(error)) from None
    except OSError as error:
        raise _fail(f"{error.strerror or type(error).__name__}: {error.filename or ''}") from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command()
def serve(
    set_up: Annotated[
        bool, typer.Option(help="First migrate, load the seed and make demo accounts.")
    ] = False,
) -> None:
    """Run the hotline: the public listener and the office."""
    from hotline.commands import serving

    _run(lambda settings: serving.serve(settings, set_up))


@app.command()
def chat(name: Annotated[str, typer.Option(help="Who is writing.")] = "me") -> None:
    """Talk to the hotline in the terminal."""
    from hotline.commands import talking

    _run(lambda settings: talking.chat(settings, name))


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="A question.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read lines of JSON on stdin.")] = False,
) -> None:
    """Ask once, without remembering anything."""
    from hotline.commands import asking

    if jsonl:
        asking.ask_lines(sys.stdin.buffer, sys.stdout.buffer)
    elif text:
        typer.echo(asking.ask(text))
    else:
        raise _fail("give a question, or --jsonl and lines on standard input")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema; make keys for a new installation."""

    async def work(settings: "Settings") -> None:
        from hotline import setup

        database = await setup.migrate(settings)
        await database.close()
        typer.echo("The database is up to date.")

    _run(work)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A directory to write into.")]) -> None:
    """Copy the database while it runs. Keys are not copied: keep them elsewhere."""
    from hotline.commands import backing_up

    _run(lambda settings: backing_up.backup(settings, target))


@staff_app.command("add")
def staff_add(
    email: str,
    name: Annotated[str, typer.Option(help="The name colleagues see.")],
    role: Annotated[str, typer.Option(help="lawyer, manager, editor or admin.")],
) -> None:
    """Make an account and print its first password, once."""
    from hotline.commands import accounts

    _run(lambda settings: accounts.add(settings, email, name, role))


@staff_app.command("token")
def staff_token(email: str) -> None:
    """Print a new bearer token for the JSON API."""
    from hotline.commands import accounts

    _run(lambda settings: accounts.token(settings, email))


@staff_app.command("password")
def staff_password(email: str) -> None:
    """Give the account a new random password and print it, once."""
    from hotline.commands import accounts

    _run(lambda settings: accounts.password(settings, email))


@staff_app.command("list")
def staff_list() -> None:
    """List the accounts."""
    from hotline.commands import accounts

    _run(accounts.listing)


@keys_app.command("rotate")
def keys_rotate(
    drop_old: Annotated[
        bool, typer.Option(help="Then forget the old keys: earlier backups become unreadable.")
    ] = False,
) -> None:
    """Encrypt everything anew under a new key. Stop the hotline first."""
    from hotline.commands import keys

    _run(lambda settings: keys.rotate(settings, drop_old))


@kb_app.command("load")
def kb_load() -> None:
    """Publish the seed files in the database."""

    async def work(settings: "Settings") -> None:
        from hotline import setup

        database = await setup.open_ready(settings)
        try:
            typer.echo(str(await setup.load_seed(database)))
        finally:
            await database.close()

    _run(work)


@kb_app.command("validate")
def kb_validate(
    law: Annotated[Path | None, typer.Option(help="Article texts, lines of JSON.")] = None,
) -> None:
    """Check the seed files, and their citations against article texts."""
    from hotline.commands import knowledge

    complaints = knowledge.validate(law)
    for complaint in complaints:
        typer.echo(complaint)
    if complaints:
        raise typer.Exit(1)
    typer.echo("No complaints.")


@kb_app.command("eval")
def kb_eval(
    files: Annotated[list[Path], typer.Argument(help="Labelled questions, lines of JSON.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = 0,
) -> None:
    """Measure the matcher on labelled questions (and off-topic ones)."""
    from hotline.commands import knowledge

    figures = knowledge.evaluate(files, worst)
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else knowledge.table(figures))


if __name__ == "__main__":
    main()
