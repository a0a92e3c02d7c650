"""Be Vietnam Pro for the browser: subset once to WOFF2, kept in the data directory.

Nothing third-party is committed; the typeface (OFL) comes from the package fontpkg-be-vietnam-pro.
"""

import os
import tempfile
from importlib.metadata import version
from pathlib import Path

_PACKAGE = "fontpkg-be-vietnam-pro"
_SUBSET = 1  # raise it when _RANGES change: a new folder is built, the old one stays unused
_WEIGHTS = {400: "Regular", 600: "SemiBold"}
_RANGES = (  # Latin, Latin extended and Vietnamese as Google Fonts cuts them, and our own signs
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x02BB, 0x02DD),
    (0x0300, 0x0304),
    (0x0308, 0x0309),
    (0x0323, 0x0329),
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20AB, 0x20AC),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2215),
)


def prepare(directory: Path) -> Path:
    """The folder with be-vietnam-pro-400.woff2 and -600.woff2, built under `directory` if need be.

    Takes about two seconds the first time; several processes may do it at once.
    """
    folder = directory / f"be-vietnam-pro-{version(_PACKAGE)}-{_SUBSET}"
    folder.mkdir(parents=True, exist_ok=True)
    for weight, style in _WEIGHTS.items():
        target = folder / f"be-vietnam-pro-{weight}.woff2"
        if not target.exists():
            _build(style, target)
    return folder


def _build(style: str, target: Path) -> None:
    # Heavy, and needed only the first time.
    from fontpkg_be_vietnam_pro import (
        ROOT,
    )
    from fontTools import subset

    options = subset.Options(flavor="woff2")
    with subset.load_font(str(ROOT / "files" / f"BeVietnamPro-{style}.ttf"), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(
            unicodes=[code for low, high in _RANGES for code in range(low, high + 1)]
        )
        subsetter.subset(font)
        handle, unfinished = tempfile.mkstemp(dir=target.parent, suffix=".part")
        os.close(handle)
        subset.save_font(font, unfinished, options)
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(target)
