"""The chat page through real HTTP, without scripts and as its script speaks."""

import datetime as dt
import io
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from fontTools.ttLib import TTFont

from bot.channels import webchat
from bot.channels.base import Line
from bot.web import SECURITY_HEADERS, secure_responses
from hotline.fonts import prepare
from tests.fakes import RememberingReception

Client = TestClient[web.Request, web.Application]

TOKEN = "0123456789abcdef" * 2
KEY = "fedcba9876543210" * 2
FETCH = {"X-Requested-With": "fetch"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MORNING = dt.datetime(2026, 11, 23, 3, 30, tzinfo=dt.UTC)  # 10:30 on a Monday in Hải Phòng


@pytest.fixture
def reception() -> RememberingReception:
    return RememberingReception(lambda _: "Tổng đài trả lời.")


@pytest.fixture
async def visit(
    reception: RememberingReception, tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    """Makes a browser: `await visit()`, with the worker's cookie if `key` is given."""
    (tmp_path / "be-vietnam-pro-400.woff2").write_bytes(b"wOF2")
    app = web.Application()
    app.add_routes(webchat.routes(reception, secure=False, fonts=tmp_path, clock=lambda: MORNING))
    secure_responses(app)
    server = TestServer(app)
    browsers: list[Client] = []

    async def make(key: str | None = None) -> Client:
        browser: Client = TestClient(server, cookies={webchat.COOKIE: key} if key else None)
        browsers.append(browser)
        await browser.start_server()
        return browser

    yield make
    for browser in browsers:
        await browser.close()


async def post(browser: Client, headers: dict[str, str] | None = None, **form: str) -> Any:
    return await browser.post(
        "/chat", data=urlencode(form), headers=FORM | (headers or {}), allow_redirects=False
    )


def told(reception: RememberingReception, author: str, text: str, **more: Any) -> Line:
    return reception.say(webchat.NAME, KEY, author, text, **more)


# -- who writes ------------------------------------------------------------------------------------


async def test_looking_at_the_page_leaves_nothing_behind(visit: Any, reception: Any) -> None:
    response = await (await visit()).get("/")
    page = await response.text()
    assert response.status == 200
    assert "Set-Cookie" not in response.headers
    assert all(example in page for example in webchat.EXAMPLES)
    assert 'href="tel:113"' in page
    assert 'href="tel:115"' in page
    assert reception.lines == {}


async def test_the_first_message_sets_a_strict_cookie(visit: Any, reception: Any) -> None:
    browser = await visit()
    response = await post(browser, text="nợ lương", token=TOKEN)
    assert (response.status, response.headers["Location"]) == (303, "/#last")
    cookie = response.cookies[webchat.COOKIE]
    assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == str(90 * 24 * 3600)
    assert not cookie["secure"]
    assert reception.received[0].address == cookie.value
    again = await post(browser, text="thêm", token=webchat.new_token())
    assert "Set-Cookie" not in again.headers
    assert reception.received[1].address == cookie.value


async def test_over_https_the_cookie_is_secure(reception: Any, tmp_path: Path) -> None:
    app = web.Application()
    app.add_routes(webchat.routes(reception, secure=True, fonts=tmp_path, clock=lambda: MORNING))
    async with TestClient(TestServer(app)) as browser:
        response = await post(browser, text="nợ lương", token=TOKEN)
        assert response.cookies[webchat.COOKIE]["secure"]


async def test_neither_the_form_token_nor_the_cookie_can_be_read_from_the_message_id(
    visit: Any, reception: Any
) -> None:
    await post(await visit(), text="nợ lương", token=TOKEN)
    message = reception.received[0]
    assert message.address != TOKEN
    assert TOKEN not in message.external_id
    assert message.address not in message.external_id


@pytest.mark.parametrize("cookie", ["x", "F" * 32, "a" * 33, "'; drop table", "%00"])
async def test_a_malformed_cookie_is_no_cookie(visit: Any, cookie: str) -> None:
    browser = await visit()
    headers = {"Cookie": f"chat={cookie}"}
    assert (await browser.get("/", headers=headers)).status == 200
    response = await post(browser, headers, text="nợ lương", token=TOKEN)
    assert response.status == 303
    assert webchat.COOKIE in response.cookies


# -- sending ---------------------------------------------------------------------------------------


async def test_the_answer_is_on_the_page_after_sending(visit: Any) -> None:
    browser = await visit()
    response = await browser.post("/chat", data={"text": "nợ lương", "token": TOKEN})
    page = await response.text()
    assert response.status == 200
    assert "nợ lương" in page
    assert "Tổng đài trả lời." in page
    assert page.count('id="last"') == 1
    assert 'http-equiv="refresh"' in page
    assert 'id="welcome"' not in page


async def test_the_script_gets_no_page(visit: Any, reception: Any) -> None:
    response = await post(await visit(), FETCH, text="nợ lương", token=TOKEN)
    assert (response.status, await response.read()) == (204, b"")
    assert webchat.COOKIE in response.cookies
    assert reception.received[0].text == "nợ lương"


async def test_a_first_form_sent_twice_is_one_message_of_one_worker(
    visit: Any, reception: Any
) -> None:
    """The second click leaves before the first cookie has come."""
    one, two = await visit(), await visit()
    first = await post(one, text="nợ lương", token=TOKEN)
    second = await post(two, text="nợ lương", token=TOKEN)
    assert first.cookies[webchat.COOKIE].value == second.cookies[webchat.COOKIE].value
    assert len(reception.received) == 1


async def test_a_form_brought_back_and_changed_is_a_new_message(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    await post(browser, text="nợ lương", token=TOKEN)
    await post(browser, text="nợ lương tháng 9", token=TOKEN)
    assert [message.text for message in reception.received] == ["nợ lương", "nợ lương tháng 9"]


async def test_two_workers_may_send_the_same_form(visit: Any, reception: Any) -> None:
    await post(await visit(KEY), text="nợ lương", token=TOKEN)
    await post(await visit(TOKEN), text="nợ lương", token=TOKEN)
    assert len(reception.received) == 2


async def test_without_a_token_every_message_counts(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    for token in ("", "x", "A" * 32):
        assert (await post(browser, text="nợ lương", token=token)).status == 303
    assert len(reception.received) == 3


async def test_a_tapped_button_arrives_as_a_choice(visit: Any, reception: Any) -> None:
    await post(await visit(KEY), choice="12:0", token=TOKEN)
    assert (reception.received[0].choice, reception.received[0].text) == ("12:0", "")


async def test_line_ends_and_unprintable_signs_are_cleaned(visit: Any, reception: Any) -> None:
    body = b"token=" + TOKEN.encode() + b"&text=+a%00b%0D%0Ac%ED%A0%80%FF\xfe%1B+"
    response = await (await visit(KEY)).post("/chat", data=body, headers=FORM | FETCH)
    assert response.status == 204
    text = reception.received[0].text
    assert text.startswith("ab\nc")
    assert not re.search("[\0\r\x1b\ud800-\udfff]", text)


# -- what cannot be taken in -----------------------------------------------------------------------


async def test_an_empty_message_gets_a_friendly_sentence(visit: Any, reception: Any) -> None:
    browser = await visit()
    for text in (" \r\n", "\0", ""):
        response = await post(browser, text=text, token=TOKEN)
        assert response.status == 422
        assert webchat.EMPTY in await response.text()
        assert "Set-Cookie" not in response.headers
    by_script = await post(browser, FETCH, text="", token=TOKEN)
    assert (by_script.status, await by_script.text()) == (422, webchat.EMPTY)
    assert reception.received == []


async def test_a_message_too_long_stays_in_the_box(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    story = "<b>ă</b>\n" * 500
    response = await post(browser, text=story, token=TOKEN)
    page = await response.text()
    assert response.status == 422
    assert webchat.TOO_LONG in page
    assert page.count("&lt;b&gt;ă&lt;/b&gt;") == 500
    assert 'http-equiv="refresh"' not in page
    assert reception.received == []


async def test_four_thousand_characters_are_taken(visit: Any, reception: Any) -> None:
    text = "ữ\r\n" * 1999 + "ữữ"  # browsers send two characters for a line end; we count one
    assert (await post(await visit(KEY), text=text, token=TOKEN)).status == 303
    assert len(reception.received[0].text) == webchat.MAX_TEXT


async def test_a_megabyte_is_refused_kindly(visit: Any) -> None:
    body = io.BytesIO(b"text=" + b"x" * 1_100_000)
    response = await (await visit(KEY)).post("/chat", data=body, headers=FORM | FETCH)
    assert (response.status, await response.text()) == (413, webchat.TOO_LARGE)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xfe\x00", FORM),
        (b"a=b&" * 500, FORM),
        (b"text=%00", FORM),
        (b"choice=%00", FORM),
        (b"choice=" + b"1" * 5000, FORM),
        (b"choice=\xc4\x83", FORM),
        (b"--x\r\nnonsense", {"Content-Type": "multipart/form-data; boundary=x"}),
        (b"garbage", {"Content-Type": "multipart/form-data"}),
        (b"{}", {"Content-Type": "application/json"}),
        (b"text=", FORM | {"Content-Type": FORM["Content-Type"] + "; charset=bogus"}),
        (b"", {}),
    ],
)
async def test_garbage_is_never_our_failure(
    visit: Any, reception: Any, body: bytes, headers: dict[str, str]
) -> None:
    browser = await visit(KEY)
    for extra in ({}, FETCH):
        response = await browser.post("/chat", data=body, headers=headers | extra)
        assert 400 <= response.status < 500
    assert reception.received == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
async def test_forms_of_other_sites_are_refused(
    visit: Any, reception: Any, headers: dict[str, str]
) -> None:
    response = await post(await visit(), headers, text="nợ lương", token=TOKEN)
    assert response.status == 403
    assert "Set-Cookie" not in response.headers
    assert reception.received == []


async def test_our_own_forms_are_taken(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    own = f"http://{browser.host}:{browser.port}"
    for number, headers in enumerate(({"Sec-Fetch-Site": "same-origin"}, {"Origin": own})):
        response = await post(browser, headers, text=f"câu {number}", token=TOKEN)
        assert response.status == 303
    assert len(reception.received) == 2


async def test_reloading_a_refused_form_leads_back(visit: Any) -> None:
    response = await (await visit()).get("/chat", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/#last")


# -- reading ---------------------------------------------------------------------------------------


async def news(browser: Client, after: object) -> ClientResponse:
    return await browser.get("/chat/messages", params={"after": str(after)})


async def test_news_are_the_messages_after_the_last_one_shown(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    first = told(reception, "worker", "nợ lương", at=MORNING)
    assert (await news(browser, first.id)).status == 204
    second = told(reception, "lawyer", "Chị gửi đơn.", at=MORNING + dt.timedelta(minutes=5))
    response = await news(browser, first.id)
    words = await response.text()
    assert (response.status, response.content_type) == (200, "text/html")
    assert f'data-id="{second.id}"' in words
    assert "nợ lương" not in words
    assert "Thứ" not in words  # the same day needs no divider
    assert "10:35" in words
    assert "Luật sư trả lời" in words


async def test_no_news_for_whoever_has_not_written(visit: Any) -> None:
    assert (await news(await visit(), 0)).status == 204


@pytest.mark.parametrize("after", ["abc", "-1", "1.5", "", "٣", "9" * 19])
async def test_a_senseless_after_is_a_bad_request(visit: Any, after: str) -> None:
    assert (await news(await visit(KEY), after)).status == 400


async def test_once_erased_the_page_is_to_be_read_anew(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    shown = told(reception, "worker", "xóa")
    reception.erase(webchat.NAME, KEY)
    assert (await news(browser, shown.id)).status == 205
    told(reception, "system", "Đã xóa.")
    assert (await news(browser, shown.id)).status == 205
    assert (await news(await visit(), shown.id)).status == 205  # the cookie is gone


async def test_one_worker_never_sees_another(visit: Any, reception: Any) -> None:
    told(reception, "worker", "chuyện riêng")
    stranger = await visit(TOKEN)
    assert "chuyện riêng" not in await (await stranger.get("/")).text()
    assert (await news(stranger, 0)).status == 204


async def test_only_the_newest_message_offers_its_buttons(visit: Any, reception: Any) -> None:
    browser = await visit(KEY)
    told(reception, "bot", "Một", choices=[("Đúng", "1:0")])
    told(reception, "bot", "Hai", choices=[("Chưa đúng", "2:0")])
    page = await (await browser.get("/")).text()
    assert 'value="1:0"' not in page
    assert '<p class="offered">Đúng</p>' in page
    assert 'name="choice" value="2:0">Chưa đúng</button>' in page


async def test_days_and_times_are_those_of_vietnam(visit: Any, reception: Any) -> None:
    told(reception, "worker", "khuya", at=dt.datetime(2026, 11, 22, 16, 59, tzinfo=dt.UTC))
    told(reception, "bot", "sáng", at=dt.datetime(2026, 11, 22, 17, 1, tzinfo=dt.UTC))
    page = await (await (await visit(KEY)).get("/")).text()
    assert page.index("Chủ nhật 22/11") < page.index("khuya") < page.index("23:59")
    assert page.index("23:59") < page.index("Thứ Hai 23/11") < page.index("00:01")


async def test_what_people_write_stays_text(visit: Any, reception: Any) -> None:
    for author in ("worker", "bot", "lawyer"):
        told(reception, author, "<script>alert(1)</script> gọi 113", choices=[("<i>", '"><b>')])
    page = await (await (await visit(KEY)).get("/")).text()
    assert "<script>alert" not in page
    assert "<i>" not in page
    assert '"><b>' not in page
    assert page.count("&lt;script&gt;") == 3


def test_an_answer_is_set_in_steps_with_its_basis() -> None:
    text = "Được.\nViệc nên làm: 1) giữ bảng lương; 2) gọi 111.\nCăn cứ: BLLĐ 2019 Đ.97"
    rule, steps, basis = webchat.paragraphs(Line(1, "bot", text, MORNING))
    assert rule.parts == ["Được."]
    assert steps.parts == [
        "Việc nên làm:",
        "1) giữ bảng lương;",
        '2) gọi <a href="tel:111">111</a>.',
    ]
    assert (basis.kind, basis.parts) == ("basis", ["Căn cứ: BLLĐ 2019 Đ.97"])


@pytest.mark.parametrize("text", ["Đ.115 k.2", "được 113.000 đ", "gọi 1135", "gọi 113.500"])
def test_only_emergency_numbers_can_be_dialled(text: str) -> None:
    (paragraph,) = webchat.paragraphs(Line(1, "bot", text, MORNING))
    assert paragraph.parts == [text]


def test_a_tickets_code_stays_in_one_piece() -> None:
    (paragraph,) = webchat.paragraphs(Line(1, "system", "Phiếu HP-7K3Q. <", MORNING))
    assert paragraph.parts == ['Phiếu <span class="ticket">HP-7K3Q</span>. &lt;']


def test_a_lawyers_signature_is_set_apart() -> None:
    line = Line(1, "lawyer", "Một.\n\nHai.\n— Trung tâm Tư vấn", MORNING)
    words, signature = webchat.paragraphs(line)
    assert (words.kind, words.parts) == ("text", ["Một.\n\nHai."])
    assert (signature.kind, signature.parts) == ("signature", ["— Trung tâm Tư vấn"])


def test_the_typeface_is_built_once_and_holds_vietnamese(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    built = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(built) == {"be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2"}
    assert prepare(tmp_path) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == built
    for path in folder.iterdir():
        assert path.stat().st_size < 40_000
        with TTFont(path) as font:
            assert set(map(ord, "Tổng đài ữ Ợ ỹ ₫ – … “”")) <= set(font.getBestCmap())


# -- headers and files -----------------------------------------------------------------------------


async def test_every_response_carries_the_security_headers(visit: Any) -> None:
    browser = await visit(KEY)
    for path in ("/", "/chat", "/chat/messages?after=x", "/nowhere", "/static/chat/chat.js"):
        response = await browser.get(path, allow_redirects=False)
        own = {"Cache-Control", "Referrer-Policy"} if response.status == 200 else set()
        for name, value in SECURITY_HEADERS.items():
            assert name in own or response.headers[name] == value
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


async def test_pages_are_not_kept_and_carry_nothing_inline(visit: Any, reception: Any) -> None:
    told(reception, "bot", "Một", choices=[("Đúng", "1:0")])
    response = await (await visit(KEY)).get("/")
    page = await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<style|style=|\son\w+=|<script>|javascript:|https?://", page)
    assert '<html lang="vi">' in page


async def test_files_are_kept_for_as_long_as_they_stay_the_same(visit: Any) -> None:
    browser = await visit()
    page = await (await browser.get("/")).text()
    addresses = set(re.findall(r'"(/static/chat/[^"]+)"', page))
    assert {address.partition("?")[0].rpartition("/")[2] for address in addresses} == {
        "chat.css",
        "chat.js",
        "mark.svg",
        "be-vietnam-pro-400.woff2",
    }
    for address in addresses:
        response = await browser.get(address)
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
    stale = await browser.get("/static/chat/chat.js?v=old")
    assert "immutable" not in stale.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2fwebchat.py", "%00"])
async def test_no_other_file_is_served(visit: Any, name: str) -> None:
    assert (await (await visit()).get(f"/static/chat/{name}")).status == 404
