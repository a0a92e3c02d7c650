"""How much memory something took at its highest, in megabytes. Linux tells."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/status")


@contextmanager
def growing_at_most(megabytes: int) -> Iterator[None]:
    """Fail if the process grows by more than that, even for a moment."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the highest mark begins anew
    before = _told("VmRSS")
    yield
    grown = _told("VmHWM") - before
    assert grown <= megabytes, f"{grown:.0f} MB"


def _told(name: str) -> float:
    found = re.search(rf"^{name}:\s+([0-9]+) kB$", _STATUS.read_text("ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
