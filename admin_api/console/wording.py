"""The console's Vietnamese: terms, times and durations as templates show them. (pure)"""

import datetime as dt
import re

import phonenumbers

from escalation.calendar import LOCAL

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

WORDS: dict[str, dict[str, str]] = {
    "view": {
        "owed": "Cần trả lời",
        "callback": "Cần gọi lại",
        "mine": "Của tôi",
        "checking": "Chờ kiểm tra",
        "mentioned": "Nhắc đến tôi",
        "new": "Chờ nhận",
        "on_hold": "Chờ người lao động",
        "open": "Tất cả đang mở",
        "resolved": "Đã xong",
        "all": "Tất cả phiếu",
    },
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
        "zalo_oa": "Zalo OA",
        "zalo_bot": "Zalo Bot",
        "phone": "Điện thoại",
        "offline_in_person": "Trực tiếp tại văn phòng, lưu động",
        "offline_letter": "Thư",
        "offline_phone": "Điện thoại bàn",
    },
    "draft": {
        "draft": "Đang soạn",
        "in_review": "Chờ duyệt",
        "accepted": "Đã vào kho",
        "declined": "Không nhận",
    },
    "role": {
        "lawyer": "Luật sư",
        "manager": "Quản lý",
        "editor": "Biên tập",
        "admin": "Quản trị",
    },
    "author": {
        "worker": "Người lao động",
        "bot": "Tổng đài tự động",
        "system": "Thông báo tự động",
        "lawyer": "Luật sư",
    },
    "event": {
        "opened": "Mở phiếu",
        "wrote": "Người lao động nhắn thêm",
        "detailed": "Người lao động cho biết thêm về mình",
        "prioritised": "Chuyển thành khẩn",
        "taken": "Nhận phiếu",
        "noted": "Ghi chú nội bộ",
        "replied": "Trả lời",
        "submitted": "Gửi câu trả lời để kiểm tra",
        "sent_back": "Gửi lại để sửa",
        "unsent": "Viết trả lời, đã rút lại trước khi gửi",
        "withdrawn": "Rút lại câu trả lời",
        "held": "Chờ người lao động",
        "resumed": "Xử lý tiếp",
        "resolved": "Đóng phiếu",
        "reopened": "Mở lại",
        "rated": "Người lao động đánh giá",
        "reminded": "Nhắc người lao động trả lời",
        "merged": "Gộp vào phiếu khác",
        "absorbed": "Nhận thêm phiếu gộp vào",
        "dated": "Ghi ngày xảy ra chuyện",
        "at_risk": "Sắp quá hạn",
        "breached": "Quá hạn",
        "escalated": "Báo lên cấp trên",
        "returned": "Trả phiếu lại",
        "offered": "Đề nghị chuyển phiếu cho",
        "accepted": "Nhận phiếu được chuyển",
        "refused": "Không nhận phiếu được chuyển",
        "lapsed": "Hết hạn chờ nhận, người cũ giữ phiếu",
        "referred": "Chuyển cơ quan khác",
        "referral_answered": "Cơ quan khác trả lời",
        "joined": "Ghép vào vụ tập thể",
        "left": "Tách khỏi vụ tập thể",
        "asked_back": "Xin được gọi lại",
        "called": "Gọi",
        "opened_file": "Mở tệp/nghe ghi âm",
        "linked": "Nối tiếp ở kênh khác",
        "erased": "Người lao động đã xóa",
    },
    "about": {  # why a ticket has come back
        "silent": "người giữ phiếu im lặng quá lâu",
        "interest": "người giữ phiếu có liên quan đến công ty",
        "left": "người giữ phiếu không còn làm việc ở đây",
        "away": "người giữ phiếu đang nghỉ",
    },
    "agency": {
        "home_affairs": "Sở Nội vụ",
        "social_insurance": "Bảo hiểm xã hội",
        "inspectorate": "Thanh tra",
        "police": "Công an",
        "court": "Tòa án",
        "union": "Công đoàn cơ sở",
        "other": "Cơ quan khác",
    },
    "outcome": {
        "placed": "tổng đài bắt đầu gọi",
        "talked": "đã nói chuyện",
        "worker_missed": "không nghe máy",
        "declined": "luật sư chưa nhận cuộc gọi",
        "lawyer_missed": "không gọi được máy luật sư",
    },
    "delivery": {
        "scheduled": "sẽ gửi sau vài giây",
        "checking": "chờ đồng nghiệp kiểm tra, chưa gửi",
        "queued": "đang gửi",
        "sending": "đang gửi",
        "waiting": "câu trả lời đã sẵn sàng, đợi người lao động nhắn lại",
        "sent": "đã gửi",
        "failed": "không gửi được",
        "dropped": "không gửi: luật sư đã nhận",
    },
    "hand": {
        "first": "Trả lời đầu",
        "next": "Trả lời tiếp",
        "resolution": "Đóng phiếu",
    },
    "segment": {
        "first": "tính giờ trả lời đầu",
        "next": "tính giờ trả lời tiếp",
        "resolution": "tính giờ đóng phiếu",
        "lunch": "nghỉ trưa",
        "night": "ngoài giờ làm việc",
        "weekend": "cuối tuần",
        "holiday": "ngày nghỉ lễ",
        "worker": "chờ người lao động",
        "resolved": "phiếu đã đóng",
    },
    "level": {"0": "luật sư", "1": "trưởng trung tâm", "2": "phó giám đốc"},
    "language": {
        "vi": "tiếng Việt",
        "en": "tiếng Anh",
        "zh": "tiếng Trung",
        "ko": "tiếng Hàn",
        "ja": "tiếng Nhật",
    },
    "limit": {"mediation": "Hòa giải", "arbitration": "Trọng tài", "court": "Tòa án"},
    "verdict": {
        "answer": "Đủ chắc để tự trả lời",
        "clarify": "Chưa chắc, cần hỏi lại người lao động",
        "unsure": "Không có câu trả lời nào đủ gần",
    },
    "rating": {"1": "Giúp được", "0": "Chưa giúp được"},
}

