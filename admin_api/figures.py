"""Shares and percentiles as the reports tell them, and what is too small to be told. (pure)"""

import math
from collections.abc import Mapping

LEAST_SHOWN = 5  # of fewer people nobody learns what they did: one could tell who it was


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def shown(part: int, whole: int) -> int | None:
    """How many of `whole` people did so; None where these are too few."""
    return part if whole >= LEAST_SHOWN else None


def shown_percent(part: int, whole: int) -> float | None:
    return percent(part, whole) if whole >= LEAST_SHOWN else None


def percentile(numbers: Mapping[float, int], percent: int) -> float | None:
    """The smallest value that at least `percent` of a hundred do not exceed (nearest rank).

    `numbers` tells how often each value was seen.
    """
    rank = math.ceil(sum(numbers.values()) * percent / 100)
    for value in sorted(numbers):
        rank -= numbers[value]
        if rank <= 0:
            return round(value, 1)
    return None
