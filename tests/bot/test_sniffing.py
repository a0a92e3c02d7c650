"""What a file is, by its content; and that pictures tell nothing but the picture."""

import io
import random
import unicodedata

import pytest
from PIL import Image, ImageChops, ImageStat

from bot import filenames, pictures, sniffing
from bot.channels.base import Media
from bot.pictures import Refused
from tests.bot import samples
from tests.memory import growing_at_most

OFFICE = "application/vnd.openxmlformats-officedocument"
KNOWN: dict[str, tuple[bytes, str, Media]] = {
    "jpeg": (samples.jpeg(), "image/jpeg", Media.PHOTO),
    "png": (samples.png(), "image/png", Media.PHOTO),
    "gif": (samples.picture("GIF"), "image/gif", Media.PHOTO),
    "webp": (samples.picture("WEBP"), "image/webp", Media.PHOTO),
    "pdf": (samples.PDF, "application/pdf", Media.FILE),
    "doc": (samples.old_office("Root Entry", "WordDocument"), "application/msword", Media.FILE),
    "xls": (samples.old_office("Root Entry", "Workbook"), "application/vnd.ms-excel", Media.FILE),
    "docx": (samples.docx(), f"{OFFICE}.wordprocessingml.document", Media.FILE),
    "xlsx": (samples.xlsx(), f"{OFFICE}.spreadsheetml.sheet", Media.FILE),
    "txt": ("Công ty nợ lương 3 < 4 tháng".encode(), "text/plain", Media.FILE),
    "txt utf-16": ("lương".encode("utf-16"), "text/plain", Media.FILE),
    "txt bom": ("lương".encode("utf-8-sig"), "text/plain", Media.FILE),
    "opus": (samples.ogg(), "audio/ogg", Media.VOICE),
    "vorbis": (samples.ogg(b"\x01vorbis"), "audio/ogg", Media.VOICE),
    "mp3": (samples.mp3(), "audio/mpeg", Media.VOICE),
    "mp3 with tags": (samples.mp3(tagged=True), "audio/mpeg", Media.VOICE),
    "aac": (samples.aac(), "audio/aac", Media.VOICE),
    "m4a": (samples.boxes(b"M4A ", [b"soun"]), "audio/mp4", Media.VOICE),
    "m4a as mp4": (samples.boxes(b"isom", [b"soun"]), "audio/mp4", Media.VOICE),
    "amr": (samples.AMR, "audio/amr", Media.VOICE),
    "wav": (samples.wav(), "audio/wav", Media.VOICE),
    "mp4": (samples.boxes(b"mp42", [b"soun", b"vide"]), "video/mp4", Media.VIDEO),
    "3gp": (samples.boxes(b"3gp4", [b"vide"]), "video/3gpp", Media.VIDEO),
    "3gp sound": (samples.boxes(b"3gp4", [b"soun"]), "audio/3gpp", Media.VOICE),
    "webm": (samples.WEBM, "video/webm", Media.VIDEO),
}
REFUSED: dict[str, bytes] = {
    "empty": b"",
    "blanks": b" \n\n",
    "html": samples.HTML,
    "html after blanks": b"\n\n   <p>x",
    "html in words": b"see <SCRIPT>alert(1)</script>",
    "html utf-16": "<html>".encode("utf-16"),
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
    "svg bare": b"<svg/>",
    "xml": b"<?xml version='1.0'?><a/>",
    "php": b"hello <?php system(1) ?>",
    "exe": b"MZ\x90\0\x03\0\0\0" + b"\0" * 200,
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "postscript": b"%!PS-Adobe-3.0\n",
    "java": b"\xca\xfe\xba\xbe" + b"\0" * 100,
    "zip": samples.packed("a.txt"),
    "apk": samples.packed("AndroidManifest.xml", "classes.dex"),
    "pptx": samples.packed("[Content_Types].xml", "ppt/presentation.xml"),
    "zip in name only": b"PK\x03\x04" + b"\0" * 100,
    "docx with macros": samples.docx("word/vbaProject.bin"),
    "doc with macros": samples.old_office("WordDocument", "_VBA_PROJECT"),
    "msi": samples.old_office("Root Entry", "Property"),
    "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 50,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 50,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 50,
    "rtf with binary": b"{\\rtf1 \x00\x01}",
    "heic": samples.boxes(b"heic", [b"pict"]),
    "quicktime": samples.boxes(b"qt  ", [b"vide"]),
    "mp4 of nothing": samples.boxes(b"isom", []),
    "mp4 of text": samples.boxes(b"isom", [b"text"]),
    "mkv": samples.WEBM.replace(b"webm", b"matr"),
    "theora": samples.ogg(b"\x80theora"),
    "avi": b"RIFF\x24\0\0\0AVI LIST" + b"\0" * 50,
    "flash": b"FWS\x09" + b"\0" * 50,
    "one frame sync": b"\xff\xfb\x90\x00" + b"\x11" * 2000,
    "tiff": b"II*\0" + b"\0" * 50,
    "bmp": samples.picture("BMP"),
    "ico": samples.picture("ICO"),
    "noise": random.Random(1).randbytes(5000),
    "control characters": b"hello\x00world",
    "not utf-8": b"l\xf5\xf5ng",
    "a long text": b"word " * 300_000,
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_on_the_list_is_known_by_its_content(name: str) -> None:
    content, mime, media = KNOWN[name]
    kept = sniffing.keep(content, "x.exe", Media.FILE)
    assert (kept.kind.mime, kept.kind.media) == (mime, media)
    assert kept.name == f"x.exe{kept.kind.extension}"
    if media is not Media.PHOTO:
        assert kept.content == content


@pytest.mark.parametrize("name", REFUSED)
def test_everything_else_is_refused(name: str) -> None:
    for told in ("a.jpg", "a.pdf", "a.txt"):
        with pytest.raises(Refused) as refused:
            sniffing.keep(REFUSED[name], told, Media.PHOTO)
        assert refused.value.code in ("kind", "macros")


def test_cut_files_are_refused_or_known_but_never_a_fault() -> None:
    dice, codes = random.Random(2), set()
    for content, _, _ in KNOWN.values():
        for _ in range(40):
            cut = bytearray(content[: dice.randrange(len(content) + 1)])
            for _ in range(dice.randrange(4)):
                if cut:
                    cut[dice.randrange(len(cut))] = dice.randrange(256)
            try:
                sniffing.keep(bytes(cut), "a", Media.FILE)
            except Refused as refused:
                codes.add(refused.code)
    assert codes == {"kind", "broken"}


# -- pictures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_place_and_camera_are_gone_and_the_picture_stands_upright(turn: int) -> None:
    content = samples.jpeg(turn, (400, 200))
    assert b"Secret" in content
    kept = sniffing.keep(content, "", Media.PHOTO).content
    assert b"Secret" not in kept
    assert b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == ((400, 200) if turn in (1, 3) else (200, 400))
        corner = picture.convert("RGB").getpixel((5, 5))
    assert isinstance(corner, tuple)
    assert (corner[0] > 200) == (turn in (1, 6))  # red stood left; turned by 8 it stands below


def test_a_jpeg_that_needs_no_turning_loses_nothing_to_be_seen() -> None:
    content = samples.jpeg(1, (400, 200))
    kept = sniffing.keep(content, "", Media.PHOTO).content
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(kept)) as after:
        assert max(ImageStat.Stat(ImageChops.difference(before, after)).mean) < 0.5
        assert before.quantization == after.quantization
    assert len(kept) < len(content)


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP"])
def test_other_pictures_lose_their_remarks_too(form: str) -> None:
    if form == "PNG":
        content = samples.png()
    elif form == "GIF":
        content = samples.picture("GIF", comment=b"SecretRemark")
    else:
        content = samples.picture("WEBP", exif=samples.exif(), xmp=b"<x>SecretPlace</x>")
    assert b"Secret" in content
    kept = sniffing.keep(content, "", Media.PHOTO).content
    assert b"Secret" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == (form, (64, 32))


