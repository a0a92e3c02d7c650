"""Who was told lately that the hotline speaks in private only."""

from bot.channels.groups import Refusals


def test_a_group_is_told_once_an_hour() -> None:
    now = 100.0
    refusals = Refusals(lambda: now)
    assert refusals.due("a")
    assert refusals.due("b")
    now += 3599
    assert not refusals.due("a")
    now += 1
    assert refusals.due("a")
    assert not refusals.due("a")


def test_many_groups_take_no_more_room_than_some() -> None:
    refusals = Refusals(lambda: 0.0)
    assert all(refusals.due(f"group {number}") for number in range(1500))
    assert not refusals.due("group 1499")
    assert refusals.due("group 0")  # forgotten, so told again
