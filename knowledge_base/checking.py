"""What `hotline kb validate` asks of the whole base, beyond that it can be used. (pure)

Reading the files already refuses what would break the program; these are the rules for whoever
writes the answers: law that exists and held, numbers for every day, voices that can be spoken.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from knowledge_base import citing
from knowledge_base.articles import Law
from knowledge_base.calculators.guide import Guide
from knowledge_base.content import Citation, Entry, Validity, Wording
from knowledge_base.importing import Base, Complaint
from knowledge_base.library import guide_name
from knowledge_base.rendering import (
    ANSWER_LIMIT,
    UnknownParameter,
    parameters_in,
    render,
    say,
)
from knowledge_base.text import fold, words

PHRASINGS = 12  # at least, in the ways people write
SYLLABLES = 180  # at most: three quarters of a minute of speech
_PARAMETER = re.compile(r"\{[a-z0-9_]+(?::x[0-9]+)?\}")
_BRACE = re.compile(r"[{}]")
_UNSPEAKABLE = re.compile(r"[^\w\s.,?!:]|[\d_]")

Told = Iterator[tuple[str, str]]  # the entry's id or "{parameter}", and what is wrong


def check(base: Base, law: Law, guides: Mapping[str, Guide], today: dt.date) -> list[Complaint]:
    """Everything there is to complain of, in the order of the files."""
    told = [
        *_numbers(base, law, today),
        *_twice(base),
        *(one for entry in base.entries.values() for one in _entry(base, law, entry, today)),
        *_guides(base, law, guides, today),
    ]
    return [Complaint(_placed(base, name, why)) for name, why in told]


def check_entry(base: Base, law: Law, entry: Entry, today: dt.date) -> list[str]:
    """What `check` says of one entry, if it is the last to come into the base."""
    others = {name: one for name, one in base.entries.items() if name != entry.id}
    grown = replace(base, entries={**others, entry.id: entry})
    told = [*_entry(grown, law, entry, today), *_unfilled(entry), *_twice(grown)]
    return [why for name, why in told if name == entry.id]


def _unfilled(entry: Entry) -> Told:
    """Braces that name no parameter; reading the files refuses them before `check` is asked."""
    for text in (entry.answer, entry.voice or ""):
        if _BRACE.search(_PARAMETER.sub("", text)):
            yield entry.id, "braces that name no parameter"
            return


def _placed(base: Base, name: str, why: str) -> str:
    place = base.places.get(name)
    return f"{place}: {name}: {why}" if place else f"{name}: {why}"


def untexted(base: Base, law: Law) -> list[str]:
    """Laws that are cited but whose text nobody imported: their citations were not checked."""
    cited = citing.everything(base.entries.values(), base.parameters, {})
    return sorted({one.citation.law_id for one in cited} - law.law_ids)


# -- law -------------------------------------------------------------------------------------------


def _numbers(base: Base, law: Law, today: dt.date) -> Told:
    for name, parameter in base.parameters.items():
        for period in parameter.periods:
            for why in _cited(base, law, [period.citation], period, today):
                yield f"{{{name}}}", why


def _guides(base: Base, law: Law, guides: Mapping[str, Guide], today: dt.date) -> Told:
    """A guide may cite law that was replaced, for cases that lie back in time."""
    for guide in guides.values():
        for citation in guide.citations:
            name = guide_name(guide.id)
            instrument = base.instruments.get(citation.law_id)
            if instrument is None:
                yield name, f"unknown law {citation.law_id!r}"
            elif why := law.fault_in(citation, _last_day(instrument.effective_to, today)):
                yield name, why


def _last_day(effective_to: dt.date | None, today: dt.date) -> dt.date:
    return min(today, effective_to - dt.timedelta(days=1)) if effective_to else today


def _cited(
    base: Base, law: Law, citations: Iterable[Citation], validity: Validity, today: dt.date
) -> Iterator[str]:
    """Law that was not in force all the time, or has no such article, clause or point."""
    last = min(today, validity.valid_to or today)
    if last < validity.valid_from:
        return  # not yet
    for citation in citations:
        instrument = base.instruments.get(citation.law_id)
        outside = [
            day
            for day in (validity.valid_from, last)
            if instrument is None or not instrument.in_force(day)
        ]
        if outside:
            yield f"{citation.law_id} is not in force on {outside[0]:%d/%m/%Y}"
        elif why := law.fault_in(citation, last):
            yield why


# -- entries ---------------------------------------------------------------------------------------


def _entry(base: Base, law: Law, entry: Entry, today: dt.date) -> Told:
    told = [*_wordings(base, law, entry, today)]
    if len(entry.phrasings) < PHRASINGS:
        told.append(f"only {len(entry.phrasings)} of {PHRASINGS} phrasings")
    told += [f"related entry {one!r} does not exist" for one in _strangers(base, entry)]
    yield from ((entry.id, why) for why in told)


def _strangers(base: Base, entry: Entry) -> list[str]:
    return [one for one in entry.related if one not in base.entries or one == entry.id]


def _wordings(base: Base, law: Law, entry: Entry, today: dt.date) -> Iterator[str]:
    for wording in (entry, *entry.earlier):
        which = "" if wording is entry else f"wording of {wording.valid_from:%d/%m/%Y}: "
        for why in _wording(base, law, entry, wording, today):
            yield which + why


def _wording(base: Base, law: Law, entry: Entry, wording: Wording, today: dt.date) -> Iterator[str]:
    yield from _cited(base, law, wording.citations, wording, today)
    gaps = list(_gaps(base, wording, today))
    yield from gaps
    if not gaps:
        yield from _lengths(base, entry, wording, today)
    if not entry.lawyer_only:
        yield from _voice(wording)


def _gaps(base: Base, wording: Wording, today: dt.date) -> Iterator[str]:
    """Numbers without a value on some day on which the wording holds."""
    last = min(today, wording.valid_to or today)
    for name in sorted(parameters_in(f"{wording.answer} {wording.voice or ''}")):
        parameter = base.parameters.get(name)
        day = wording.valid_from
        while parameter and day <= last and (period := parameter.on(day)):
            day = dt.date.max if period.valid_to is None else period.valid_to + dt.timedelta(days=1)
        if day <= last:
            yield f"no parameter {name!r} on {day:%d/%m/%Y}"


def _lengths(base: Base, entry: Entry, wording: Wording, today: dt.date) -> Iterator[str]:
    day = max(min(today, wording.valid_to or today), wording.valid_from)
    try:
        said = len(render(entry, base.parameters, base.instruments, day))
        spoken = len(say(wording.voice or "", base.parameters, day).split())
    except UnknownParameter as error:  # of a wording that holds only later
        yield str(error)
        return
    if said > ANSWER_LIMIT:
        yield f"the answer takes {said} of {ANSWER_LIMIT} characters"
    if spoken > SYLLABLES:
        yield f"the voice takes {spoken} of {SYLLABLES} syllables"


def _voice(wording: Wording) -> Iterator[str]:
    if not wording.voice:
        yield "there is no voice"
        return
    if found := sorted(set(_UNSPEAKABLE.findall(_PARAMETER.sub("", wording.voice)))):
        yield f"the voice has what nobody can speak: {' '.join(found)}"


def _twice(base: Base) -> Told:
    """Labels and phrasings that stand in the base more than once."""
    labels: dict[str, str] = {}
    phrasings: dict[str, str] = {}
    for entry in base.entries.values():
        said = [("label", labels, entry.label)]
        said += [("phrasing", phrasings, phrasing) for phrasing in entry.phrasings]
        for what, seen, text in said:
            if (key := _same(text)) in seen:
                yield entry.id, f"the {what} “{text}” stands already in {seen[key]}"
            seen.setdefault(key, entry.id)


def _same(text: str) -> str:
    return fold(" ".join(words(text)))
