"""The command line. Heavy rooms are imported inside the commands, so that help comes at once."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotline import terminal_law
from hotline.terminal import fail, run

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
app.add_typer(terminal_law.app, name="law")
app.add_typer(keys_app, name="keys")
clock_app = typer.Typer(help="Deadlines and the office's calendar.")
days_app = typer.Typer(no_args_is_help=True, help="Days set apart from the weekly hours.")
app.add_typer(clock_app, name="clock")
clock_app.add_typer(days_app, name="days")


def main() -> None:
    app()


@app.command()
def serve(
    set_up: Annotated[
        bool, typer.Option(help="First migrate, load the seed and make demo accounts.")
    ] = False,
) -> None:
    """Run the hotline: the public listener and the office."""
    from hotline.commands import serving

    run(lambda settings: serving.serve(settings, set_up))


@app.command()
def rehearse(
    port: Annotated[int, typer.Option(help="Of the page; the hotline gets the next two.")] = 8090,
    day: Annotated[bool, typer.Option("--day", help="Play a day of traffic, then tell.")] = False,
    speed: Annotated[float, typer.Option(help="How fast the day goes by: 1 is a minute.")] = 1.0,
    keep: Annotated[bool, typer.Option("--keep", help="Keep all of it in var/rehearsal.")] = False,
) -> None:
    """Ring and write to the hotline without any account: all providers are stand-ins."""
    from hotline.commands import rehearsing

    run(lambda settings: rehearsing.rehearse(settings, port, keep, speed if day else None))


@app.command()
def chat(name: Annotated[str, typer.Option(help="Who is writing.")] = "me") -> None:
    """Talk to the hotline in the terminal."""
    from hotline.commands import talking

    run(lambda settings: talking.chat(settings, name))


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="A question.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read lines of JSON on stdin.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Also tell what spoke for it.")] = False,
) -> None:
    """Ask once, without remembering anything."""
    from hotline.commands import asking

    if jsonl:
        asking.ask_lines(sys.stdin.buffer, sys.stdout.buffer)
    elif text:
        typer.echo(asking.ask(text))
        if why:
            typer.echo(asking.why(text))
    else:
        raise fail("give a question, or --jsonl and lines on standard input")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema; make keys for a new installation."""

    async def work(settings: "Settings") -> None:
        from hotline import setup

        database = await setup.migrate(settings)
        await database.close()
        typer.echo("The database is up to date.")

    run(work)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A directory to write into.")]) -> None:
    """Copy the database while it runs. Keys are not copied: keep them elsewhere."""
    from hotline.commands import backing_up

    run(lambda settings: backing_up.backup(settings, target))


@app.command()
def doctor() -> None:
    """Tell for each channel what is set, reachable and wrong; exit 1 if anything is wrong."""
    from hotline.commands import checking_up

    run(checking_up.doctor)


@app.command()
def fallback() -> None:
    """Print what callers hear while we are down: keep it at Twilio as the fallback document."""
    from bot.channels.twiml import fallback_twiml

    typer.echo(fallback_twiml().decode())


@staff_app.command("add")
def staff_add(
    email: str,
    name: Annotated[str, typer.Option(help="The name colleagues see.")],
    role: Annotated[str, typer.Option(help="lawyer, manager, editor or admin.")],
) -> None:
    """Make an account and print its first password, once."""
    from hotline.commands import accounts

    run(lambda settings: accounts.add(settings, email, name, role))


@staff_app.command("token")
def staff_token(email: str) -> None:
    """Print a new bearer token for the JSON API."""
    from hotline.commands import accounts

    run(lambda settings: accounts.token(settings, email))


@staff_app.command("password")
def staff_password(email: str) -> None:
    """Give the account a new random password and print it, once."""
    from hotline.commands import accounts

    run(lambda settings: accounts.password(settings, email))


@staff_app.command("list")
def staff_list() -> None:
    """List the accounts."""
    from hotline.commands import accounts

    run(accounts.listing)


@clock_app.callback(invoke_without_command=True)
def clock(
    context: typer.Context,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read lines of JSON on stdin.")] = False,
) -> None:
    """When something is due by the shipped calendars."""
    if context.invoked_subcommand is not None:
        return
    if not jsonl:
        raise fail("give --jsonl and lines on standard input, or a command: days")
    from hotline.commands import clocking

    clocking.clock_lines(sys.stdin.buffer, sys.stdout.buffer)


@days_app.command("add")
def clock_days_add(
    day: Annotated[str, typer.Argument(help="Like 2026-11-28.")],
    hours: Annotated[str, typer.Argument(help="Like 07:30-11:30,13:00-17:00; closed; usual.")],
    note: Annotated[str, typer.Option(help="Why, for colleagues.")] = "",
) -> None:
    """Close or open a day of the office. Tickets already open keep their deadlines."""
    from hotline.commands import clocking

    run(lambda settings: clocking.add_day(settings, day, hours, note))


@days_app.command("list")
def clock_days_list() -> None:
    """List the days set apart."""
    from hotline.commands import clocking

    run(clocking.list_days)


@keys_app.command("rotate")
def keys_rotate(
    drop_old: Annotated[
        bool, typer.Option(help="Then forget the old keys: earlier backups become unreadable.")
    ] = False,
) -> None:
    """Encrypt everything anew under a new key. Stop the hotline first."""
    from hotline.commands import keys

    run(lambda settings: keys.rotate(settings, drop_old))


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

    run(work)


@kb_app.command("validate")
def kb_validate(
    law: Annotated[Path | None, typer.Option(help="Article texts, lines of JSON.")] = None,
) -> None:
    """Check the seed files, and their citations against the law register or a file."""
    from hotline.commands import knowledge

    run(lambda settings: knowledge.validate(settings, law))


@kb_app.command("export")
def kb_export(
    kind: Annotated[str, typer.Option("--format", help="jsonl, yaml or xlsx.")] = "jsonl",
    output: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
) -> None:
    """Write out the answers that may be sent today."""
    from hotline.commands import knowledge

    run(lambda settings: knowledge.export(settings, kind, output))


@kb_app.command("eval")
def kb_eval(
    files: Annotated[list[Path], typer.Argument(help="Labelled questions, lines of JSON.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write the JSON to a file as well.")] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = 0,
    with_peers: Annotated[
        bool, typer.Option("--peers", help="Measure other matchers too (minutes).")
    ] = False,
) -> None:
    """Measure the matcher on labelled questions (and off-topic ones)."""
    from hotline.commands import measuring

    async def work(_: "Settings") -> None:
        figures = measuring.evaluate(files, worst, with_peers)
        as_text = json.dumps(figures, ensure_ascii=False)
        if output is not None:
            output.write_text(as_text, "utf-8")
        typer.echo(as_text if as_json else measuring.table(figures))

    run(work)


@kb_app.command("train")
def kb_train(
    files: Annotated[list[Path], typer.Argument(help="Labelled questions, lines of JSON.")],
) -> None:
    """Learn the matcher's weights anew, from the seed and labelled questions."""
    from hotline.commands import measuring

    async def work(_: "Settings") -> None:
        bounds = measuring.train(files).bounds
        typer.echo(f"Learned. Answers from {bounds.answer}, offers from {bounds.offer}.")

    run(work)


if __name__ == "__main__":
    main()
