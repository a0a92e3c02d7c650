"""The permission to write as the Official Account: how it stands, and how it is given anew.

Zalo sends the administrator back from another site, where his strict cookie stays at home. So the
address it calls is open to anybody, shows nothing and leads on to the page, this time from here.
"""

import re
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from admin_api.console.page import page
from admin_api.office import form_of, office_of
from admin_api.routing import ADMINS, ANYBODY, NOT_FOUND, ApiError, Routes
from admin_api.zalo_consent import ZaloConsent
from bot.channels.base import SendFailed
from bot.channels.token_store import Level
from bot.channels.zalo_oauth import CALLBACK_PATH
from bot.web import CONTENT_SECURITY_POLICY

routes = Routes()

_BACK = {  # what Zalo sends back, and what it may look like
    "code": re.compile(r"[A-Za-z0-9._~+/=-]{1,2000}"),
    "state": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "oa_id": re.compile(r"[0-9]{1,25}"),
}
_STANDING = {
    Level.ABSENT: "Chưa ai cho phép tổng đài dùng Zalo OA. Tin trả lời trên Zalo đang đợi.",
    Level.FINE: "Đang hoạt động. Tổng đài tự gia hạn mỗi ngày, không cần làm gì.",
    Level.WARN: "Hơn 3 ngày chưa gia hạn được. Tổng đài vẫn đang thử lại.",
    Level.LATE: "Hơn 60 ngày chưa gia hạn được. Đến 90 ngày là mất quyền gửi tin. Cấp quyền ngay.",
    Level.DEAD: "Đã mất quyền gửi tin. Cấp quyền lại để gửi tiếp những tin đang đợi.",
}
_REFUSED = {
    "unknown_state": "Lần cấp quyền này đã dùng rồi hoặc quá 10 phút. Xin bắt đầu lại.",
    "token_not_stored": "Chưa ghi được vào cơ sở dữ liệu. Tổng đài tự thử lại, xin xem lại sau.",
}


@routes.page("GET", "/zalo", ADMINS)
async def zalo_page(request: web.Request) -> web.Response:
    return await _page(request, back=_sent_back(request.query) if request.query else None)


async def _page(request: web.Request, status: int = 200, **context: Any) -> web.Response:
    zalo = office_of(request).zalo
    health = await zalo.health() if zalo else None
    shown = {
        "health": health,
        "standing": _STANDING[health.level] if health else None,
        "back": None,
        "problem": None,
        "done": False,
        **context,
    }
    response = page(request, "zalo.html", status=status, **shown)
    if zalo:  # the button leads to Zalo by way of us, and browsers look at where it ends
        allowed = CONTENT_SECURITY_POLICY.replace(
            "form-action 'self'", f"form-action 'self' {zalo.consent_origin}"
        )
        response.headers["Content-Security-Policy"] = allowed
    return response


@routes.page("POST", "/zalo/consent", ADMINS)
async def begin(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(await _consent(request).begin_consent())


@routes.page("GET", CALLBACK_PATH, ANYBODY)
async def callback(request: web.Request) -> web.Response:
    """Zalo's way back: on to the page, where the administrator is known."""
    back = _sent_back(request.query)
    onward = f"/zalo?{urlencode(back)}" if back else "/zalo"
    return aiohttp_jinja2.render_template("zalo_back.html", request, {"onward": onward})


@routes.page("POST", "/zalo/connect", ADMINS)
async def connect(request: web.Request) -> web.Response:
    """Exchange what Zalo sent back for tokens; good once, for ten minutes."""
    back = _sent_back(await form_of(request))
    if back is None:
        raise ApiError(422, "invalid", "Thiếu điều Zalo gửi về. Xin bắt đầu lại.")
    try:
        refusal = await _consent(request).finish_consent(back["code"], back["state"])
    except SendFailed as failure:
        refusal = failure.code
    if refusal is None:
        return await _page(request, done=True)
    words = _REFUSED.get(refusal, f"Zalo không chấp nhận (mã {refusal}). Xin bắt đầu lại.")
    return await _page(request, status=409, problem=words)


def _consent(request: web.Request) -> ZaloConsent:
    zalo = office_of(request).zalo
    if zalo is None:
        raise NOT_FOUND
    return zalo


def _sent_back(given: Any) -> dict[str, str] | None:
    """Code, state and account, if all are there and look as they should."""
    found = {name: str(given.get(name, "")) for name in _BACK}
    return found if all(_BACK[name].fullmatch(found[name]) for name in _BACK) else None
