"""What the three lawyers and their head do on that Monday's morning, scene by scene, by keys alone."""

from dataclasses import dataclass, field

from playwright.async_api import expect

from escalation.models import Ticket
from hotline.rehearsal.stage import Stage
from tests.journeys.day_story import SAO_DO, DayClock, Workers
from tests.journeys.keyboard_desk import Desk
from tests.journeys.test_same_everywhere import Say

ADVICE = "Anh/chị giữ bảng lương, tin nhắn và nhờ công đoàn cơ sở gửi văn bản cho công ty."
UNDONE = 11  # seconds after which an answer cannot be taken back


@dataclass
class Day:
    """Who works, who came, and what was written to whom."""

    stage: Stage
    clock: DayClock
    workers: Workers
    hoa: Desk
    lan: Desk
    mai: Desk
    head: Desk
    sent: dict[str, list[str]] = field(default_factory=dict)  # code -> answers

    @property
    def lawyers(self) -> tuple[Desk, Desk, Desk]:
        return self.hoa, self.lan, self.mai

    async def ticket(self, name: str) -> Ticket:
        return (await self.workers.tickets())[name][-1]

    async def code(self, name: str) -> str:
        return (await self.ticket(name)).code

    async def answers(self, desk: Desk, then: str = "resolve", words: str = ADVICE) -> None:
        """The ticket on the screen; his code stands in each answer, so that none is another's."""
        code = await desk.page.locator("#case-title").inner_text()
        words += " Xin hỏi thêm tại đây." * len(self.sent.get(code, []))
        await desk.writes(f"Phiếu {{mã phiếu}}: {words}")
        await desk.sends(then)
        self.sent.setdefault(code, []).append(f"Phiếu {code}: {words}")

    async def time_passes(self) -> None:
        """Until what was sent is with the workers."""
        self.clock.pass_(UNDONE)
        await self.workers.is_sent()


# -- scenes ----------------------------------------------------------------------------------------


async def the_desk_opens(day: Day) -> None:
    await day.hoa.page.goto(day.stage.office)
    await day.hoa.look("login")
    for desk in (*day.lawyers, day.head):
        await desk.sign_in()
    for desk in day.lawyers:
        await expect(desk.page.get_by_text("Không còn ai đang chờ trả lời.")).to_be_visible()
        await desk.look("empty")
        await desk.press("?")
        await desk.look("keys")
        await desk.press("Escape")


async def the_head_sets_the_day_up(day: Day) -> None:
    head, page = day.head, day.head.page
    await head.turns_to("Tài khoản")
    await head.look("staff")
    await head.enter(page.get_by_role("link", name="Lê Thị Lan"))
    await head.types(page.locator("#employers"), SAO_DO)
    await head.look("tied")
    await head.enter(page.get_by_role("button", name="Lưu", exact=True))
    await head.turns_to("Lời hứa")
    await head.walk(page.get_by_role("checkbox", name="Thai sản"))
    await head.press("Space")
    await head.enter(page.get_by_role("button", name="Lưu chủ đề"))
    await head.look("promises")
    await head.turns_to("Lịch trực")
    await head.chooses(page.locator("#staff"), "Hoa")
    await head.types(page.locator("#opens"), "07:30")
    await head.types(page.locator("#closes"), "17:00")
    await head.goes("Enter")
    await expect(page.locator("#week")).to_contain_text("07:30–17:00")
    await head.look("duty")


async def all_see_them(day: Day) -> None:
    """Without reload; and who is tied to an employer does not see that one."""
    for desk, count in zip(day.lawyers, ("21", "20", "21"), strict=True):
        owed = desk.page.locator("#view-owed .count")
        await expect(owed).to_have_text(count)
        await desk.look("inbox")


async def danger_first(day: Day) -> None:
    hoa, page = day.hoa, day.hoa.page
    await hoa.goes("t")
    code = await day.code("urgent")
    await expect(page.locator("#case-title")).to_have_text(code)
    await hoa.look("urgent")
    await hoa.writes("Phiếu {mã phiếu}: ??tai nạn lao động")
    await expect(page.get_by_role("option").first).to_be_visible()
    await hoa.look("faq")
    await hoa.press("ArrowDown", "Enter")
    await expect(page.locator("#answers")).to_be_hidden()
    await hoa.press("Control+Enter")
    await expect(page.locator("#undo")).to_be_visible()
    await hoa.press("Escape")
    await hoa.look("undo")
    await hoa.press("u")
    await expect(page.locator("#undo")).to_be_hidden()
    words = await page.locator("#reply-text").input_value()
    assert words.startswith(f"Phiếu {code}: ")
    await hoa.sends("resolve")
    day.sent[code] = [words]
    await hoa.look("resolved")
    await day.time_passes()


