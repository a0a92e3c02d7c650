"""A local Zalo: OA interface, OAuth, ZNS and a file host on one listener, with faults to switch on.

Error numbers and shapes as the real one's.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import secrets
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from hotline.rehearsal import zalo_oa_rules as rules
from hotline.rehearsal.zalo_oauth import LocalOAuth

_LARGEST = 6 * 1024 * 1024  # of a request; what is too large for Zalo must still be read
_REFUSED, _REFUSED_NOTICE, _BAD_PROOF = -216, -124, -242


class LocalZalo(LocalOAuth):
    """`faults` are the next answers' errors (0 is well); `shut` and `left` are users' ids."""

    def __init__(self, app_id: str, oa_secret: str, app_secret: str) -> None:
        super().__init__(app_id, app_secret)
        self.oa_secret = oa_secret
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
        self.proof_wanted = True  # the app's switch; a wrong proof is refused in any case
        self.files: dict[str, bytes] = {}
        self.uploads: dict[str, bytes] = {}
        self.delay = 0.0
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None
        self.base = ""

    # -- alive -------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> "LocalZalo":
        app = web.Application(middlewares=[self._breaking], client_max_size=_LARGEST)
        app.add_routes(
            [
                web.post("/v3.0/oa/message/cs", self._consult),
                web.post("/v2.0/oa/message", self._anonymous),
                web.post("/v3.0/oa/quota/message", self._quota),
                web.get("/v3.0/oa/user/detail", self._detail),
                web.post("/v2.0/oa/upload/{kind:image|gif|file}", self._upload),
                web.post("/message/template", self._template),
                *self.oauth_routes(),
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
            sent["message"].get("text", "")
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
        body = await request.json()
        user = str(body.get("recipient", {}).get("user_id", ""))
        error = await self._fault(request) or self._wrong_with(user, body.get("message", {}))
        if error:
            return self._answer(error)
        self.sent.append(body)
        return self._sent_answer(user)

    def _wrong_with(self, user: str, message: dict[str, Any]) -> int:
        if not user.isdigit():
            return rules.INVALID
        if user in self.left or user in self.shut:
            return -213 if user in self.left else -230
        return rules.wrong_with(message, self.uploads)

    async def _anonymous(self, request: web.Request) -> web.Response:
        body, error = await request.json(), await self._fault(request)
        recipient = body.get("recipient", {})
        if not error and "user_id" in recipient:
            error = -240  # this version is closed for people who have names
        if error:
            return self._answer(error)
        self.anonymous.append(body)
        return self._sent_answer(str(recipient.get("anonymous_id", "")))

    async def _quota(self, request: web.Request) -> web.Response:
        body, error = await request.json(), await self._fault(request)
        return self._answer(error, rules.quota(body, dt.datetime.now(dt.UTC)))

    async def _detail(self, request: web.Request) -> web.Response:
        error = await self._fault(request)
        user = str(json.loads(request.query.get("data", "{}")).get("user_id", ""))
        if not error and not user.isdigit():
            error = rules.INVALID
        now = dt.datetime.now(dt.UTC)
        return self._answer(error, rules.profile(user, user not in self.left, now))

    async def _upload(self, request: web.Request) -> web.Response:
        kind, error = request.match_info["kind"], await self._fault(request)
        file = (await request.post()).get("file")
        if not isinstance(file, web.FileField):
            return self._answer(error or rules.INVALID)
        content = file.file.read()
        error = error or rules.wrong_upload(kind, file.filename, content)
        key = secrets.token_urlsafe(24)
        if not error:
            self.uploads[key] = content
        return self._answer(error, rules.uploaded(kind, key))

    async def _template(self, request: web.Request) -> web.Response:
        body = await request.json()
        error = await self._fault(request, self.notice_faults, _REFUSED_NOTICE)
        error = error or rules.wrong_notice(body)
        if not error:
            self.notices.append(body)
        return self._answer(error, {"msg_id": f"z{next(self._numbers)}"})

    async def _fault(
        self, request: web.Request, faults: list[int] | None = None, refused: int = _REFUSED
    ) -> int:
        """What stands against any call: its token, its proof, or a fault that was switched on."""
        await asyncio.sleep(self.delay)
        token = request.headers.get("access_token", "")
        if token != self.access:
            return refused
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        given = request.headers.get("appsecret_proof")
        if given != proof and (given is not None or self.proof_wanted):
            return _BAD_PROOF
        waiting = self.faults if faults is None else faults
        return waiting.pop(0) if waiting else 0

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

    # -- files -------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)
