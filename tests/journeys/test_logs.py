"""A story full of things that must not be logged, and everything the program wrote meanwhile."""

import asyncio
import gc
import logging
from typing import Any

import pytest
import structlog

from bot.channels.telegram import WEBHOOK_PATH
from bot.dialogue import Dialogue
from escalation.vocabulary import Role
from hotline import logs
from tests.factories import SECRET, TOKEN
from tests.journeys.conftest import Hotline, eventually

LAN = 778899001122
NAME = "Nguyễn Thị Hoàng Yến"
STORY = "sếp Quách Tuấn Kiệt nợ lương ba tháng"
ANSWER = "Chị Yến nộp đơn tại số 15 phố Đào Nhuận"
EMAIL = "yen.hoang@congty.example"
PHONES = (
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "0912-345-678",
    "+84912345678",
    "+84 912 345 678",
    "%2B84912345678",
    "0084912345678",
    "84912345678",
    "(+84) 912345678",
    "\u0660\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
)
CANARIES = (*PHONES, NAME, "Hoàng Yến", "Quách", "Đào Nhuận", EMAIL, TOKEN, SECRET, str(LAN))


class Stumbling(Dialogue):
    """A fault of ours whose message quotes what the worker wrote."""

    def respond(self, *given: Any) -> Any:
        raise RuntimeError(f"cannot think about {given} from {NAME}, {PHONES}")


async def test_nothing_of_a_worker_is_logged(
    hotline: Hotline, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure()  # once more, now that stderr is what `capfd` reads
    await _story(hotline)
    await _faults(hotline)
    gc.collect()
    await asyncio.sleep(0)
    out, err = capfd.readouterr()
    said = out + err
    assert "request_failed" in said  # we did look where it is written
    assert "send_failed" in said
    assert "never retrieved" in said
    assert [canary for canary in CANARIES if canary in said] == []


async def _story(hotline: Hotline) -> None:
    """A worker tells everything, a lawyer answers, Telegram fails now and then."""
    person = {"id": LAN, "is_bot": False, "first_name": NAME, "username": "hoangyen"}
    await hotline.says(LAN, "cho em gặp luật sư")
    await hotline.deliver(hotline.updates.message(LAN, f"{STORY}, {NAME}", **{"from": person}))
    for phone in PHONES:
        await hotline.says(LAN, f"gọi em số {phone}, thư {EMAIL}")
    fault = {"ok": False, "description": f"Bad Request: {STORY} {PHONES[0]}", "error_code": 400}
    hotline.telegram.faults = [(400, fault), (500, {}), None]
    lawyer = await hotline.staff(Role.LAWYER, EMAIL)
    _, inbox = await lawyer.get("/api/tickets")
    code = inbox["tickets"][0]["code"]
    await lawyer.post(f"/api/tickets/{code}/replies", json={"text": f"{ANSWER} {PHONES[1]}"})
    await lawyer.get(f"/api/tickets/{PHONES[0]}?q={PHONES[0]}&name={NAME}")
    await eventually(lambda: len(hotline.telegram.faults) < 3)
    await asyncio.sleep(0.5)


async def _faults(hotline: Hotline) -> None:
    """Requests that fail inside, bodies that cannot be read, a task nobody waits for."""
    hotline.house.desk = type(hotline.house.desk)(
        Stumbling(hotline.house.library), hotline.house.policy
    )
    assert await hotline.deliver(hotline.updates.message(LAN, STORY)) == 503
    assert await hotline.deliver(hotline.updates.message(LAN, STORY), secret=PHONES[0]) == 401
    body = f'{{"update_id": "{PHONES[0]}", "name": "{NAME}"'.encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    assert (await hotline.public.post(WEBHOOK_PATH, data=body, headers=headers))[0] == 200
    form = {"email": EMAIL, "password": f"{NAME}{PHONES[0]}"}
    url = f"{hotline.office_base}/login"
    async with hotline.session.post(url, data=form) as response:
        assert response.status == 401
    task = asyncio.create_task(_fail())
    await asyncio.wait([task])
    del task


async def _fail() -> None:
    raise ValueError(f"{NAME} {PHONES} {STORY}")


# -- the second line of defence --------------------------------------------------------------------


@pytest.mark.parametrize("canary", [*PHONES, EMAIL, TOKEN, "hl_" + "x" * 43])
def test_what_slips_into_an_event_is_masked(canary: str, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    log = structlog.get_logger()
    for shape in (canary, f"sdt{canary}.", [canary], {"a": canary}, ValueError(canary)):
        log.warning("slipped", value=shape)
    log.warning(f"slipped {canary}")
    logging.getLogger("httpx").warning("HTTP Request: POST https://api/bot%s/send", canary)
    try:
        raise ValueError(canary)
    except ValueError:
        log.error("raised", exc_info=True)
        logging.getLogger("apscheduler").exception("Job raised")
    out, err = capfd.readouterr()
    assert canary not in out + err
    assert "ValueError" in err
    assert "_slips" in out or "test_what_slips" in out


def test_plain_figures_and_times_are_not_masked(capfd: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("done", rows=12, took="0.25", at="2026-11-22T08:00:00.000123Z")
    out, _ = capfd.readouterr()
    assert "rows=12" in out
    assert "took=0.25" in out
    assert "08:00:00.000123Z" in out