async def a_second_lawyer_reads(day: Day) -> None:
    code = await day.code("checked")
    await day.mai.opens(code)
    await day.mai.goes("c")
    await day.answers(day.mai)
    await expect(day.mai.page.locator("#withdraw")).to_be_visible()
    await day.mai.look("to-be-checked")
    await day.hoa.view("checking")
    await day.hoa.look("checking")
    await day.hoa.press("j")
    await day.hoa.goes("Enter")
    await day.hoa.look("second")
    await day.hoa.enter(day.hoa.page.locator("#pass"))
    await day.time_passes()


async def what_one_lawyer_must_not_see(day: Day) -> None:
    await day.lan.finds(await day.code("tied"))
    await expect(day.lan.page.get_by_text("Không có phiếu nào khớp.")).to_be_visible()
    await day.lan.look("not-hers")


async def two_of_one_employer(day: Day) -> None:
    """Answered once, each by his own door."""
    mai, page = day.mai, day.mai.page
    master, other = await day.code("owed"), await day.code("owed too")
    await mai.opens(other)
    await mai.goes("c")
    await mai.more("Ghép vào vụ tập thể")
    await mai.look("more")
    await mai.types(page.locator("#join-master"), master)
    await mai.goes("Enter")
    await mai.look("matter")
    await mai.types(page.locator("#matter-text"), ADVICE)
    await mai.enter(page.get_by_role("button", name="Gửi cho mọi phiếu đang mở"))
    day.sent |= {code: [ADVICE] for code in (master, other)}
    for code in (master, other):
        await mai.opens(code)
        await mai.acts("resolve")
    await day.time_passes()


async def handed_to_a_colleague(day: Day) -> None:
    hoa, lan, code = day.hoa, day.lan, await day.code("handed on")
    await hoa.opens(code)
    await hoa.goes("c")
    await hoa.more("Chuyển cho đồng nghiệp")
    await hoa.chooses(hoa.page.locator("#transfer-to"), "Lan")
    await hoa.types(hoa.page.locator("#transfer-text"), "Lan quen việc thưởng")
    await hoa.look("transfer")
    await hoa.enter(hoa.page.get_by_role("button", name="Đề nghị chuyển"))
    await hoa.look("offered")
    await lan.home()
    await lan.look("offer")
    await lan.enter(lan.page.locator("#offers button"))
    await lan.opens(code)
    await day.answers(lan)


async def a_colleague_is_asked(day: Day) -> None:
    hoa, lan, code = day.hoa, day.lan, await day.code("named")
    await hoa.opens(code)
    await hoa.goes("c")
    await hoa.press("n")
    await hoa.page.keyboard.type("Nhờ @lan")
    await expect(hoa.page.get_by_role("option")).to_have_text("Lê Thị Lan")
    await hoa.look("mention")
    await hoa.press("Enter")
    await hoa.page.keyboard.type("xem giúp mức hỗ trợ.")
    await hoa.press("Control+Enter")
    await expect(hoa.page.locator(".lines .note")).to_contain_text("@Lê Thị Lan xem giúp")
    await lan.view("mentioned")
    await lan.look("mentioned")
    await lan.press("j")
    await lan.goes("Enter")
    await lan.press("n")
    await lan.page.keyboard.type("Mức này do công đoàn cơ sở quyết định.")
    await lan.press("Control+Enter")
    note = hoa.page.locator(".lines .note", has_text="công đoàn cơ sở quyết định")
    await expect(note).to_be_visible()  # without reload
    await lan.look("note")
    await hoa.press("Escape")
    await day.answers(hoa)


