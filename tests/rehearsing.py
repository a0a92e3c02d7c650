"""A rehearsal for tests: the stage in a scratch directory, with the typeface of this run."""

import datetime as dt
import time
from pathlib import Path


def scratch(tmp_path: Path, shared_dir: Path) -> Path:
    """A directory for a stage; the typeface is built once a run, not once a test."""
    (shared_dir / "fonts").mkdir(exist_ok=True)
    (tmp_path / "fonts").symlink_to(shared_dir / "fonts")
    return tmp_path


class RunningClock:
    """Another day than today, but time goes by: what failed is tried again."""

    def __init__(self, start: dt.datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def __call__(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=time.monotonic() - self._began)