def test_transparency_is_kept() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    kept = sniffing.keep(out.getvalue(), "", Media.PHOTO).content
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.convert("RGBA").getpixel((3, 3)) == (255, 0, 0, 0)
    with Image.open(io.BytesIO(pictures.preview(kept))) as small:
        assert small.getpixel((3, 3)) == (255, 255, 255)  # on paper


def test_a_page_hidden_in_a_picture_is_gone() -> None:
    hidden = samples.png(samples.HTML), samples.png() + samples.HTML, samples.jpeg() + samples.HTML
    for content in hidden:
        assert samples.HTML in content
        kept = sniffing.keep(content, "a.html", Media.PHOTO)
        assert b"script" not in kept.content
        assert kept.name == f"a.html{kept.kind.extension}"
    with pytest.raises(Refused, match="broken"):
        sniffing.keep(b"\x89PNG\r\n\x1a\n" + samples.HTML, "a.png", Media.PHOTO)


@pytest.mark.parametrize("side", [50_000, 12_000, 65_000])
def test_too_large_a_picture_is_refused_unseen(side: int) -> None:
    bomb = samples.png_of(side, side)
    assert len(bomb) < 200_000
    with growing_at_most(20), pytest.raises(Refused, match="too_many_pixels"):
        sniffing.keep(bomb, "a.png", Media.PHOTO)


