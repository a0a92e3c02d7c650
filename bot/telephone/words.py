"""Every sentence the telephone says. (pure)

One thought a sentence, choices after their meaning, the same patient voice on errors. Numbers are
written in words; what comes from elsewhere goes through `aloud`.
"""

import datetime as dt

from bot import phrases
from bot.telephone.aloud import aloud, digits, letters, sentences
from escalation.vocabulary import State

GREETING = "Tổng đài Liên đoàn Lao động Hải Phòng xin nghe. Tư vấn không mất tiền."
NOTICE = (
    "Đang nguy hiểm, gác máy, gọi ngay một một ba. Có người bị thương, gọi một một năm. Anh chị không "
    "cần nói tên mình, tên công ty. Lời nhắn được giữ kín, chỉ luật sư nghe."
)
SAY_OR_PRESS = (
    "Anh chị nói luôn câu hỏi. Hoặc bấm phím. Nghe câu hỏi có sẵn, bấm 1. Đã để lời nhắn, nghe trả lời, "
    "bấm 2. Gặp luật sư, bấm 0. Để lại lời nhắn, bấm 9."
)
PRESS = (
    "Nghe câu hỏi có sẵn, bấm 1. Đã để lời nhắn, nghe trả lời, bấm 2. Gặp luật sư, bấm 0. Để lại lời "
    "nhắn, bấm 9. Nghe lại, bấm sao."
)
SAY_OR_PRESS_SHORT = "Anh chị nói câu hỏi. Hoặc nghe câu hỏi có sẵn, bấm 1. Gặp luật sư, bấm 0. Để lại lời nhắn, bấm 9."
NOT_HEARD = "Tổng đài chưa nghe rõ."
NO_KEY = "Tổng đài chưa thấy anh chị bấm phím."
WRONG_KEY = "Phím này không dùng ở đây. Anh chị chọn lại."
AGAIN_SLOWLY = "Anh chị nói chậm giúp, một câu ngắn, ví dụ: công ty nợ lương hai tháng."
STILL_NOT_HEARD = "Tổng đài vẫn chưa nghe được."
TO_THE_BOX = "Anh chị để lại lời nhắn, luật sư sẽ nghe và trả lời."

MEANT_ONE_OF = "Có phải anh chị muốn hỏi:"
NONE_OF_THESE = "Không đúng câu nào, gặp luật sư, bấm 0. Hoặc nói lại câu hỏi."
NONE_OF_THESE_KEYS = "Không đúng câu nào, gặp luật sư, bấm 0. Quay lại, bấm sao."
TREE_ENDS = "Gặp luật sư, bấm 0. Quay lại, bấm sao."

AFTER_ANSWER = (
    "Nghe lại, bấm 1. Nghe chậm hơn, bấm 2. Lấy câu trả lời bằng chữ, bấm 3. Gặp luật sư, bấm 0."
)
WORK_IT_OUT = "Tính thử cho mình, bấm 4."
ASK_ANOTHER = "Muốn hỏi câu khác, anh chị cứ nói."
ASK_ANOTHER_KEYS = "Hỏi câu khác, bấm sao."

NEEDS_LAWYER = "Câu này cần luật sư."
ANSWER_NEEDS_LAWYER = "Câu này phải có luật sư trả lời."
RINGING = "Tổng đài đang gọi luật sư trực. Anh chị giữ máy."
RINGING_NEXT = "Luật sư này đang bận, tổng đài gọi người khác."
NOBODY_FREE = "Lúc này chưa có luật sư nhận máy."
NOBODY_ON_DUTY = "Giờ này luật sư chưa trực."
JOINED_ENDED = "Cuộc nói chuyện với luật sư đã kết thúc. Cảm ơn anh chị, chào anh chị."
WHISPER = "Có người lao động gọi tổng đài. Bấm 1 để nhận cuộc gọi."
WHISPER_URGENT = "Cuộc gọi khẩn của người lao động. Bấm 1 để nhận ngay."

