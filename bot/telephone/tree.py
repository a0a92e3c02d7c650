"""The keypad's tree: questions for a caller whom no machine understands. (pure but for its file)

At most three levels: a field, a topic, a question. The file is part of the FAQ base.
"""

from functools import cache
from importlib import resources
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

MOST_CHOICES = 6  # more cannot be kept in mind while listening
MOST_LEVELS = 3


class Node(BaseModel):
    """A field or topic with `below`, or a question whose answer is `entry` or `guide`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str
    below: tuple["Node", ...] = ()
    entry: str | None = None
    guide: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum((bool(self.below), self.entry is not None, self.guide is not None)) != 1:
            raise ValueError(f"“{self.say}” must lead to exactly one thing")
        if len(self.below) > MOST_CHOICES:
            raise ValueError(f"“{self.say}” offers more than {MOST_CHOICES} choices")
        return self

    @property
    def action(self) -> str | None:
        if self.entry:
            return f"answer:{self.entry}"
        return f"guide:{self.guide}" if self.guide else None

    def levels(self) -> int:
        return 1 + max((node.levels() for node in self.below), default=-1)


@cache
def keypad() -> Node:
    """The tree that ships with the FAQ base."""
    file = resources.files("knowledge_base") / "seed" / "keypad.yaml"
    return Node.model_validate(yaml.safe_load(file.read_text("utf-8")))


def at(root: Node, path: str) -> Node:
    """The node at "", "2" or "2.1"; the root where the path leads nowhere any more."""
    node = root
    for number in filter(None, path.split(".")):
        if not 1 <= int(number) <= len(node.below):
            return root
        node = node.below[int(number) - 1]
    return node


def below(path: str, number: int) -> str:
    return f"{path}.{number}" if path else str(number)


def above(path: str) -> str:
    return path.rpartition(".")[0]
