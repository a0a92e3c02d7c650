"""Who cites what: entries, parameters and calculators over the articles of the law. (pure)"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge_base.calculators.guide import Guide
from knowledge_base.content import Citation, Entry, Parameter, Place
from knowledge_base.rendering import parameters_in


@dataclass(frozen=True)
class Citing:
    """One that rests on an article; `through` is the parameter by which an entry does."""

    kind: str  # "entry", "parameter", "calculator"
    name: str
    citation: Citation
    through: str | None = None

    @property
    def place(self) -> Place:
        return self.citation.law_id, self.citation.article_id

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" (through {self.through})" if self.through else "")


def of_entry(entry: Entry, parameters: Mapping[str, Parameter]) -> Iterator[Citing]:
    """What any wording of the entry rests on, and the numbers in it."""
    names: set[str] = set()
    for wording in (entry, *entry.earlier):
        names |= parameters_in(f"{wording.answer} {wording.voice or ''}")
        yield from (Citing("entry", entry.id, citation) for citation in wording.citations)
    for name in sorted(names & parameters.keys()):
        for period in parameters[name].periods:
            yield Citing("entry", entry.id, period.citation, name)


def everything(
    entries: Iterable[Entry], parameters: Mapping[str, Parameter], guides: Mapping[str, Guide]
) -> Iterator[Citing]:
    for entry in entries:
        yield from of_entry(entry, parameters)
    for name, parameter in parameters.items():
        yield from (Citing("parameter", name, period.citation) for period in parameter.periods)
    for guide in guides.values():
        yield from (Citing("calculator", guide.id, citation) for citation in guide.citations)
