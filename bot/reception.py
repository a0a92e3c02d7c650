"""The front door's edge: opens the transaction, lets the inbox work, wakes the dispatcher."""

import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import inbox, metrics
from bot.channels.base import Inbound, Line
from bot.exchange import Desk
from bot.group_commit import GroupCommit
from bot.models import Contact, Conversation, Delivery, DeliveryState, Message
from hotline.db import Database

_TRANSCRIPT_LENGTH = 200  # messages shown of a long conversation
_LARGEST_ID = 2**31 - 1  # PostgreSQL refuses to compare with more


class Reception:
    """What channels are given to work with (see `bot.channels.base.Reception`)."""

    def __init__(
        self,
        database: Database,
        desk: Callable[[], Desk],
        clock: Callable[[], dt.datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock
        self._wake = wake
        self._messages = GroupCommit(self._accept)

    async def receive(self, inbound: Inbound) -> bool:
        new = await self._messages.take_in(inbound)
        metrics.RECEIVED.labels(inbound.channel, str(not new).lower()).inc()
        if new:
            self._wake()
        return new

    async def _accept(self, inbounds: Sequence[Inbound]) -> list[bool]:
        try:
            return await self._accept_once(inbounds)
        except IntegrityError:  # the same came by another way just then: now it is known
            return await self._accept_once(inbounds)

    async def _accept_once(self, inbounds: Sequence[Inbound]) -> list[bool]:
        async with self._database.writing() as session:
            return await inbox.accept(session, inbounds, self._desk(), self._clock())

    async def quarantine(self, channel: str, body: bytes, reason: str) -> None:
        metrics.QUARANTINED.labels(channel).inc()
        async with self._database.writing() as session:
            await inbox.quarantine(session, channel, body, reason, self._clock())

    async def transcript(self, channel: str, address: str, after: int = 0) -> Sequence[Line]:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Message)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .join(Contact, Contact.id == Conversation.contact_id)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(
                    Contact.channel == channel,
                    Contact.address_index == address,
                    Message.id > min(after, _LARGEST_ID),
                    Delivery.state.is_distinct_from(DeliveryState.DROPPED),
                )
                .order_by(Message.id.desc())
                .limit(_TRANSCRIPT_LENGTH)
            )
            return [_line(message) for message in reversed(rows.all())]


def _line(message: Message) -> Line:
    choices = [
        (label, f"{message.id}:{number}") for number, (label, _) in enumerate(message.choices)
    ]
    return Line(message.id, message.author, message.text, message.at, choices)
