"""Stories on Zalo's Official Account, through the running program and over each database."""

import asyncio
import datetime as dt
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import func, select

from admin_api import accounts
from bot import phrases
from bot.channels.zalo_oa import SIGNATURE_HEADER, WEBHOOK_PATH
from bot.models import Contact, Delivery, DeliveryState, FileState, Message, StoredFile
from escalation.vocabulary import Role
from hotline.rehearsal.zalo_oa import LocalZalo
from hotline.settings import Settings
from tests.factories import everything
from tests.fake_zalo_oa import APP_ID, APP_SECRET, OA_SECRET, local_zalo
from tests.journeys.conftest import Hotline, Open, eventually

pytestmark = pytest.mark.thorough("postgresql")

LAN = "246845883529197922"
MINH = "246845883529197923"
QUESTION = "nghỉ việc phải báo trước mấy ngày"


@pytest.fixture
async def zalo() -> AsyncIterator[LocalZalo]:
    fake = await local_zalo().start()
    yield fake
    await fake.stop()


@pytest.fixture
def settings(settings: Settings, zalo: LocalZalo) -> Settings:
    return settings.model_copy(
        update={
            "zalo_oa_app_id": APP_ID,
            "zalo_oa_secret": OA_SECRET,
            "zalo_oa_app_secret": APP_SECRET,
            "zalo_oa_refresh_token": zalo.refresh,
            "zalo_oa_zns_template": "template-9",
            "zalo_oa_api_base": zalo.base,
            "zalo_oa_zns_base": zalo.base,
            "zalo_oa_oauth_base": zalo.base,
        }
    )


@pytest.fixture
async def hotline(hotline: Hotline) -> Hotline:
    """As it is a moment after the start: with tokens."""
    await hotline.house.channels["zalo_oa"].keeper.access_token()
    return hotline


class Worker:
    """Somebody with Zalo on his telephone."""

    def __init__(self, hotline: Hotline, zalo: LocalZalo, user: str = LAN) -> None:
        self.hotline, self.zalo, self.user = hotline, zalo, user

    async def says(self, text: str, **message: Any) -> dict[str, Any]:
        now = round(self.hotline.clock().timestamp() * 1000)
        event = self.zalo.said(self.user, text, now, **message)
        assert await self.sends(event) == 200
        return event

    async def does(self, name: str, **more: Any) -> None:
        now = round(self.hotline.clock().timestamp() * 1000)
        event = {"oa_id": self.zalo.oa_id, "event_name": name, "timestamp": str(now), **more}
        assert await self.sends(event) == 200

    async def sends(self, event: dict[str, Any]) -> int:
        url = self.hotline.public_base + WEBHOOK_PATH
        return await self.zalo.deliver(self.hotline.session, url, event)

    async def hears(self, count: int) -> list[str]:
        await eventually(lambda: len(self.zalo.texts(self.user)) >= count)
        await self._silence()
        return self.zalo.texts(self.user)

    async def _silence(self) -> None:
        """Nothing more is on its way."""
        pending = (DeliveryState.QUEUED, DeliveryState.SENDING)
        query = select(func.count()).select_from(Delivery).where(Delivery.state.in_(pending))
        while True:
            async with self.hotline.house.database.reading() as session:
                if not await session.scalar(query):
                    return
            await asyncio.sleep(0.02)

    async def taps(self, label: str) -> None:
        for sent in reversed(self.zalo.sent):
            buttons = self.zalo.buttons(sent)
            if label in buttons:
                await self.says(buttons[label])
                return
        raise AssertionError(f"no button {label!r} was sent")


@pytest.fixture
def lan(hotline: Hotline, zalo: LocalZalo) -> Worker:
    return Worker(hotline, zalo)


async def rows(hotline: Hotline, kind: Any) -> list[Any]:
    async with hotline.house.database.reading() as session:
        return list((await session.scalars(select(kind).order_by(kind.id))).all())