_DANGERS = {
    "accident": "tai nạn",
    "violence": "bạo lực",
    "forced_labour": "bị giữ hoặc bị ép làm",
    "self_harm": "có ý định tự làm hại mình",
    "child_labour": "trẻ em phải làm việc",
}
_NO_WORDS = {
    "[unsupported]": "Gửi ảnh, tệp hoặc ghi âm mà tổng đài chưa nhận được.",
    "[start]": "Mở cuộc trò chuyện.",
}
_KEYED = re.compile(r"\(bấm phím ([0-9*#]+)\)")
_E164 = re.compile(r"\+84[0-9]{8,11}")
_SPOKEN = re.compile(r"\[lời nhắn thoại(?: (\d+:\d\d))?\]")


def word(value: object, kind: str) -> str:
    """The Vietnamese word for a term of the program."""
    return WORDS[kind].get(str(value), str(value))


def reason(text: str) -> str:
    """Why the bot handed over, with its own terms put into words."""
    said, colon, term = text.partition(": ")
    return f"{said}{colon}{_DANGERS.get(term, term)}"


def said(text: str) -> str:
    """What a worker wrote; marks of the program stand for things that are no words."""
    if keys := _KEYED.fullmatch(text):
        return f"Bấm phím {keys[1]}."
    if spoken := _SPOKEN.fullmatch(text):
        return f"Để lại lời nhắn thoại, dài {spoken[1]}." if spoken[1] else "Để lại lời nhắn thoại."
    return _NO_WORDS.get(text, text)


def keyword(feature: str) -> str:
    """What the matcher saw, as people read it: "#cham-luong", a synonym group, -> "cham luong"."""
    return feature.removeprefix("#").replace("-", " ")


def moment(at: dt.datetime | None) -> str:
    """ "10:30 Thứ Hai 23/11"."""
    if at is None:
        return "—"
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} {_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def clock(at: dt.datetime) -> str:
    """ "10:30"."""
    return f"{at.astimezone(LOCAL):%H:%M}"


def day(at: dt.date) -> str:
    """ "Thứ Hai 23/11"."""
    local = at.astimezone(LOCAL) if isinstance(at, dt.datetime) else at
    return f"{_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def date(at: dt.date | None) -> str:
    """ "23/11/2026"."""
    if at is None:
        return "—"
    local = at.astimezone(LOCAL) if isinstance(at, dt.datetime) else at
    return f"{local:%d/%m/%Y}"


def weekday(number: int) -> str:
    """0 -> "Thứ Hai"."""
    return _WEEKDAYS[number]


def time_of_day(minutes: int) -> str:
    """450 -> "07:30"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def phone(number: str) -> str:
    """ "+84912345678" -> "0912 345 678"; what is more than a number stays as it is."""
    if not _E164.fullmatch(number):
        return number
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def phone_end(number: str) -> str:
    """ "+84912345678" -> "…678"."""
    return f"…{number[-3:]}"


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
    """ "còn 1 giờ 20 phút", "quá hạn 3 ngày", "không tính giờ"; console.js says the same."""
    if due is None:
        return "không tính giờ"
    minutes = (due - now).total_seconds() / 60
    if minutes >= 0:
        return f"còn {duration(minutes)}" if minutes >= 1 else "còn dưới 1 phút"
    return f"quá hạn {duration(-minutes)}" if minutes <= -1 else "vừa quá hạn"


def share_left(opened: dt.datetime, due: dt.datetime | None, now: dt.datetime) -> int:
    """How much of the time is left, in percent, for the shrinking bar."""
    if due is None or due <= opened:
        return 0
    return max(0, min(100, round(100 * (due - now) / (due - opened))))


SOON = dt.timedelta(hours=1)


def heat(due: dt.datetime | None, now: dt.datetime) -> str:
    """How pressing a deadline is: "none", "calm", "soon" or "over"."""
    if due is None:
        return "none"
    if due <= now:
        return "over"
    return "soon" if due - now <= SOON else "calm"


def decimal(number: float | None) -> str:
    """62.5 -> "62,5"."""
    return "—" if number is None else f"{number:g}".replace(".", ",")


def whole(number: int) -> str:
    """12345 -> "12.345"."""
    return f"{number:,}".replace(",", ".")


def percent(part: float, of: float) -> str:
    """1, 8 -> "12,5%"; of nothing there is no share."""
    return f"{decimal(round(100 * part / of, 1))}%" if of else "—"


FILTERS = {
    "word": word,
    "reason": reason,
    "said": said,
    "keyword": keyword,
    "moment": moment,
    "clock": clock,
    "day": day,
    "date": date,
    "weekday": weekday,
    "time_of_day": time_of_day,
    "phone": phone,
    "phone_end": phone_end,
    "duration": duration,
    "time_left": time_left,
    "share_left": share_left,
    "heat": heat,
    "decimal": decimal,
    "whole": whole,
    "percent": percent,
}
