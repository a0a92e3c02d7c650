"""Logging: named events with a few harmless fields; never a text, a number or a token."""

import logging
import re
import sys
import traceback
from typing import Any

import structlog

# A second line of defence behind the rule that nobody logs such things.
_SECRETS = re.compile(
    r"\d{6,}:[\w-]{10,}"  # a bot's token, as in URLs
    r"|(?<!\d)(?:(?:\+|%2B|00)?\(?84\)?|0)(?:[ .-]?\d){8,10}(?!\d)"  # telephone numbers
    r"|[^\x00-\x7f\D]{6,}"  # the same in other digits than ours
    r"|[\w.+-]+@[\w-]+\.[\w.]+"  # e-mail addresses
    r"|hl_[\w-]{20,}"  # our own bearer tokens
)


def mask(text: str) -> str:
    return _SECRETS.sub("***", text)


def _masked(_logger: Any, _method: str, event: Any) -> Any:
    return {key: _harmless(value) for key, value in event.items()}


def _harmless(value: Any) -> Any:
    return value if isinstance(value, int | float | None) else mask(str(value))


def _frames_only(_logger: Any, _method: str, event: Any) -> Any:
    """An exception's message may quote what a worker wrote: keep its type and our frames."""
    if event.pop("exc_info", None):
        error = sys.exc_info()[1]
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)[-6:]
            event["frames"] = [f"{frame.name}:{frame.lineno}" for frame in frames]
    return event


class _Quiet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        # Only the first line: asyncio adds the exception's own words on the next ones.
        record.msg, record.args = mask(record.getMessage().partition("\n")[0]), ()
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} ({record.exc_info[0].__name__})"
            record.exc_info = None
        return True


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            _masked,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
    )
    handler = logging.StreamHandler()
    handler.addFilter(_Quiet())
    logging.raiseExceptions = False  # a record that cannot be written is not shown with its trace
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
