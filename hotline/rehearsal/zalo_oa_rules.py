"""What the local Zalo takes, refuses and tells, as the real one does. (pure)"""

import datetime as dt
from typing import Any

_TEXT = 2000
_TITLE = 100
_MOST = 5  # buttons of a message, and elements of a list
_MEGABYTE = 1024 * 1024
_BUTTONS = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.phone", "oa.open.sms"}
_TEMPLATES = {None, "media", "list", "request_user_info"}
_UPLOADS = {  # kind -> (endings, most bytes, what the answer calls the key)
    "image": ((".jpg", ".jpeg", ".png"), _MEGABYTE, "attachment_id"),
    "gif": ((".gif",), 5 * _MEGABYTE, "attachment_id"),
    "file": ((".pdf", ".doc", ".docx"), 5 * _MEGABYTE, "token"),
}
INVALID, TOO_MUCH, NO_ATTACHMENT, BAD_PARAMETER, BAD_PHONE = -201, -210, -100, -132, -108


def wrong_with(message: dict[str, Any], uploads: dict[str, bytes]) -> int:
    """The error number for a consultation message; 0 if there is nothing against it."""
    text, attachment = message.get("text") or "", message.get("attachment")
    if not text and not attachment:
        return INVALID
    if len(text) > _TEXT:
        return TOO_MUCH
    return _wrong_attachment(attachment, uploads) if attachment else 0


def _wrong_attachment(attachment: dict[str, Any], uploads: dict[str, bytes]) -> int:
    payload = attachment.get("payload", {})
    if attachment.get("type") == "file":
        return 0 if payload.get("token") in uploads else INVALID
    if attachment.get("type") != "template" or payload.get("template_type") not in _TEMPLATES:
        return INVALID
    return _wrong_buttons(payload.get("buttons", [])) or _wrong_elements(payload, uploads)


def _wrong_buttons(buttons: list[dict[str, Any]]) -> int:
    if len(buttons) > _MOST or any(len(one["title"]) > _TITLE for one in buttons):
        return TOO_MUCH
    return INVALID if any(one["type"] not in _BUTTONS for one in buttons) else 0


def _wrong_elements(payload: dict[str, Any], uploads: dict[str, bytes]) -> int:
    elements = payload.get("elements", [])
    if len(elements) > _MOST:
        return TOO_MUCH
    if payload.get("template_type") != "media" or any("url" in one for one in elements):
        return 0
    known = elements and all(one.get("attachment_id") in uploads for one in elements)
    return 0 if known else NO_ATTACHMENT


def wrong_upload(kind: str, name: str, content: bytes) -> int:
    endings, most, _ = _UPLOADS[kind]
    if not name.lower().endswith(endings):
        return INVALID
    return TOO_MUCH if len(content) > most else 0


def uploaded(kind: str, key: str) -> dict[str, str]:
    return {_UPLOADS[kind][2]: key}


def wrong_notice(notice: dict[str, Any]) -> int:
    """Of a message to a phone number; the approved template here speaks of a ticket."""
    phone, tracking = str(notice.get("phone")), str(notice.get("tracking_id"))
    if not (phone.startswith("84") and phone.isdigit()):
        return BAD_PHONE
    whole = notice.get("template_id") and notice.get("template_data", {}).get("code")
    return 0 if whole and len(tracking) <= 48 else BAD_PARAMETER


def quota(asked: dict[str, Any], now: dt.datetime) -> Any:
    """What is left for one user, or of the account's package."""
    if "user_id" in asked:
        return {
            "last_interaction": str(round(now.timestamp() * 1000)),
            "cs_reply": {"remain": 8, "total": 8},
            "promotion": {
                "daily_remain": 1,
                "daily_total": 1,
                "monthly_remain": 4,
                "monthly_total": 4,
            },
        }
    package = {"asset_id": "8c27", "product_type": "cs", "quota_type": "sub_quota"}
    until = {"valid_through": f"{now + dt.timedelta(days=30):%d/%m/%Y}"}
    return [package | until | {"total": 500, "remain": 499}]


def profile(user: str, follows: bool, last_seen: dt.datetime) -> dict[str, Any]:
    return {
        "user_id": user,
        "user_id_by_app": f"9{user}",
        "user_external_id": "",
        "display_name": f"Người dùng {user[-4:]}",
        "user_alias": f"Người dùng {user[-4:]}",
        "is_sensitive": False,
        "user_last_interaction_date": f"{last_seen:%d/%m/%Y}",
        "user_is_follower": follows,
        "avatar": "",
        "avatars": {"120": "", "240": ""},
        "tags_and_notes_info": {"notes": [], "tag_names": []},
        "shared_info": {},
    }
