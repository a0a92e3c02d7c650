"""What a lawyer may want beside a ticket: likely articles, similar tickets. Fetched by its page."""

from aiohttp import web

from admin_api import likely, similar
from admin_api.console.page import page
from admin_api.office import office_of
from admin_api.routing import LAWYERS, Routes

routes = Routes()


@routes.page("GET", "/tickets/{code}/articles", LAWYERS)
async def articles(request: web.Request) -> web.Response:
    return page(request, "ticket_articles.html", articles=await likely.of_ticket(request))


@routes.page("GET", "/tickets/{code}/similar", LAWYERS)
async def similar_tickets(request: web.Request) -> web.Response:
    found = await similar.of_ticket(request)
    return page(
        request, "ticket_similar.html", found=found, topics=office_of(request).library().topics
    )
