"""`/metrics`: the process's counters, and the desk's load at the moment it is asked."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import func, select

from admin_api.office import office_of
from admin_api.routing import ANYBODY, Routes
from bot.models import Delivery, DeliveryState
from escalation.models import Ticket
from escalation.vocabulary import OPEN_STATES

routes = Routes()

_OPEN = Gauge("hotline_tickets_open", "Tickets that are not resolved.")
_OVERDUE = Gauge("hotline_tickets_overdue", "Open tickets past what is due next.")
_WAITING = Gauge("hotline_deliveries_waiting", "Messages to workers not yet sent.")


@routes.api("GET", "/metrics", ANYBODY)
async def metrics(request: web.Request) -> web.Response:
    """Counters for Prometheus; no person, no text."""
    office = office_of(request)
    is_open = Ticket.state.in_(OPEN_STATES)
    waits = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
    async with office.database.reading() as session:
        for gauge, table, condition in (
            (_OPEN, Ticket, is_open),
            (_OVERDUE, Ticket, is_open & (Ticket.next_due_at < office.clock())),
            (_WAITING, Delivery, waits),
        ):
            query = select(func.count()).select_from(table).where(condition)
            gauge.set(await session.scalar(query) or 0)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
