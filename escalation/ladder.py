"""Who is told of a breach, and when: lawyer, head, deputy director. (pure)"""

import datetime as dt

from escalation.sla import Target

LAWYER, HEAD, DEPUTY = range(3)


def rises_at(target: Target, due: dt.datetime, level: int) -> dt.datetime | None:
    """When a deadline missed at `due` goes one level up from `level`; None from the top."""
    after = {LAWYER: target.rule.head, HEAD: target.rule.deputy}.get(level)
    return None if after is None else target.calendar.add_minutes(due, after)
