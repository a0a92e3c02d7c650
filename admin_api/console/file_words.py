"""How the console speaks of files: kinds, sizes, lengths, what became of them. (pure)"""

from bot.phrases import only_file_marks

_MEDIA = {"photo": "Ảnh", "voice": "Ghi âm", "video": "Video", "file": "Tệp"}
_OPENED = {
    "photo": "đã xem ảnh",
    "voice": "đã nghe ghi âm",
    "video": "đã xem video",
    "file": "đã mở tệp",
}
_REFUSED = {
    "too_large": "lớn quá 20 MB",
    "too_many": "quá 30 tệp trong một giờ",
    "too_many_pixels": "ảnh quá lớn",
    "broken": "tệp hỏng",
    "macros": "có lệnh tự chạy",
    "kind": "loại tệp không nhận",
}
# What browsers play themselves.
_SOUNDS = ("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav")
_FILMS = ("video/mp4", "video/webm")


def media(kind: str) -> str:
    return _MEDIA.get(kind, kind)


def opened(actor: str | None, kind: str | None) -> str:
    """ "Lan đã nghe ghi âm"."""
    return f"{actor or '—'} {_OPENED.get(kind or '', 'đã mở tệp')}"


def refused(error: str | None) -> str:
    """Why the worker was told that his file is not taken."""
    return _REFUSED.get(error or "", "không nhận")


def shown_as(mime: str | None) -> str:
    """How a page shows it: "picture", "sound", "film" or "paper"."""
    if (mime or "").startswith("image/"):
        return "picture"
    if mime in _SOUNDS:
        return "sound"
    return "film" if mime in _FILMS else "paper"


def size(count: int | None) -> str:
    """1258291 -> "1,2 MB"."""
    if count is None:
        return ""
    if count < 1_000_000:
        return f"{max(round(count / 1000), 1)} kB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")


def length(seconds: int | None) -> str:
    """75 -> "1:15"."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"


FILTERS = {
    "media": media,
    "opened": opened,
    "refused": refused,
    "shown_as": shown_as,
    "file_size": size,
    "file_length": length,
    "only_marks": only_file_marks,  # the files themselves say it better
}