ASK_CONSENT = "Luật sư gọi lại số này được không? Đồng ý, bấm 1. Đừng cho luật sư biết số, bấm 2."
SPEAK_NOW = (
    "Sau tiếng bíp, anh chị kể: chuyện gì, ở đâu, từ khi nào. Kể xong, bấm phím thăng hoặc gác máy."
)
NOTHING_RECORDED = "Tổng đài chưa nghe thấy lời nhắn nào."
GOODBYE = "Anh chị gọi lại lúc nào cũng được. Đang nguy hiểm, gọi một một ba. Chào anh chị."
MESSAGE_KEPT = "Đã nhận lời nhắn."
CALLED_BACK = "Luật sư sẽ gọi lại"
ANSWERED_BY_CODE = "Luật sư sẽ trả lời"

ASK_CODE = (
    "Anh chị bấm sáu số tổng đài đã đọc, rồi bấm phím thăng ở góc dưới bên phải. Phiếu có chữ Hát Pê thì "
    "bấm bốn ký tự sau đó, mỗi ký tự một phím."
)
CODE_FOR_TEXT = "Mã này để xem câu trả lời bằng chữ, chưa có phiếu nào."
NO_CODE = "Không có mã, bấm sao rồi bấm thăng."
CODE_UNKNOWN = "Mã này không đúng."
CODE_TOO_OFTEN = "Mã sai nhiều lần quá. Anh chị gọi lại sau, hoặc gặp luật sư, bấm 0."
CODE_WHERE = (
    "Nhắn sáu số này cho tổng đài trên Za lô, Tê lê gờ ram hoặc trang web. Hoặc gọi lại đây, bấm 2. Mã "
    "dùng trong ba ngày."
)
AFTER_CODE = "Nghe lại mã, bấm 1. Gặp luật sư, bấm 0. Hỏi câu khác, bấm sao."
RATE = "Luật sư có giúp được anh chị không? Giúp được, bấm 5. Chưa giúp được, bấm 6."
RATINGS = {"5": 1, "6": 0}
RATED = "Cảm ơn anh chị đã cho biết."
AFTER_STATUS = "Nghe lại, bấm 1. Gặp luật sư, bấm 0. Hỏi câu khác, bấm sao."

ERASE_CONFIRM = "Xóa hết cuộc gọi này? Đồng ý xóa, bấm 1. Giữ lại, bấm 2."
ERASED = "Đã xóa. Chào anh chị."
NOT_ERASED = "Vâng, tổng đài giữ nguyên."
KEYS_ONLY_NO_PLACE = "Chỗ này cần tên phường, xã, bấm phím không ghi được."

GUIDE_UNSURE = "Không biết, bấm sao."
GUIDE_UNSURE_THEN = "Không biết, bấm sao rồi thăng."
GUIDE_STOP = "Thôi, bấm thăng."
GUIDE_STOP_THEN = "Muốn thôi, bấm sao hai lần rồi bấm thăng."
GUIDE_HOW = {
    "date": (
        "Bấm tám số. Ví dụ ngày một tháng ba năm hai không hai sáu: bấm không một, không ba, hai không "
        "hai sáu, rồi bấm thăng."
    ),
    "months": "Đổi ra tháng rồi bấm, hai năm ba tháng là hai mươi bảy, rồi bấm thăng.",
    "number": "Bấm số, rồi bấm thăng.",
    "money": "Bấm đủ số tiền, tám triệu là số tám và sáu số không, rồi bấm thăng.",
    "place": "Anh chị nói tên phường, xã hoặc đặc khu.",
}
GUIDE_NOT_UNDERSTOOD = "Tổng đài chưa hiểu câu trả lời này."
GUIDE_NEEDS_THIS = "Thiếu điều này thì chưa tính được."
GUIDE_ASSUMED = "Tổng đài tạm coi là:"
GUIDE_WARNING = "Lưu ý:"
GUIDE_LEFT = "Vâng, tổng đài dừng tính."
SECOND_QUESTION = "Anh chị còn hỏi"

