"""Labelled questions, as `hotline kb eval` and `hotline kb train` read them.

A question is a line of JSON: `text`, and `relevant`, the articles a right answer cites. Without
the key `relevant` it is off-topic: any labour answer to it is wrong. Where `relevant` is empty
nobody knows the right answer.
"""

import codecs
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from hotline.settings import SettingsError
from knowledge_base.training import Basis

_NICKNAMES = {"BLLĐ": "45/2019/QH14", "BHXH": "41/2024/QH15", "NĐ145": "145/2020/NĐ-CP"}


class Article(BaseModel):
    """An article of law, named as in the law register."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    law_id: str
    article_id: str

    @field_validator("law_id")
    @classmethod
    def _by_number(cls, law_id: str) -> str:
        """Some collections write "BLLĐ - Thử việc" where others write the law's number."""
        name, dash, _ = law_id.partition(" - ")
        return _NICKNAMES.get(name, law_id) if dash else law_id


class Question(BaseModel):
    """One line of a file. `relevant` is None for an off-topic question."""

    model_config = ConfigDict(frozen=True)

    text: str
    relevant: tuple[Article, ...] | None = None
    style: str | None = None
    topic: str | None = None

    @property
    def basis(self) -> Basis:
        return frozenset((one.law_id, one.article_id) for one in self.relevant or ())


def read(files: Iterable[Path]) -> list[Question]:
    """The questions of all files; SettingsError names file and line of what is none."""
    return [question for path in files for question in _questions_in(path)]


def _questions_in(path: Path) -> Iterable[Question]:
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Question.model_validate_json(line)
            except ValidationError:
                raise SettingsError(f"{path}:{number}: {_EXPECTED}") from None


_EXPECTED = (
    'a question was expected, as {"text": "...", "relevant": [{"law_id": "...", '
    '"article_id": "..."}]}'
)
