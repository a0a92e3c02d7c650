"""Every sentence the hotline says. (pure)

"Tổng đài" to "anh/chị": short, plain, no blame, no promise beyond the law or the calendar.
Emergency numbers stand here once.
"""

import datetime as dt
import re
from collections.abc import Sequence

from bot.channels.base import Media
from escalation.calendar import LOCAL
from escalation.vocabulary import State

NOTICE = (
    "Tổng đài tư vấn pháp luật của Liên đoàn Lao động TP Hải Phòng, miễn phí. Luật sư và công ty "
    "không biết anh/chị là ai, trừ khi anh/chị tự nói; Zalo, Telegram, nhà mạng vẫn biết. Tin nhắn "
    "được lưu mã hóa để trả lời; gõ “xóa” để xóa hết. Nguy hiểm: gọi 113, cấp cứu 115."
)

ASK_BACK = "Có phải anh/chị muốn hỏi:"
ASK_BACK_SHORT = "Anh/chị viết thêm một chút được không? Có phải anh/chị muốn hỏi:"
NOT_THESE = "Không phải, gửi cho luật sư"
THATS_IT = "Đúng ý tôi"
NOT_IT = "Chưa đúng, hỏi luật sư"
ASK_A_LAWYER = "Hỏi luật sư"
SKIP = "Bỏ qua"
HERE_IS_FINE = "Trả lời tại đây"
ASK_SOMETHING_ELSE = "Hỏi câu khác"
ERASE_ALL = "Xóa hết"
KEEP = "Không xóa"
HELPED = "Có ích"
DID_NOT_HELP = "Chưa giúp được"
BOT_HELPED = "Máy có ích"
BOT_DID_NOT_HELP = "Máy chưa giúp được"

WORK_IT_OUT = "Tính cho tôi"
DONT_KNOW = "Không biết"
STOP_GUIDE = "Thôi không tính nữa"
GENERAL_ANSWER = "Xem câu trả lời chung"

GLAD = "Cảm ơn anh/chị. Cần gì thêm cứ nhắn cho tổng đài."
GREETING = (
    "Chào anh/chị. Anh/chị cứ kể chuyện ở chỗ làm hoặc hỏi về lương, tăng ca, hợp đồng, nghỉ việc, "
    "thai sản, bảo hiểm, tai nạn lao động… Viết không dấu cũng được."
)
THANKS = "Không có gì ạ. Cần hỏi thêm về việc làm, anh/chị cứ nhắn."
GOODBYE = "Chào anh/chị. Tổng đài trực cả ngày đêm, cần cứ nhắn."
WHO_ARE_YOU = (
    "Đây là tổng đài tự động của Liên đoàn Lao động TP Hải Phòng, trả lời câu hỏi về luật lao động. "
    "Câu nào máy không chắc sẽ có luật sư của Trung tâm Tư vấn pháp luật trả lời. Miễn phí."
)
SMALL_TALK = "Tổng đài chỉ giúp được về việc làm, lương, bảo hiểm và quyền lợi của người lao động."
ABUSE = (
    "Tổng đài hiểu anh/chị đang rất bức xúc. Anh/chị kể chuyện gì đã xảy ra ở chỗ làm, tổng đài sẽ tìm cách "
    "giúp hoặc chuyển cho luật sư."
)
UNREADABLE = (
    "Tổng đài chưa đọc được tin này. Anh/chị viết lại bằng vài từ giúp, ví dụ: “công ty nợ lương 2 "
    "tháng”, “nghỉ việc báo trước mấy ngày”."
)
OTHER_LAW = (
    "Câu này có vẻ thuộc lĩnh vực khác, tổng đài chỉ tư vấn về lao động, việc làm, bảo hiểm xã hội và "
    "công đoàn. Anh/chị có thể hỏi Trung tâm Trợ giúp pháp lý nhà nước (Sở Tư pháp). Nếu chuyện có "
    "liên quan đến chỗ làm, bấm “Hỏi luật sư”."
)
UNCLEAR = (
    "Tổng đài chưa hiểu rõ câu hỏi. Anh/chị viết lại cụ thể hơn: chuyện gì, từ khi nào, muốn được gì. "
    "Hoặc bấm “Hỏi luật sư”."
)
UNSUPPORTED = "Tổng đài chưa nhận được loại tin này. Anh/chị viết bằng chữ giúp ạ."
TOO_LONG = (
    "Tin quá dài, tổng đài chỉ đọc được phần đầu. Anh/chị gửi tiếp phần còn lại ở tin sau nhé."
)

