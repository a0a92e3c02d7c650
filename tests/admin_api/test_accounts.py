"""Who may sign in, for how long, and what is stored of it."""

import asyncio
import datetime as dt
import unicodedata

import pytest
from sqlalchemy import func, select

from admin_api import accounts
from admin_api.accounts import ATTEMPTS, ATTEMPTS_WITHIN, IDLE, LONGEST, Refused, TooManyAttempts
from admin_api.models import LoginAttempt
from escalation import tickets
from escalation.models import Staff, Ticket
from escalation.sla import SHIPPED
from escalation.tickets import Opening
from escalation.vocabulary import EventKind, Kind, Priority, Role, State
from hotline.db import Database
from tests.factories import Clock, everything

pytestmark = pytest.mark.thorough("postgresql")

EMAIL = "luatsu@hotline.test"
PASSWORD = "mật khẩu đủ dài của tôi"


class Office:
    """One transaction for each thing the office does with accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock

    async def add(self, email: str = EMAIL, role: Role = Role.LAWYER) -> tuple[Staff, str]:
        async with self.database.writing() as session:
            return await accounts.add_staff(session, email, "Luật sư An", role, self.clock())

    async def set_password(self, staff: Staff, password: str) -> None:
        async with self.database.writing() as session:
            await accounts.set_password(session, staff, password, self.clock())

    async def lets_in(self, email: str, password: str) -> bool:
        async with self.database.writing() as session:
            hashed = await accounts.password_hash_for(session, email, self.clock())
        return await accounts.matches(hashed, password)

    async def checked_hash(self) -> str:
        async with self.database.writing() as session:
            return await accounts.password_hash_for(session, EMAIL, self.clock())

    async def sign_in(self) -> str:
        token = await self.sign_in_with(await self.checked_hash())
        assert token is not None
        return token

    async def sign_in_with(self, hashed: str) -> str | None:
        async with self.database.writing() as session:
            return await accounts.sign_in(session, EMAIL, hashed, self.clock())

    async def who(self, cookie: str) -> accounts.SignedIn | None:
        async with self.database.reading() as session:
            return await accounts.by_cookie(session, cookie, self.clock())

    async def bearer(self, token: str) -> accounts.SignedIn | None:
        async with self.database.reading() as session:
            return await accounts.by_bearer(session, token)

    async def token(self, staff: Staff) -> str:
        async with self.database.writing() as session:
            return await accounts.issue_token(session, staff, self.clock())

    async def visit(self, session_id: int) -> bool:
        """As a request does: remember the visit if it is worth it."""
        async with self.database.reading() as session:
            worth = await accounts.needs_touch(session, session_id, self.clock())
        if worth:
            async with self.database.writing() as session:
                await accounts.touch(session, session_id, self.clock())
        return worth

    async def disable(self, staff: Staff, disabled: bool = True) -> None:
        async with self.database.writing() as session:
            person = await session.get(Staff, staff.id)
            assert person is not None
            await accounts.set_disabled(session, person, disabled, self.clock())


@pytest.fixture
def office(database: Database, clock: Clock) -> Office:
    return Office(database, clock)


# -- accounts and passwords ------------------------------------------------------------------------


async def test_the_first_password_opens_the_account(office: Office) -> None:
    _, password = await office.add()
    assert await office.lets_in(EMAIL, password)
    assert not await office.lets_in(EMAIL, password + "x")
    assert not await office.lets_in("nobody@hotline.test", password)


async def test_an_address_is_one_account_however_it_is_typed(office: Office) -> None:
    _, password = await office.add("  LuatSu@Hotline.TEST ")
    assert await office.lets_in("LUATSU@hotline.test", password)
    with pytest.raises(Refused, match="đã có"):
        await office.add("luatsu@hotline.test")


async def test_a_form_sent_twice_at_once_makes_one_account(office: Office) -> None:
    got = await asyncio.gather(office.add(), office.add(), return_exceptions=True)
    assert sorted(type(one) for one in got if isinstance(one, BaseException)) == [Refused]


async def test_a_name_is_one_line_and_never_empty(office: Office) -> None:
    async with office.database.writing() as session:
        for number, (typed, kept) in enumerate((("\u200b", "0"), ("Lan\nAnh", "Lan Anh"))):
            email = f"{number}@hotline.test"
            args = (email, typed, Role.LAWYER, office.clock())
            staff, _ = await accounts.add_staff(session, *args)
            assert staff.name == kept


@pytest.mark.parametrize(
    "email", ["", "luatsu", "x" * 250 + "@a.vn", "a@b.vn\nBcc: c@d.vn", "a @b.vn"]
)
async def test_what_is_no_address_is_refused(office: Office, email: str) -> None:
    with pytest.raises(Refused, match="không đúng"):
        await office.add(email)


async def test_a_short_password_is_refused(office: Office) -> None:
    staff, password = await office.add()
    with pytest.raises(Refused, match="14"):
        await office.set_password(staff, "x" * 13)
    assert await office.lets_in(EMAIL, password)


async def test_a_password_is_the_same_on_every_keyboard(office: Office) -> None:
    staff, _ = await office.add()
    await office.set_password(staff, unicodedata.normalize("NFD", PASSWORD))
    assert await office.lets_in(EMAIL, unicodedata.normalize("NFC", PASSWORD))


async def test_a_new_password_ends_every_session_and_the_old_password(office: Office) -> None:
    staff, password = await office.add()
    cookie = await office.sign_in()
    await office.set_password(staff, PASSWORD)
    assert await office.who(cookie) is None
    assert not await office.lets_in(EMAIL, password)
    assert await office.lets_in(EMAIL, PASSWORD)


async def test_a_password_changed_while_it_was_checked_opens_nothing(office: Office) -> None:
    staff, _ = await office.add()
    hashed = await office.checked_hash()
    await office.set_password(staff, PASSWORD)
    assert await office.sign_in_with(hashed) is None
    assert await office.sign_in_with(await office.checked_hash()) is not None


async def test_an_account_closed_while_its_password_was_checked_is_closed(office: Office) -> None:
    staff, _ = await office.add()
    hashed = await office.checked_hash()
    await office.disable(staff)
    assert await office.sign_in_with(hashed) is None
    await office.disable(staff, disabled=False)
    assert await office.sign_in_with(hashed) is not None


async def test_a_broken_hash_lets_nobody_in() -> None:
    assert not await accounts.matches("not a hash", PASSWORD)


# -- guessing --------------------------------------------------------------------------------------


async def guess(office: Office, times: int) -> None:
    for _ in range(times):
        async with office.database.writing() as session:
            await accounts.password_hash_for(session, EMAIL, office.clock())


async def test_after_ten_guesses_the_account_rests(office: Office, clock: Clock) -> None:
    await office.add()
    await guess(office, ATTEMPTS)
    with pytest.raises(TooManyAttempts):
        await guess(office, 1)
    clock.now += ATTEMPTS_WITHIN
    await guess(office, 1)


async def test_another_account_is_not_hurt_by_it(office: Office) -> None:
    await guess(office, ATTEMPTS)
    _, password = await office.add("other@hotline.test")
    assert await office.lets_in("other@hotline.test", password)


async def test_signing_in_forgives_the_wrong_guesses(office: Office) -> None:
    await office.add()
    await guess(office, ATTEMPTS - 1)
    await office.sign_in()
    await guess(office, ATTEMPTS)


async def test_guesses_at_once_are_counted_like_guesses_in_a_row(
    office: Office, database: Database
) -> None:
    await office.add()
    ends = await asyncio.gather(
        *(guess(office, 1) for _ in range(ATTEMPTS + 5)), return_exceptions=True
    )
    assert sum(isinstance(end, TooManyAttempts) for end in ends) == 5
    async with database.reading() as session:
        counted = await session.scalar(select(func.count()).select_from(LoginAttempt))
    assert counted == ATTEMPTS


# -- sessions --------------------------------------------------------------------------------------


async def test_a_cookie_tells_who_is_asking(office: Office) -> None:
    staff, _ = await office.add()
    signed_in = await office.who(await office.sign_in())
    assert signed_in is not None
    assert signed_in.staff.id == staff.id
    assert signed_in.csrf_token
    assert await office.who("made up") is None
    assert await office.who("\udcff") is None  # a byte that is no text


async def test_an_unused_session_ends_after_twenty_minutes(office: Office, clock: Clock) -> None:
    await office.add()
    cookie = await office.sign_in()
    clock.now += IDLE - dt.timedelta(seconds=1)
    assert await office.who(cookie)
    clock.pass_(seconds=1)
    assert await office.who(cookie) is None


async def test_each_visit_keeps_a_session_but_none_lasts_longer_than_twelve_hours(
    office: Office, clock: Clock
) -> None:
    await office.add()
    cookie = await office.sign_in()
    began = clock()
    while clock() - began < LONGEST - IDLE:
        clock.now += IDLE / 2
        signed_in = await office.who(cookie)
        assert signed_in is not None
        assert signed_in.session_id is not None
        await office.visit(signed_in.session_id)
    clock.now = began + LONGEST
    assert await office.who(cookie) is None


async def test_a_visit_is_written_down_at_most_each_minute(office: Office, clock: Clock) -> None:
    await office.add()
    signed_in = await office.who(await office.sign_in())
    assert signed_in is not None
    assert signed_in.session_id is not None
    written = []
    for _ in range(4):
        clock.pass_(seconds=31)
        written.append(await office.visit(signed_in.session_id))
    assert written == [False, True, False, True]


async def test_signing_out_ends_this_session_only(office: Office, database: Database) -> None:
    await office.add()
    one, other = await office.sign_in(), await office.sign_in()
    signed_in = await office.who(one)
    assert signed_in is not None
    assert signed_in.session_id is not None
    async with database.writing() as session:
        await accounts.sign_out(session, signed_in.session_id)
    assert await office.who(one) is None
    assert await office.who(other)


# -- tokens, and being shut out --------------------------------------------------------------------


async def test_a_token_tells_who_is_asking_and_needs_no_csrf_token(office: Office) -> None:
    staff, _ = await office.add()
    token = await office.token(staff)
    signed_in = await office.bearer(token)
    assert signed_in is not None
    assert (signed_in.staff.id, signed_in.csrf_token) == (staff.id, None)
    assert await office.bearer(token[:-1]) is None


async def test_a_disabled_account_is_shut_out_at_once(office: Office) -> None:
    staff, password = await office.add()
    cookie, token = await office.sign_in(), await office.token(staff)
    await office.disable(staff)
    assert await office.who(cookie) is None
    assert await office.bearer(token) is None
    assert not await office.lets_in(EMAIL, password)
    await office.disable(staff, disabled=False)
    assert await office.lets_in(EMAIL, password)
    assert await office.who(cookie) is None
    assert await office.bearer(token) is None


async def test_a_new_password_ends_every_token(office: Office) -> None:
    staff, _ = await office.add()
    token = await office.token(staff)
    await office.set_password(staff, PASSWORD)
    assert await office.bearer(token) is None
    assert await office.bearer(await office.token(staff)) is not None


async def test_who_leaves_gives_his_tickets_back(office: Office, database: Database) -> None:
    staff, _ = await office.add()
    colleague, _ = await office.add("other@hotline.test")
    now = office.clock()
    async with database.writing() as session:
        opening = Opening(Kind.QUESTION, Priority.NORMAL, "webchat", "nợ lương", now)
        his, theirs = [await tickets.open_ticket(session, opening, SHIPPED, now) for _ in range(2)]
        await tickets.take(session, his, staff, now)
        await tickets.take(session, theirs, colleague, now)
    await office.disable(staff)
    async with database.reading() as session:
        found = await session.get_one(Ticket, his.id)
        kept = await session.get_one(Ticket, theirs.id)
        last = (await tickets.history(session, found))[-1]
    assert (found.assignee_id, found.state) == (None, State.NEW)
    assert (last.kind, last.data) == (
        EventKind.RETURNED,
        {"reason": "left", "from": staff.id},
    )
    assert kept.assignee_id == colleague.id
    await office.disable(staff, disabled=False)
    async with database.reading() as session:
        assert (await session.get_one(Ticket, his.id)).assignee_id is None


async def test_no_password_cookie_or_token_is_stored(office: Office, database: Database) -> None:
    staff, password = await office.add()
    secrets = [password, await office.sign_in(), await office.token(staff)]
    stored = repr(await everything(database))
    assert [secret for secret in secrets if secret in stored] == []
    assert EMAIL not in repr((await everything(database))["login_attempts"])
