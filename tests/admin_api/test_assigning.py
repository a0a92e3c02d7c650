"""Who takes a ticket, over the API and on the pages."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from admin_api import accounts, assigning, joining
from admin_api.routing import NOT_FOUND
from admin_api.tickets import NOT_CHECKED_YET
from bot import notifications
from bot.models import Contact, Conversation, Delivery, Handoff, Message, Question
from bot.models import Outcome as Became
from escalation import checking, lookup, tickets
from escalation.models import Referral, Staff, Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import EventKind, Kind, Priority, Role, State
from tests.admin_api.test_access import Browser, Desk, desk

pytestmark = pytest.mark.thorough("postgresql")

__all__ = ["desk"]

SAO_DO = "Công ty TNHH Sao Đỏ"


class Office:
    """Requests of lawyers, each by his own token."""

    def __init__(self, desk: Desk, browser: Browser) -> None:
        self.desk, self.browser = desk, browser
        self.tokens: dict[int, str] = {}

    async def lawyer(self, name: str, employers: list[str] | None = None) -> Staff:
        async with self.desk.database.writing() as session:
            now = self.desk.clock()
            staff = Staff(
                email=f"{name}@hotline.test",
                name=name,
                role=Role.LAWYER,
                created_at=now,
                employers=employers,
            )
            session.add(staff)
            await session.flush()
            self.tokens[staff.id] = await accounts.issue_token(session, staff, now)
        return staff

    async def ask(
        self, staff: Staff, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        url = self.desk.base + path
        sent = {"Authorization": f"Bearer {self.tokens[staff.id]}", **headers}
        async with self.browser.session.request(
            method, url, json=body, headers=sent, allow_redirects=False
        ) as response:
            kind = response.content_type
            got = await response.json() if kind == "application/json" else await response.text()
            return response.status, got

    async def do(self, staff: Staff, code: str, deed: str, body: Any = None) -> tuple[int, Any]:
        return await self.ask(staff, "POST", f"/api/tickets/{code}/{deed}", body)

    async def worker(self, name: str, *subjects: str, employer: str | None = None) -> list[str]:
        """A worker on Telegram with a ticket for each subject."""
        codes = []
        async with self.desk.database.writing() as session:
            now = self.desk.clock()
            contact = Contact(channel="telegram", address=name, address_index=name, created_at=now)
            session.add(contact)
            await session.flush()
            talk = Conversation(contact_id=contact.id, state={}, last_at=now)
            session.add(talk)
            await session.flush()
            for subject in subjects:
                opening = Opening(Kind.QUESTION, Priority.NORMAL, "telegram", subject, now)
                ticket = await tickets.open_ticket(session, opening, SHIPPED, now)
                question = Question(
                    conversation_id=talk.id,
                    channel="telegram",
                    asked_at=now,
                    outcome=Became.HANDED_OFF,
                    reasoning={},
                )
                session.add(question)
                await session.flush()
                session.add(
                    Handoff(
                        conversation_id=talk.id,
                        question_id=question.id,
                        ticket_id=ticket.id,
                        created_at=now,
                    )
                )
                if employer:
                    await tickets.detail(session, ticket, now, employer=employer)
                codes.append(ticket.code)
        return codes

    async def read(self, code: str) -> Ticket:
        async with self.desk.database.reading() as session:
            ticket = await lookup.find(session, code)
        assert ticket is not None
        return ticket

    async def kinds(self, code: str) -> list[EventKind]:
        async with self.desk.database.reading() as session:
            ticket = await lookup.find(session, code)
            assert ticket is not None
            return [event.kind for event in await tickets.history(session, ticket)]

    async def told(self) -> dict[str, list[str]]:
        """What went out to workers, by their addresses."""
        async with self.desk.database.writing() as session:
            await notifications.announce(session, self.desk.clock())
        async with self.desk.database.reading() as session:
            rows = await session.execute(
                select(Contact.address, Message.text)
                .join(Conversation, Conversation.contact_id == Contact.id)
                .join(Message, Message.conversation_id == Conversation.id)
                .join(Delivery, Delivery.message_id == Message.id)
                .order_by(Message.id)
            )
            said: dict[str, list[str]] = {}
            for row in rows:
                said.setdefault(row.address, []).append(row.text)
            return said


@pytest.fixture
async def office(desk: Desk) -> Any:
    async with desk.browser() as browser:
        yield Office(desk, browser)


# -- next, return, transfer ------------------------------------------------------------------------


async def test_the_next_ticket_then_none_then_too_many(office: Office) -> None:
    lan = await office.lawyer("Lan")
    status, got = await office.ask(lan, "POST", "/api/tickets/next")
    assert (status, got["code"], got["assignee"]) == (200, office.desk.code, "Lan")
    status, got = await office.ask(lan, "POST", "/api/tickets/next")
    assert (status, got["error"]["code"]) == (409, "nobody_waits")
    assert got["error"]["message"] == assigning.NOBODY_WAITS
    async with office.desk.database.writing() as session:
        (await session.get_one(Staff, lan.id)).load_limit = 1
    await office.worker("a", "nợ lương")
    status, got = await office.ask(lan, "POST", "/api/tickets/next")
    assert (status, got["error"]["message"]) == (409, assigning.FULL.format(limit=1))


async def test_a_return_says_why(office: Office) -> None:
    lan, mai = await office.lawyer("Lan"), await office.lawyer("Mai")
    code = office.desk.code
    await office.do(lan, code, "claim")
    status, got = await office.do(mai, code, "return", {"text": "x"})
    assert (status, got["error"]["message"]) == (409, assigning.NOT_YOURS)
    assert (await office.do(lan, code, "return", {"text": " \u200b "}))[0] == 422
    status, got = await office.do(lan, code, "return", {"text": "Đi công tác"})
    assert (status, got["assignee"], got["state"]) == (200, None, "new")
    assert [(one["kind"], one["text"]) for one in got["events"][-2:]] == [
        ("returned", None),
        ("noted", "Đi công tác"),
    ]


async def test_a_transfer_waits_for_the_others_word(office: Office) -> None:
    lan, mai = await office.lawyer("Lan"), await office.lawyer("Mai")
    code = office.desk.code
    await office.do(lan, code, "claim")
    status, got = await office.do(lan, code, "transfer", {"to": mai.id, "text": "Chị rành hơn"})
    assert (status, got["assignee"]) == (200, "Lan")
    assert (got["transfer"]["taker"], got["transfer"]["yours"]) == ("Mai", False)
    assert next(one for one in got["events"] if one["kind"] == "offered")["about"] == "Mai"
    _, waiting = await office.ask(mai, "GET", "/api/transfers")
    assert [one["code"] for one in waiting["transfers"]] == [code]
    assert (await office.do(lan, code, "transfer/accept"))[0] == 409
    status, got = await office.do(mai, code, "transfer/accept")
    assert (status, got["assignee"], got["transfer"]) == (200, "Mai", None)
    assert (await office.ask(mai, "GET", "/api/transfers"))[1] == {"transfers": []}
    await office.do(mai, code, "transfer", {"to": lan.id})
    status, got = await office.do(lan, code, "transfer/refuse", {"text": "Đầy việc"})
    assert (status, got["assignee"], got["transfer"]) == (200, "Mai", None)


@pytest.mark.parametrize("to", [0, -1, 2**31, 2**80, 999_999, "x", None, [1]])
async def test_an_odd_colleague_is_refused(office: Office, to: Any) -> None:
    lan = await office.lawyer("Lan")
    await office.do(lan, office.desk.code, "claim")
    assert (await office.do(lan, office.desk.code, "transfer", {"to": to}))[0] == 422


# -- conflicts of interest -------------------------------------------------------------------------


async def test_for_a_tied_lawyer_the_ticket_is_not_there(office: Office) -> None:
    tied, free = await office.lawyer("Lan", [SAO_DO]), await office.lawyer("Mai")
    await office.ask(free, "GET", "/api/tickets?q=x")  # from now on words are kept in mind
    (code,) = await office.worker("a", "chuyện kín", employer="cty Sao Đỏ")
    other = office.desk.code
    for path in (f"/api/tickets/{code}", f"/tickets/{code}", f"/tickets/{code}/matter"):
        absent = await office.ask(tied, "GET", path.replace(code, "HP-2222"))
        assert await office.ask(tied, "GET", path) == absent
        assert absent[0] == 404
    bodies: list[Any] = [None, {"text": "x"}, {"into": other}, {"to": free.id}, {"wrong": 1}, []]
    for deed in ("claim", "replies", "notes", "return", "transfer", "merge", "referrals", "hold"):
        for body in bodies:
            got = await office.do(tied, code, deed, body)
            assert got == await office.do(tied, "HP-2222", deed, body)
            assert got == (404, {"error": {"code": "not_found", "message": NOT_FOUND.message}})
    for query in ("?state=all", "?state=all&q=sao+do", f"?state=all&q={code}"):
        _, found = await office.ask(tied, "GET", f"/api/tickets{query}")
        assert code not in str(found)
        _, found = await office.ask(free, "GET", f"/api/tickets{query}")
        assert code in str(found)
    for path in ("/", "/?view=all", "/?q=chuyen+kin", f"/tickets/{other}"):
        _, page = await office.ask(tied, "GET", path)
        assert code not in page
    assert (await office.do(tied, other, "merge", {"into": code}))[0] == 422
    assert (await office.do(tied, other, "merge", {"into": "HP-2222"}))[0] == 422


async def test_a_tied_lawyer_reaches_nothing_by_choosing_many(office: Office) -> None:
    tied = await office.lawyer("Lan", [SAO_DO])
    (code,) = await office.worker("a", "nợ lương", employer=SAO_DO)
    for deed in ("claim", "note"):
        form = {"deed": deed, "text": "x", "codes": code, "view": "open"}
        url = office.desk.base + "/inbox/bulk"
        bearer = {"Authorization": f"Bearer {office.tokens[tied.id]}"}
        async with office.browser.session.post(
            url, data=form, headers=bearer, allow_redirects=False
        ) as response:
            assert "done=0" in response.headers["Location"]
    assert await office.kinds(code) == [EventKind.OPENED, EventKind.DETAILED]


# -- merging ---------------------------------------------------------------------------------------


async def test_two_tickets_of_one_worker_become_one(office: Office) -> None:
    lan = await office.lawyer("Lan")
    first, second = await office.worker("a", "nợ lương", "nợ lương nữa")
    status, got = await office.do(lan, second, "merge", {"into": f" {first.lower()} "})
    assert (status, got["state"], got["merged_into"]) == (200, "resolved", first)
    assert (await office.read(first)).assignee_id == lan.id
    status, got = await office.do(lan, second, "merge", {"into": first})
    assert (status, got["error"]["message"]) == (409, joining.NOT_BOTH_OPEN)
    assert (await office.kinds(second))[-1] is EventKind.MERGED
    assert EventKind.ABSORBED in await office.kinds(first)


async def test_of_two_changes_that_wait_for_each_other_none_is_lost(office: Office) -> None:
    lan = await office.lawyer("Lan")
    first, second = await office.worker("a", "nợ lương", "nợ lương nữa")
    async with office.desk.database.writing() as session:
        assert await lookup.find_to_change(session, second) is not None
        merging = asyncio.create_task(office.do(lan, second, "merge", {"into": first}))
        await asyncio.sleep(0.5)  # it has the first, and waits for the second
        assert await lookup.find_to_change(session, first) is not None
    assert (await merging)[0] == 200
    assert (await office.read(second)).state is State.RESOLVED


async def test_tickets_of_two_workers_stay_two(office: Office) -> None:
    lan = await office.lawyer("Lan")
    (one,), (other,) = await office.worker("a", "nợ lương"), await office.worker("b", "nợ lương")
    status, got = await office.do(lan, one, "merge", {"into": other})
    assert (status, got["error"]["message"]) == (409, joining.OTHER_WORKER)
    for code in (one, other):
        assert await office.kinds(code) == [EventKind.OPENED]
    assert (await office.do(lan, one, "merge", {"into": one}))[0] == 409


async def test_a_ticket_of_nobody_known_is_not_merged(office: Office) -> None:
    lan = await office.lawyer("Lan")
    (one,), nobodys = await office.worker("a", "nợ lương"), office.desk.code
    for code, into in ((one, nobodys), (nobodys, one)):
        status, got = await office.do(lan, code, "merge", {"into": into})
        assert (status, got["error"]["message"]) == (409, joining.OTHER_WORKER)
    assert (await office.read(nobodys)).state is State.NEW


async def test_a_colleagues_ticket_is_not_merged_away(office: Office) -> None:
    lan, mai = await office.lawyer("Lan"), await office.lawyer("Mai")
    first, second = await office.worker("a", "một", "hai")
    await office.do(mai, second, "claim")
    for code, into in ((first, second), (second, first)):
        status, got = await office.do(lan, code, "merge", {"into": into})
        assert (status, got["error"]["message"]) == (409, joining.ANOTHERS)


# -- another body ----------------------------------------------------------------------------------


async def test_a_referral_is_kept_told_once_and_answered(office: Office) -> None:
    lan = await office.lawyer("Lan")
    (code,) = await office.worker("a", "chậm đóng bảo hiểm")
    body = {"agency": "social_insurance", "sent_on": "2026-11-20", "text": "gửi công văn 12"}
    status, got = await office.do(lan, code, "referrals", body)
    assert status == 200
    (referral,) = got["referrals"]
    assert (referral["sent_on"], referral["answered_on"]) == ("2026-11-20", None)
    said = (await office.told())["a"]
    assert len(said) == 1
    assert "cơ quan Bảo hiểm xã hội" in said[0]
    assert "công văn 12" not in said[0]
    path = f"referrals/{referral['id']}/answer"
    assert (await office.do(lan, code, path, {"text": "Đã thu", "on": "2026-11-19"}))[0] == 409
    assert (await office.do(lan, code, path, {"text": "Đã thu", "on": "2027-01-01"}))[0] == 422
    _, got = await office.do(lan, code, path, {"text": "Đã thu", "on": "2026-11-21"})
    assert got["referrals"][0]["answer"] == "Đã thu"
    assert (await office.do(lan, code, path, {"text": "Lần nữa"}))[0] == 409
    assert (await office.do(lan, office.desk.code, path, {"text": "x"}))[0] == 409
    assert len((await office.told())["a"]) == 1


async def test_an_unnamed_other_body_is_refused(office: Office) -> None:
    lan = await office.lawyer("Lan")
    for body in (
        {"agency": "other"},
        {"agency": "moon"},
        {"agency": "court", "sent_on": "2026-02-30"},
        {"agency": "court", "sent_on": "2999-01-01"},
    ):
        assert (await office.do(lan, office.desk.code, "referrals", body))[0] == 422
    status, got = await office.do(
        lan, office.desk.code, "referrals", {"agency": "other", "name": "UBND phường"}
    )
    assert (status, got["referrals"][0]["name"]) == (200, "UBND phường")


async def test_what_was_referred_is_forgotten_with_the_ticket(office: Office) -> None:
    lan = await office.lawyer("Lan")
    (code,) = await office.worker("a", "nợ lương")
    await office.do(lan, code, "referrals", {"agency": "court"})
    async with office.desk.database.writing() as session:
        ticket = await lookup.find_to_change(session, code)
        assert ticket is not None
        await tickets.erase(session, ticket, office.desk.clock())
    async with office.desk.database.reading() as session:
        assert (await session.scalars(select(Referral))).all() == []
    assert await office.told() == {}


# -- a collective matter ---------------------------------------------------------------------------


async def test_one_answer_reaches_each_worker_by_himself(office: Office) -> None:
    lan, mai = await office.lawyer("Lan"), await office.lawyer("Mai")
    (one,) = await office.worker("a", "nợ lương tôi", employer=SAO_DO)
    (two,) = await office.worker("b", "nợ lương anh", employer="Sao Đỏ")
    (three,) = await office.worker("c", "nợ lương chị")
    for code in (two, three):
        status, got = await office.do(lan, code, "matter/join", {"master": one})
        assert (status, got["master"]) == (200, one)
    assert [member["code"] for member in got["members"]] == [one, two, three]
    assert len({member["alias"] for member in got["members"]}) == 3
    assert (await office.read(three)).employer == SAO_DO
    path = f"/api/tickets/{two}/matter/replies"
    for _ in range(2):
        status, got = await office.ask(
            lan, "POST", path, {"text": "Công ty phải trả đủ."}, **{"Idempotency-Key": "k"}
        )
        assert (status, got["codes"]) == (200, [one, two, three])
    said = await office.told()
    assert set(said) == {"a", "b", "c"}
    for words in said.values():
        assert len(words) == 1
        assert "Công ty phải trả đủ." in words[0]
    status, got = await office.ask(mai, "GET", f"/api/tickets/{three}")
    assert "anh" not in str(got["conversation"])


async def test_where_an_answer_waits_for_its_check_nobody_is_answered(office: Office) -> None:
    lan = await office.lawyer("Lan")
    codes = [(await office.worker(who, "nợ lương", employer=SAO_DO))[0] for who in "ab"]
    assert (await office.do(lan, codes[1], "matter/join", {"master": codes[0]}))[0] == 200
    async with office.desk.database.writing() as session:
        await checking.set_topics(session, ["ky-luat"])
        ticket = await lookup.find(session, codes[1])
        assert ticket is not None
        ticket.topic = "ky-luat"
    assert (await office.do(lan, codes[1], "replies", {"text": "Chờ xem."}))[0] == 202
    status, got = await office.do(lan, codes[0], "matter/replies", {"text": "Đã gửi công văn."})
    assert (status, got["error"]["message"]) == (409, NOT_CHECKED_YET)
    assert EventKind.REPLIED not in await office.kinds(codes[0])


async def test_who_leaves_is_not_answered_with_the_others(office: Office) -> None:
    lan = await office.lawyer("Lan")
    codes = [(await office.worker(who, "nợ lương", employer=SAO_DO))[0] for who in "abc"]
    for code in codes[1:]:
        await office.do(lan, code, "matter/join", {"master": codes[0]})
    assert (await office.do(lan, codes[0], "matter/leave"))[0] == 409  # the others hang on it
    assert (await office.do(lan, codes[1], "matter/leave"))[0] == 200
    await office.do(lan, codes[0], "matter/replies", {"text": "Vâng"})
    assert set(await office.told()) == {"a", "c"}
    await office.do(lan, codes[2], "matter/leave")
    for code in codes:
        assert (await office.read(code)).master_id is None


async def test_only_tickets_of_one_employer_are_joined(office: Office) -> None:
    lan = await office.lawyer("Lan")
    (one,) = await office.worker("a", "x", employer=SAO_DO)
    (other,) = await office.worker("b", "x", employer="Hoa Mai")
    (unknown,) = await office.worker("c", "x")
    for code, master in ((other, one), (one, unknown)):
        status, got = await office.do(lan, code, "matter/join", {"master": master})
        assert (status, got["error"]["message"]) == (409, joining.OTHER_EMPLOYER)
    assert (await office.do(lan, one, "matter/join", {"master": one}))[0] == 409
    assert (await office.do(lan, one, "matter/replies", {"text": "x"}))[0] == 409
    assert (await office.read(one)).state is State.NEW


# -- pages -----------------------------------------------------------------------------------------


async def test_a_refused_form_keeps_what_was_typed(desk: Desk) -> None:
    async with desk.signed_in(Role.LAWYER) as browser:
        csrf = await browser.csrf()
        html = {"Accept": "text/html"}
        for path, form in (
            ("return", {"text": "Lý do <dài>"}),
            ("transfer", {"to": "999999", "text": "Lý do <dài>"}),
            ("merge", {"into": "HP-<dài>", "text": "Lý do"}),
            ("referrals", {"agency": "other", "text": "Lý do <dài>", "sent_on": "2026-02-30"}),
            ("referrals/77/answer", {"text": "Lý do <dài>"}),
            ("matter/join", {"master": "HP-<dài>"}),
        ):
            status, page, _ = await browser.ask(
                "POST",
                f"/tickets/{desk.code}/{path}",
                data={**form, "csrf": csrf},
                headers=html,
            )
            assert status in (409, 422), path
            assert "&lt;dài&gt;" in page, path
            assert 'role="alert"' in page


async def test_the_administrator_sets_what_a_lawyer_may_have(desk: Desk) -> None:
    lawyer = desk.staff[Role.LAWYER]
    async with desk.signed_in(Role.ADMIN) as browser:
        csrf = await browser.csrf()
        path = f"/staff/{lawyer.id}"
        for limit in ("0", "201", "x", "", "-1"):
            form = {"load_limit": limit, "employers": "Sao Đỏ", "csrf": csrf}
            status, page, _ = await browser.ask("POST", path, data=form)
            assert status == 422
            assert "Sao Đỏ" in page
        form = {"load_limit": "3", "employers": " Sao Đỏ \n\nHoa Mai\n", "csrf": csrf}
        assert (await browser.ask("POST", path, data=form))[0] == 303
        assert (await browser.ask("GET", f"/staff/{desk.staff[Role.ADMIN].id}"))[0] == 404
    async with desk.database.reading() as session:
        found = await session.get_one(Staff, lawyer.id)
    assert (found.load_limit, found.employers) == (3, ["Sao Đỏ", "Hoa Mai"])
