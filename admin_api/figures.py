"""Shares and percentiles as the reports tell them, and what is too small to be told. (pure)"""

import math
from collections.abc import Sequence

LEAST_SHOWN = 5  # of fewer people nobody learns what they did: one could tell who it was


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def shown(part: int, whole: int) -> int | None:
    """How many of `whole` people did so; None where these are too few."""
    return part if whole >= LEAST_SHOWN else None


def shown_percent(part: int, whole: int) -> float | None:
    return percent(part, whole) if whole >= LEAST_SHOWN else None


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of a hundred do not exceed (nearest rank)."""
    if not ordered:
        return None
    return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)
