"""What a file really is, by its content; the names and types told are not believed. (pure)"""

import io
import re
import zipfile
from dataclasses import dataclass

from bot import filenames, pictures
from bot.channels.base import Media
from bot.pictures import Refused

_TEXT_LIMIT = 1024 * 1024  # a longer text is no letter


@dataclass(frozen=True)
class Kind:
    mime: str
    extension: str
    media: Media


@dataclass(frozen=True)
class Kept:
    """A file as it may be stored."""

    content: bytes
    kind: Kind
    name: str


_JPEG = Kind("image/jpeg", ".jpg", Media.PHOTO)
_PNG = Kind("image/png", ".png", Media.PHOTO)
_GIF = Kind("image/gif", ".gif", Media.PHOTO)
_WEBP = Kind("image/webp", ".webp", Media.PHOTO)
_PDF = Kind("application/pdf", ".pdf", Media.FILE)
_DOC = Kind("application/msword", ".doc", Media.FILE)
_XLS = Kind("application/vnd.ms-excel", ".xls", Media.FILE)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCX = Kind(f"{_OFFICE}.wordprocessingml.document", ".docx", Media.FILE)
_XLSX = Kind(f"{_OFFICE}.spreadsheetml.sheet", ".xlsx", Media.FILE)
_TXT = Kind("text/plain", ".txt", Media.FILE)
_OGG = Kind("audio/ogg", ".ogg", Media.VOICE)
_MP3 = Kind("audio/mpeg", ".mp3", Media.VOICE)
_M4A = Kind("audio/mp4", ".m4a", Media.VOICE)
_AAC = Kind("audio/aac", ".aac", Media.VOICE)
_AMR = Kind("audio/amr", ".amr", Media.VOICE)
_WAV = Kind("audio/wav", ".wav", Media.VOICE)
_MP4 = Kind("video/mp4", ".mp4", Media.VIDEO)
_WEBM = Kind("video/webm", ".webm", Media.VIDEO)
_3GP = Kind("video/3gpp", ".3gp", Media.VIDEO)
_3GA = Kind("audio/3gpp", ".3gp", Media.VOICE)

_ALSO = {  # other endings in use
    ".jpg": (".jpeg", ".jpe"),
    ".ogg": (".oga", ".opus"),
    ".m4a": (".mp4",),
    ".txt": (".text",),
}
_KINDS = (
    *(_JPEG, _PNG, _GIF, _WEBP),
    *(_PDF, _DOC, _XLS, _DOCX, _XLSX, _TXT),
    *(_OGG, _MP3, _M4A, _AAC, _AMR, _WAV),
    *(_MP4, _WEBM, _3GP, _3GA),
)
_PICTURES = {_JPEG: "JPEG", _PNG: "PNG", _GIF: "GIF", _WEBP: "WEBP"}


def keep(content: bytes, name: str, media: Media) -> Kept:
    """The file as it may be stored; raises `Refused`. Takes a while for large pictures."""
    kind = sniff(content)
    if kind in _PICTURES:
        content = pictures.redrawn(content, _PICTURES[kind])
    endings = (kind.extension, *_ALSO.get(kind.extension, ()))
    plain = filenames.clean(name)
    if media is Media.FILE and not plain:
        plain = "tep"
    return Kept(content, kind, filenames.ending_in(plain, endings) if plain else "")


def sniff(content: bytes) -> Kind:
    """What this is; raises `Refused` for whatever is not on the list."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    for look in (_riff, _iso_media, _ogg, _webm, _mpeg_audio, _old_office, _office, _text):
        found = look(content)
        if found is not None:
            return found
    raise Refused


_MAGIC = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"#!AMR\n", _AMR),
    (b"#!AMR-WB\n", _AMR),
)


def extension(mime: str) -> str:
    """ ".jpg" for "image/jpeg"; nothing for what we do not keep."""
    return next((kind.extension for kind in _KINDS if kind.mime == mime), "")


def _riff(content: bytes) -> Kind | None:
    if content[:4] != b"RIFF":
        return None
    return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(content[8:12])


# -- sound and moving pictures ---------------------------------------------------------------------

_MP4_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash")
_SHOWS = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_SOUNDS = re.compile(rb"hdlr.{8}soun", re.DOTALL)


def _iso_media(content: bytes) -> Kind | None:
    """MP4 and its kin; whether there is anything to see is told by the tracks, not the brand."""
    if content[4:8] != b"ftyp":
        return None
    brand = content[8:12]
    if brand[:3] in (b"3gp", b"3g2"):
        return _3GP if _SHOWS.search(content) else _3GA
    if brand[:3] not in (b"M4A", b"M4B", b"M4V") and brand not in _MP4_BRANDS:
        return None
    if _SHOWS.search(content):
        return _MP4
    return _M4A if _SOUNDS.search(content) else None


def _ogg(content: bytes) -> Kind | None:
    if content[:4] != b"OggS":
        return None
    start = content[:512]
    spoken = any(codec in start for codec in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC"))
    return _OGG if spoken else None


def _webm(content: bytes) -> Kind | None:
    return _WEBM if content[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in content[:64] else None


def _mpeg_audio(content: bytes) -> Kind | None:
    """MP3 or AAC by two frames in a row: eleven bits alone are found anywhere."""
    start = _after_id3(content)
    for length_of, kind in ((_mp3_frame, _MP3), (_aac_frame, _AAC)):
        length = length_of(content, start)
        if length and (start + length == len(content) or length_of(content, start + length)):
            return kind
    return None


def _after_id3(content: bytes) -> int:
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for byte in content[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


_BITRATES = {  # kbit/s of layer III, by whether it is MPEG 1
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44100, 48000, 32000)


def _mp3_frame(content: bytes, at: int) -> int:
    """The length of the MP3 frame there; 0 where there is none."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    first = version == 3
    sampled = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * _BITRATES[first][bitrate] * 1000 // sampled + (head[2] >> 1 & 1)


def _aac_frame(content: bytes, at: int) -> int:
    head = content[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5


# -- documents -------------------------------------------------------------------------------------


def _old_office(content: bytes) -> Kind | None:
    """Word and Excel before 2007, told by their streams; with macros in them they are refused."""
    if not content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return None
    if _stream("_VBA_PROJECT") in content:
        raise Refused("macros")
    if _stream("WordDocument") in content:
        return _DOC
    return _XLS if _stream("Workbook") in content or _stream("Book") in content else None


def _stream(name: str) -> bytes:
    return f"{name}\0".encode("utf-16-le")


def _office(content: bytes) -> Kind | None:
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    if any("vbaproject" in name.lower() for name in names):
        raise Refused("macros")
    if "word/document.xml" in names:
        return _DOCX
    return _XLSX if "xl/workbook.xml" in names else None


_MARKUP = re.compile(r"^\s*<|<(?:!doctype|html|script|svg|iframe|body|object|\?xml|\?php)\b", re.I)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _text(content: bytes) -> Kind | None:
    """Plain words only: nothing a browser or a shell might take for its own."""
    if not content.strip() or len(content) > _TEXT_LIMIT:
        return None
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
    except UnicodeDecodeError:
        return None
    odd = text.startswith(("#!", "MZ", "%!")) or _MARKUP.search(text) or _CONTROLS.search(text)
    return None if odd else _TXT
