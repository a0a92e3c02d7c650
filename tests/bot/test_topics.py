"""What a ticket is about, also where the worker asked for a lawyer before he asked anything."""

import pytest

from hotline.db import Database
from knowledge_base.library import Library
from tests.factories import Clock
from tests.front_door import FrontDoor


@pytest.fixture
def door(database: Database, library: Library, clock: Clock) -> FrontDoor:
    return FrontDoor(database, library, clock)


async def test_a_question_kept_for_the_lawyer_has_a_topic(door: FrontDoor) -> None:
    await door.says("lan", "cho em gặp luật sư")
    await door.says("lan", "Nghỉ việc mà công ty không chốt sổ, không trả sổ bảo hiểm cho em")
    assert (await door.newest_ticket()).topic == "bhxh"


@pytest.mark.parametrize("words", ["chuyện hôm qua ở xưởng ấy ạ", "luật sư"])
async def test_what_comes_near_to_no_answer_has_none(door: FrontDoor, words: str) -> None:
    await door.says("lan", "cho em gặp luật sư")
    await door.says("lan", words)
    assert (await door.newest_ticket()).topic is None
