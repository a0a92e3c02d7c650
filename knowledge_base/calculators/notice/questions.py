"""What the guide to the period of notice asks. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Kind, Option, Step, number, said
from knowledge_base.calculators.notice.rules import SHORT_WORKING_DAYS, SPECIAL, Term, term
from knowledge_base.calculators.steps import A_YEAR_AND_MORE, SENT_AWAY, UNDER_A_YEAR
from knowledge_base.calculators.wording import plus_months
from knowledge_base.calculators.working_days import SATURDAY

WHO = Step(
    "who",
    "Ai muốn chấm dứt hợp đồng?",
    Kind.CHOICE,
    (
        Option("Tôi xin nghỉ", "worker"),
        Option("Công ty cho tôi nghỉ", "employer", SENT_AWAY),
    ),
    may_skip=False,
)
GROUND = Step(
    "ground",
    "Có chuyện nào dưới đây không? Nếu có, luật cho nghỉ ngay.",
    Kind.CHOICE,
    (
        Option("Không có chuyện nào", "none"),
        Option("Lương trả thiếu hoặc trả chậm", "pay"),
        Option("Sai việc, sai chỗ làm đã thỏa thuận", "work"),
        Option("Bị đánh, chửi nhục mạ, ép buộc", "abuse"),
        Option("Bị quấy rối tình dục", "harassment"),
        Option(
            "Đang bầu, bác sĩ nói làm hại thai",
            "pregnancy",
            ("có bầu", "bầu", "mang bầu", "có thai", "mang thai"),
        ),
        Option("Đã đủ tuổi nghỉ hưu", "retirement"),
        Option("Công ty nói dối lúc tuyển", "deceit"),
    ),
)
CONFIRMED = Step(
    "confirmed",
    "Bệnh viện, phòng khám đã có giấy ghi làm tiếp thì hại thai chưa?",
    Kind.CHOICE,
    (Option("Có giấy rồi", "yes"), Option("Chưa có giấy", "no")),
)
REASON = Step(
    "reason",
    "Công ty cho nghỉ vì lý do gì?",
    Kind.CHOICE,
    (
        Option("Chê không hoàn thành việc", "performance"),
        Option("Ốm, tai nạn chữa lâu chưa khỏi", "illness"),
        Option("Thiên tai, dịch, bị buộc thu hẹp", "disaster"),
        Option("Không trở lại sau tạm hoãn", "absence"),
        Option("Đủ tuổi nghỉ hưu", "retirement"),
        Option("Tự ý bỏ việc từ 5 ngày liền", "desertion"),
        Option("Khai gian lúc xin việc", "deceit"),
        Option("Lý do khác, không nói lý do", "other"),
    ),
)
OCCUPATION = Step(
    "occupation",
    "Anh/chị làm việc gì?",
    Kind.CHOICE,
    (
        Option("Việc thường (công nhân, văn phòng…)", "ordinary"),
        Option("Tổ bay, kỹ thuật, điều độ bay", "flight"),
        Option("Thuyền viên tàu chạy nước ngoài", "seafarer"),
        Option("Người quản lý doanh nghiệp", "manager"),
        Option("Giúp việc gia đình", "domestic"),
    ),
)
CONTRACT = Step(
    "contract",
    "Hợp đồng của anh/chị loại nào?",
    Kind.CHOICE,
    (
        Option("Không xác định thời hạn", "indefinite"),
        Option("Từ 12 đến 36 tháng", "fixed", A_YEAR_AND_MORE),
        Option("Dưới 12 tháng", "short", UNDER_A_YEAR),
        Option("Đang thử việc", "probation"),
    ),
)
LENGTH = Step(
    "length",
    "Hợp đồng ký bao lâu? Ví dụ “8 tháng”.",
    Kind.MONTHS,
    low=1,
    high=11,
    may_skip=False,
)
GIVEN = Step(
    "given",
    "Ngày báo nghỉ là ngày nào? Chưa báo thì gõ ngày định báo.",
    Kind.DATE,
    low=-730,
    high=730,
)
TOLD_LAST = Step(
    "told_last",
    "Công ty ghi cho nghỉ từ ngày nào (ngày đầu tiên không đi làm)?",
    Kind.DATE,
    low=-730,
    high=730,
)


def steps(answers: Answers) -> Iterator[Step]:
    yield WHO
    yield from _of_worker(answers) if by_worker(answers) else _of_employer(answers)


def _of_worker(answers: Answers) -> Iterator[Step]:
    yield GROUND
    if said(answers, "ground") == "pregnancy":
        yield CONFIRMED
    if at_once(answers):
        return
    yield OCCUPATION
    yield from _contract(answers)
    if not on_probation(answers):
        yield GIVEN
        yield from _week(answers)


def _of_employer(answers: Answers) -> Iterator[Step]:
    yield OCCUPATION
    if said(answers, "occupation") != "domestic":
        yield REASON
        if at_once(answers):
            return
    yield from _contract(answers)
    if not on_probation(answers):
        yield GIVEN
        yield TOLD_LAST
        yield from _week(answers)


def _contract(answers: Answers) -> Iterator[Step]:
    if said(answers, "occupation") == "domestic" or said(answers, "reason") == "illness":
        return
    yield CONTRACT
    if said(answers, "contract") == "short" and said(answers, "occupation") in SPECIAL:
        yield LENGTH


def _week(answers: Answers) -> Iterator[Step]:
    """Working days can be counted only where the week is known."""
    if notice_of(answers, dt.date(2026, 1, 1)).working:
        yield SATURDAY


def by_worker(answers: Answers) -> bool:
    return said(answers, "who") == "worker"


def on_probation(answers: Answers) -> bool:
    return said(answers, "contract") == "probation"


def at_once(answers: Answers) -> bool:
    """No notice: a ground of Đ.35 k.2, a reason of Đ.36 k.3, or one the law does not know.

    A pregnancy is a ground only where a clinic confirms the harm (Đ.138 k.1).
    """
    if by_worker(answers):
        ground = said(answers, "ground")
        if ground == "pregnancy":
            return said(answers, "confirmed") == "yes"
        return ground not in (None, "none")
    return said(answers, "reason") in ("absence", "desertion", "other")


def notice_of(answers: Answers, given: dt.date) -> Term:
    """The term; a contract not known counts as indefinite."""
    if said(answers, "reason") == "illness":
        return Term(SHORT_WORKING_DAYS, working=True)  # Đ.36 k.2 đ.c
    months = number(answers, "length")
    length = plus_months(given, months) - given if months else None
    occupation = said(answers, "occupation") or "ordinary"
    contract = said(answers, "contract") or "indefinite"
    if contract == "probation" or (contract == "short" and occupation in SPECIAL and not length):
        contract = "indefinite"  # not asked yet
    return term(contract, occupation, length)
