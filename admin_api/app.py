"""The office as an aiohttp application."""

import functools
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from jinja2.bccache import Bucket

from admin_api import (
    assigning,
    calling,
    checking,
    consultations,
    dating,
    drafts,
    faq,
    files,
    joining,
    law_texts,
    likely,
    live,
    metrics,
    presence,
    promises,
    referring,
    reports,
    similar,
    tickets,
)
from admin_api.console import (
    assigning as assigning_pages,
)
from admin_api.console import (
    clock_words,
    consulting,
    desk,
    drafting,
    duty,
    file_words,
    inbox,
    leave,
    nearby,
    profile,
    reading,
    signing_in,
    staff,
    staffing,
    wording,
    zalo,
)
from admin_api.console import (
    promises as promise_pages,
)
from admin_api.live import FEED, Feed
from admin_api.office import OFFICE, ROUTE_OF, Office, gate
from admin_api.routing import MAX_BODY, STAFF, Route, Routes, json_response, openapi
from admin_api.searching import FINDER, Finder
from bot.web import secure_responses

_HERE = Path(__file__).parent / "console"

routes = Routes()

ALL: tuple[Routes, ...] = (
    routes,
    live.routes,
    metrics.routes,
    tickets.routes,
    checking.routes,
    presence.routes,
    faq.routes,
    law_texts.routes,
    likely.routes,
    similar.routes,
    dating.routes,
    files.routes,
    calling.routes,
    assigning.routes,
    joining.routes,
    referring.routes,
    reports.routes,
    promises.routes,
    drafts.routes,
    consultations.routes,
    signing_in.routes,
    profile.routes,
    inbox.routes,
    desk.routes,
    nearby.routes,
    assigning_pages.routes,
    reading.routes,
    staff.routes,
    staffing.routes,
    zalo.routes,
    duty.routes,
    leave.routes,
    promise_pages.routes,
    drafting.routes,
    consulting.routes,
)


@routes.api("GET", "/api/openapi.json", STAFF)
async def describe(request: web.Request) -> web.Response:
    """This description."""
    return json_response(_description())


@functools.cache
def _description() -> dict[str, Any]:
    return openapi(all_routes())


def all_routes() -> list[Route]:
    return [route for group in ALL for route in group.all]


class _CompiledTemplates(jinja2.BytecodeCache):
    """What one application of this process has compiled serves the others."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (known := self._known.get(bucket.key)) is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


def make_app(office: Office, fonts: Path) -> web.Application:
    app = web.Application(middlewares=[gate], client_max_size=MAX_BODY)
    app.on_response_prepare.append(_keep_files)
    secure_responses(app, https=office.secure)
    app[OFFICE] = office
    app[FEED] = Feed(office)
    app.on_shutdown.append(_end_streams)
    app[FINDER] = Finder(office.database)
    app[likely.SHELVES] = likely.Shelves(office)
    app[ROUTE_OF] = {}
    for route in all_routes():
        app.router.add_route(route.method, route.path, route.handler)
        app[ROUTE_OF][route.handler] = route
    app.router.add_static("/static", _HERE / "static")
    app.router.add_static("/fonts", fonts)
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    environment.globals["cited"] = law_texts.Citer(office)
    environment.filters.update(wording.FILTERS | file_words.FILTERS | clock_words.FILTERS)
    return app


async def _end_streams(app: web.Application) -> None:
    await app[FEED].end()


async def _keep_files(request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Browsers may keep the typeface for a week; style and script they ask about each time."""
    if response.status >= 400:
        return
    if request.path.startswith("/fonts/"):
        response.headers["Cache-Control"] = "public, max-age=604800"
    elif request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"
