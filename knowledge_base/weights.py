"""The numbers learned by `hotline kb train`, and where they are kept. (pure but for one file)"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from pydantic import Field, model_validator

from knowledge_base.content import Content
from knowledge_base.vectors import Floats

LIKENESSES = ("nearest", "wording", "entry", "letters", "marks", "covered", "side")
"""Of a question to an entry: its nearest phrasing, the four nearest, the entry as a whole, its
letters, its diacritics, how much of the question the entry ever mentions, and whether both are on
the same side (who leaves, who is dismissed)."""

CLUES = (
    "lead",
    "lead_on_other_law",
    "belief",
    "belief_in_law",
    "belief_in_three",
    "nearest",
    "entry",
    "letters",
    "marks",
    "covered",
    "known",
    "length",
    "unmarked",
)
"""What the calibration judges an outcome by; see `Index.clues`."""

LEARNED = Path(__file__).parent / "seed" / "weights.yaml"


class Chance(Content):
    """A logistic calibration: how likely something is, given the clues."""

    bias: float
    clues: dict[str, float]

    @model_validator(mode="after")
    def _knows_every_clue(self) -> "Chance":
        if set(self.clues) != set(CLUES):
            raise ValueError(f"clues are {', '.join(CLUES)}")
        return self

    def of(self, clues: Floats) -> float:
        weights = np.array([self.clues[name] for name in CLUES], np.float32)
        return 1 / (1 + math.exp(-float(clues @ weights) - self.bias))


Share = Annotated[float, Field(ge=0, le=1)]


class Bounds(Content):
    """Where answering and offering begin; `faint` offers need a text that speaks of work."""

    answer: Share
    offer: Share
    faint: Share


class Weights(Content):
    """`ranking` adds likenesses up to a score; `answer` and `offer` say what a score is worth."""

    ranking: Mapping[str, float]
    answer: Chance
    offer: Chance
    bounds: Bounds

    @model_validator(mode="after")
    def _weighs_every_likeness(self) -> "Weights":
        if set(self.ranking) != set(LIKENESSES):
            raise ValueError(f"likenesses are {', '.join(LIKENESSES)}")
        return self


def learned(path: Path = LEARNED) -> Weights:
    return Weights.model_validate(yaml.safe_load(path.read_text("utf-8")))


def keep(weights: Weights, remarks: str, path: Path = LEARNED) -> None:
    """Write `weights` down, with `remarks` (how they were learned) above them."""
    comment = "".join(f"# {line}\n" for line in remarks.splitlines())
    text = yaml.safe_dump(weights.model_dump(), sort_keys=False, allow_unicode=True)
    path.write_text(comment + text, "utf-8")
