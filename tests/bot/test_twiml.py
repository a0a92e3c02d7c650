"""TwiML keeps Twilio's limits and says all that the document says."""

import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest

from bot import phrases
from bot.channels.twiml import (
    VOICE,
    callback_dial,
    callback_question,
    fallback_twiml,
    hang_up,
    join,
    twiml,
    whisper,
)
from bot.telephone.call import Dial, Document, HangUp, Listen, Record, Then

BASE, CALL, OURS = "https://hotline.test/tong-dai", "CA0123456789abcdef", "+842253123456"
TURN = f"{BASE}/voice/twilio/turn?after=3"
SENTENCE = "Công ty trả lương chậm từ mười lăm ngày thì phải trả thêm tiền lãi cho người lao động. "


def rendered(then: Then, *say: str, slow: bool = False) -> ET.Element:
    return ET.fromstring(twiml(Document(3, say, then, slow), BASE, CALL, OURS))


def spoken(root: ET.Element) -> list[str]:
    return ["".join(say.itertext()) for say in root.iter("Say")]


# -- what follows ----------------------------------------------------------------------------------


def test_listening_for_one_key_takes_every_key() -> None:
    root = rendered(Listen(seconds=6, digits=1), "Gặp luật sư, bấm 0.")
    gather = root[0]
    assert gather.attrib == {
        "input": "dtmf",
        "action": TURN,
        "method": "POST",
        "language": "vi-VN",
        "timeout": "6",
        "numDigits": "1",
        "finishOnKey": "",
        "actionOnEmptyResult": "true",
    }
    assert [child.tag for child in gather] == ["Say"]
    assert root[1].tag == "Redirect"
    assert root[1].text == TURN


def test_listening_until_the_hash() -> None:
    gather = rendered(Listen(seconds=10, digits=None), "Bấm sáu số rồi thăng.")[0]
    assert gather.get("finishOnKey") == "#"
    assert "numDigits" not in gather.attrib


def test_listening_for_speech() -> None:
    hints = ("nợ lương", "bảo hiểm, thất nghiệp", "nợ lương", "  ", "x" * 300)
    gather = rendered(Listen(speech=True, hints=hints), "Anh chị nói câu hỏi.")[0]
    assert gather.get("input") == "dtmf speech"
    assert gather.get("language") == "vi-VN"
    assert gather.get("speechTimeout") == "2"
    assert gather.get("profanityFilter") == "false"
    assert gather.get("hints") == f"nợ lương,bảo hiểm thất nghiệp,{'x' * 100}"


def test_recording_always_comes_back() -> None:
    root = rendered(Record(seconds=90), "Nói sau tiếng bíp.")
    assert [verb.tag for verb in root] == ["Say", "Record", "Redirect"]
    assert root[1].attrib == {
        "action": TURN,
        "method": "POST",
        "maxLength": "90",
        "playBeep": "true",
        "finishOnKey": "#",
        "timeout": "8",
        "trim": "trim-silence",
        "recordingStatusCallback": f"{BASE}/voice/twilio/recording?call={CALL}",
        "recordingStatusCallbackMethod": "POST",
        "recordingStatusCallbackEvent": "completed",
    }
    assert root[2].text == TURN


def test_dialling_shows_our_number_and_whispers() -> None:
    root = rendered(Dial("+84912345678", "Bấm 1.", seconds=25), "Anh chị giữ máy.")
    dial = root[1]
    assert dial.attrib == {
        "action": TURN,
        "method": "POST",
        "answerOnBridge": "true",
        "timeout": "25",
        "callerId": OURS,
    }
    number = dial[0]
    assert number.text == "+84912345678"
    assert number.get("url") == f"{BASE}/voice/twilio/whisper?call={CALL}&after=3"


@pytest.mark.parametrize("number", ["19001567", "113", "+14155550100", "sip:x@y", ""])
def test_other_numbers_are_never_dialled(number: str) -> None:
    with pytest.raises(ValueError, match="rung"):
        rendered(Dial(number, "Bấm 1."))
    with pytest.raises(ValueError, match="rung"):
        callback_dial(number, BASE, 5, OURS)


def test_hanging_up_says_goodbye_first() -> None:
    assert [verb.tag for verb in rendered(HangUp(), "Chào anh chị.")] == ["Say", "Hangup"]


# -- how it is said --------------------------------------------------------------------------------


def test_pieces_are_said_with_pauses_between() -> None:
    root = rendered(HangUp(), "Một.", "Hai.", "Ba.")
    assert [verb.tag for verb in root] == ["Say", "Pause", "Say", "Pause", "Say", "Hangup"]
    assert {say.get("voice") for say in root.iter("Say")} == {VOICE}
    assert {say.get("language") for say in root.iter("Say")} == {"vi-VN"}


