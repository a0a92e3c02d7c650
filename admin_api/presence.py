"""Who else has the ticket open: pages tell that they are, the live feed tells the others."""

from aiohttp import web
from pydantic import BaseModel, StrictBool

from admin_api.office import office_of, who
from admin_api.routing import LAWYERS, NOT_FOUND, Body, Routes, body_of, json_response
from escalation import lookup, mentions, presence
from escalation.presence import Here

routes = Routes()


class Ping(Body):
    typing: StrictBool


class Colleague(BaseModel):
    name: str
    typing: bool


class Others(BaseModel):
    others: list[Colleague]


def others(here: tuple[Here, ...], staff_id: int) -> Others:
    """Everybody but the reader."""
    seen = [one for one in here if one.staff_id != staff_id]
    return Others(others=[Colleague(name=one.name, typing=one.typing) for one in seen])


@routes.api("POST", "/api/tickets/{code}/presence", LAWYERS, body=Ping, answer=Others)
async def post_presence(request: web.Request) -> web.Response:
    """Tell colleagues that you have the ticket open, or are writing; it holds for 30 seconds."""
    body = await body_of(request, Ping)
    office, staff = office_of(request), who(request).staff
    async with office.database.writing() as session:
        ticket = await lookup.find(session, request.match_info["code"])
        if ticket is None:
            raise NOT_FOUND
        await presence.ping(session, ticket.id, staff, body.typing, office.clock())
        await mentions.read(session, ticket.id, staff)
        here = await presence.on(session, [ticket.id], office.clock())
    return json_response(others(here.get(ticket.id, ()), staff.id))