async def with_a_ticket(lan: Worker, reach: str = "0912 345 678") -> str:
    """Lan has asked for a lawyer and said how to reach her; her ticket's code."""
    await lan.says("gặp luật sư")
    await lan.says("Công ty nợ lương 2 tháng rồi")
    await lan.says("Xưởng A")
    await lan.says(reach)
    await lan.hears(4)
    lawyer = await lan.hotline.staff(Role.LAWYER, "dau@hotline.test")
    status, found = await lawyer.get("/api/tickets")
    assert status == 200
    return str(found["tickets"][0]["code"])


# -- a conversation --------------------------------------------------------------------------------


async def test_a_question_is_answered_and_a_tap_is_understood(lan: Worker) -> None:
    await lan.says(QUESTION)
    notice, answer, *_ = await lan.hears(2)
    assert notice == phrases.NOTICE
    assert "45 ngày" in answer
    heard = len(lan.zalo.sent)
    await lan.taps(phrases.THATS_IT)
    assert (await lan.hears(heard + 1))[-1] == phrases.GLAD


async def test_every_message_keeps_zalos_limits(lan: Worker) -> None:
    for text in (QUESTION, "thai sản", "tính tiền thất nghiệp cho tôi", "luật sư", "trạng thái"):
        await lan.says(text)
    await lan.hears(6)
    states = [delivery.state for delivery in await rows(lan.hotline, Delivery)]
    assert set(states) <= {DeliveryState.SENT, DeliveryState.DROPPED}


async def test_a_number_typed_stands_for_the_choice(lan: Worker) -> None:
    await lan.says(QUESTION)
    heard = len(await lan.hears(2))
    buttons = list(lan.zalo.buttons(lan.zalo.sent[-1]))
    await lan.says(str(buttons.index(phrases.THATS_IT) + 1))
    assert (await lan.hears(heard + 1))[-1] == phrases.GLAD


async def test_a_lawyers_answer_comes_back(lan: Worker) -> None:
    code = await with_a_ticket(lan)
    heard = len(lan.zalo.sent)
    lawyer = await lan.hotline.staff(Role.LAWYER)
    await lawyer.post(f"/api/tickets/{code}/replies", json={"text": "Chị nộp đơn ở phường nhé."})
    assert "nộp đơn ở phường" in (await lan.hears(heard + 1))[heard]
    assert lan.zalo.notices == []


async def test_a_repeat_changes_nothing(lan: Worker) -> None:
    event = await lan.says(QUESTION)
    await lan.hears(2)
    before = await everything(lan.hotline.house.database)
    for _ in range(3):
        assert await lan.sends(event) == 200
    assert await everything(lan.hotline.house.database) == before


async def test_two_workers_do_not_mix(lan: Worker) -> None:
    minh = Worker(lan.hotline, lan.zalo, MINH)
    await asyncio.gather(lan.says(QUESTION), minh.says("gặp luật sư"))
    assert "45 ngày" in "".join(await lan.hears(2))
    assert "45 ngày" not in "".join(await minh.hears(2))


async def test_the_anonymous_are_answered_too(lan: Worker, zalo: LocalZalo) -> None:
    event = zalo.said("a_1", QUESTION, 1795345440910, conversation_id="c-77")
    assert await lan.sends({**event, "event_name": "anonymous_send_text"}) == 200
    await eventually(lambda: len(zalo.anonymous) >= 2)
    assert zalo.sent == []
    said = zalo.anonymous[1]["message"]["text"]
    assert "45 ngày" in said
    assert phrases.TYPE_A_NUMBER in said


