"""Pictures saved anew: upright, bounded, with nothing in them but the picture. (pure)"""

import io
from typing import Any

from PIL import Image, ImageOps

MAX_PIXELS = 64_000_000  # the largest telephones' pictures; each takes three bytes of memory
_PREVIEW_SIDE = 640
_ORIENTATION = 0x0112  # the EXIF tag
_PART_OF_IT = ("transparency", "background")


class Refused(Exception):
    """We do not keep this. `code` says why in one word."""

    def __init__(self, code: str = "kind") -> None:
        super().__init__(code)
        self.code = code


def redrawn(content: bytes, form: str) -> bytes:
    """A "JPEG", "PNG", "GIF" or "WEBP" without place, camera, thumbnail or remarks."""
    with _opened(content, form) as picture:
        upright = _upright(picture)
        upright.info = {name: upright.info[name] for name in _PART_OF_IT if name in upright.info}
        untouched = upright is picture and picture.format == "JPEG"
        drawn = io.BytesIO()
        try:
            upright.save(drawn, form, **_saving(form, untouched=untouched))
        except (OSError, ValueError, MemoryError):
            raise Refused("broken") from None
    return drawn.getvalue()


def _opened(content: bytes, form: str) -> Image.Image:
    """A decoded picture of one form and a bounded size; raises `Refused`."""
    try:
        picture = Image.open(io.BytesIO(content), formats=[form])
        if picture.width * picture.height > MAX_PIXELS:
            raise Refused("too_many_pixels")
        picture.load()
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except Exception:  # decoders fail in many ways on what was made to harm them
        raise Refused("broken") from None
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; remarks that cannot be read turn nothing."""
    try:
        turned = int(picture.getexif().get(_ORIENTATION, 1)) != 1
        return ImageOps.exif_transpose(picture) if turned else picture
    except Exception:
        return picture


def _saving(form: str, *, untouched: bool) -> dict[str, Any]:
    if form == "JPEG":
        return {"quality": "keep"} if untouched else {"quality": 90}
    return {"quality": 90} if form == "WEBP" else {}


def preview(content: bytes) -> bytes:
    """A small JPEG of a picture that was redrawn."""
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "GIF", "WEBP"]) as picture:
        picture.draft("RGB", (_PREVIEW_SIDE, _PREVIEW_SIDE))  # a JPEG is decoded small at once
        small = picture.convert("RGBA")
    small.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small)
    drawn = io.BytesIO()
    paper.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()
