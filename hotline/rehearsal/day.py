"""A scripted day of traffic: workers write, tap and ring, a lawyer answers through the JSON API.

The script is `day.yaml`; a fixed seed decides who comes by which door and when.
"""

import asyncio
import contextlib
import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from bot import phrases
from bot.channels.base import Media
from bot.channels.voice import NAME as PHONE
from bot.models import Delivery, DeliveryState, Message, Outcome, Question
from escalation.models import Ticket
from hotline.rehearsal import callers, samples
from hotline.rehearsal.chats import Chat, Heard, NoSuchChoice, Thing
from hotline.rehearsal.lawyer import Lawyer
from hotline.rehearsal.people import Person, passer_by
from hotline.rehearsal.stage import Stage
from hotline.rehearsal.walker import Call, NotTwiml

COLUMNS = ("talks", "answered", "asked", "to lawyer", "tickets", "replied", "lost")
_SEED = 2026
_SECONDS = 45.0  # in which they come, at speed 1
_THINKS = 1.5  # seconds before a worker goes on
_PATIENCE = 30.0  # seconds he waits for a reply before the message counts as lost
_QUIET = 0.4  # seconds without another message: the hotline has said all

_BECAME = {
    Outcome.ANSWERED: "answered",
    Outcome.CLARIFYING: "asked",
    Outcome.HANDED_OFF: "to lawyer",
}


