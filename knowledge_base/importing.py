"""Reads the seed files and complains with file and line. (pure but for reading files)"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from knowledge_base.content import Content, Entry, Instrument, Parameter, Topic, Wording
from knowledge_base.rendering import ANSWER_LIMIT, UnknownParameter, parameters_in, render
from knowledge_base.text import Shorthand

T = TypeVar("T", bound=Content)

SEED = Path(__file__).parent / "seed"


class Complaint(str):
    """ "file:line: what is wrong", for the person who has to mend it."""

    __slots__ = ()


class ImportFailed(ValueError):
    """The files cannot be used; `complaints` says where and why."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = list(complaints)
        super().__init__("\n".join(self.complaints))


@dataclass(frozen=True)
class Base:
    """Everything the seed files hold, checked against itself."""

    topics: Mapping[str, Topic]
    instruments: Mapping[str, Instrument]
    parameters: Mapping[str, Parameter]
    entries: Mapping[str, Entry]
    shorthand: Shorthand
    synonyms: Mapping[str, Sequence[str]]
    places: Mapping[str, str] = field(default_factory=dict)  # entry id, "{parameter}": "file:line"


@dataclass
class _Reader:
    complaints: list[Complaint] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)  # as in `Base`

    def complain(self, place: str, why: str) -> None:
        self.complaints.append(Complaint(f"{place}: {why}"))

    def build(self, kind: type[T], place: str, data: dict[str, Any]) -> T | None:
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for fault in error.errors():
                where = ".".join(str(part) for part in fault["loc"])
                self.complain(place, f"{where}: {fault['msg']}")
        return None


class _LineLoader(yaml.CSafeLoader):
    """Keeps the line on which each mapping begins."""


def _mapping_with_line(loader: _LineLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping = loader.construct_mapping(node, deep=True)
    mapping["__line__"] = node.start_mark.line + 1
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_with_line)


def load(directory: Path = SEED) -> Base:
    """Read every seed file below `directory`; raise `ImportFailed` listing every fault."""
    reader = _Reader()
    base = Base(
        topics=dict(_named(reader, directory / "topics.yaml", Topic, "id")),
        instruments=dict(_named(reader, directory / "instruments.yaml", Instrument, "law_id")),
        parameters=dict(_parameters(reader, directory)),
        entries=dict(_entries(reader, directory)),
        shorthand=Shorthand(dict(_shorthand(reader, directory / "shorthand.yaml"))),
        synonyms=dict(_synonyms(reader, directory / "synonyms.yaml")),
        places=reader.places,
    )
    for entry in base.entries.values():
        _check_entry(reader, base, entry)
    if reader.complaints:
        raise ImportFailed(reader.complaints)
    return base


def _documents(reader: _Reader, path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text("utf-8"), Loader=_LineLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        reader.complain(f"{path.name}{line}", str(error.problem))
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reader.complain(path.name, str(error).replace("\n", " "))
        return {}
    if not isinstance(loaded, dict):
        reader.complain(path.name, "a mapping is expected at the top")
        return {}
    return loaded


def _rows(
    reader: _Reader, path: Path, document: dict[str, Any], key: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings listed under `key`, each with its place."""
    rows = document.get(key) or []
    if not isinstance(rows, list):
        reader.complain(path.name, f"a list is expected under {key!r}")
        return
    for row in rows:
        if isinstance(row, dict):
            yield f"{path.name}:{row['__line__']}", _without_lines(row)
        else:
            reader.complain(path.name, f"a mapping is expected, not {row!r}")


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key != "__line__"}
    if isinstance(value, list):
        return [_without_lines(item) for item in value]
    return value


def _named(reader: _Reader, path: Path, kind: type[T], key: str) -> Iterator[tuple[str, T]]:
    for place, row in _rows(reader, path, _documents(reader, path), path.stem):
        if item := reader.build(kind, place, row):
            yield getattr(item, key), item


def _parameters(reader: _Reader, directory: Path) -> Iterator[tuple[str, Parameter]]:
    path = directory / "parameters.yaml"
    for name, row in _documents(reader, path).items():
        if name == "__line__":
            continue
        if not isinstance(row, dict):
            reader.complain(path.name, f"a mapping is expected, not {row!r}")
            continue
        place = f"{path.name}:{row['__line__']}"
        reader.places[f"{{{name}}}"] = place
        if item := reader.build(Parameter, place, _without_lines(row)):
            yield name, item


def _shorthand(reader: _Reader, path: Path) -> Iterator[tuple[str, str]]:
    for typed, meaning in _documents(reader, path).items():
        if isinstance(meaning, str):
            yield str(typed), meaning
        elif typed != "__line__":
            reader.complain(path.name, f"{typed!r} must stand for words")


def _synonyms(reader: _Reader, path: Path) -> Iterator[tuple[str, list[str]]]:
    for group, ways in _documents(reader, path).items():
        if isinstance(ways, list) and all(isinstance(way, str) for way in ways):
            yield str(group), ways
        elif group != "__line__":
            reader.complain(path.name, f"{group!r} must have a list of words")


def _entries(reader: _Reader, directory: Path) -> Iterator[tuple[str, Entry]]:
    for path in sorted((directory / "entries").glob("*.yaml")):
        document = _documents(reader, path)
        for place, row in _rows(reader, path, document, "entries"):
            entry = reader.build(Entry, place, {"topic": document.get("topic"), **row})
            if entry is None:
                continue
            if entry.id in reader.places:
                reader.complain(place, f"{entry.id} stands already at {reader.places[entry.id]}")
            reader.places[entry.id] = place
            yield entry.id, entry


def _check_entry(reader: _Reader, base: Base, entry: Entry) -> None:
    place = reader.places[entry.id]
    if entry.topic not in base.topics:
        reader.complain(place, f"unknown topic {entry.topic!r}")
    for other in entry.related:
        if other not in base.entries:
            reader.complain(place, f"related entry {other!r} does not exist")
    for wording in (entry, *entry.earlier):
        _check_names(reader, base, place, wording)
    try:
        said = render(entry, base.parameters, base.instruments, entry.checked_on)
    except UnknownParameter as error:
        reader.complain(place, str(error))
        return
    if len(said) > ANSWER_LIMIT:
        reader.complain(place, f"the answer takes {len(said)} of {ANSWER_LIMIT} characters")
    if "{" in said or "}" in said:
        reader.complain(place, "braces that name no parameter")


def _check_names(reader: _Reader, base: Base, place: str, wording: Wording) -> None:
    for citation in wording.citations:
        if citation.law_id not in base.instruments:
            reader.complain(place, f"unknown law {citation.law_id!r}")
    if wording.voice and (missing := parameters_in(wording.voice) - base.parameters.keys()):
        reader.complain(place, f"voice names unknown parameters {sorted(missing)}")