ENGLISH = (
    "This line answers in Vietnamese. Your message will be passed to a lawyer if you press the "
    "button below; please write your workplace problem in your own words."
)
CHINESE = "本热线使用越南语。点击下面的按钮，您的留言将转交给律师。"
KOREAN = "이 상담 전화는 베트남어로 답합니다. 아래 버튼을 누르면 변호사에게 전달됩니다."
JAPANESE = "この窓口はベトナム語で回答します。下のボタンを押すと弁護士に転送されます。"

ASK_REPORT = "Anh/chị viết nội dung phản ánh vào một tin: chuyện gì, ở đâu, từ khi nào."
ASK_PROPOSAL = "Anh/chị viết nội dung kiến nghị vào một tin."
ASK_QUESTION_FOR_LAWYER = "Anh/chị viết câu hỏi cho luật sư vào một tin, càng rõ càng tốt."
ASK_NEXT_QUESTION = "Anh/chị hỏi câu khác đi ạ. Phiếu đang chờ luật sư vẫn giữ nguyên."

GUIDE_LEFT = "Vâng, tổng đài dừng tính. Anh/chị hỏi câu khác lúc nào cũng được."
GUIDE_LEFT_FOR_THIS = "Tổng đài dừng tính để trả lời câu mới."
GUIDE_TYPED_WAYS_OUT = "(Không rõ thì gõ “không biết”, muốn dừng thì gõ “thôi”.)"
GUIDE_NEEDS_THIS = "Thiếu điều này thì chưa tính được. Anh/chị xem lại giấy tờ rồi gõ vào đây."
GUIDE_GIVES_UP = "Tổng đài vẫn chưa hiểu, xin lỗi anh/chị. Anh/chị có thể trả lời lại."
GUIDE_OFFERS = "Hoặc chọn:"
GUIDE_TYPED_OFFERS = "Hoặc gõ “luật sư” để hỏi luật sư, “thôi” để dừng."
GUIDE_ASSUMED = "Tạm coi là"
GUIDE_WARNING = "Lưu ý"
GUIDE_BASIS = "Căn cứ"
GUIDE_NOTED = "Đã ghi"

# How an answer may be written, when one was not understood.
GUIDE_EXAMPLES = {
    "choice": "Tổng đài chưa hiểu. Anh/chị bấm một nút dưới đây, hoặc gõ số thứ tự của nút.",
    "date": "Tổng đài chưa đọc được ngày. Anh/chị gõ ngày/tháng/năm, ví dụ 15/3/2026, hoặc “hôm qua”.",
    "months": "Tổng đài chưa rõ là bao lâu. Anh/chị gõ cả năm, tháng, ví dụ “2 năm 3 tháng”, “8 tháng”.",
    "number": "Tổng đài cần một con số. Anh/chị gõ số tròn, ví dụ 12.",
    "money": "Tổng đài chưa đọc được số tiền. Anh/chị gõ như “8,5 triệu”, “8tr5” hoặc 8500000.",
    "place": (
        "Tổng đài không thấy tên này trong các phường, xã, đặc khu của Hải Phòng. Anh/chị gõ tên mới "
        "(từ 01/7/2025) của nơi công ty hoạt động, ví dụ “Thủy Nguyên”, “Thanh Hà”."
    ),
}

ASK_EMPLOYER = "Anh/chị làm ở công ty hoặc khu công nghiệp nào? Không muốn nói thì bấm “Bỏ qua”."
ASK_REACH = (
    "Nếu không tiện trả lời ở đây, anh/chị muốn luật sư liên lạc bằng cách nào (số điện thoại, giờ "
    "tiện nghe)? Không cần thì bấm “Trả lời tại đây”."
)
DETAILS_KEPT = "Đã ghi. Luật sư sẽ thấy điều này. Anh/chị nhắn thêm lúc nào cũng được."
DETAILS_SKIPPED = "Vâng. Luật sư sẽ trả lời tại đây. Anh/chị nhắn thêm lúc nào cũng được."