async def to_another_body(day: Day) -> None:
    lan, page = day.lan, day.lan.page
    await lan.opens(await day.code("referred"))
    await lan.goes("c")
    await lan.more("Chuyển cơ quan khác")
    await lan.chooses(page.locator("#refer-agency"), "Bảo hiểm xã hội")
    await lan.look("refer")
    await lan.enter(page.get_by_role("button", name="Ghi lại và báo người lao động"))
    await expect(page.locator("#referrals")).to_contain_text("Bảo hiểm xã hội")
    await lan.look("referred")
    await day.answers(lan, "hold", "đã chuyển Bảo hiểm xã hội, anh/chị chờ tin.")
    await lan.look("on-hold")
    await lan.opens(await day.code("held"))
    await lan.goes("c")
    await day.answers(lan, "hold", "anh/chị làm ca nào hôm lễ?")
    await day.time_passes()
    await day.workers.does("held", Say("em làm ca đêm mùng một"))


async def two_tickets_of_one(day: Day) -> None:
    mai, page = day.mai, day.mai.page
    first, second = (await day.workers.tickets())["merged"]
    await mai.opens(second.code)
    await mai.more("Gộp vào phiếu khác")
    await expect(page.locator("#merge-into")).to_have_value(first.code)
    await mai.look("merge")
    await mai.enter(page.get_by_role("button", name="Gộp phiếu"))
    await expect(page.locator("#case-title")).to_have_text(first.code)
    await day.answers(mai)


async def several_at_once(day: Day) -> None:
    hoa, page = day.hoa, day.hoa.page
    await hoa.view("new")
    for code in (await day.code("bulk one"), await day.code("bulk two")):
        await hoa.walk(page.locator(f"#to-{code}"), "j")
        await hoa.press("x")
    await expect(page.locator("#picked")).to_have_text("Đã chọn 2 phiếu")
    await hoa.look("picked")
    await hoa.walk(page.locator("#bulk-claim"), "Shift+Tab")
    await hoa.goes("Enter")
    await expect(page.get_by_text("Đã nhận 2 phiếu.")).to_be_visible()
    await hoa.look("taken")


async def a_photograph(day: Day) -> None:
    mai, page = day.mai, day.mai.page
    await mai.opens(await day.code("file"))
    await mai.look("unclaimed-file")
    await mai.goes("c")
    await expect(page.locator(".files img")).to_be_visible()
    await mai.look("file")
    await mai.enter(page.locator(".files a"))
    await mai.look("picture")
    await mai.enter(page.locator("h1 a"))
    await day.answers(mai)


async def a_draft_of_a_good_answer(day: Day) -> None:
    hoa, page = day.hoa, day.hoa.page
    await hoa.opens(await day.code("drafted"))
    await hoa.goes("c")
    await day.answers(hoa)
    await day.time_passes()
    await hoa.acts("draft")
    await hoa.look("draft")
    await hoa.types(page.locator("#wanted"), "Điều 35 BLLĐ")
    await hoa.goes("Enter")
    await hoa.walk(page.locator("#basis").get_by_role("checkbox").first)
    await hoa.press("Space")
    await hoa.look("basis")
    await hoa.enter(page.get_by_role("button", name="Gửi biên tập"))
    await hoa.turns_to("Câu mẫu")
    await expect(page.locator(".cards li")).to_have_count(1)
    await hoa.look("drafts")


async def a_visitor_and_the_own_account(day: Day) -> None:
    mai, lan = day.mai.page, day.lan.page
    await day.mai.turns_to("Trực tiếp")
    await day.mai.walk(mai.locator("#minutes"))
    await day.mai.types(mai.locator("#minutes"), "25")
    await day.mai.walk(mai.get_by_role("radio").first)
    await day.mai.press("Space")
    await day.mai.types(mai.locator("#question"), "Công ty chậm trả sổ bảo hiểm")
    await day.mai.types(mai.locator("#answer"), "Hướng dẫn gửi đơn cho công ty và BHXH.")
    await day.mai.enter(mai.get_by_role("button", name="Ghi lại"))
    await day.mai.look("visitor")
    await day.lan.walk(day.lan.page.locator(".account summary"))
    await day.lan.press("Enter")
    await day.lan.look("menu")
    await day.lan.enter(lan.get_by_role("link", name="Cách báo tin"))
    await day.lan.types(lan.locator("#quiet-from"), "22:00")
    await day.lan.types(lan.locator("#quiet-until"), "06:00")
    await day.lan.goes("Enter")
    await expect(lan.get_by_text("Đã lưu.")).to_be_visible()
    await day.lan.look("account")
