"""`hotline law ...` on the command line."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.terminal import fail, run

if TYPE_CHECKING:
    from hotline.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The law register.")

LawId = Annotated[str, typer.Argument(help="As in the register: 45/2019/QH14.")]
Article = Annotated[str | None, typer.Argument(help="An article: 35, 12a, PL_1.")]
Who = Annotated[str, typer.Option(help="Your name or e-mail; it is kept.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Articles: .jsonl, .docx or .txt.")],
    law_id: Annotated[str | None, typer.Option(help="Which law the file holds.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of a new law.")] = None,
    effective_from: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Since when these words hold."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="The consolidated text's number.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Show, but write nothing.")] = False,
    part: Annotated[
        bool, typer.Option("--part", help="The file holds only some articles of the law.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="In spite of complaints.")] = False,
) -> None:
    """Read article texts; show what changed and which answers rest on it."""
    from hotline.commands import law_import
    from knowledge_base.reading_law import Known

    since = effective_from.date() if effective_from else None
    known = Known(law_id, name, since, source)
    told = law_import.Import(file, known, check=check, whole=not part, anyway=anyway)
    run(lambda settings: law_import.import_file(settings, told))


@app.command("list")
def list_() -> None:
    """List the laws: since when, until when, replaced by what."""
    from hotline.commands import law

    run(law.listing)


@app.command()
def show(law_id: LawId, article: Article = None) -> None:
    """Show a law's articles, or every version of one."""
    from hotline.commands import law

    run(lambda settings: law.show(settings, law_id, article))


@app.command()
def affected(law_id: LawId, article: Article = None) -> None:
    """List the entries, parameters and calculators that rest on a law or an article."""
    from hotline.commands import law

    run(lambda settings: law.affected(settings, law_id, article))


@app.command()
def replaced(
    law_id: LawId,
    since: Annotated[
        dt.datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day it no longer holds."),
    ],
    who: Who,
    by: Annotated[str | None, typer.Option(help="The law in its place, if any.")] = None,
) -> None:
    """Tell that a law was replaced or ended. What rests on it is held back from that day on."""
    from hotline.commands import law

    run(lambda settings: law.replaced(settings, law_id, by, since.date(), who))


@app.command()
def restored(law_id: LawId, who: Who) -> None:
    """Take back that a law was replaced or ended."""
    from hotline.commands import law

    run(lambda settings: law.replaced(settings, law_id, None, None, who))


@app.command()
def recheck(
    name: Annotated[str, typer.Argument(help="An entry's id, or calculator:ID.")], who: Who
) -> None:
    """Tell that an answer was read against the law as it is now, and is still right."""
    from hotline.commands import law

    run(lambda settings: law.recheck(settings, name, who))


@app.command()
def held() -> None:
    """List what is held back because its law changed."""
    from hotline.commands import law

    run(law.held)


@app.command()
def stale() -> None:
    """Count the answers that were sent on law that had changed or ended."""
    from hotline.commands import law

    run(law.stale)


LawFile = Annotated[
    Path | None, typer.Option("--law", help="Articles of a file instead, without a database.")
]


@app.command()
def likely(
    text: Annotated[str | None, typer.Argument(help="A question.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read lines of JSON on stdin.")] = False,
    law_file: LawFile = None,
) -> None:
    """List up to ten articles in force that a question is likely about."""
    from hotline.commands import likely

    if jsonl:
        read, write = sys.stdin.buffer, sys.stdout.buffer
        run(lambda settings: likely.tell_lines(settings, read, write, law_file))
    elif text:
        run(lambda settings: likely.tell(settings, text, law_file))
    else:
        raise fail("give a question, or --jsonl and lines on standard input")


@app.command("eval")
def eval_(
    files: Annotated[list[Path], typer.Argument(help="Labelled questions, lines of JSON.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    law_file: LawFile = None,
) -> None:
    """Measure `likely` on labelled questions, beside plain BM25."""
    from hotline.commands import likely_eval

    async def work(settings: "Settings") -> None:
        figures = await likely_eval.measure(settings, files, law_file)
        typer.echo(
            json.dumps(figures, ensure_ascii=False) if as_json else likely_eval.table(figures)
        )

    run(work)