def test_slowly_is_slower_sentence_by_sentence() -> None:
    root = rendered(Listen(), "Một là thế. Hai là khác.", slow=True)
    says = root[0].findall("Say")
    assert [say[0].text for say in says] == ["Một là thế.", "Hai là khác."]
    assert all([child.tag for child in say] == ["prosody", "break"] for say in says)
    assert {say[0].get("rate") for say in says} == {"80%"}


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize(
    "text", [SENTENCE * 30, "ế" * 3000, SENTENCE.replace(".", ",") * 20, "a " * 2000]
)
def test_no_piece_is_longer_than_the_voice_takes(text: str, slow: bool) -> None:
    root = rendered(Listen(), text, slow=slow)
    for say in root.iter("Say"):
        inner = ET.tostring(say, encoding="unicode").partition(">")[2]
        assert len("".join(say.itertext())) < 600
        assert len(quote(inner)) < 4500
    assert "".join("".join(spoken(root)).split()) == "".join(text.split())


def test_long_texts_are_cut_at_sentences() -> None:
    for said in spoken(rendered(HangUp(), SENTENCE * 30)):
        assert said.endswith(".")
        assert said.startswith("Công ty")


def test_the_largest_document_is_below_twilios_limit() -> None:
    hints = tuple(f"người lao động & câu hỏi số {number} " + "ỡ" * 100 for number in range(800))
    text = tuple(SENTENCE * 40 for _ in range(30))
    document = Document(3, text, Listen(speech=True, hints=hints))
    answer = twiml(document, BASE, CALL, OURS)
    assert len(answer) < 60_000
    found = ET.fromstring(answer)[0].get("hints", "").split(",")
    assert 100 < len(found) <= 500
    assert max(map(len, found)) <= 100


def test_no_more_hints_than_twilio_takes() -> None:
    hints = tuple(f"câu {number}" for number in range(700))
    gather = rendered(Listen(speech=True, hints=hints))[0]
    assert gather.get("hints", "").split(",") == list(hints[:500])


def test_what_no_xml_holds_is_left_out() -> None:
    said = spoken(rendered(HangUp(), 'a\0b\x1b <c> & "d" \ud800 \ufffe e\n\nf'))
    assert said == ['a b <c> & "d" e f']


@pytest.mark.parametrize(
    "then", [Listen(speech=True), Record(), Dial("+84912345678", ""), HangUp()]
)
def test_the_same_document_gives_the_same_bytes(then: Then) -> None:
    document = Document(7, ("Một.", "Hai."), then, slow=True)
    again = Document.from_json(document.as_json())
    assert twiml(document, BASE, CALL, OURS) == twiml(again, BASE, CALL, OURS)


# -- the lawyer's side, and when we are away -------------------------------------------------------


def test_a_whisper_joins_nobody_who_does_nothing() -> None:
    root = ET.fromstring(whisper("Bấm 1 để nhận.", BASE, CALL, 3))
    assert [verb.tag for verb in root] == ["Gather", "Hangup"]
    assert root[0].get("numDigits") == "1"
    assert root[0].get("action") == f"{BASE}/voice/twilio/accept?call={CALL}&after=3"
    assert spoken(root) == ["Bấm 1 để nhận."]


def test_joining_is_the_end_of_the_whisper() -> None:
    assert len(ET.fromstring(join())) == 0


def test_a_call_back_asks_before_it_rings() -> None:
    root = ET.fromstring(callback_question("Bấm 1 để gọi.", BASE, 5))
    assert root[0].get("action") == f"{BASE}/voice/twilio/callback/join?task=5"
    assert root[1].tag == "Hangup"
    dial = ET.fromstring(callback_dial("0912345678", BASE, 5, OURS))[0]
    assert dial.get("timeLimit") == "1800"
    assert dial.get("callerId") == OURS
    assert dial.get("action") == f"{BASE}/voice/twilio/callback/done?task=5"
    assert dial[0].text == "+84912345678"
    assert dial[0].attrib == {}


def test_the_fallback_needs_nothing_of_ours() -> None:
    root = ET.fromstring(fallback_twiml())
    assert spoken(root) == list(phrases.VOICE_AWAY)
    assert root[-1].tag == "Hangup"
    assert b"http" not in fallback_twiml()
    assert "một một ba" in " ".join(phrases.VOICE_AWAY)
    assert "một một năm" in " ".join(phrases.VOICE_AWAY)


def test_nothing_to_say_is_no_empty_say() -> None:
    assert [verb.tag for verb in ET.fromstring(hang_up("", "  "))] == ["Hangup"]
