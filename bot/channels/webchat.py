"""The chat page: the worker's own door, with no app and no account.

It works with plain forms; a small script of ours only makes it pleasanter. Who writes is a random
number in a cookie, which the first message sets: looking at the page leaves nothing behind.
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.channels.base import Inbound, Line, Reception
from bot.web import UNREADABLE_BODY

NAME = "webchat"
COOKIE = "chat"
MAX_TEXT = 4000  # characters of one message

EXAMPLES = (
    "Công ty nợ lương thì đòi ở đâu?",
    "Muốn nghỉ việc phải báo trước mấy ngày?",
    "Đi làm ngày lễ, tết trả lương mấy lần?",
    "Đang bầu bị công ty cho nghỉ việc",
)
EMPTY = "Anh/chị viết câu hỏi vào ô bên dưới rồi bấm Gửi."
TOO_LONG = (
    "Tin dài quá, mỗi tin chỉ được 4.000 chữ cái và dấu cách. Tin vẫn còn trong ô bên dưới, "
    "anh/chị cắt bớt hoặc chia làm nhiều tin rồi gửi lại."
)
TOO_LARGE = "Tin dài quá nên tổng đài không nhận được. Anh/chị chia làm nhiều tin rồi gửi lại."
STALE = "Lựa chọn này không dùng được nữa. Anh/chị viết câu hỏi vào ô bên dưới."
FOREIGN = "Tin này không được gửi từ trang của tổng đài. Anh/chị mở lại trang rồi gửi lại."
UNREADABLE = "Tổng đài không đọc được tin này. Anh/chị viết lại bằng chữ rồi bấm Gửi."

_HERE = Path(__file__).parent
_LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
_COOKIE_SECONDS = 90 * 24 * 3600
_FILE_SECONDS = 365 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")
_PAYLOAD = re.compile(r"[\x21-\x7e]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


# -- what the browser sends, read without any I/O --------------------------------------------------


@dataclass(frozen=True)
class Message:
    """What one form says, cleaned: words, or the payload of a button."""

    text: str
    choice: str | None
    token: str


class Refused(Exception):
    """The form cannot be taken in; the first argument is the sentence for the worker."""

    def __init__(self, sentence: str, text: str = "", status: int = 422) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.text = text  # goes back into the box: nobody types a story twice
        self.status = status


def parse(body: bytes) -> Message:
    """The message in a posted form; raises `Refused` if it holds none."""
    try:
        form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        raise Refused(UNREADABLE) from None
    token = form.get("token", [""])[0]
    if _TOKEN.fullmatch(token) is None:  # such a form cannot be told from its repeat
        token = new_token()
    text = _clean(form.get("text", [""])[0])
    if "choice" in form:
        choice = form["choice"][0].strip()
        if _PAYLOAD.fullmatch(choice) is None:
            raise Refused(STALE)
        return Message("", choice, token)
    if not text:
        raise Refused(EMPTY)
    if len(text) > MAX_TEXT:
        raise Refused(TOO_LONG, text)
    return Message(text, None, token)


def _clean(text: str) -> str:
    """Browsers post CR LF for a line end; what no keyboard types is left out."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def new_token() -> str:
    return secrets.token_hex(16)


def address_from(token: str) -> str:
    """The address a first message opens. The same form sent twice opens the same one."""
    return hashlib.sha256(f"webchat address {token}".encode()).hexdigest()[:32]


def inbound(message: Message, address: str, at: dt.datetime) -> Inbound:
    """The neutral message. Its id is a digest, as the token may have opened the address.

    The words belong to the id: a form brought back with "Back" and changed is a new message.
    """
    said = "\0".join((address, message.token, message.text, message.choice or ""))
    return Inbound(
        channel=NAME,
        external_id=hashlib.sha256(said.encode()).hexdigest()[:40],
        address=address,
        at=at,
        text=message.text,
        choice=message.choice,
    )