ERASE_CONFIRM = (
    "Xóa mọi tin nhắn và thông tin của anh/chị tại tổng đài? Phiếu đang chờ luật sư cũng bị hủy, không "
    "lấy lại được."
)
ERASED = (
    "Đã xóa mọi tin nhắn và thông tin của anh/chị tại tổng đài. Anh/chị nhớ tự xóa cuộc trò chuyện trên "
    "máy của mình."
)
NOT_ERASED = "Vâng, tổng đài giữ nguyên."
NO_TICKET = "Anh/chị chưa có phiếu nào đang chờ. Cần luật sư, anh/chị gõ “luật sư”."
STALE_CHOICE = "Lựa chọn này đã cũ. Anh/chị hỏi lại giúp ạ."
RATED = "Cảm ơn anh/chị đã cho biết."
NOT_HELPED_RATED = "Cảm ơn anh/chị. Nhắn thêm điều còn thiếu, luật sư sẽ xem lại."
RATED_BEFORE = "Anh/chị đã cho biết rồi, tổng đài giữ lần đầu. Cần thêm, cứ nhắn tiếp tại đây."
ASK_BOT_RATING = "Còn câu trả lời tự động của máy lúc đầu có giúp được anh/chị không?"

SIGNATURE = "— Trung tâm Tư vấn pháp luật, LĐLĐ TP Hải Phòng"

DANGER_FIRST = "Nếu đang nguy hiểm: gọi công an 113, cấp cứu 115 ngay."
HURT_FIRST = "Nếu đang có người bị thương: gọi cấp cứu 115 ngay."

DANGER = {
    "accident": (
        "Gọi cấp cứu 115 ngay; có cháy, người mắc kẹt gọi 114. Tắt máy, tránh xa chỗ nguy hiểm, gọi người "
        "bên cạnh giúp. Chụp lại hiện trường khi đã an toàn."
    ),
    "violence": (
        "Gọi công an 113 ngay; bị thương gọi cấp cứu 115. Tránh xa người gây hại, đến chỗ đông người hoặc "
        "phòng bảo vệ, giữ tin nhắn, hình ảnh làm chứng."
    ),
    "forced_labour": (
        "Gọi công an 113 ngay, nói rõ mình bị giữ hoặc bị ép làm và đang ở đâu. Nếu không gọi được, nhắn "
        "cho người thân vị trí của mình."
    ),
    "self_harm": (
        "Anh/chị đang rất khó khăn, xin đừng ở một mình lúc này. Gọi cấp cứu 115 hoặc nhờ người ở gần đến "
        "ngay bên cạnh. Chuyện ở chỗ làm sẽ có người cùng anh/chị gỡ."
    ),
    "child_labour": (
        "Trẻ em bị bắt làm việc: gọi 111 (Tổng đài quốc gia bảo vệ trẻ em, miễn phí, 24/7), đang nguy hiểm "
        "gọi 113."
    ),
}

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

_STATES = {
    State.NEW: "đang chờ luật sư nhận",
    State.ACTIVE: "luật sư đang xử lý",
    State.ON_HOLD: "luật sư đang chờ anh/chị trả lời thêm",
    State.RESOLVED: "đã xong",
}


def before(turns_on: str, day: dt.date) -> str:
    """On the button to the rule that held before."""
    return f"{turns_on[:1].upper()}{turns_on[1:]} trước {day:%d/%m/%Y}"


def out_of_bounds(low: str | None, high: str | None) -> str:
    """What a number or a day must lie between."""
    if low is None or high is None:
        return (
            f"Anh/chị xem lại giúp: phải từ {low} trở lên."
            if low
            else f"Anh/chị xem lại giúp: không quá {high}."
        )
    return f"Anh/chị xem lại giúp: phải từ {low} đến {high}."


