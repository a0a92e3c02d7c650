"""Files as people send them, made here: pictures with a place in them, sound, letters, traps."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

HTML = b"<!doctype html><html><script>alert(1)</script></html>"
CAMERA = "SecretCamera"


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 32), **options: Any) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(turn: int = 1) -> bytes:
    """With camera and place, as telephones write it."""
    tags = Image.Exif()
    tags[0x0110] = CAMERA
    tags[0x0112] = turn
    place = tags.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(20), IFDRational(51), IFDRational(4242, 100))
    place[3], place[4] = "E", (IFDRational(106), IFDRational(41), IFDRational(0))
    return tags.tobytes()


def jpeg(turn: int = 1, size: tuple[int, int] = (64, 32)) -> bytes:
    return picture(
        "JPEG", size, exif=exif(turn), xmp=b"<x>SecretPlace</x>", comment=b"SecretRemark",
        icc_profile=b"SecretProfile" * 20, quality=91,
    )  # fmt: skip


def png(hidden: bytes = b"SecretRemark") -> bytes:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text("Comment", hidden.decode())
    remarks.add_itxt("XML:com.adobe.xmp", "<x>SecretPlace</x>")
    return picture("PNG", pnginfo=remarks, exif=exif())


def png_of(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = zlib.compress(b"\0" * min((width // 8 + 1) * height, 50_000_000), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def docx(*more: str) -> bytes:
    return packed("[Content_Types].xml", "word/document.xml", *more)


def xlsx() -> bytes:
    return packed("[Content_Types].xml", "xl/workbook.xml")


def old_office(*streams: str) -> bytes:
    names = b"".join(f"{name}\0".encode("utf-16-le").ljust(64, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names


def boxes(brand: bytes, tracks: Sequence[bytes]) -> bytes:
    """MP4 and its kin: a brand and what each track is."""
    kinds = b"".join(b"\0\0\0\x20hdlr" + b"\0" * 8 + track + b"\0" * 12 for track in tracks)
    return b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0" + brand + kinds


def mp3(tagged: bool = False) -> bytes:
    frame = (b"\xff\xfb\x90\x00").ljust(417, b"\0")
    return (b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 if tagged else b"") + frame * 3


def aac() -> bytes:
    return (b"\xff\xf1\x50\x80\x06\x3f\xfc").ljust(49, b"\0") * 3


def ogg(codec: bytes = b"OpusHead") -> bytes:
    return b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13" + codec + b"\0" * 100


def wav(body: bytes = b"\0" * 2000) -> bytes:
    form = b"fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
    rest = form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(rest) + 4) + b"WAVE" + rest


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
AMR = b"#!AMR\n\x3c" + b"\0" * 31
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 50


def payslip() -> bytes:
    """A page with lines on it, as a worker photographs it."""
    image = Image.new("RGB", (1200, 900), "#f4efe4")
    pen = ImageDraw.Draw(image)
    for line in range(12):
        top = 60 + line * 66
        pen.rectangle((80, top, 420 + line * 17 % 200, top + 16), fill="#4a4a55")
        pen.rectangle((860, top, 1040 + line * 29 % 80, top + 16), fill="#4a4a55")
        pen.line((60, top + 42, 1140, top + 42), fill="#b9b2a4", width=2)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
