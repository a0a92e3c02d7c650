"""What every page of the console is given."""

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from admin_api.office import office_of, who
from admin_api.routing import (
    ADMINS,
    FAQ_READERS,
    KEEPERS,
    LAWYERS,
    REPORT_READERS,
    STAFF,
)

_ZALO = "/zalo"
_NAVIGATION = (
    ("/", "Hộp phiếu", LAWYERS),
    ("/faq", "Kho trả lời", FAQ_READERS),
    ("/drafts", "Câu mẫu", FAQ_READERS),
    ("/consultations", "Trực tiếp", LAWYERS),
    ("/reports", "Báo cáo", REPORT_READERS),
    ("/duty", "Lịch trực", STAFF),
    ("/promises", "Lời hứa", KEEPERS),
    ("/staff", "Tài khoản", ADMINS),
    (_ZALO, "Zalo", ADMINS),
)


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    signed_in = who(request)
    role = signed_in.staff.role
    absent = _ZALO if office_of(request).zalo is None else None
    return aiohttp_jinja2.render_template(
        template,
        request,
        {
            "me": signed_in.staff,
            "csrf": signed_in.csrf_token or "",
            "now": office_of(request).clock(),
            "path": request.path,
            "navigation": [
                (to, name) for to, name, access in _NAVIGATION if role in access and to != absent
            ],
            **context,
        },
        status=status,
    )
