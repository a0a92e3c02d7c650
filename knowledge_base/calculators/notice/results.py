"""What the guide to the period of notice tells. (pure)"""

import datetime as dt
from collections.abc import Iterator

from knowledge_base.calculators.guide import Answers, Result, day, law, said
from knowledge_base.calculators.notice.questions import (
    at_once,
    by_worker,
    notice_of,
    on_probation,
)
from knowledge_base.calculators.notice.rules import SPECIAL, Term
from knowledge_base.calculators.wording import date, spoken_date, spoken_number
from knowledge_base.calculators.working_days import rest_days
from knowledge_base.content import Citation

CODE, DECREE = "45/2019/QH14", "145/2020/NĐ-CP"
GROUNDS = {  # to leave at once, by point of Đ.35 k.2
    "work": "a", "pay": "b", "abuse": "c", "harassment": "d", "pregnancy": "đ",
    "retirement": "e", "deceit": "g",
}  # fmt: skip
UNTOLD = {"absence": "d", "desertion": "e"}  # no notice to the worker, by point of Đ.36 k.1


def result(answers: Answers, today: dt.date) -> Result:
    if at_once(answers):
        return _leave_at_once(answers) if by_worker(answers) else _sent_away_at_once(answers)
    if on_probation(answers):
        return _probation()
    given = day(answers, "given") or today
    told = _by_worker if by_worker(answers) else _by_employer
    return told(answers, notice_of(answers, given), given)


def _by_worker(answers: Answers, counted: Term, given: dt.date) -> Result:
    last = counted.last_day(given, _rest(answers))
    expecting = said(answers, "ground") == "pregnancy"
    return Result(
        lines=(
            f"Anh/chị phải báo trước ít nhất {counted.words}, không cần nêu lý do.",
            f"Báo ngày {date(given)} thì làm đến hết ngày {date(last)}, hôm sau được nghỉ. Công"
            " ty đồng ý thì nghỉ sớm hơn được.",
            "Việc nên làm: báo bằng văn bản, email hoặc tin nhắn; giữ bằng chứng đã báo. Nghỉ"
            " sớm hơn khi chưa được đồng ý là trái luật, phải bồi thường.",
            *((_WITH_PAPER,) if expecting else ()),
        ),
        voice=(
            f"Anh chị phải báo trước ít nhất {_spoken(counted)}. Báo {spoken_date(given)} thì làm"
            f" đến hết {spoken_date(last)}."
        ),
        citations=(
            *_grounds(answers, "35", "1"),
            law(CODE, "40"),
            *((law(CODE, "138", "1"),) if expecting else ()),
        ),
        assumed=tuple(_assumed(answers)),
    )


def _by_employer(answers: Answers, counted: Term, given: dt.date) -> Result:
    last = counted.last_day(given, _rest(answers))
    domestic = said(answers, "occupation") == "domestic"
    protected = () if domestic else (law(CODE, "37"), law(CODE, "41", "1"))
    return Result(
        lines=(
            f"{'Chủ nhà' if domestic else 'Công ty'} phải báo trước ít nhất {counted.words}.",
            f"Báo ngày {date(given)} thì anh/chị được làm, được trả lương đến hết ngày"
            f" {date(last)}.",
            *_too_early(answers, counted, given),
            _DOMESTIC if domestic else _PROTECTED,
        ),
        voice=(
            f"Phải báo trước ít nhất {_spoken(counted)}, nên anh chị được làm đến hết"
            f" {spoken_date(last)}."
        ),
        citations=(*_grounds(answers, "36", "2"), *protected),
        assumed=tuple(_assumed(answers)),
    )


def _too_early(answers: Answers, counted: Term, given: dt.date) -> Iterator[str]:
    off = day(answers, "told_last")
    if off and off < given:
        yield (
            f"Ngày cho nghỉ {date(off)} lại trước ngày báo {date(given)}: anh/chị xem lại giúp có"
            " gõ nhầm không. Đúng là nghỉ rồi mới báo thì công ty đã không báo trước: phải trả"
            f" lương cho cả {counted.words}."
        )
        return
    missing = counted.missing(given, off, _rest(answers)) if off else 0
    if off and missing:
        unit = "ngày làm việc" if counted.working else "ngày"
        yield (
            f"Cho nghỉ từ {date(off)} là báo thiếu {missing} {unit}: phải trả lương theo hợp đồng"
            " cho những ngày không báo trước."
        )


def _rest(answers: Answers) -> frozenset[int]:
    return rest_days(said(answers, "saturday"))


_WITH_PAPER = (
    "Có giấy của cơ sở khám bệnh ghi làm tiếp là hại thai thì được nghỉ ngay: anh/chị đi khám và"
    " xin giấy này."
)
_DOMESTIC = (
    "Chủ nhà chỉ khỏi báo trước khi anh/chị tự ý bỏ việc từ 5 ngày làm việc liền hoặc không trở lại"
    " sau tạm hoãn. Giữ tin nhắn làm bằng chứng; chủ nhà không trả thì hỏi luật sư."
)
_PROTECTED = (
    "Không được đơn phương cho nghỉ người đang ốm, tai nạn phải điều trị, đang nghỉ phép, mang"
    " thai, nghỉ thai sản, nuôi con dưới 12 tháng. Nghi bị cho nghỉ sai: bấm hỏi luật sư."
)

