"""A local Zalo: OA interface, OAuth, ZNS and a file host on one listener, with faults to switch on.

Tokens, error numbers and shapes as the real one's: a refresh token is good once, and a new
access token is the end of the old one.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

_CONSULT_LIMIT = 2000
_EXPIRES = "90000"
_OTHERS_CAN = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.phone", "oa.open.sms"}


class LocalZalo:
    """`faults` are the next answers' errors (0 is well); `shut` and `left` are users' ids."""

    def __init__(self, app_id: str, oa_secret: str, app_secret: str) -> None:
        self.app_id, self.oa_secret, self.app_secret = app_id, oa_secret, app_secret
        self.oa_id = "388613280878808645"
        self.sent: list[dict[str, Any]] = []  # consultation messages, as they came
        self.anonymous: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []  # ZNS
        self.quota_type: str | None = "reply"  # None: this message is charged
        self.faults: list[int] = []
        self.notice_faults: list[int] = []
        self.status = 200  # of every answer of the OA interface: errors come with any status
        self.broken: list[tuple[int, str]] = []  # next answers that are no JSON of Zalo's
        self.shut: set[str] = set()
        self.left: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.delay = 0.0
        self.refreshes = 0
        self.oauth_faults: list[int] = []
        self.oauth_delay = 0.0
        self.oauth_down = False
        self.access = f"access-{secrets.token_urlsafe(8)}"
        self.refresh = f"refresh-{secrets.token_urlsafe(8)}"
        self._codes: dict[str, str] = {}  # code -> challenge
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None
        self.base = ""

    # -- alive -------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> "LocalZalo":
        app = web.Application(middlewares=[self._breaking])
        app.add_routes(
            [
                web.post("/v3.0/oa/message/cs", self._consult),
                web.post("/v2.0/oa/message", self._anonymous),
                web.post("/v3.0/oa/quota/message", self._quota),
                web.post("/message/template", self._template),
                web.get("/v4/oa/permission", self._permission),
                web.post("/v4/oa/access_token", self._tokens),
                web.get("/files/{name}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _breaking(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.broken and "/v4/" not in request.path:
            status, text = self.broken.pop(0)
            headers = {"Location": text} if 300 < status < 400 else {}
            return web.Response(status=status, text=text, headers=headers)
        return await handler(request)

    # -- what was sent -----------------------------------------------------------------------------

    def texts(self, user: str | None = None) -> list[str]:
        return [
            sent["message"]["text"]
            for sent in self.sent
            if user is None or sent["recipient"]["user_id"] == user
        ]

    @staticmethod
    def buttons(sent: dict[str, Any]) -> dict[str, str]:
        """Title -> payload of a message's buttons."""
        payload = sent["message"].get("attachment", {}).get("payload", {})
        return {button["title"]: button["payload"] for button in payload.get("buttons", [])}

    # -- the webhook's side ------------------------------------------------------------------------

    def signed(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Body and headers of an event as Zalo delivers it."""
        body = json.dumps({"app_id": self.app_id, **event}, ensure_ascii=False).encode()
        signed = f"{self.app_id}{body.decode()}{event['timestamp']}{self.oa_secret}"
        mac = hashlib.sha256(signed.encode()).hexdigest()
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
        return body, headers

    def said(self, user: str, text: str, at_ms: int, **message: Any) -> dict[str, Any]:
        """The event of a text that a user wrote."""
        return {
            "sender": {"id": user},
            "user_id_by_app": f"9{user}",
            "recipient": {"id": self.oa_id},
            "event_name": "user_send_text",
            "message": {"text": text, "msg_id": f"m{next(self._numbers)}", **message},
            "timestamp": str(at_ms),
        }

    async def deliver(self, session: aiohttp.ClientSession, url: str, event: dict[str, Any]) -> int:
        """Call the hotline's webhook; its HTTP status."""
        body, headers = self.signed(event)
        async with session.post(url, data=body, headers=headers) as response:
            return response.status

    # -- sending -----------------------------------------------------------------------------------

    async def _consult(self, request: web.Request) -> web.Response:
        body, error = await self._admitted(request, self.faults)
        user = str(body.get("recipient", {}).get("user_id", ""))
        error = error or self._wrong_with(user, body.get("message", {}))
        if error:
            return self._answer(error)
        self.sent.append(body)
        return self._sent_answer(user)

    def _wrong_with(self, user: str, message: dict[str, Any]) -> int:
        payload = message.get("attachment", {}).get("payload", {})
        buttons = payload.get("buttons", [])
        faults = (
            (not user.isdigit() or not message.get("text"), -201),
            (user in self.left, -213),
            (user in self.shut, -230),
            (len(message.get("text", "")) > _CONSULT_LIMIT, -210),
            (len(buttons) > 5, -210),
            (any(len(one["title"]) > 100 for one in buttons), -210),
            (any(one["type"] not in _OTHERS_CAN for one in buttons), -201),
        )
        return next((error for wrong, error in faults if wrong), 0)

    async def _anonymous(self, request: web.Request) -> web.Response:
        body, error = await self._admitted(request, self.faults)
        recipient = body.get("recipient", {})
        if not error and "user_id" in recipient:
            error = -240  # this version is closed for people who have names
        if error:
            return self._answer(error)
        self.anonymous.append(body)
        return self._sent_answer(str(recipient.get("anonymous_id", "")))

    async def _quota(self, request: web.Request) -> web.Response:
        _, error = await self._admitted(request, self.faults)
        return self._answer(error, [{"quota_type": "sub_quota", "total": 500, "remain": 499}])

    async def _template(self, request: web.Request) -> web.Response:
        body, error = await self._admitted(request, self.notice_faults)
        phone, tracking = str(body.get("phone")), str(body.get("tracking_id"))
        if not error and not (phone.startswith("84") and phone.isdigit()):
            error = -108
        if not error and (len(tracking) > 48 or not body.get("template_id")):
            error = -132
        if not error:
            self.notices.append(body)
        return self._answer(error, {"msg_id": f"z{next(self._numbers)}"})

    async def _admitted(
        self, request: web.Request, faults: list[int]
    ) -> tuple[dict[str, Any], int]:
        await asyncio.sleep(self.delay)
        token = request.headers.get("access_token", "")
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        body = await request.json()
        if token != self.access:
            return body, -216
        if request.headers.get("appsecret_proof") != proof:
            return body, -242
        return body, faults.pop(0) if faults else 0

    def _answer(self, error: int, data: Any = None) -> web.Response:
        body: dict[str, Any] = {
            "error": error,
            "message": "Success" if error == 0 else f"Error {error}",
        }
        if error == 0:
            body["data"] = data
        return web.json_response(body, status=self.status)

    def _sent_answer(self, user: str) -> web.Response:
        data: dict[str, Any] = {"message_id": f"o{next(self._numbers)}", "user_id": user}
        if self.quota_type is not None:
            data["quota"] = {"quota_type": self.quota_type, "owner_type": "OA"}
        return self._answer(0, data)

    # -- OAuth -------------------------------------------------------------------------------------

    async def _permission(self, request: web.Request) -> web.Response:
        """The owner says yes at once and is sent back with a code."""
        asked = request.query
        if asked.get("app_id") != self.app_id:
            return web.json_response({"error": -14002}, status=400)
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked["code_challenge"]
        back = f"{asked['redirect_uri']}?code={code}&oa_id={self.oa_id}&state={asked['state']}"
        raise web.HTTPFound(back)

    async def _tokens(self, request: web.Request) -> web.Response:
        form = await request.post()
        await asyncio.sleep(self.oauth_delay)
        if self.oauth_down:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if request.headers.get("secret_key") != self.app_secret:
            return _refused(-14004)
        if self.oauth_faults:
            return _refused(self.oauth_faults.pop(0))
        if form.get("grant_type") == "refresh_token":
            self.refreshes += 1
            if form.get("refresh_token") != self.refresh:
                return _refused(-14014)
        elif not self._code_fits(str(form.get("code")), str(form.get("code_verifier"))):
            return _refused(-118)
        return self._granted()

    def _code_fits(self, code: str, verifier: str) -> bool:
        digest = hashlib.sha256(verifier.encode()).digest()
        expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self._codes.pop(code, None) == expected

    def _granted(self) -> web.Response:
        self.access = f"access-{secrets.token_urlsafe(8)}"
        self.refresh = f"refresh-{secrets.token_urlsafe(8)}"
        return web.json_response(
            {
                "access_token": self.access,
                "refresh_token": self.refresh,
                "expires_in": _EXPIRES,
            }
        )

    # -- files -------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)


def _refused(error: int) -> web.Response:
    return web.json_response({"error": error, "error_name": "refused", "error_reason": "…"})