async def test_a_photo_is_fetched_and_hangs_on_the_conversation(
    lan: Worker, zalo: LocalZalo
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    zalo.files["a.jpg"] = picture.getvalue()
    photo = {"type": "image", "payload": {"url": f"{zalo.base}/files/a.jpg", "thumbnail": ""}}
    event = zalo.said(LAN, "bảng lương của em", 1795345440910, attachments=[photo])
    assert await lan.sends({**event, "event_name": "user_send_image"}) == 200
    for _ in range(200):
        (file,) = await rows(lan.hotline, StoredFile)
        if file.state is FileState.KEPT:
            break
        await asyncio.sleep(0.05)
    assert (file.channel, file.mime) == ("zalo_oa", "image/jpeg")


# -- who comes and goes ----------------------------------------------------------------------------


async def test_who_unfollows_gets_nothing_more_until_he_comes_back(lan: Worker) -> None:
    await lan.says("xin chào")
    await lan.hears(2)
    await lan.does("unfollow", follower={"id": LAN})
    (contact,) = await rows(lan.hotline, Contact)
    assert contact.blocked_at is not None
    await lan.does("follow", follower={"id": LAN}, source="oa_profile")
    (contact,) = await rows(lan.hotline, Contact)
    assert contact.blocked_at is None


async def test_whom_zalo_calls_unreachable_is_marked(lan: Worker, zalo: LocalZalo) -> None:
    zalo.left.add(LAN)
    await lan.says("xin chào")
    await lan._silence()
    (contact,) = await rows(lan.hotline, Contact)
    assert contact.blocked_at is not None


async def test_a_withdrawal_erases(lan: Worker) -> None:
    await lan.says("Công ty nợ lương 2 tháng")
    await lan.hears(2)
    await lan.does("user_withdraw", sender={"id": LAN}, recipient={"id": lan.zalo.oa_id})
    await lan._silence()
    texts = [message.text for message in await rows(lan.hotline, Message)]
    assert not any("nợ lương" in text for text in texts)


async def test_our_own_echo_is_nothing_and_a_persons_takes_over(
    lan: Worker, zalo: LocalZalo
) -> None:
    await lan.says(QUESTION)
    heard = len(await lan.hears(2))
    before = await everything(lan.hotline.house.database)
    echo = {
        "sender": {"id": zalo.oa_id},
        "recipient": {"id": LAN},
        "message": {"text": "Để tôi xem giúp chị", "msg_id": "e1"},
    }
    await lan.does("oa_send_text", **echo)
    assert await everything(lan.hotline.house.database) == before
    await lan.does("oa_send_text", **{**echo, "sender": {"id": zalo.oa_id, "admin_id": "77"}})
    texts = [message.text for message in await rows(lan.hotline, Message)]
    assert "Để tôi xem giúp chị" in texts
    await lan.says(QUESTION)
    await lan._silence()
    assert len(zalo.sent) == heard  # the bot does not talk over him


# -- the window ------------------------------------------------------------------------------------


async def test_an_answer_that_comes_too_late_waits_and_leaves_first(
    lan: Worker, zalo: LocalZalo
) -> None:
    code = await with_a_ticket(lan)
    heard = len(zalo.sent)
    lan.hotline.clock.pass_(days=8)
    zalo.shut.add(LAN)
    lawyer = await lan.hotline.staff(Role.LAWYER)
    for text in ("Chị nộp đơn ở phường nhé.", "Nhớ mang bảng lương."):
        await lawyer.post(f"/api/tickets/{code}/replies", json={"text": text})
    await eventually(lambda: len(zalo.notices) == 2)
    for notice in zalo.notices:
        assert notice["phone"] == "84912345678"
        assert notice["template_data"] == {"code": code}
    await lan._silence()
    assert len(zalo.sent) == heard
    _, ticket = await lawyer.get(f"/api/tickets/{code}")
    assert ticket["window"]["state"] == "shut"
    waiting = [line["text"] for line in ticket["conversation"] if line["delivery"] == "waiting"]
    assert len(waiting) == 2
    _, page = await lawyer.get(f"/tickets/{code}", headers={"Accept": "text/html"})
    assert page.count("câu trả lời đã sẵn sàng, đợi người lao động nhắn lại") == 2
    assert "Câu trả lời sẽ đợi" in page
    zalo.shut.clear()
    await lan.says("còn ai không ạ")
    texts = (await lan.hears(heard + 2))[heard:]
    assert texts[:2] == waiting
    _, page = await lawyer.get(f"/tickets/{code}/live", headers={"Accept": "text/html"})
    assert "còn trả lời miễn phí được đến" in page


LEFT: list[tuple[dict[str, float], str, str]] = [
    ({"hours": 1}, "còn trả lời miễn phí được đến 15:00 Thứ Ba 24/11", "window"),
    ({"hours": 40}, "chỉ còn trả lời miễn phí được đến 15:00 Thứ Ba 24/11", "window warn"),
    ({"hours": 50}, "còn trả lời được đến 15:00 Chủ nhật 29/11", "window warn"),
    ({"days": 6, "hours": 20}, "chỉ còn trả lời được đến 15:00 Chủ nhật 29/11", "window warn"),
    ({"days": 7}, "đã khóa từ 15:00 Chủ nhật 29/11", "window shut"),
]


async def test_the_ticket_page_says_how_long_he_can_be_answered(lan: Worker) -> None:
    code = await with_a_ticket(lan)
    lawyer = await lan.hotline.staff(Role.LAWYER)
    asked_at = lan.hotline.clock()
    for passed, words, kind in LEFT:
        lan.hotline.clock.now = asked_at + dt.timedelta(**passed)
        for path in (f"/tickets/{code}", f"/tickets/{code}/live"):
            _, page = await lawyer.get(path, headers={"Accept": "text/html"})
            line = page.partition('<p id="window"')[2].partition("</p>")[0]
            assert words in line
            assert f'class="{kind}"' in line


async def test_other_channels_have_no_such_line(hotline: Hotline) -> None:
    await hotline.says(7001, "gặp luật sư")
    await hotline.says(7001, "Công ty nợ lương 2 tháng")
    await hotline.hears(7001, 2)
    lawyer = await hotline.staff(Role.LAWYER)
    _, found = await lawyer.get("/api/tickets")
    code = found["tickets"][0]["code"]
    _, ticket = await lawyer.get(f"/api/tickets/{code}")
    assert ticket["window"] is None
    _, page = await lawyer.get(f"/tickets/{code}", headers={"Accept": "text/html"})
    assert '<p id="window" class="window" data-live></p>' in page


# -- tokens ----------------------------------------------------------------------------------------


async def test_a_token_that_ran_out_costs_one_renewal_and_no_message(
    lan: Worker, zalo: LocalZalo
) -> None:
    await lan.says("xin chào")
    await lan.hears(2)
    renewed = zalo.refreshes
    lan.hotline.clock.pass_(hours=26)
    await asyncio.gather(*(Worker(lan.hotline, zalo, f"70{n}").says("xin chào") for n in range(10)))
    await eventually(lambda: len(zalo.sent) >= 22)
    assert zalo.refreshes == renewed + 1


async def test_a_dead_consent_stops_nobody_else_and_loses_nothing(
    lan: Worker, zalo: LocalZalo, hotline: Hotline
) -> None:
    await lan.says("xin chào")
    await lan.hears(2)
    zalo.refresh = "another-chain"
    hotline.clock.pass_(hours=26)
    await lan.says(QUESTION)
    await hotline.says(7001, QUESTION)
    assert len(await hotline.hears(7001, 2)) == 2
    heard = len(zalo.sent)
    deliveries = await rows(hotline, Delivery)
    assert DeliveryState.FAILED not in {delivery.state for delivery in deliveries}
    async with admin(hotline) as browser:
        page = await browser.page("/zalo")
        assert "mã -14014" in page
        await browser.consents()
        assert "Đã cấp quyền" in browser.shown
    hotline.clock.pass_(hours=1)
    assert "45 ngày" in "".join((await lan.hears(heard + 1))[heard:])


# -- consent in the office -------------------------------------------------------------------------


class Browser:
    """An administrator's browser, with a cookie that stays at home when another site sends him."""

    def __init__(self, hotline: Hotline, session: aiohttp.ClientSession) -> None:
        self.hotline, self.session = hotline, session
        self.shown, self.status, self.headers = "", 0, {}

    async def page(self, path: str, **more: Any) -> str:
        url = path if path.startswith("http") else self.hotline.office_base + path
        method = "POST" if "data" in more else "GET"
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            self.shown, self.status = await response.text(), response.status
            self.headers = response.headers
        return self.shown

    def hidden(self, name: str) -> str:
        return self.shown.partition(f'name="{name}" value="')[2].partition('"')[0]

    async def way_back(self) -> str:
        """Press the button, say yes at Zalo; the address that Zalo sends the browser to."""
        await self.page("/zalo")
        await self.page("/zalo/consent", data={"csrf": self.hidden("csrf")})
        assert self.status == 303
        await self.page(self.headers["Location"])
        path = self.headers["Location"].partition("/zalo/callback")[2]
        return f"/zalo/callback{path}"

    async def consents(self) -> None:
        async with aiohttp.ClientSession() as stranger:  # the cookie is not sent with this one
            back = Browser(self.hotline, stranger)
            page = await back.page(await self.way_back())
            assert back.status == 200
        onward = page.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")
        await self.page(onward)
        assert "388613280878808645" in self.shown
        form = {name: self.hidden(name) for name in ("csrf", "code", "state", "oa_id")}
        await self.page("/zalo/connect", data=form)


class admin:
    """An administrator, signed in."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline = hotline
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Browser:
        async with self.hotline.house.database.writing() as session:
            person, password = await accounts.add_staff(
                session, "quantri@hotline.test", "Quản trị", Role.ADMIN, self.hotline.clock()
            )
        browser = Browser(self.hotline, self._session)
        await browser.page("/login", data={"email": person.email, "password": password})
        assert browser.status == 303
        return browser

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


async def test_consent_is_given_in_the_office(hotline: Hotline, zalo: LocalZalo) -> None:
    async with admin(hotline) as browser:
        page = await browser.page("/zalo")
        assert "Đang hoạt động" in page
        assert f"form-action 'self' {zalo.base}" in browser.headers["Content-Security-Policy"]
        assert ">Zalo</a>" in page
        before = zalo.refresh
        await browser.consents()
        assert (browser.status, "Đã cấp quyền" in browser.shown) == (200, True)
    assert zalo.refresh != before
    kept = await hotline.house.channels["zalo_oa"].keeper._store.read()
    assert kept.tokens.refresh == zalo.refresh


async def test_what_came_back_is_good_once_and_for_ten_minutes(hotline: Hotline) -> None:
    async with admin(hotline) as browser:
        await browser.consents()
        again = dict.fromkeys(("code", "state"), "x") | {"oa_id": "1"}
        await browser.page("/zalo")
        csrf = browser.hidden("csrf")
        await browser.page("/zalo/connect", data={**again, "csrf": csrf})
        assert browser.status == 409
        assert "bắt đầu lại" in browser.shown
        await browser.page("/zalo/connect", data={"csrf": csrf})
        assert browser.status == 422
        back = await browser.way_back()
        hotline.clock.pass_(minutes=11)
        await browser.page(back.replace("/zalo/callback", "/zalo"))
        form = {name: browser.hidden(name) for name in ("csrf", "code", "state", "oa_id")}
        await browser.page("/zalo/connect", data=form)
        assert browser.status == 409


STRANGE = (
    "",
    "?code=a&state=b",
    "?code=%0d%0aX&state=b&oa_id=1",
    '?code="><script>&state=b&oa_id=1',
    "?code=a&state=../../&oa_id=1",
    "?code=a&state=b&oa_id=//evil.test",
    f"?code={'a' * 2001}&state=b&oa_id=1",
    "?error=access_denied&state=b",
)


async def test_the_way_back_shows_nothing_and_leads_only_to_the_page(hotline: Hotline) -> None:
    before = await everything(hotline.house.database)
    anybody = hotline.public.at(hotline.office_base, hotline.session)
    for query in STRANGE:
        status, page = await anybody.get(f"/zalo/callback{query}")
        assert status == 200
        assert "<script" not in page
        assert "evil" not in page
        onward = page.partition('content="0;url=')[2].partition('"')[0]
        assert onward.partition("?")[0] == "/zalo"
    assert await everything(hotline.house.database) == before


async def test_only_administrators_see_it(hotline: Hotline) -> None:
    for role in (Role.LAWYER, Role.MANAGER, Role.EDITOR):
        person = await hotline.staff(role)
        assert (await person.get("/zalo"))[0] == 404
        assert (await person.post("/zalo/consent"))[0] == 404
        assert (await person.post("/zalo/connect"))[0] == 404


# -- who knocks ------------------------------------------------------------------------------------


async def test_the_console_saves_the_address_with_an_unsigned_nothing(hotline: Hotline) -> None:
    before = await everything(hotline.house.database)
    for body in (b"{}", b" {}\n"):
        url = hotline.public_base + WEBHOOK_PATH
        async with hotline.session.post(url, data=body) as response:
            assert response.status == 200
    assert await everything(hotline.house.database) == before


async def test_what_is_not_signed_leaves_nothing(hotline: Hotline, zalo: LocalZalo) -> None:
    body, headers = zalo.signed(zalo.said(LAN, "nợ lương", 1795345440910))
    mac = headers[SIGNATURE_HEADER].encode()
    wrong: dict[str, list[bytes]] = {
        "missing": [],
        "empty": [b""],
        "cut": [mac[:-1]],
        "of another body": [b"mac=" + b"0" * 64],
        "doubled": [mac, mac],
        "joined": [mac + b", " + mac],
        "not ascii": [b"\xff" + mac],
        "hmac of the body": [b"sha256=" + mac[4:]],
    }
    before = await everything(hotline.house.database)
    for name, given in wrong.items():
        lines = [SIGNATURE_HEADER.encode() + b": " + one for one in given]
        assert await _raw(hotline, lines, body) == 401, name
    stamps = [b"X-ZEvent-Timestamp: 1", b"X-ZEvent-Timestamp: 2"]
    assert await _raw(hotline, [SIGNATURE_HEADER.encode() + b": " + mac, *stamps], body) == 401
    other_app = {**zalo.said(LAN, "nợ lương", 1795345440910), "app_id": "1"}
    assert await Worker(hotline, zalo).sends(other_app) == 401
    assert await _raw(hotline, [SIGNATURE_HEADER.encode() + b": " + mac], b"x" * 1_100_000) == 401
    assert await everything(hotline.house.database) == before
    assert await _raw(hotline, [SIGNATURE_HEADER.encode() + b": " + mac], body) == 200


async def _raw(hotline: Hotline, lines: list[bytes], body: bytes) -> int:
    """The status of a request written by hand: clients refuse to send some of these headers."""
    port = int(hotline.public_base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"POST {WEBHOOK_PATH} HTTP/1.1".encode(), b"Host: hotline.test", b"Connection: close"]
    head += [*lines, b"Content-Type: application/json", f"Content-Length: {len(body)}".encode()]
    writer.write(b"\r\n".join(head) + b"\r\n\r\n" + body)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_neither_tokens_nor_words_stand_in_the_logs(
    lan: Worker, zalo: LocalZalo, capsys: pytest.CaptureFixture[str]
) -> None:
    zalo.faults = [-216, -200, -204, -230]
    secrets = [zalo.access, zalo.refresh, LAN, OA_SECRET, APP_SECRET, "mật canary"]
    await lan.says("mật canary")
    lan.hotline.clock.pass_(hours=2)
    await asyncio.sleep(0.5)
    lan.hotline.clock.pass_(hours=30)
    await lan.hotline.house.channels["zalo_oa"].keeper.ring()
    secrets += [zalo.access, zalo.refresh]
    captured = capsys.readouterr()
    logged = captured.out + captured.err
    assert "send_failed" in logged
    assert "tokens_renewed" in logged
    assert [secret for secret in secrets if secret in logged] == []


async def test_it_goes_on_after_a_restart(open_hotline: Open, zalo: LocalZalo) -> None:
    async with open_hotline() as first:
        await Worker(first, zalo).says("xin chào")
        await Worker(first, zalo).hears(2)
    renewed = zalo.refreshes
    async with open_hotline() as second:
        heard = len(zalo.sent)
        await Worker(second, zalo).says(QUESTION)
        await Worker(second, zalo).hears(heard + 1)
    assert zalo.refreshes == renewed == 1
    assert second.clock() - first.clock() == dt.timedelta()
