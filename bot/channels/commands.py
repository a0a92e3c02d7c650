"""Words that begin with a slash: what they stand for. (pure)"""

import re

MENU = (
    ("luatsu", "Hỏi luật sư"),
    ("trangthai", "Xem phiếu đang chờ"),
    ("xoa", "Xóa mọi tin nhắn của tôi"),
    ("help", "Cách hỏi tổng đài"),
)
_SAID = {"/xoa": "xóa", "/trangthai": "trạng thái", "/luatsu": "luật sư"}
_GREETED = ("/start", "/help")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")  # of a link that opens the chat


def understood(text: str) -> tuple[str, str | None]:
    """What was said, and the event that it is, if it is one."""
    if not text.startswith("/"):
        return text, None
    word, *more = text.split(maxsplit=1)
    command, rest = word.partition("@")[0].lower(), "".join(more).strip()
    if command in _GREETED:
        return (rest, "start") if _PAYLOAD.fullmatch(rest) else (rest, None)
    return _SAID.get(command, text), None
