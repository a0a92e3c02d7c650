"""The statements of each message's way in and out, built once and run beside the ORM.

Building them anew, and the ORM's unit of work, was most of what a message cost.
"""

from sqlalchemy import and_, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from bot.models import (
    Author,
    Contact,
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
    Handoff,
    Message,
)
from escalation.models import Ticket
from escalation.vocabulary import OPEN_STATES

# -- in: who writes, and what there was before ----------------------------------------------------

FIND_AND_LOCK = (
    select(
        Contact.address,
        Contact.id.label("contact_id"),
        Contact.blocked_at,
        Contact.erased_at,
        Conversation.id.label("conversation_id"),
        Conversation.state,
    )
    .join(Conversation, Conversation.contact_id == Contact.id)
    .where(
        Contact.channel == bindparam("channel"),
        Contact.address_index.in_(bindparam("addresses", expanding=True)),
    )
    .order_by(Contact.id)  # two processes lock in the same order
    .with_for_update()
)
_LAST_OUT = (
    select(func.max(Message.id))
    .where(Message.conversation_id == Conversation.id, Message.direction == Direction.OUT)
    .correlate(Conversation)
)
_LATEST_TICKET = (
    select(func.coalesce(Ticket.merged_into_id, Ticket.id))
    .join(Handoff, Handoff.ticket_id == Ticket.id)
    .where(Handoff.conversation_id == Conversation.id)
    .order_by(Handoff.id.desc())
    .limit(1)
)
PAST = (
    select(
        Conversation.id,
        Message.choices,
        Message.question_id,
        _LATEST_TICKET.scalar_subquery().label("ticket_id"),
    )
    .outerjoin(Message, Message.id == _LAST_OUT.scalar_subquery())
    .where(Conversation.id.in_(bindparam("conversations", expanding=True)))
)
ANY_KNOWN = select(
    exists().where(
        Message.channel == bindparam("channel"),
        Message.direction == Direction.IN,
        Message.external_id.in_(bindparam("external_ids", expanding=True)),
    )
)

# -- what is written -------------------------------------------------------------------------------

ADD_CONTACTS = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
ADD_CONVERSATIONS = insert(Conversation).returning(Conversation.id, sort_by_parameter_order=True)
ADD_MESSAGES = insert(Message).returning(Message.id, sort_by_parameter_order=True)
ADD_DELIVERIES = insert(Delivery)
REMEMBER = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(state=bindparam("state"), last_at=bindparam("now"))
)
# A worker wrote: what waited for his word may leave, and has its tries before it again.
RELEASE_WAITING = (
    update(Delivery)
    .where(
        Delivery.conversation_id.in_(bindparam("conversations", expanding=True)),
        Delivery.state == DeliveryState.WAITING,
    )
    .values(state=DeliveryState.QUEUED, next_attempt_at=bindparam("now"), attempts=0)
)
HEARD = (
    update(Conversation)
    .where(Conversation.id.in_(bindparam("conversations", expanding=True)))
    .values(last_at=bindparam("now"))
)

# -- out: claimed, sent, recorded ----------------------------------------------------------------

_PENDING = (DeliveryState.QUEUED, DeliveryState.SENDING)

_earlier = aliased(Delivery)
_WAITS_FOR_EARLIER = exists().where(
    _earlier.conversation_id == Delivery.conversation_id,
    _earlier.id < Delivery.id,
    _earlier.state.in_(_PENDING),
)
_DUE = (
    select(Delivery.id)
    .where(
        Delivery.state == DeliveryState.QUEUED,
        Delivery.next_attempt_at <= bindparam("now"),
        ~_WAITS_FOR_EARLIER,
    )
    .order_by(Delivery.next_attempt_at, Delivery.id)  # as the index has them
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
    .prefix_with("MATERIALIZED")  # as a subquery PostgreSQL may run it again, and take more
)
RELEASE_LAPSED = (
    update(Delivery)
    .where(Delivery.state == DeliveryState.SENDING, Delivery.claimed_at < bindparam("lapsed"))
    .values(state=DeliveryState.QUEUED)
)
CLAIM = (
    update(Delivery)
    .where(Delivery.id.in_(select(_DUE.c.id)))
    .values(
        state=DeliveryState.SENDING, claimed_at=bindparam("now"), attempts=Delivery.attempts + 1
    )
    .returning(Delivery.id)
)
# The bot never talks over a lawyer who has the case.
_LAWYER_HAS_IT = exists().where(
    Handoff.conversation_id == Conversation.id,
    Handoff.ticket_id == Ticket.id,
    Ticket.state.in_(OPEN_STATES),
    Ticket.assignee_id.is_not(None),
)
LOAD_CLAIMED = (
    select(
        Delivery.id,
        Delivery.channel,
        Delivery.parts_sent,
        Delivery.attempts,
        Delivery.message_id,
        Message.author,
        Message.text,
        Message.choices,
        Contact.address,
        Contact.blocked_at,
        Conversation.last_at,
        _LAWYER_HAS_IT.label("lawyer_has_it"),
    )
    .join(Message, Message.id == Delivery.message_id)
    .join(Conversation, Conversation.id == Delivery.conversation_id)
    .join(Contact, Contact.id == Conversation.contact_id)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .order_by(Delivery.id)
)
RECORD_SENT = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .values(state=DeliveryState.SENT, sent_at=bindparam("now"), error=None)
)
# How lawyers' answers could reach their worker otherwise.
REACH = (
    select(Delivery.id, Ticket.reach, Ticket.code)
    .join(Message, Message.id == Delivery.message_id)
    .join(
        Handoff,
        and_(
            Handoff.conversation_id == Delivery.conversation_id,
            Handoff.question_id == Message.question_id,
        ),
    )
    .join(Ticket, Ticket.id == Handoff.ticket_id)
    .where(
        Delivery.id.in_(bindparam("ids", expanding=True)),
        Message.author == Author.LAWYER,
        Ticket.reach.is_not(None),
    )
    .order_by(Handoff.id)
)
# Locked in the order in which the inbox locks them.
LOCK_TALKS = (
    select(Delivery.id, Conversation.last_at)
    .join(Conversation, Conversation.id == Delivery.conversation_id)
    .join(Contact, Contact.id == Conversation.contact_id)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .order_by(Contact.id)
    .with_for_update(of=(Contact, Conversation))
)