def is_foreign(request: web.Request) -> bool:
    """Whether another site sent this form. Old browsers and plain HTTP know only `Origin`."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.host.lower()
    except ValueError:
        return True


# -- what the worker sees --------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """One line of a message; numbered steps stand on lines of their own."""

    kind: str  # "text", "basis" or "signature"
    parts: Sequence[str | Markup]


@dataclass(frozen=True)
class Bubble:
    """One message as it is shown. `day` is set where a new day begins."""

    line: Line
    day: str | None
    clock: str
    opens_group: bool
    paragraphs: Sequence[Paragraph]
    active: bool  # its buttons can be tapped
    anchor: bool  # the page opens here


_STEP = re.compile(r"\s(?=[1-9]\) )")
_TICKET = re.compile(r"\b([A-Z]{2}-[0-9A-Z]{4,8})\b")
_EMERGENCY = re.compile(r"((?:[Gg]ọi|cấp cứu|công an) )(11[1-5])(?![0-9]|[.,][0-9])")


def bubbles(lines: Sequence[Line], previous: Line | None = None) -> list[Bubble]:
    """The messages as shown after `previous`; only the newest one still offers its buttons."""
    shown = []
    asked = max((line.id for line in lines if line.author == "worker"), default=None)
    for line in lines:
        day = _day(line.at)
        new_day = previous is None or _day(previous.at) != day
        shown.append(
            Bubble(
                line=line,
                day=day if new_day else None,
                clock=f"{line.at.astimezone(_LOCAL):%H:%M}",
                opens_group=new_day or previous is None or _voice(previous) != _voice(line),
                paragraphs=paragraphs(line),
                active=line is lines[-1],
                anchor=line.id == (asked or lines[-1].id),
            )
        )
        previous = line
    return shown


def _day(at: dt.datetime) -> str:
    local = at.astimezone(_LOCAL)
    return f"{_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def _voice(line: Line) -> str:
    """Advice and receipts come from the same machine; the worker need not tell them apart."""
    return "bot" if line.author == "system" else line.author


def paragraphs(line: Line) -> list[Paragraph]:
    """Our own texts get their steps, basis and emergency numbers set; people's stay as written."""
    if line.author == "worker":
        return [Paragraph("text", [line.text])]
    if line.author == "lawyer":
        words, _, signature = line.text.rpartition("\n— ")
        signed = [Paragraph("signature", [f"— {signature}"])] if words else []
        return [Paragraph("text", [words or line.text]), *signed]
    return [_paragraph(row) for row in line.text.splitlines() if row.strip()]


def _paragraph(row: str) -> Paragraph:
    if row.startswith("Căn cứ:"):
        return Paragraph("basis", [row])
    return Paragraph("text", [_set(part) for part in _STEP.split(row)])


def _set(text: str) -> Markup:
    """Emergency numbers can be tapped; a ticket's code is never broken over two lines."""
    words = _TICKET.sub(r'<span class="ticket">\1</span>', str(escape(text)))
    return Markup(_EMERGENCY.sub(r'\1<a href="tel:\2">\2</a>', words))  # noqa: S704


# -- files -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    body: bytes
    content_type: str
    digest: str


