"""Routes of the office: each declares who may use it, what it takes and what it answers.

One decorated function is an aiohttp handler, an access rule and a piece of the OpenAPI
description at once. A route that declares no access cannot be written.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from admin_api.accounts import SignedIn
from bot.web import UNREADABLE_BODY
from escalation.vocabulary import Role

LAWYERS = frozenset({Role.LAWYER})
REPORT_READERS = frozenset({Role.LAWYER, Role.MANAGER, Role.ADMIN})
FAQ_READERS = frozenset({Role.LAWYER, Role.EDITOR, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
KEEPERS = frozenset({Role.MANAGER, Role.ADMIN})  # of roster, hours and promises
STAFF = frozenset(Role)
ANYBODY: frozenset[Role] = frozenset()  # also without an account

MAX_BODY = 256 * 1024
SIGNED_IN: web.RequestKey[SignedIn] = web.RequestKey("signed_in", SignedIn)


class Body(BaseModel):
    """Base of request bodies: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ApiError(Exception):
    """An answer that is not what the client hoped for, with a sentence he can show."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message

    def response(self) -> web.Response:
        body = {"error": {"code": self.code, "message": self.message}}
        return json_response(body, status=self.status)


NOT_FOUND = ApiError(404, "not_found", "Không tìm thấy.")
NOT_SIGNED_IN = ApiError(401, "not_signed_in", "Cần đăng nhập.")
TOO_LARGE = ApiError(413, "too_large", "Nội dung gửi lên quá lớn.")
BAD_BODY = ApiError(400, "bad_json", "Nội dung gửi lên không phải JSON hợp lệ.")


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Route:
    """`page` routes answer people with HTML and send strangers to the sign-in page."""

    method: str
    path: str
    access: frozenset[Role]
    handler: Handler
    page: bool = False
    body: type[Body] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    summary: str = ""
    query: tuple[str, ...] = ()
    also: Mapping[int, str] = field(default_factory=dict)  # other good answers: when


class Routes:
    """Collects the routes of one module."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def page(self, method: str, path: str, access: frozenset[Role]) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            self.all.append(Route(method, path, access, handler, page=True))
            return handler

        return declare

    def api(
        self,
        method: str,
        path: str,
        access: frozenset[Role],
        *,
        body: type[Body] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        query: tuple[str, ...] = (),
        also: Mapping[int, str] | None = None,
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().splitlines()[0]
            self.all.append(
                Route(
                    method,
                    path,
                    access,
                    handler,
                    body=body,
                    answer=answer,
                    status=status,
                    summary=summary,
                    query=query,
                    also=also or {},
                )
            )
            return handler

        return declare


B = TypeVar("B", bound=Body)


async def body_of(request: web.Request, kind: type[B]) -> B:
    """The JSON body as `kind`; raises `ApiError` with what is wrong."""
    try:
        data = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    except (ValueError, RecursionError, *UNREADABLE_BODY):
        raise BAD_BODY from None
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise ApiError(422, "invalid", _sentence(fault, kind)) from None


def _sentence(fault: Mapping[str, Any], kind: type[Body]) -> str:
    """What is wrong, in Vietnamese; a field's name is repeated only if it is one of ours."""
    wrong = _WRONG.get(fault["type"], "không đúng kiểu").format(**fault.get("ctx", {}))
    field = next((part for part in fault["loc"] if part in kind.model_fields), None)
    return f"Trường “{field}” {wrong}." if field else f"Nội dung gửi lên {wrong}."


_WRONG = {
    "missing": "còn thiếu",
    "extra_forbidden": "có trường lạ",
    "string_too_short": "còn trống",
    "string_too_long": "dài quá {max_length} ký tự",
    "string_type": "phải là chữ",
    "string_unicode": "có ký tự không đọc được",
}


def json_response(data: BaseModel | Any, status: int = 200) -> web.Response:
    if isinstance(data, BaseModel):
        text = data.model_dump_json()
    else:
        text = json.dumps(data, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json")


def whole_number(text: str | None, default: int, low: int, high: int) -> int:
    """A number from a query string, kept within bounds; anything else is the default."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 12):
        return default
    return min(max(int(text), low), high)


def openapi(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the JSON routes."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for route in routes:
        if route.path.startswith("/api/"):
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hotline office", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "OK"}
    if route.answer is not None:
        success["content"] = _content(route.answer, schemas)
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": {
            str(route.status): success,
            **{str(code): {**success, "description": when} for code, when in route.also.items()},
            "default": {"description": "An error"},
        },
        "x-roles": sorted(route.access),
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route.body, schemas)}
    if not route.access:
        operation["security"] = []
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    named = [(name, "path") for name in in_path] + [(name, "query") for name in route.query]
    return [
        {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}
        for name, place in named
    ]


def _content(kind: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[kind.__name__] = schema
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}