@dataclass
class Report:
    """What came of the day, by channel; `lost` says what was not answered."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def count(self, channel: str, name: str, number: int = 1) -> None:
        self.rows.setdefault(channel, Counter())[name] += number

    def lose(self, channel: str, what: str) -> None:
        self.count(channel, "lost")
        self.lost.append(f"{channel}: {what}")

    def total(self, name: str) -> int:
        return sum(row[name] for row in self.rows.values())


def script() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name("day.yaml").read_text("utf-8")))


async def play(stage: Stage, speed: float = 1.0) -> Report:
    """The whole day; `speed` 2 takes half the time."""
    written, report = script(), Report()
    began = stage.house.clock()
    day = _Day(stage, speed, written, report)
    lawyer = Lawyer(stage, written["answers"], _THINKS / speed)
    answering = asyncio.create_task(lawyer.work())
    try:
        await asyncio.gather(*day.visits())
        await lawyer.clear_up()
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    await stage.house.dispatcher.settle()
    await _count(stage, began, report)
    return report


class _Day:
    def __init__(
        self, stage: Stage, speed: float, written: Mapping[str, Any], report: Report
    ) -> None:
        self._stage, self._speed, self._written = stage, speed, written
        self._report = report
        self._random = random.Random(_SEED)  # noqa: S311 - a script, no secret

    def visits(self) -> list[Any]:
        """Everybody who comes, each with his moment."""
        doors = [*self._stage.chats.values(), self._stage.webchat]
        visits = [
            self._chats(doors[number % len(doors)], passer_by(number), part)
            for number, part in enumerate(self._written["chats"])
        ]
        visits += [
            self._rings(passer_by(500 + number), steps)
            for number, steps in enumerate(self._written["calls"])
        ]
        self._random.shuffle(visits)
        return visits

    async def _comes(self) -> None:
        await asyncio.sleep(self._random.random() * _SECONDS / self._speed)

    async def _thinks(self) -> None:
        await asyncio.sleep((0.5 + self._random.random()) * _THINKS / self._speed)

    # -- chats -------------------------------------------------------------------------------------

    async def _chats(self, chat: Chat, person: Person, part: Mapping[str, str]) -> None:
        await self._comes()
        self._report.count(chat.name, "talks")
        visit = _Visit(chat, person)
        try:
            await visit.says(part["says"])
            await self._thinks()
            await self._goes_on(visit, part["then"])
        except TimeoutError:
            self._report.lose(chat.name, f"no reply to “{part['says']}”")

    async def _goes_on(self, visit: "_Visit", then: str) -> None:
        match then:
            case "yes":
                await visit.takes_the_first()
                await visit.taps(phrases.THATS_IT)
            case "no":
                await visit.takes_the_first()
                if await visit.taps(phrases.NOT_IT):
                    await visit.taps(phrases.SKIP)
            case "picture":
                await visit.shows(samples.picture())
                await visit.taps(phrases.SHOW_LAWYER)
            case "more":
                await visit.says(self._random.choice(self._written["more"]))

    # -- calls -------------------------------------------------------------------------------------

    async def _rings(self, person: Person, steps: Sequence[Mapping[str, str]]) -> None:
        await self._comes()
        self._report.count(PHONE, "talks")
        call = Call(self._stage.line, person.phone)
        try:
            await call.dial_in()
            for step in steps:
                await self._thinks()
                [(deed, what)] = step.items()
                await callers.STEPS[deed](call, what)
            await call.deliver()
        except NotTwiml as error:
            self._report.lose(PHONE, f"the call broke off: {error}")
            return
        if not call.over:
            self._report.lose(PHONE, f"the call did not end after {len(steps)} steps")


class _Visit:
    """One worker in one chat, who waits for replies."""

    def __init__(self, chat: Chat, person: Person) -> None:
        self._chat, self._person = chat, person
        self._heard: Sequence[Heard] = ()

    async def says(self, text: str) -> None:
        await self._chat.says(self._person, text)
        await self._listens()

    async def takes_the_first(self) -> None:
        """Where the hotline asks back: the first of what it offers."""
        if self._heard[-1].text.startswith((phrases.ASK_BACK, phrases.ASK_BACK_SHORT)):
            label = _labels(self._heard[-1])[0]
            await self.taps(label)

    async def taps(self, label: str) -> bool:
        try:
            await self._chat.taps(self._person, label)
        except NoSuchChoice:
            return False
        await self._listens()
        return True

    async def shows(self, picture: bytes) -> None:
        await self._chat.sends(self._person, Thing(Media.PHOTO, picture, "anh.png"))
        with contextlib.suppress(TimeoutError):  # once a lawyer has the case nothing is said
            await self._listens(2 * _QUIET)

    async def _listens(self, patience: float = _PATIENCE) -> None:
        """Until something was said, and for a moment nothing more."""
        async with asyncio.timeout(patience):
            heard = await self._chat.heard(self._person)
            while len(heard) == len(self._heard):
                await asyncio.sleep(0.1)
                heard = await self._chat.heard(self._person)
        while True:
            self._heard = heard
            await asyncio.sleep(_QUIET)
            heard = await self._chat.heard(self._person)
            if len(heard) == len(self._heard):
                return


def _labels(heard: Heard) -> list[str]:
    numbered = [line.partition(". ")[2] for line in heard.text.splitlines() if line[:1].isdigit()]
    return [label for label, _ in heard.buttons] or numbered


# -- what stands in the books ----------------------------------------------------------------------


async def _count(stage: Stage, began: dt.datetime, report: Report) -> None:
    async with stage.house.database.reading() as session:
        asked = await session.execute(
            select(Question.channel, Question.outcome, func.count())
            .where(Question.asked_at >= began)
            .group_by(Question.channel, Question.outcome)
        )
        for channel, outcome, number in asked:
            report.count(channel, _BECAME[outcome], number)
        tickets = await session.execute(
            select(Ticket.channel, func.count(), func.count(Ticket.first_responded_at))
            .where(Ticket.opened_at >= began)
            .group_by(Ticket.channel)
        )
        for channel, number, replied in tickets:
            report.count(channel, "tickets", number)
            report.count(channel, "replied", replied)
        unsent = await session.execute(
            select(Delivery.channel, Delivery.state)
            .join(Message, Message.id == Delivery.message_id)
            .where(Message.created_at >= began)
            .where(Delivery.state.not_in((DeliveryState.SENT, DeliveryState.DROPPED)))
        )
        for channel, state in unsent:
            report.lose(channel, f"a message is still {state}")