def moment(at: dt.datetime) -> str:
    """ "10:30 thứ Hai 23/11", in Vietnam's time."""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} {_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def receipt(code: str, due: dt.datetime, reason: str | None = None) -> str:
    """The promise of an answer: the ticket's code and until when."""
    opening = reason or "Câu này cần luật sư."
    return f"{opening} Phiếu {code}. Luật sư trả lời tại đây trước {moment(due)}."


RECEIPT_REASONS = {
    "report": "Đã ghi nhận phản ánh.",
    "proposal": "Đã ghi nhận kiến nghị.",
    "danger": "Đã báo luật sư trực.",
}


def joined(code: str) -> str:
    return f"Đã chuyển thêm cho luật sư (phiếu {code})."


def reopened(code: str, due: dt.datetime) -> str:
    return f"Đã mở lại phiếu {code}. Luật sư xem lại trước {moment(due)}."


def status(code: str, state: State, due: dt.datetime | None, now: dt.datetime) -> str:
    said = f"Phiếu {code}: {_STATES[state]}."
    if due is None:
        return said
    if due <= now:
        return f"{said} Đã quá hẹn {moment(due)}; phiếu đang được nhắc, anh/chị thông cảm."
    return f"{said} Hẹn trả lời trước {moment(due)}."


def several(statuses: Sequence[str]) -> str:
    return "\n".join(statuses)


def lawyers_answer(text: str) -> str:
    return f"{text}\n{SIGNATURE}"


def resolved(code: str) -> str:
    return f"Phiếu {code} đã xong. Câu trả lời của luật sư có giúp được anh/chị không? Cần thêm, cứ nhắn tiếp tại đây."


def closed_again(code: str) -> str:
    return f"Phiếu {code} đã đóng. Cần thêm, cứ nhắn tiếp tại đây."


def referred(code: str, body: str, sent_on: str) -> str:
    day = dt.date.fromisoformat(sent_on)
    return (
        f"Phiếu {code}: ngày {day.day}/{day.month} luật sư đã chuyển vụ việc của anh/chị sang "
        f"{body}, nơi có thẩm quyền giải quyết. Có trả lời, luật sư sẽ báo lại tại đây."
    )


def still_waiting(code: str, until: dt.datetime) -> str:
    """The one reminder to a worker of whom we asked something."""
    return (
        f"Phiếu {code}: luật sư vẫn chờ anh/chị trả lời thêm. Anh/chị nhắn tại đây trước {moment(until)}. "
        "Sau đó phiếu tạm đóng; khi cần, anh/chị cứ nhắn lại."
    )


def closed_waiting(code: str) -> str:
    return f"Phiếu {code} tạm đóng vì chưa nhận được tin của anh/chị. Cần tiếp, anh/chị cứ nhắn tại đây."


def limitation(event: dt.date, mediation: dt.date, court: dt.date, today: dt.date) -> str | None:
    """Until when the worker may act, if the company's wrong began on `event`."""
    if today > court:
        return None  # a lawyer says so, and what is left to do
    first = f"hạn yêu cầu hòa giải là {mediation:%d/%m/%Y}, " if today <= mediation else ""
    return (
        f"Nếu công ty làm sai từ {event:%d/%m/%Y}: {first}hạn kiện ra tòa là {court:%d/%m/%Y} "
        "(BLLĐ 2019 Đ.190). Luật sư sẽ kiểm tra lại hạn này."
    )


ASKED_FOR_A_LAWYER = "Gọi điện xin gặp luật sư"
CASE_OPENED = "Đã nối với cuộc gọi của anh/chị. Anh/chị xem lại và hỏi tiếp tại đây."
CODE_UNKNOWN = (
    "Mã này không đúng, đã dùng rồi hoặc đã hết hạn. Anh/chị gọi lại tổng đài để lấy mã mới."
)
CODE_TOO_OFTEN = "Mã sai nhiều lần quá. Anh/chị thử lại sau một giờ, hoặc viết câu hỏi tại đây."


def voice_message(seconds: int | None) -> str:
    """How a lawyer reads that a caller left a message."""
    length = f" {seconds // 60}:{seconds % 60:02}" if seconds else ""
    return f"[lời nhắn thoại{length}]"


WITHDRAWN = "(yêu cầu xóa dữ liệu qua ứng dụng)"


def edited(text: str) -> str:
    return f"(sửa lại) {text}"


def keyed(keys: str) -> str:
    """How a lawyer reads that a caller pressed keys."""
    return f"(bấm phím {keys})"


PRIVATE_ONLY = (
    "Tổng đài chỉ trả lời trong tin nhắn riêng, để không ai khác đọc được chuyện của anh/chị. Anh/chị "
    "bấm vào tên tổng đài rồi nhắn riêng giúp ạ."
)
TYPE_A_NUMBER = "Gõ số để chọn."


def place(latitude: float, longitude: float) -> str:
    """How a spot on the map reads among the words."""
    return f"Vị trí: {round(latitude, 6)}, {round(longitude, 6)}"


# Said on the telephone when the hotline itself cannot be reached: numbers as a voice says them.
VOICE_AWAY = (
    "Tổng đài đang bận. Anh chị gọi lại sau ít phút, hoặc nhắn cho tổng đài trên Za lô.",
    "Nếu đang nguy hiểm, gác máy và gọi ngay: công an, một một ba; cấp cứu, một một năm.",
    "Chào anh chị.",
)
CALLBACK_OVER = "Lúc này không có cuộc gọi nào cần nối. Chào luật sư."
WORKER_MISSED = "Người lao động chưa nghe máy. Luật sư gọi lại sau. Chào luật sư."


# -- what comes beside words -----------------------------------------------------------------------

SHOW_LAWYER = "Gửi luật sư xem"
FILES_NOT_READ = "Ảnh, tệp hay ghi âm thì máy chưa đọc được, luật sư mới xem được."
FILES_ALONE = (
    "Máy chưa xem được ảnh, tệp và chưa nghe được ghi âm. Anh/chị viết câu hỏi bằng chữ giúp, hoặc bấm "
    "“Gửi luật sư xem”."
)
FILE_REFUSED = {  # by the code of the refusal
    "too_large": "lớn quá 20 MB. Anh/chị gửi bản nhỏ hơn giúp ạ",
    "too_many": "trong một giờ chỉ nhận 30 tệp. Anh/chị chờ một lát rồi gửi tiếp giúp ạ",
    "too_many_pixels": "ảnh quá lớn. Anh/chị chụp màn hình ảnh đó rồi gửi lại giúp ạ",
    "broken": "tệp bị hỏng. Anh/chị gửi lại giúp ạ",
    "macros": "tệp có chứa lệnh tự chạy. Anh/chị lưu thành PDF hoặc chụp ảnh rồi gửi lại giúp ạ",
    "kind": "không nhận loại tệp này. Anh/chị gửi ảnh, PDF, Word, Excel, ghi âm hoặc video giúp ạ",
}
_MEDIA = {Media.PHOTO: "ảnh", Media.VOICE: "ghi âm", Media.VIDEO: "video", Media.FILE: "tệp"}


def file_mark(media: Media, name: str, seconds: int | None) -> str:
    """What stands for a file among the words: "[ghi âm 0:12]", "[tệp hop-dong.pdf]"."""
    length = f"{seconds // 60}:{seconds % 60:02}" if seconds is not None and seconds >= 0 else ""
    known = name if media is Media.FILE else length
    return f"[{_MEDIA[media]}{' ' if known else ''}{known}]"


_FILE_MARKS = re.compile(r"(\[(ảnh|ghi âm|video|tệp)( [^\[\]]*)?\] ?)+")


def only_file_marks(text: str) -> bool:
    """Whether a message says nothing beside "[ảnh]" and the like."""
    return _FILE_MARKS.fullmatch(text) is not None


def file_named(media: Media, name: str) -> str:
    """ "tệp “hop-dong.pdf”", "ảnh"."""
    return f"{_MEDIA[media]} “{name}”" if name else _MEDIA[media]


def file_refused(what: str, why: str) -> str:
    return f"Tổng đài không nhận được {what}: {why}."


def file_lost(what: str) -> str:
    return f"Tổng đài không lấy được {what} của anh/chị. Anh/chị gửi lại giúp ạ."