RING_BACK = "Tổng đài gọi lại cho người lao động. Bấm 1 để nối máy."

BUSY = (
    "Số máy này vừa gọi nhiều lần. Anh chị gọi lại sau một giờ, hoặc nhắn cho tổng đài. Đang nguy hiểm, "
    "gọi một một ba."
)

# What the conversation says in writing, said on the telephone.
SAID_FOR = {
    phrases.ENGLISH: "Please press zero to talk to a lawyer. Gặp luật sư, bấm 0.",
    phrases.GREETING: "Chào anh chị. Anh chị cứ kể chuyện ở chỗ làm.",
    phrases.THANKS: "Không có gì ạ.",
    phrases.GOODBYE: "Chào anh chị. Tổng đài trực cả ngày đêm.",
    phrases.WHO_ARE_YOU: (
        "Đây là tổng đài tự động của Liên đoàn Lao động thành phố. Câu nào máy không chắc, luật sư sẽ "
        "trả lời."
    ),
    phrases.SMALL_TALK: "Tổng đài chỉ giúp được về việc làm, lương và bảo hiểm.",
    phrases.ABUSE: "Tổng đài hiểu anh chị đang rất bức xúc. Anh chị kể chuyện gì đã xảy ra ở chỗ làm.",
    phrases.OTHER_LAW: (
        "Câu này có vẻ thuộc lĩnh vực khác, tổng đài chỉ tư vấn về lao động. Nếu có liên quan đến chỗ "
        "làm, bấm 0 để gặp luật sư."
    ),
}

_STATES = {
    State.NEW: "đang chờ luật sư nhận",
    State.ACTIVE: "luật sư đang xử lý",
    State.ON_HOLD: "luật sư đang chờ anh chị nói thêm",
    State.RESOLVED: "đã xong",
}


def to_the_box(why: str) -> tuple[str, ...]:
    """After too many tries: `why` the last one failed, without asking for another."""
    last = {NOT_HEARD: (STILL_NOT_HEARD,), WRONG_KEY: (), NO_KEY: ()}.get(why, (why,))
    return (*last, TO_THE_BOX)


def read_back(label: str) -> str:
    return f"Anh chị hỏi: {_bare(label)}."


def choice(label: str, key: int) -> str:
    """The meaning first, then its key."""
    return f"{_bare(label)}, bấm {key}."


def _bare(label: str) -> str:
    return aloud(label).rstrip("?.!")


def second_question(label: str) -> str:
    return f"{SECOND_QUESTION} {_bare(label)}, bấm 5."


def moment(at: dt.datetime) -> str:
    """ "ba giờ chiều thứ Hai, ngày hai mươi ba tháng mười một", in Vietnam's time."""
    clock, _, day = phrases.moment(at).partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    of_day = next(name for until, name in _OF_DAY if hour < until)
    past_noon = hour > 12 and hour < 24
    said = aloud(f"{hour - 12 if past_noon else hour}:{minute:02}")
    weekday, _, date = day.rpartition(" ")
    return f"{said} {of_day} {weekday}, {aloud(date)}"


_OF_DAY = ((11, "sáng"), (13, "trưa"), (18, "chiều"), (24, "tối"))


def kept(due: dt.datetime, calls_back: bool) -> str:
    promise = CALLED_BACK if calls_back else ANSWERED_BY_CODE
    return f"{MESSAGE_KEPT} {promise} trước {moment(due)}."


def code(number: str) -> str:
    said = ", ".join(digits(one) for one in number)
    return f"Anh chị lấy giấy bút ghi sáu số. Mã của anh chị là: {said}. Nhắc lại: {said}."


def status(code: str, state: State, due: dt.datetime | None) -> str:
    said = f"Phiếu {letters(code.removeprefix('HP-'))}: {_STATES[state]}."
    return f"{said} Hẹn trả lời trước {moment(due)}." if due else said


def lawyers_answer(text: str) -> tuple[str, ...]:
    return ("Luật sư trả lời:", *sentences(aloud(text)))
