"""`hotline clock ...`: deadlines by the shipped calendars, and the office's days set apart."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, BinaryIO, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from escalation import policies
from escalation.calendar import (
    ALWAYS,
    LOCAL,
    OFFICE,
    OFFICE_EXCEPTIONS,
    Hours,
    NeverOpen,
    in_order,
)
from hotline import setup
from hotline.opening import utc_now
from hotline.settings import Settings, SettingsError

_CALENDARS = {"office": OFFICE, "always": ALWAYS}


def _moment(text: object) -> dt.datetime:
    at = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    if at is None or at.utcoffset() is None:
        raise ValueError("a time is like 2026-11-23T08:00:00+07:00, with its offset")
    return at


_Moment = Annotated[dt.datetime, PlainValidator(_moment)]


class _Asked(BaseModel):
    """A line of the input."""

    model_config = ConfigDict(extra="ignore")

    start: _Moment
    minutes: Annotated[int, Strict(), Field(ge=0)]
    calendar: Literal["office", "always"] = "office"
    pauses: list[tuple[_Moment, _Moment]] | None = None


def clock_lines(lines: BinaryIO, out: BinaryIO) -> None:
    """One JSON object in, one out; a line that cannot be used is answered as an error."""
    for line in lines:
        if line.strip():
            out.write(_as_line(_answer(line.decode("utf-8-sig", "replace"))))
            out.flush()


def _answer(line: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return {"id": None, "error": "each line must be a JSON object"}
    try:
        return {"id": given.get("id"), "due_at": _due(_Asked.model_validate(given)).isoformat()}
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        return {"id": given.get("id"), "error": f"{place}: {fault['msg']}"}
    except (NeverOpen, OverflowError, ValueError) as error:
        return {"id": given.get("id"), "error": str(error)}


def _due(asked: _Asked) -> dt.datetime:
    pauses = asked.pauses or []
    if any(since > until for since, until in pauses):
        raise ValueError("pauses: one ends before it begins")
    if not asked.minutes:
        return asked.start.astimezone(LOCAL)
    calendar = _CALENDARS[asked.calendar]
    return calendar.add_minutes(asked.start, asked.minutes, pauses).astimezone(LOCAL)


def _as_line(answer: dict[str, Any]) -> bytes:
    try:
        line = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):  # an id that JSON cannot write
        line = json.dumps(answer | {"id": None}, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n"


# -- days set apart -------------------------------------------------------------------------------


def read_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{text} is no day; write it like 2026-11-28") from None


def read_hours(text: str) -> Hours | None:
    """ "07:30-11:30,13:00-17:00"; "closed"; "usual" gives the day back to its week."""
    if text in ("closed", "usual"):
        return () if text == "closed" else None
    try:
        pairs = [span.split("-") for span in text.split(",")]
        hours = tuple((_time(opens), _time(closes)) for opens, closes in pairs)
    except ValueError:
        raise SettingsError("hours are like 07:30-11:30,13:00-17:00, or closed, or usual") from None
    if not in_order(hours):
        raise SettingsError("hours must lie in order within one day")
    return hours


def _time(text: str) -> dt.time:
    return dt.time() if text.strip() == "24:00" else dt.time.fromisoformat(text.strip())


def written(hours: Hours) -> str:
    spans = (f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours)
    return ",".join(spans).replace("-00:00", "-24:00") or "closed"


async def add_day(settings: Settings, text: str, hours: str, note: str) -> None:
    """Set a day of the office apart for tickets opened from now on."""
    day, held = read_day(text), read_hours(hours)

    async def work(session: AsyncSession) -> str:
        version = await policies.set_day(session, day, held, f"{day}: {hours} {note}", utc_now())
        return f"Version {version.id}: {day} {hours}. Tickets already open keep their deadlines."

    await _in_transaction(settings, work)


async def list_days(settings: Settings) -> None:
    async def work(session: AsyncSession) -> str:
        policy = policies.read(await policies.newest(session))
        days = sorted(policy.office.exceptions.items())
        return "\n".join(
            f"{day} {written(hours)}{' (shipped)' if day in OFFICE_EXCEPTIONS else ''}"
            for day, hours in days
        )

    await _in_transaction(settings, work)


async def _in_transaction(
    settings: Settings, work: Callable[[AsyncSession], Awaitable[str]]
) -> None:
    database = await setup.open_ready(settings)
    try:
        async with database.writing() as session:
            said = await work(session)
        typer.echo(said)
    finally:
        await database.close()
