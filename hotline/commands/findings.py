"""What the doctor finds: one part, how it is set, what is wrong with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

SECONDS = 10.0  # for each thing looked at; all are looked at together


class State(StrEnum):
    FINE = "fine"
    ABSENT = "absent"
    DOUBTFUL = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What is to be said of one part. `setting` is how it is set, empty where it is not."""

    part: str
    setting: str
    wrong: Sequence[str] = ()
    doubts: Sequence[str] = ()

    @property
    def state(self) -> State:
        if self.wrong:
            return State.WRONG
        if self.doubts:
            return State.DOUBTFUL
        return State.FINE if self.setting else State.ABSENT


@runtime_checkable
class Checked(Protocol):
    """What can tell what is wrong with it."""

    async def check(self) -> list[str]:
        """Sentences of what is wrong; none if all is well."""


async def checked(part: str, setting: str, channel: object | None) -> Finding:
    if channel is None:
        return Finding(part, "")
    wrong = await asked(channel.check) if isinstance(channel, Checked) else ()
    return Finding(part, setting, wrong)


async def said(part: str, setting: str, doubt: str) -> Finding:
    return Finding(part, setting, doubts=[doubt])


async def asked(check: Callable[[], Awaitable[list[str]]]) -> list[str]:
    """What a check says, within its time; its own failure is a sentence, too."""
    try:
        async with asyncio.timeout(SECONDS):
            return await check()
    except TimeoutError:
        return [f"It did not answer within {SECONDS:.0f} seconds."]
    except Exception as error:  # the message may quote addresses with a token in them
        return [f"It could not be looked at ({type(error).__name__})."]
