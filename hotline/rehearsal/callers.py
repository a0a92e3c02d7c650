"""What callers of a scripted day do, each step by its name in the script."""

from hotline.rehearsal import samples
from hotline.rehearsal.walker import Call

_GUIDE_STEPS = 20


async def _press(call: Call, keys: str) -> None:
    await call.press(keys)


async def _say(call: Call, words: str) -> None:
    await call.say(words)


async def _silent(call: Call, _: str) -> None:
    await call.stay_silent()


async def _message(call: Call, words: str) -> None:
    audio, seconds = samples.spoken(words) if words else samples.beep()
    await call.record(audio, seconds)


async def _guide(call: Call, _: str) -> None:
    """Answer by keys until the result is said."""
    for _step in range(_GUIDE_STEPS):
        if call.over or call.waiting is None or call.waiting.tag != "Gather":
            return
        if "speech" in call.waiting.get("input", "") and any(
            "Nghe lại" in said for said in call.said[-4:]
        ):
            return
        await call.press(_keys_for(call))


def _keys_for(call: Call) -> str:
    assert call.waiting is not None
    if call.waiting.get("numDigits") == "1":
        return "1"
    asked = " ".join(call.said[-4:])
    kinds = (("tám số", "01032024#"), ("số tiền", "8000000#"), ("Đổi ra tháng", "27#"))
    return next((keys for words, keys in kinds if words in asked), "12#")


async def _lawyer(call: Call, what: str) -> None:
    await call.other_side("1" if what == "takes" else None)


async def _hang_up(call: Call, _: str) -> None:
    await call.hang_up()


STEPS = {
    "press": _press,
    "say": _say,
    "silent": _silent,
    "message": _message,
    "guide": _guide,
    "lawyer": _lawyer,
    "hang up": _hang_up,
}
