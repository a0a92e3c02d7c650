"""Run by the peer's own Python: what zalo-sdk does at Zalo's own addresses, told in a line of JSON.

PATH/TO/VENV/bin/python zalo_oa_client.py APP_ID APP_SECRET ACCESS REFRESH USER CODE VERIFIER
"""

import contextlib
import json
import sys
from collections.abc import Callable
from typing import Any

from zalo_sdk import ZaloException
from zalo_sdk.oa.Client import Client
from zalo_sdk.oa.ZaloMessage import ZaloAttachment, ZaloMessageBody, ZaloRecipient
from zalo_sdk.zns.Client import Client as Notices

PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n"
MEGABYTE = 1024 * 1024


def tried(call: Callable[[], Any]) -> int:
    """The error number that a call ends in."""
    try:
        call()
    except ZaloException as error:
        return int(error._code)
    return 0


class Peer:
    def __init__(self, app_id: str, secret: str, access: str, refresh: str, user: str) -> None:
        self.keys = (app_id, secret)
        self.oa = Client(*self.keys, access, refresh)
        self.user = user

    def says(self, text: str | None, attachment: dict[str, Any] | None = None) -> Any:
        thing = ZaloAttachment(attachment["type"], attachment["payload"]) if attachment else None
        body = ZaloMessageBody(text=text, attachment=thing)
        return self.oa.send_message(ZaloRecipient(user_id=self.user), body)

    def template(self, **payload: Any) -> dict[str, Any]:
        return {"type": "template", "payload": payload}

    def messages(self) -> dict[str, Any]:
        return {
            "sent": self.says("xin chào từ thư viện")["data"],
            "2000": tried(lambda: self.says("x" * 2000)),
            "2001": tried(lambda: self.says("x" * 2001)),
            "5 buttons": tried(lambda: self.buttons(5)),
            "6 buttons": tried(lambda: self.buttons(6)),
            "empty": tried(lambda: self.says(None)),
        }

    def buttons(self, count: int) -> Any:
        of_one = {"title": "Có", "type": "oa.query.hide", "payload": "#1:0"}
        return self.says("Chọn giúp mình", self.template(buttons=[of_one] * count))

    def files(self) -> dict[str, Any]:
        picture = self.oa.upload_file(PNG, "image", "a.png", "image/png")["data"]["attachment_id"]
        paper = self.oa.upload_file(PDF, "file", "a.pdf", "application/pdf")["data"]["token"]
        large = PNG + b"0" * MEGABYTE
        return {
            "image": tried(lambda: self.picture(picture)),
            "file": tried(lambda: self.says(None, {"type": "file", "payload": {"token": paper}})),
            "nobody's image": tried(lambda: self.picture("nobodys")),
            "large": tried(lambda: self.oa.upload_file(large, "image", "a.png", "image/png")),
            "text": tried(lambda: self.oa.upload_file(b"a", "file", "a.txt", "text/plain")),
        }

    def picture(self, attachment_id: str) -> Any:
        element = {"media_type": "image", "attachment_id": attachment_id}
        return self.says("Ảnh", self.template(template_type="media", elements=[element]))

    def notices(self) -> dict[str, Any]:
        notices = Notices(*self.keys, self.oa.access_token)
        told = notices.send_zns_message("84912345678", "9", {"code": "HP-A4C7"}, "a-mark")
        notices.access_token = "another"
        refused = tried(lambda: notices.send_zns_message("84912345678", "9", {"code": "HP-A4C7"}))
        return {"told": told["data"], "refused": refused}

    def tokens(self, code: str, verifier: str) -> dict[str, Any]:
        old_access, old_refresh = self.oa.access_token, self.oa.refresh_token
        self.oa.refresh_acccess_token()
        told = {"works": tried(lambda: self.says("với mã mới"))}
        self.oa.access_token, fresh = old_access, self.oa.access_token
        told["old access"] = tried(lambda: self.says("với mã cũ"))
        self.oa.access_token = fresh
        again = Client(*self.keys, fresh, old_refresh)
        told["old refresh"] = tried(again.refresh_acccess_token)
        self.oa.get_access_token_from_authorization_code(code, verifier)
        told["consent works"] = tried(lambda: self.says("sau khi cấp quyền lại"))
        told["code twice"] = tried(
            lambda: again.get_access_token_from_authorization_code(code, verifier)
        )
        return told


def tell(app_id: str, secret: str, access: str, refresh: str, user: str, *code: str) -> Any:
    peer = Peer(app_id, secret, access, refresh, user)
    return {
        "messages": peer.messages(),
        "files": peer.files(),
        "detail": peer.oa.get_user_detail(user)["data"],
        "nobody": tried(lambda: peer.oa.get_user_detail("nobody")),
        "quota": peer.oa.get_zalo_oa_quotas("OA", "cs", "sub_quota")["data"],
        "user quota": peer.oa.get_zalo_user_quotas(user)["data"],
        "notices": peer.notices(),
        "tokens": peer.tokens(*code),
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # the library prints as it works
        told = tell(*sys.argv[1:])
    print(json.dumps(told))  # noqa: T201
