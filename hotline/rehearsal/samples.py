"""Things a worker may send: a picture, a recording, and a message spoken after the tone."""

import io
import math
import wave

from PIL import Image, ImageDraw

_RATE = 8000
_SYLLABLE, _PAUSE = 0.22, 0.12  # seconds
_LONGEST = 90  # syllables that are sounded
_TONES = (330, 392, 440, 349, 294)


def spoken(words: str) -> tuple[bytes, int]:
    """A recording with a tone for each syllable of `words`, and its length in seconds."""
    sounds = bytearray()
    for place, _ in enumerate(words.split()[:_LONGEST] or [""]):
        sounds += _tone(_TONES[place % len(_TONES)])
        sounds += bytes([128]) * int(_RATE * _PAUSE)
    return _wav(bytes(sounds)), max(1, round(len(sounds) / _RATE))


def beep() -> tuple[bytes, int]:
    return spoken("bíp " * 6)


def _tone(pitch: int) -> bytes:
    count = int(_RATE * _SYLLABLE)
    swell = (math.sin(math.pi * n / count) for n in range(count))
    turns = (math.sin(2 * math.pi * pitch * n / _RATE) for n in range(count))
    return bytes(128 + int(90 * loud * turn) for loud, turn in zip(swell, turns, strict=True))


def _wav(sounds: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(_RATE)
        writer.writeframes(sounds)
    return file.getvalue()


def picture() -> bytes:
    """A photograph of a pay slip, as far as a lawyer can tell."""
    image = Image.new("RGB", (480, 320), "#f4efe4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 456, 296), fill="#fffdf8", outline="#8a8272", width=2)
    draw.text((44, 40), "PHIEU LUONG THANG 10/2026", fill="#222222")
    rows = ("Luong co ban      6.200.000", "Tang ca 42 gio        0", "Tru phat         -500.000")
    for number, row in enumerate(rows):
        draw.text((44, 90 + 44 * number), row, fill="#333333")
        draw.line((44, 116 + 44 * number, 436, 116 + 44 * number), fill="#cfc7b6")
    draw.text((44, 240), "Thuc lanh         5.700.000", fill="#222222")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
