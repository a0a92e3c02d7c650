"""SCCO: the same documents for Stringee, with its own order of actions."""

import json
from typing import Any

import pytest

from bot import phrases
from bot.channels.scco import VOICE, fallback_scco, scco
from bot.telephone.call import Dial, Document, HangUp, Listen, Record, Then

BASE, CALL, OURS = "https://hotline.test", "890ccbe2-f9a6-11e7-be7b-b7890f26c79d", "+842253123456"
EVENT = f"{BASE}/voice/stringee/event?call={CALL}&after=3"


def rendered(then: Then, *say: str, slow: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(scco(Document(3, say, then, slow), BASE, CALL, OURS))
    return found


def test_only_the_last_words_before_the_keys_may_be_interrupted() -> None:
    first, last, keys = rendered(Listen(seconds=6, digits=1), "Một.", "Gặp luật sư, bấm 0.")
    assert first == {
        "action": "talk",
        "text": "Một.",
        "voice": VOICE,
        "bargeIn": False,
        "loop": 1,
    }
    assert last == {**first, "text": "Gặp luật sư, bấm 0.", "bargeIn": True}
    assert keys == {"action": "input", "eventUrl": EVENT, "submitOnHash": "false", "timeout": "6"}


@pytest.mark.parametrize("digits", [None, 6])
def test_several_keys_end_with_the_hash(digits: int | None) -> None:
    assert rendered(Listen(digits=digits), "Bấm mã.")[-1]["submitOnHash"] == "true"


def test_speech_is_never_asked_for() -> None:
    assert "hints" not in str(rendered(Listen(speech=True, hints=("nợ lương",)), "Bấm phím."))


def test_slowly_is_sentence_by_sentence_with_rests() -> None:
    actions = rendered(HangUp(), "Một là thế. Hai là khác.", slow=True)
    assert [action["text"] for action in actions] == [
        "Một là thế.",
        ". . . .",
        "Hai là khác.",
        ". . . .",
    ]


def test_a_message_comes_back_whatever_was_recorded() -> None:
    talk, record, rest, keys = rendered(Record(seconds=90), "Nói sau tiếng bíp.")
    assert talk["bargeIn"] is False
    assert record["action"] == "recordMessage"
    assert record["eventUrl"] == f"{BASE}/voice/stringee/recording?call={CALL}&after=3"
    assert record["timeout"] == "90000"
    assert rest["action"] == "talk"
    assert keys["eventUrl"] == EVENT


def test_a_lawyer_is_joined_or_we_hear_of_it() -> None:
    talk, connect = rendered(Dial("+84912345678", "không ai nghe", seconds=25), "Giữ máy.")
    assert talk["bargeIn"] is False
    assert connect == {
        "action": "connect",
        "from": {"type": "external", "number": "842253123456", "alias": "842253123456"},
        "to": {"type": "external", "number": "84912345678", "alias": "842253123456"},
        "customData": "",
        "timeout": 25,
        "maxConnectTime": -1,
        "peerToPeerCall": False,
        "continueOnFail": True,
        "onFailEventUrl": f"{BASE}/voice/stringee/fail?call={CALL}&after=3",
    }
    assert "không ai nghe" not in str(connect)


@pytest.mark.parametrize("number", ["19001567", "113", "+14155550100", ""])
def test_other_numbers_are_never_dialled(number: str) -> None:
    with pytest.raises(ValueError, match="rung"):
        rendered(Dial(number, ""))


def test_long_texts_are_cut() -> None:
    actions = rendered(HangUp(), "Công ty nợ lương thì phải trả thêm tiền lãi. " * 60)
    assert len(actions) > 3
    assert max(len(action["text"]) for action in actions) < 600


@pytest.mark.parametrize("then", [Listen(), Record(), Dial("+84912345678", ""), HangUp()])
def test_the_same_document_gives_the_same_bytes(then: Then) -> None:
    document = Document(7, ("Một.", "Hai."), then, slow=True)
    again = Document.from_json(document.as_json())
    assert scco(document, BASE, CALL, OURS) == scco(again, BASE, CALL, OURS)


def test_the_fallback_needs_nothing_of_ours() -> None:
    actions = json.loads(fallback_scco())
    assert [action["text"] for action in actions] == list(phrases.VOICE_AWAY)
    assert {action["action"] for action in actions} == {"talk"}
