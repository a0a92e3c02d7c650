"""The rehearsal's page: a worker's chats on one side, his telephone on the other.

What people do comes as small JSON posts; what becomes of it is told as server-sent events.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp_sse import sse_response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels import webchat
from bot.web import secure_responses
from hotline.rehearsal.board import Board
from hotline.rehearsal.chats import NoSuchChoice
from hotline.rehearsal.deeds import CHAT_DEEDS, PEOPLE, PHONE_DEEDS, object_in, words_in
from hotline.rehearsal.handset import WrongMoment
from hotline.rehearsal.people import WORKERS
from hotline.rehearsal.stage import HOST, Stage
from hotline.rehearsal.troubles import Trouble

_HERE = Path(__file__).parent
_LOOK_EVERY = 0.15  # seconds
_LARGEST = 8 * 1024 * 1024
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WOFF = "font/woff2"
_CHANNELS = {"zalo_oa": "Zalo OA", "zalo_bot": "Zalo Bot", "telegram": "Telegram"}
_ROLES = {"lawyer": "Luật sư", "manager": "Quản lý", "admin": "Quản trị", "editor": "Biên tập"}
_TROUBLES = {
    Trouble.BUSY: ("Quá tải", "nhà cung cấp trả lời 429"),
    Trouble.DOWN: ("Hỏng", "trả lời 500"),
    Trouble.HANGS: ("Treo", "không trả lời"),
    Trouble.TWICE: ("Lặp tin", "mỗi tin đến hai lần"),
    Trouble.EXPIRED: ("Hết hạn mã", "mã truy cập Zalo hết hạn"),
}
_NOT_NOW = "Lúc này chưa làm được việc đó."


# -- the application -------------------------------------------------------------------------------


def make_app(stage: Stage) -> web.Application:
    app = web.Application(middlewares=[_only_from_here], client_max_size=_LARGEST)
    secure_responses(app)
    page = _Page(Board(stage))
    app.on_shutdown.append(page.end)
    app.add_routes(
        [
            web.get("/", page.show),
            web.get("/live", page.live),
            web.get("/static/{name}", page.file),
            web.post("/chat/{channel}/{person}/{deed}", page.chat),
            web.post("/phone/{deed}", page.phone),
            web.post("/trouble/{trouble}", page.trouble),
        ]
    )
    return app


@contextlib.asynccontextmanager
async def serving(stage: Stage, port: int) -> AsyncIterator[str]:
    """The page, alive; yields its address."""
    runner = web.AppRunner(make_app(stage), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No other site may play with it: neither by its own name nor by forms."""
    name = urlsplit(f"//{request.host}").hostname
    if name not in ("127.0.0.1", "localhost", "::1"):
        raise web.HTTPForbidden
    if request.method == "POST" and webchat.is_foreign(request):
        raise web.HTTPForbidden
    try:
        return await handler(request)
    except (WrongMoment, NoSuchChoice):
        raise web.HTTPConflict(text=_NOT_NOW) from None


class _Page:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._stage = board.stage
        self._files = _files(board.stage.typeface)
        self._ended = asyncio.Event()
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("rehearsal.html")

    async def end(self, _: web.Application) -> None:
        """Let go of the pages that listen."""
        self._ended.set()

    async def show(self, _: web.Request) -> web.Response:
        words = self._template.render(
            workers=WORKERS,
            channels=_CHANNELS,
            troubles=_TROUBLES,
            office=self._stage.office,
            public=self._stage.public,
            staff=[(_ROLES[role], email, password) for email, role, password in self._stage.staff],
        )
        # Under "no-referrer" posts carry "Origin: null", which looks like a foreign site.
        headers = {"Referrer-Policy": "same-origin"}
        return web.Response(text=words, content_type="text/html", headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        response = web.Response(body=found[0], content_type=found[1])
        if found[1] != _WOFF:
            response.charset = "utf-8"
        return response

    async def live(self, request: web.Request) -> web.StreamResponse:
        """`begin` once, then `bubbles` and `condition` as they come."""
        board, shown, stamp = self._board, 0, None
        async with sse_response(request) as response:
            with contextlib.suppress(ConnectionResetError):  # the page may be closed
                await response.send("{}", event="begin")
                while response.is_connected() and not self._ended.is_set():
                    await board.look()
                    if new := board.bubbles[shown:]:
                        shown += len(new)
                        await response.send(_as_text(new), event="bubbles")
                    if board.stamp() != stamp:
                        stamp = board.stamp()
                        await response.send(_as_text(board.condition()), event="condition")
                    await asyncio.sleep(_LOOK_EVERY)
        return response

    # -- chats -------------------------------------------------------------------------------------

    async def chat(self, request: web.Request) -> web.Response:
        chat = self._stage.chats.get(request.match_info["channel"])
        person = PEOPLE.get(request.match_info["person"])
        deed = CHAT_DEEDS.get(request.match_info["deed"])
        if chat is None or person is None or deed is None:
            raise web.HTTPNotFound
        await deed(self._board, chat, person, request)
        return web.Response(status=204)

    # -- telephones --------------------------------------------------------------------------------

    async def phone(self, request: web.Request) -> web.Response:
        deed = PHONE_DEEDS.get(request.match_info["deed"])
        if deed is None:
            raise web.HTTPNotFound
        await deed(self._board.handset, await words_in(request))
        return web.Response(status=204)

    async def trouble(self, request: web.Request) -> web.Response:
        try:
            trouble = Trouble(request.match_info["trouble"])
        except ValueError:
            raise web.HTTPNotFound from None
        on = bool((await object_in(request)).get("on"))
        self._board.troubles.switch(trouble, on)
        return web.Response(status=204)


def _files(fonts: Path) -> dict[str, tuple[bytes, str]]:
    """Our own script and style, over the chat page's style and mark."""
    chat = Path(webchat.__file__).parent / "webchat_static"
    kept = [chat / "chat.css", chat / "mark.svg", *sorted((_HERE / "static").iterdir())]
    found = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in kept}
    return found | {path.name: (path.read_bytes(), _WOFF) for path in fonts.glob("*.woff2")}


def _as_text(value: Any) -> str:
    return str(web.json_response(value).text)
