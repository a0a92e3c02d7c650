"""When law that changed under an answer holds it back. (pure)"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo

from knowledge_base.articles import in_force
from knowledge_base.content import Instrument, Place
from knowledge_base.library import Hold

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Version:
    """A row of the register without its text."""

    place: Place
    effective_from: dt.date
    effective_to: dt.date | None
    digest: str
    gone: bool
    imported_at: dt.datetime

    @property
    def imported_on(self) -> dt.date:
        return self.imported_at.astimezone(LOCAL).date()


@dataclass(frozen=True)
class Change:
    """From `since` on, an article no longer reads as it did.

    `dated`: that day is known. A consolidated text often carries the date of the first law; then
    only the day of the import is known, and the change counts for every day.
    """

    version: Version
    since: dt.date
    dated: bool = False
    ended: bool = False

    @property
    def place(self) -> Place:
        return self.version.place

    @property
    def noticed_from(self) -> dt.date:
        """The first day on which an answer of before was certainly out of date."""
        return self.since if self.dated or self.ended else self.version.imported_on

    def preceded(self, sent_at: dt.datetime) -> bool:
        """Whether an answer sent at that time came after the change."""
        if self.dated or self.ended:
            return self.since <= sent_at.astimezone(LOCAL).date()
        return self.version.imported_at <= sent_at

    def reason(self, instruments: Mapping[str, Instrument]) -> str:
        law_id, article_id = self.place
        instrument = instruments.get(law_id)
        article = f"Điều {article_id} {instrument.short if instrument else law_id}"
        return f"{article} {self._what()}; câu trả lời chờ kiểm tra lại"

    def _what(self) -> str:
        imported = f"bản nhập ngày {self.version.imported_on:%d/%m/%Y}"
        if self.ended:
            return f"hết hiệu lực từ {self.since:%d/%m/%Y}"
        if self.version.gone:
            return f"không còn trong {imported}"
        since = f" từ {self.since:%d/%m/%Y}" if self.dated else ""
        return f"đã thay đổi{since} ({imported})"


def changes(versions: Sequence[Version]) -> list[Change]:
    """What became of one article, its versions in the order of their import."""
    found = [
        Change(after, after.effective_from, dated=after.effective_from > before.effective_from)
        for before, after in pairwise(versions)
        if after.digest != before.digest and not _is_history(after)
    ]
    begun = max(one.effective_from for one in versions)
    for one in versions:
        end = one.effective_to
        if end is not None and begun < end and in_force(versions, end) is None:
            found.append(Change(one, end, ended=True))
    return found


def _is_history(version: Version) -> bool:
    """An old wording, imported for cases that lie back in time."""
    return version.effective_to is not None and version.effective_to <= version.imported_on


@dataclass(frozen=True)
class Checked:
    """When somebody last held an entry against the law."""

    on: dt.date | None = None
    published_at: dt.datetime | None = None
    rechecked_at: Sequence[dt.datetime] = field(default=())

    def covers(self, change: Change) -> bool:
        """Whether it was checked after the change was imported; an end is never covered."""
        if change.ended:
            return False
        imported = change.version
        if any(at >= imported.imported_at for at in self.rechecked_at):
            return True
        if self.on is None or self.on < imported.imported_on:
            return False
        published_after = (
            self.published_at is not None and self.published_at >= imported.imported_at
        )
        return self.on > imported.imported_on or published_after


def holds(
    places: Iterable[Place],
    checked: Checked,
    changed: Mapping[Place, Sequence[Change]],
    instruments: Mapping[str, Instrument],
) -> tuple[Hold, ...]:
    """The holds on something that rests on `places`."""
    return tuple(
        Hold(*place, since=change.since, reason=change.reason(instruments))
        for place in sorted(set(places))
        for change in changed.get(place, ())
        if not checked.covers(change)
    )
