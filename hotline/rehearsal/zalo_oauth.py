"""The local Zalo's consent page and tokens: a refresh token is good once, and a new access
token is the end of the old one.
"""

import asyncio
import base64
import hashlib
import secrets

from aiohttp import web

_EXPIRES = "90000"  # seconds, as a text


class LocalOAuth:
    def __init__(self, app_id: str, app_secret: str) -> None:
        self.app_id, self.app_secret = app_id, app_secret
        self.oa_id = "388613280878808645"
        self.refreshes = 0
        self.oauth_faults: list[int] = []
        self.oauth_delay = 0.0
        self.oauth_down = False
        self.access = f"access-{secrets.token_urlsafe(8)}"
        self.refresh = f"refresh-{secrets.token_urlsafe(8)}"
        self._codes: dict[str, str] = {}  # code -> challenge

    def oauth_routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v4/oa/permission", self._permission),
            web.post("/v4/oa/access_token", self._tokens),
        ]

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


def _refused(error: int) -> web.Response:
    return web.json_response({"error": error, "error_name": "refused", "error_reason": "…"})
