"""The console's Vietnamese: terms, times and durations as templates show them. (pure)"""

import datetime as dt

from escalation.calendar import LOCAL

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

WORDS: dict[str, dict[str, str]] = {
    "state": {
        "new": "Chờ nhận",
        "active": "Đang xử lý",
        "on_hold": "Chờ người lao động",
        "resolved": "Đã xong",
    },
    "kind": {"question": "Câu hỏi", "report": "Phản ánh", "proposal": "Kiến nghị"},
    "priority": {"normal": "Thường", "urgent": "Khẩn"},
    "channel": {
        "telegram": "Telegram",
        "webchat": "Web chat",
        "terminal": "Dòng lệnh",
        "zalo": "Zalo",
        "phone": "Điện thoại",
    },
    "role": {
        "lawyer": "Luật sư",
        "manager": "Quản lý",
        "editor": "Biên tập",
        "admin": "Quản trị",
    },
    "event": {
        "opened": "Mở phiếu",
        "wrote": "Người lao động nhắn thêm",
        "detailed": "Người lao động cho biết thêm về mình",
        "prioritised": "Chuyển thành khẩn",
        "taken": "Nhận phiếu",
        "noted": "Ghi chú nội bộ",
        "replied": "Trả lời",
        "held": "Chờ người lao động",
        "resumed": "Xử lý tiếp",
        "resolved": "Đóng phiếu",
        "reopened": "Mở lại",
        "rated": "Người lao động đánh giá",
        "breached": "Quá hạn",
        "erased": "Người lao động đã xóa",
    },
    "delivery": {
        "queued": "đang gửi",
        "sending": "đang gửi",
        "sent": "đã gửi",
        "failed": "không gửi được",
        "dropped": "không gửi: luật sư đã nhận",
    },
}


def word(value: str, kind: str) -> str:
    """The Vietnamese word for a term of the program."""
    return WORDS[kind].get(value, value)


def moment(at: dt.datetime | None) -> str:
    """ "10:30 Thứ Hai 23/11"."""
    if at is None:
        return "—"
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} {_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def duration(minutes: float | None) -> str:
    """95 -> "1 giờ 35 phút"."""
    if minutes is None:
        return "—"
    whole = round(minutes)
    if whole < 60:
        return f"{whole} phút"
    if whole < 48 * 60:
        hours, rest = divmod(whole, 60)
        return f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"
    return f"{whole // (24 * 60)} ngày"


def time_left(due: dt.datetime | None, now: dt.datetime) -> str:
    """ "còn 1 giờ 20 phút", "quá hạn 3 ngày", "đang dừng"."""
    if due is None:
        return "không tính giờ"
    minutes = (due - now).total_seconds() / 60
    return f"còn {duration(minutes)}" if minutes >= 0 else f"quá hạn {duration(-minutes)}"


def share_left(opened: dt.datetime, due: dt.datetime | None, now: dt.datetime) -> int:
    """How much of the time is left, in percent, for the shrinking bar."""
    if due is None or due <= opened:
        return 0
    return max(0, min(100, round(100 * (due - now) / (due - opened))))


def decimal(number: float | None) -> str:
    """62.5 -> "62,5"."""
    return "—" if number is None else f"{number:g}".replace(".", ",")


FILTERS = {
    "word": word,
    "moment": moment,
    "duration": duration,
    "time_left": time_left,
    "share_left": share_left,
    "decimal": decimal,
}
