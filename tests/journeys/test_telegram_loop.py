"""The main story: a worker asks on Telegram, the bot is not right, a lawyer answers, he rates."""

from bot import phrases
from escalation.vocabulary import Role
from tests.journeys.conftest import Hotline, eventually

LAN = 7001


async def test_question_wrong_answer_lawyer_rating(hotline: Hotline) -> None:
    await hotline.says(LAN, "bao truoc may ngay")
    heard = await hotline.hears(LAN, 2)
    assert heard[0] == phrases.NOTICE
    await hotline.taps(LAN, "Tôi xin nghỉ phải báo trước mấy ngày")
    heard = await hotline.hears(LAN, 3)
    assert "45 ngày" in heard[2]
    assert "BLLĐ 2019 Đ.35" in heard[2]

    await hotline.taps(LAN, phrases.NOT_IT)
    heard = await hotline.hears(LAN, 4)
    assert "trước 11:30 thứ Hai 23/11" in heard[3]

    lawyer = await hotline.staff(Role.LAWYER)
    status, inbox = await lawyer.get("/api/tickets?state=open")
    assert status == 200
    (row,) = inbox["tickets"]
    assert row["subject"] == "bao truoc may ngay"
    code = row["code"]
    _, case = await lawyer.get(f"/api/tickets/{code}")
    assert [line["author"] for line in case["conversation"]][:3] == ["worker", "system", "bot"]
    assert case["reasoning"]["matches"]
    assert case["suggestions"]

    status, _ = await lawyer.post(
        f"/api/tickets/{code}/replies",
        json={"text": "Anh/chị làm hợp đồng 12 tháng thì báo trước 30 ngày."},
    )
    assert status == 201
    heard = await hotline.hears(LAN, 5)
    assert heard[4].startswith("Anh/chị làm hợp đồng 12 tháng")
    assert phrases.SIGNATURE in heard[4]

    status, case = await lawyer.post(f"/api/tickets/{code}/resolve")
    assert (status, case["state"]) == (200, "resolved")
    await hotline.hears(LAN, 6)
    await hotline.taps(LAN, phrases.HELPED)
    await hotline.hears(LAN, 7)
    _, case = await lawyer.get(f"/api/tickets/{code}")
    assert case["rating"] == 1

    await hotline.says(LAN, "luật sư ơi vậy em nộp đơn cho ai ạ")
    await hotline.hears(LAN, 8)
    _, case = await lawyer.get(f"/api/tickets/{code}")
    assert case["state"] == "active"

    manager = await hotline.staff(Role.MANAGER)
    status, summary = await manager.get("/api/reports/summary")
    assert status == 200
    assert summary["received"] == 1
    assert summary["answered_by_lawyer"] == 1
    assert summary["online_share"] == 100.0
    await eventually(lambda: len(hotline.telegram.answered_queries) == 3)
