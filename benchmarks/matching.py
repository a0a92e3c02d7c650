"""How fast the matcher is, beside its peers, in one run on one core.

Every index is asked the same questions: phrasings of the base, a word of each missing. The large
base is made of halves of real phrasings joined anew, twenty a made-up entry.
"""

import argparse
import contextlib
import ctypes
import gc
import os
import random
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from knowledge_base import importing, peers
from knowledge_base.content import Entry
from knowledge_base.importing import Base
from knowledge_base.matching import Index

PHRASINGS_AN_ENTRY = 20


def questions(base: Base, wanted: int) -> list[str]:
    dice = random.Random(20261122)
    known = [text for entry in base.entries.values() for text in entry.phrasings]
    asked = []
    while len(asked) < wanted:
        words = dice.choice(known).split()
        words.pop(dice.randrange(len(words)))
        asked.append(" ".join(words))
    return asked


def large(base: Base, phrasings: int) -> list[Entry]:
    """Entries with `phrasings` phrasings in all."""
    dice = random.Random(20261122)
    known = [text.split() for entry in base.entries.values() for text in entry.phrasings]
    model = next(iter(base.entries.values()))
    made = []
    for number in range(phrasings // PHRASINGS_AN_ENTRY):
        texts = []
        for _ in range(PHRASINGS_AN_ENTRY):
            first, second = dice.choice(known), dice.choice(known)
            texts.append(" ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :]))
        changes = {"id": f"made-{number}", "question": texts[0], "label": texts[1][:60]}
        made.append(model.model_copy(update={**changes, "phrasings": tuple(texts[2:])}))
    return made


def timed(ask: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Milliseconds a question, sorted; the first ones only warm up."""
    for text in asked[:20]:
        ask(text)
    took = []
    for text in asked:
        begin = time.perf_counter()
        ask(text)
        took.append(1000 * (time.perf_counter() - begin))
    return sorted(took)


def line(name: str, took: Sequence[float]) -> str:
    p50, p99 = (took[int(len(took) * share)] for share in (0.5, 0.99))
    return f"{name:30} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms"


def memory() -> float:
    """MB this process holds now (Linux), or at most held (elsewhere).

    glibc keeps what was freed for later; how much is chance, so it is asked to give it back first.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        pages = Path("/proc/self/statm").read_text()
        return int(pages.split()[1]) * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure(entries: Iterable[Entry], base: Base, asked: Sequence[str], name: str) -> None:
    before, begin = memory(), time.perf_counter()
    index = Index(entries, base.shorthand, base.synonyms)
    took = time.perf_counter() - begin
    added = memory() - before
    print(f"{name}: indexed in {took:.2f} s, {added:.0f} MB added")
    print(line("  this matcher", timed(index.decide, asked)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--phrasings", type=int, default=100_000, help="of the large base")
    parser.add_argument("--peers", action="store_true", help="measure the peers too (minutes)")
    options = parser.parse_args()
    begin = time.perf_counter()
    base = importing.load()
    print(f"seed read in {time.perf_counter() - begin:.2f} s")
    asked = questions(base, options.questions)
    measure(base.entries.values(), base, asked, f"{len(base.entries)} entries")
    if options.peers:
        for peer in peers.peers(base.entries.values(), base.shorthand):
            print(line(f"  {peer.name}", timed(peer.rank, asked[:100])))
    many = large(base, options.phrasings)
    measure(many, base, asked, f"{options.phrasings} phrasings")
    if options.peers:
        for peer in peers.peers(
            many, base.shorthand, ("rapidfuzz WRatio", "bm25s", "tantivy 3-grams")
        ):
            print(line(f"  {peer.name}", timed(peer.rank, asked[:30])))


if __name__ == "__main__":
    main()
