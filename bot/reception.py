"""The front door's edge: opens the transaction, lets the inbox work, wakes the dispatcher."""

import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import inbox, metrics
from bot.channels.base import Inbound, Line
from bot.exchange import Desk
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

    async def receive(self, inbound: Inbound) -> bool:
        try:
            async with self._database.writing() as session:
                new = await inbox.accept(session, inbound, self._desk(), self._clock())
        except IntegrityError:
            if not await self._stored(inbound):
                raise
            new = False  # it came twice at once, and the other one was stored
        metrics.RECEIVED.labels(inbound.channel, str(not new).lower()).inc()
        if new:
            self._wake()
        return new

    async def _stored(self, inbound: Inbound) -> bool:
        async with self._database.reading() as session:
            return await inbox.seen(session, inbound)

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