def _files(fonts: Path) -> dict[str, File]:
    """Script, style, mark and typeface, read once: a handful of small files."""
    own = [(path, _TYPES[path.suffix]) for path in sorted((_HERE / "webchat_static").iterdir())]
    typeface = [(path, "font/woff2") for path in sorted(fonts.glob("*.woff2"))]
    return {
        path.name: File(path.read_bytes(), kind, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
        for path, kind in own + typeface
    }


# -- the routes ------------------------------------------------------------------------------------


def routes(
    reception: Reception, secure: bool, fonts: Path, clock: Callable[[], dt.datetime]
) -> list[web.AbstractRouteDef]:
    """The chat page at `/`. `secure` says that workers come by HTTPS; `fonts` holds WOFF2 files."""
    door = _Door(reception, secure, _files(fonts), clock)
    return [
        web.get("/", door.show),
        web.get("/chat", door.go_back),
        web.post("/chat", door.take),
        web.get("/chat/messages", door.news),
        web.get("/static/chat/{name}", door.file),
    ]


class _Door:
    def __init__(
        self,
        reception: Reception,
        secure: bool,
        files: dict[str, File],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._reception = reception
        self._clock = clock
        self._secure: Final = secure
        self._files: Final = files
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "webchat_templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(new_token=new_token, asset=self._asset)

    def _asset(self, name: str) -> str:
        """The address of a file, changing with its content so that it may be kept for ever."""
        return f"/static/chat/{name}?v={self._files[name].digest}"

    async def show(self, request: web.Request) -> web.Response:
        return await self._page(_address(request))

    async def go_back(self, _: web.Request) -> web.Response:
        """Whoever reloads the answer to a form that was refused comes here."""
        raise web.HTTPSeeOther("/#last")

    async def take(self, request: web.Request) -> web.Response:
        by_script = request.headers.get("X-Requested-With") == "fetch"
        known = _address(request)
        try:
            if is_foreign(request):
                raise Refused(FOREIGN, status=403)
            message = parse(await _body(request))
        except Refused as refused:
            if by_script or refused.status == 403:
                return web.Response(text=refused.sentence, status=refused.status)
            return await self._page(known, refused)
        address = known or address_from(message.token)
        await self._reception.receive(inbound(message, address, self._clock()))
        response = web.Response(status=204)
        if not by_script:
            response = web.Response(status=303, headers={"Location": "/#last"})
        if known is None:
            self._remember(response, address)
        return response

    async def news(self, request: web.Request) -> web.Response:
        """What was said after message `after`: 204 nothing, 205 the page must be read anew."""
        given = request.query.get("after", "0")
        if _NUMBER.fullmatch(given) is None:
            return web.Response(status=400, text="after: một số nguyên không âm")
        after = int(given)
        address = _address(request)
        lines: Sequence[Line] = ()
        if address is not None:  # one line back: is what the page shows still there?
            lines = await self._reception.transcript(NAME, address, max(0, after - 1))
        previous = None
        if after:
            if not lines or lines[0].id != after:  # erased or taken back since
                return web.Response(status=205)
            previous, lines = lines[0], lines[1:]
        if not lines:
            return web.Response(status=204)
        words = self._render("messages.html", bubbles=bubbles(lines, previous))
        return web.Response(text=words, content_type="text/html")

    async def file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        kept = f"public, max-age={_FILE_SECONDS}, immutable"
        if request.query.get("v") != file.digest and file.content_type != "font/woff2":
            kept = "public, max-age=300"
        response = web.Response(
            body=file.body, content_type=file.content_type, headers={"Cache-Control": kept}
        )
        if file.content_type.startswith("text/"):
            response.charset = "utf-8"
            response.enable_compression()
        return response

    async def _page(self, address: str | None, refused: Refused | None = None) -> web.Response:
        lines = await self._reception.transcript(NAME, address) if address else ()
        words = self._render(
            "page.html",
            bubbles=bubbles(lines),
            examples=EXAMPLES,
            max_text=MAX_TEXT,
            empty=EMPTY,
            too_long=TOO_LONG,
            problem=refused.sentence if refused else "",
            text=refused.text if refused else "",
        )
        # Under "no-referrer" forms carry "Origin: null", which looks like a foreign site.
        return web.Response(
            text=words,
            content_type="text/html",
            status=refused.status if refused else 200,
            headers={"Referrer-Policy": "same-origin"},
        )

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _remember(self, response: web.Response, address: str) -> None:
        response.set_cookie(
            COOKIE,
            address,
            max_age=_COOKIE_SECONDS,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )


def _address(request: web.Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


async def _body(request: web.Request) -> bytes:
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refused(UNREADABLE, status=415)
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(TOO_LARGE, status=413) from None
    except UNREADABLE_BODY as error:
        raise web.HTTPBadRequest from error