_CAUTIONS = {
    "pay": "Trừ khi chậm lương vì bất khả kháng, công ty đã tìm mọi cách và không quá 30 ngày.",
    "work": "Trừ khi công ty chuyển việc tạm thời đúng luật.",
    "pregnancy": "Phải báo cho công ty, kèm giấy của cơ sở khám bệnh ghi làm tiếp là hại thai.",
    "retirement": "Trừ khi hai bên có thỏa thuận khác.",
    "abuse": "Đang bị đe dọa, hành hung: gọi công an 113 ngay.",
    "harassment": "Đang bị đe dọa, ép buộc: gọi công an 113 ngay.",
}


def _leave_at_once(answers: Answers) -> Result:
    ground = said(answers, "ground") or ""
    exception = {"pay": (law(CODE, "97", "4"),), "work": (law(CODE, "29"),)}.get(ground, ())
    pregnancy = (law(CODE, "138", "1"),) if ground == "pregnancy" else ()
    caution = (_CAUTIONS[ground],) if ground in _CAUTIONS else ()
    return Result(
        lines=(
            "Trường hợp này anh/chị được nghỉ ngay, không cần báo trước.",
            *caution,
            "Việc nên làm: giữ bằng chứng (bảng lương, tin nhắn, người làm chứng); gửi công ty văn"
            " bản hoặc tin nhắn ghi rõ lý do nghỉ. Thiếu bằng chứng thì hỏi luật sư trước khi"
            " nghỉ.",
        ),
        voice="Trường hợp này anh chị được nghỉ ngay, không cần báo trước. Hãy giữ bằng chứng.",
        citations=(
            law(CODE, "35", "2", GROUNDS[ground]),
            *exception,
            *pregnancy,
        ),
    )


def _sent_away_at_once(answers: Answers) -> Result:
    if said(answers, "reason") == "other":
        return Result(
            lines=(
                "Công ty chỉ được đơn phương cho nghỉ vì những lý do luật ghi; không nói lý do hoặc"
                " lý do khác là có dấu hiệu trái luật.",
                "Cắt giảm vì cơ cấu, kinh tế phải báo trước 30 ngày và trả trợ cấp mất việc; sa"
                " thải phải họp kỷ luật. Việc nên làm: đòi quyết định bằng văn bản, chưa ký gì,"
                " hỏi luật sư.",
            ),
            voice="Không có lý do luật ghi là có dấu hiệu trái luật. Nên gặp luật sư.",
            citations=(law(CODE, "36", "1"), law(CODE, "42", "6"), law(CODE, "41")),
        )
    point = UNTOLD[said(answers, "reason") or ""]
    return Result(
        lines=(
            "Với lý do này công ty không phải báo trước.",
            "Nhưng công ty phải chứng minh; có lý do chính đáng (thiên tai, hỏa hoạn, bản thân hoặc"
            " người thân ốm có giấy xác nhận) thì không phải tự ý bỏ việc. Thấy không đúng: hỏi"
            " luật sư.",
        ),
        voice="Với lý do này công ty không phải báo trước, nhưng phải chứng minh được.",
        citations=(law(CODE, "36", "1", point), law(CODE, "36", "3")),
    )


def _probation() -> Result:
    return Result(
        lines=(
            "Trong thời gian thử việc, hai bên được thôi mà không cần báo trước, không phải bồi"
            " thường.",
            "Công ty vẫn phải trả đủ lương những ngày đã làm.",
        ),
        voice="Đang thử việc thì hai bên được thôi ngay, không cần báo trước.",
        citations=(law(CODE, "27", "2"),),
    )


def _grounds(answers: Answers, article: str, clause: str) -> Iterator[Citation]:
    occupation = said(answers, "occupation")
    if occupation == "domestic":
        yield law(DECREE, "89", "1", "d")
        return
    yield law(CODE, article, clause)
    if occupation in SPECIAL and said(answers, "reason") != "illness":
        yield law(DECREE, "7", "2")


def _assumed(answers: Answers) -> Iterator[str]:
    missing = {name for name, value in answers.items() if value is None}
    if "ground" in missing:
        yield "Không có lý do để được nghỉ ngay"
    if "confirmed" in missing:
        yield "Chưa có giấy của cơ sở khám bệnh"
    if "reason" in missing:
        yield (
            "Công ty có lý do luật cho phép và phải báo trước (không có lý do thì là dấu hiệu cho"
            " nghỉ trái luật)"
        )
    if "occupation" in missing:
        yield "Anh/chị làm việc thường"
    if "contract" in missing:
        yield "Hợp đồng không xác định thời hạn (loại phải báo lâu nhất)"
    if "length" in answers:
        yield "Thời hạn hợp đồng tính từ ngày báo, có thể chênh một ngày"
    if "given" in missing:
        yield "Báo hôm nay"
    if "saturday" in missing:
        yield "Thứ Bảy là ngày nghỉ hằng tuần"


def _spoken(counted: Term) -> str:
    unit = "ngày làm việc" if counted.working else "ngày"
    return f"{spoken_number(counted.days)} {unit}"
