"""The clock over JSON, and the day of the event as a lawyer types it."""

import json
from typing import Any

from escalation.vocabulary import Role
from tests.admin_api.test_access import Desk, desk

__all__ = ["desk"]


async def ask(desk: Desk, method: str, part: str, **more: Any) -> tuple[int, Any]:
    async with desk.browser() as browser:
        headers = desk.bearer(Role.LAWYER)
        path = f"{desk.base}/api/tickets/{desk.code}/{part}"
        async with browser.session.request(method, path, headers=headers, **more) as response:
            return response.status, await response.json()


async def test_the_clock_is_explained(desk: Desk) -> None:
    desk.clock.pass_(hours=17, minutes=30)  # from Sunday 15:00 to Monday 08:30
    status, clock = await ask(desk, "GET", "clock")
    assert status == 200
    assert (clock["code"], clock["owed"], clock["calendar"], clock["counted"]) == (
        desk.code,
        "first",
        "office",
        60,
    )
    past = [(one["pace"], one["reason"], one["minutes"]) for one in clock["segments"][:2]]
    assert past == [("closed", "weekend", 0), ("running", "first", 60)]
    assert [one["hand"] for one in clock["terms"]] == ["first", "resolution"]
    assert clock["segments"][-1]["until"] == clock["next_due_at"] == clock["terms"][0]["due_at"]


async def test_the_clock_stands_in_the_description(desk: Desk) -> None:
    async with desk.browser() as browser:
        headers = desk.bearer(Role.LAWYER)
        _, text, _ = await browser.ask("GET", "/api/openapi.json", headers=headers)
    paths = json.loads(text)["paths"]
    assert paths["/api/tickets/{code}/clock"]["get"]["x-roles"] == ["lawyer"]


async def test_a_lawyer_types_the_day_and_takes_it_back(desk: Desk) -> None:
    status, found = await ask(desk, "POST", "event-day", json={"day": "2026-08-15"})
    assert status == 200
    assert [(one["where"], one["day"]) for one in found["clock"]["last_days"]] == [
        ("mediation", "2027-02-15"),
        ("arbitration", "2027-05-15"),
        ("court", "2027-08-15"),
    ]
    status, found = await ask(desk, "POST", "event-day", json={"day": None})
    assert (status, found["clock"]["last_days"]) == (200, [])


async def test_a_day_to_come_or_no_day_is_refused(desk: Desk) -> None:
    for day in ("2026-11-23", "1900-01-01", "15/8/2026", "", 5):
        status, answer = await ask(desk, "POST", "event-day", json={"day": day})
        assert status == 422, day
        assert answer["error"]["message"]