def test_a_telephones_large_picture_is_kept_in_bounded_memory() -> None:
    content = samples.picture("JPEG", (8000, 6000), exif=samples.exif(6))
    with growing_at_most(400):  # 144 MB as it lies there, and again turned upright
        kept = sniffing.keep(content, "", Media.PHOTO)
    assert b"Exif" not in kept.content


def test_a_preview_is_small() -> None:
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        small = pictures.preview(samples.picture(form, (2000, 1000)))
        with Image.open(io.BytesIO(small)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (640, 320))


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("hợp đồng.pdf", "hợp đồng.pdf"),
        (unicodedata.normalize("NFD", "hợp đồng lao động.pdf"), "hợp đồng lao động.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/shadow", "shadow"),
        ("..", ""),
        ("...", ""),
        (".bashrc", "bashrc"),
        ("", ""),
        ("a/", ""),
        ("luong\u202egpj.exe", "luong gpj.exe"),
        ("a\u2066b\u2069c\u200bd\ufeffe", "a b c d e"),
        ("a\r\nSet-Cookie: x=1", "a Set-Cookie x=1"),
        ("a\x00b\x1f\x7f.txt", "a b .txt"),
        ('a"b<c>d|e?f*g:h.txt', "a b c d e f g h.txt"),
        ("[tệp giả]", "tệp giả"),
        ("a\ud800b", "a b"),
        ("  nhiều   chỗ trống  .doc ", "nhiều chỗ trống .doc"),
        ("a\u2028b\u2029c", "a b c"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("y" * 300, "y" * 120),
        ("ảnh 📷.jpg", "ảnh 📷.jpg"),
    ],
)
def test_a_name_is_only_a_name(told: str, name: str) -> None:
    assert filenames.clean(told) == name
    assert filenames.clean(name) == name


def test_the_ending_is_that_of_the_content() -> None:
    def named(name: str, media: Media = Media.FILE) -> str:
        return sniffing.keep(samples.PDF, name, media).name

    assert named("hợp đồng.PDF") == "hợp đồng.PDF"
    assert named("hop-dong") == "hop-dong.pdf"
    assert named("x" * 200) == "x" * 116 + ".pdf"
    assert named("luong.2024.exe") == "luong.2024.exe.pdf"
    assert named("") == "tep.pdf"
    assert named("", Media.VOICE) == ""
    assert sniffing.keep(samples.jpeg(), "a.JPEG", Media.FILE).name == "a.JPEG"
