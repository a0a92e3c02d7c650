"""Sends what the staff must know: raises alerts, claims what is due, sends it, records the rest."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping

import structlog

from bot import staff_chat
from bot.channels.base import Channel, Outbound, SendFailed, TryLater, Unreachable
from escalation.alerts import digests, raising, telling, words
from escalation.alerts.raising import Ways
from escalation.alerts.telling import Claim, Failure
from escalation.vocabulary import Via
from hotline.db import Database
from hotline.mailing import Mail, Mailer

_AT_ONCE = 5  # connections to the mail server

log = structlog.get_logger()


class Alerting:
    """`topics` are the names of topics by id; `office` is the console's address."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], dt.datetime],
        mailer: Mailer | None,
        telegram: Channel | None,
        office: str,
        topics: Callable[[], Mapping[str, str]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._mailer = mailer
        self._telegram = telegram
        self._office = office
        self._topics = topics
        self._lines = asyncio.Semaphore(_AT_ONCE)
        self.ways = Ways(mail=mailer is not None, telegram=telegram is not None)

    async def tell(self) -> int:
        """Everything that is due now; returns how many messages were tried."""
        await self._raise_all()
        tried = 0
        while claims := await self._claim():
            await asyncio.gather(*(self._tell(claim) for claim in claims))
            tried += len(claims)
        return tried

    async def _raise_all(self) -> None:
        raised = True
        while raised:
            async with self._database.writing() as session:
                raised = await raising.raise_alerts(session, self.ways, self._clock()) > 0

    async def queue_digests(self) -> int:
        async with self._database.writing() as session:
            return await digests.queue(session, self.ways, self._clock())

    async def forget(self) -> None:
        async with self._database.writing() as session:
            await telling.forget(session, self._clock())

    async def _claim(self) -> list[Claim]:
        async with self._database.writing() as session:
            return await telling.claim(session, self.ways, self._clock())

    async def _tell(self, claim: Claim) -> None:
        failure = await self._sent(claim)
        if failure is not None:
            log.warning("alert_failed", via=claim.via, code=failure.code)
        async with self._database.writing() as session:
            await telling.record(session, claim, failure, self.ways, self._clock())

    async def _sent(self, claim: Claim) -> Failure | None:
        """What stopped it, if anything did; never raises."""
        try:
            async with self._lines:
                await self._send(claim)
        except SendFailed as failed:
            return _failure(failed)
        except Exception as error:  # a fault of ours must not stop what the others wait for
            return Failure(type(error).__name__, again=True)
        return None

    async def _send(self, claim: Claim) -> None:
        now = self._clock()
        text = words.text(claim, self._topics(), self._office, now)
        if claim.via is Via.TELEGRAM:
            assert self._telegram is not None
            address = claim.staff.telegram or ""
            await self._telegram.send(Outbound(address, text, staff_chat.buttons(claim)))
        else:
            assert self._mailer is not None
            subject = words.subject(claim)
            await self._mailer.send(Mail(claim.staff.email, subject, text, claim.number, now))


def _failure(failed: SendFailed) -> Failure:
    again = isinstance(failed, TryLater)
    after = failed.after if isinstance(failed, TryLater) else None
    return Failure(failed.code, again, gone=isinstance(failed, Unreachable), after=after)
