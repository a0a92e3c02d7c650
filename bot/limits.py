"""The worker's own clock: when it happened, and until when the law lets him act. (pure)"""

import datetime as dt

from knowledge_base import dates
from knowledge_base.calculators.limitation import Limits, limits

_VAGUE = dt.timedelta(days=31)  # "năm ngoái" is no day to count from


def event_day(text: str, today: dt.date) -> dt.date | None:
    """The day from which the law counts, where the words name one time that has begun.

    Of a month it is the first day: no deadline is told too late. Of two times nobody but a lawyer
    knows which one counts.
    """
    told = {span for span in dates.spans(text, today) if span.last - span.first < _VAGUE}
    begun = [span.first for span in told if span.first <= today]
    return begun[0] if len(told) == len(begun) == 1 else None


def last_days(event: dt.date | None) -> tuple[dt.date, ...]:
    """Of mediation, arbitration and court, counted from the event."""
    if event is None:
        return ()
    until: Limits = limits(event)
    return until.mediation, until.arbitration, until.court
