"""Signing in and out."""

import aiohttp_jinja2
from aiohttp import web

from admin_api import accounts
from admin_api.office import Office, form_of, office_of, refuse_foreign, who
from admin_api.routing import (
    ANYBODY,
    STAFF,
    ApiError,
    Routes,
)
from escalation.vocabulary import Role

routes = Routes()

_FIRST_PAGE = {
    Role.LAWYER: "/",
    Role.MANAGER: "/reports",
    Role.EDITOR: "/faq",
    Role.ADMIN: "/staff",
}


@routes.page("GET", "/login", ANYBODY)
async def login_page(request: web.Request) -> web.Response:
    return _login_form(request)


def _login_form(
    request: web.Request, email: str = "", error: str | None = None, status: int = 200
) -> web.Response:
    context = {"email": email, "error": error, "now": office_of(request).clock()}
    return aiohttp_jinja2.render_template("login.html", request, context, status=status)


@routes.page("POST", "/login", ANYBODY)
async def login(request: web.Request) -> web.StreamResponse:
    refuse_foreign(request)
    form = await form_of(request)
    email = form.get("email", "")[:254]
    try:
        token = await _sign_in(office_of(request), email, form.get("password", "")[:1000])
    except ApiError as error:
        return _login_form(request, email, error.message, error.status)
    if token is None:
        return _login_form(request, email, "E-mail hoặc mật khẩu không đúng.", 401)
    response = web.HTTPSeeOther("/home")
    office = office_of(request)
    response.set_cookie(
        office.cookie_name,
        token,
        httponly=True,
        samesite="Strict",
        secure=office.secure,
        path="/",
    )
    raise response


async def _sign_in(office: Office, email: str, password: str) -> str | None:
    """A cookie for the right password. Hashing happens between two short transactions."""
    try:
        async with office.database.writing() as session:
            hashed = await accounts.password_hash_for(session, email, office.clock())
    except accounts.TooManyAttempts:
        raise ApiError(
            429, "too_many", "Sai mật khẩu quá nhiều lần. Xin thử lại sau 15 phút."
        ) from None
    if not await accounts.matches(hashed, password):
        return None
    async with office.database.writing() as session:
        return await accounts.sign_in(session, email, hashed, office.clock())


@routes.page("POST", "/logout", STAFF)
async def logout(request: web.Request) -> web.StreamResponse:
    office = office_of(request)
    if (session_id := who(request).session_id) is not None:
        async with office.database.writing() as session:
            await accounts.sign_out(session, session_id)
    response = web.HTTPSeeOther("/login")
    response.del_cookie(office.cookie_name, path="/")
    raise response


@routes.page("GET", "/home", STAFF)
async def home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(_FIRST_PAGE[who(request).staff.role])
