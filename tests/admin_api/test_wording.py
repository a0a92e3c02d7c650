import datetime as dt
import re
from enum import StrEnum
from pathlib import Path

import pytest

from admin_api.console import clock_words, file_words, wording
from bot import phrases
from bot.models import Author, DeliveryState
from escalation.callbacks import Outcome
from escalation.vocabulary import EventKind, Kind, Priority, Role, State
from knowledge_base.matching import Verdict

NOW = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)  # 10:30 on a Monday in Hải Phòng
SCRIPT = Path(wording.__file__).parent / "static" / "console.js"


def after(**time: float) -> dt.datetime:
    return NOW + dt.timedelta(**time)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("state", State),
        ("kind", Kind),
        ("priority", Priority),
        ("role", Role),
        ("author", Author),
        ("event", EventKind),
        ("delivery", DeliveryState),
        ("verdict", Verdict),
        ("outcome", Outcome),
    ],
)
def test_every_term_of_the_program_has_a_word(kind: str, terms: type[StrEnum]) -> None:
    assert set(terms) <= set(wording.WORDS[kind])


def test_a_term_without_a_word_is_shown_as_it_is() -> None:
    assert wording.word("fax", "channel") == "fax"


def test_a_rating_is_a_number_and_has_a_word() -> None:
    assert wording.word(1, "rating") == "Giúp được"


@pytest.mark.parametrize("danger", phrases.DANGER)
def test_every_danger_is_told_in_vietnamese(danger: str) -> None:
    assert danger not in wording.reason(f"Từ ngữ nguy hiểm: {danger}")


def test_a_reason_in_plain_words_stays() -> None:
    assert wording.reason("Không có câu trả lời phù hợp") == "Không có câu trả lời phù hợp"
    assert wording.reason("Phải xem giấy: hợp đồng đã ký") == "Phải xem giấy: hợp đồng đã ký"


def test_things_that_are_no_words_are_described() -> None:
    assert wording.said("[unsupported]").startswith("Gửi ảnh")
    assert wording.said("công ty nợ lương") == "công ty nợ lương"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (phrases.keyed("0"), "Bấm phím 0."),
        (phrases.keyed("12#"), "Bấm phím 12#."),
        (phrases.voice_message(35), "Để lại lời nhắn thoại, dài 0:35."),
        (phrases.voice_message(None), "Để lại lời nhắn thoại."),
        ("tôi bấm phím 0 rồi", "tôi bấm phím 0 rồi"),
    ],
)
def test_marks_of_a_call_read_like_words(text: str, words: str) -> None:
    assert wording.said(text) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842253123456", "0225 3123 456"),
        ("…678", "…678"),
        ("+84912345678 sau 17 giờ", "+84912345678 sau 17 giờ"),
        ("", ""),
    ],
)
def test_numbers_are_written_as_they_are_dialled(number: str, words: str) -> None:
    assert wording.phone(number) == words


def test_hours_of_the_roster() -> None:
    assert [wording.time_of_day(minutes) for minutes in (0, 450, 1440)] == [
        "00:00",
        "07:30",
        "24:00",
    ]
    assert [wording.weekday(day) for day in (0, 6)] == ["Thứ Hai", "Chủ nhật"]


def test_keywords_read_like_words() -> None:
    assert wording.keyword("#cham-luong") == "cham luong"
    assert wording.keyword("no luong") == "no luong"


def test_times_are_told_in_local_time() -> None:
    assert wording.moment(NOW) == "10:30 Thứ Hai 23/11"
    assert wording.clock(NOW) == "10:30"
    assert wording.day(NOW) == "Thứ Hai 23/11"
    assert wording.date(NOW) == "23/11/2026"
    assert wording.moment(None) == wording.date(None) == "—"


def test_the_day_changes_at_local_midnight() -> None:
    evening = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
    assert wording.day(evening) == "Thứ Hai 23/11"
    assert wording.day(dt.date(2026, 11, 22)) == "Chủ nhật 22/11"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "—"),
        (0, "0 phút"),
        (59.4, "59 phút"),
        (59.6, "1 giờ"),
        (60, "1 giờ"),
        (95, "1 giờ 35 phút"),
        (47 * 60 + 59, "47 giờ 59 phút"),
        (48 * 60, "2 ngày"),
        (71 * 60, "2 ngày"),
    ],
)
def test_durations(minutes: float | None, words: str) -> None:
    assert wording.duration(minutes) == words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (None, "không tính giờ"),
        (after(minutes=80), "còn 1 giờ 20 phút"),
        (after(seconds=30), "còn dưới 1 phút"),
        (after(seconds=-30), "vừa quá hạn"),
        (after(days=-3), "quá hạn 3 ngày"),
    ],
)
def test_time_left(due: dt.datetime | None, words: str) -> None:
    assert wording.time_left(due, NOW) == words


def test_the_script_says_time_left_in_the_same_words() -> None:
    script = SCRIPT.read_text("utf-8")
    words = ("còn dưới 1 phút", "vừa quá hạn", "`còn ${", "`quá hạn ${", "} phút`", "} ngày`")
    assert [word for word in words if word not in script] == []


@pytest.mark.parametrize(
    ("due", "heat"),
    [
        (None, "none"),
        (after(minutes=61), "calm"),
        (after(minutes=60), "soon"),
        (after(seconds=1), "soon"),
        (NOW, "over"),
    ],
)
def test_heat(due: dt.datetime | None, heat: str) -> None:
    assert wording.heat(due, NOW) == heat


@pytest.mark.parametrize(
    ("opened", "due", "share"),
    [
        (after(hours=-1), after(hours=1), 50),
        (after(hours=-1), after(hours=-1), 0),
        (after(hours=-2), after(hours=-1), 0),
        (after(hours=1), after(hours=2), 100),
        (after(hours=-1), None, 0),
    ],
)
def test_share_left_stays_within_the_bar(
    opened: dt.datetime, due: dt.datetime | None, share: int
) -> None:
    assert wording.share_left(opened, due, NOW) == share


def test_numbers_are_written_the_vietnamese_way() -> None:
    assert wording.decimal(62.5) == "62,5"
    assert wording.decimal(70.0) == "70"
    assert wording.decimal(None) == "—"
    assert wording.whole(1234567) == "1.234.567"
    assert wording.percent(1, 8) == "12,5%"
    assert wording.percent(0, 0) == "—"


def test_templates_use_no_filter_that_is_missing() -> None:
    known = {*wording.FILTERS, *file_words.FILTERS, *clock_words.FILTERS}
    known |= {"attribute", "int", "join", "length", "lower", "map", "max", "round"}
    known |= {"list", "safe", "selectattr", "unique", "upper", "urlencode"}
    used = {
        name
        for page in (SCRIPT.parent.parent / "templates").glob("*.html")
        for name in re.findall(r"\| (\w+)", page.read_text("utf-8"))
    }
    assert used <= known


def test_pages_carry_no_style_and_no_script_of_their_own() -> None:
    pages = list((SCRIPT.parent.parent / "templates").glob("*.html"))
    own = re.compile(r"<style| style=|<script(?! src=)| on[a-z]+=", re.IGNORECASE)
    assert pages
    assert [page.name for page in pages if own.search(page.read_text("utf-8"))] == []
