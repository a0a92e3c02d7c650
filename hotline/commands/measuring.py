"""`hotline kb eval` and `hotline kb train`: measure the matcher, and teach it.

Questions to which nobody knows the right answer are only counted by outcome.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dialogue import Dialogue
from bot.turns import Outcome, State, Turn, Utterance
from hotline.commands import questions
from hotline.commands.questions import Question
from hotline.opening import utc_now
from knowledge_base import entries, importing, peers, training, weights
from knowledge_base.content import Entry
from knowledge_base.text import fold
from knowledge_base.training import Labelled


@dataclass(frozen=True)
class Row:
    """A question, what the hotline made of it, and which of the entries shown are right."""

    question: Question
    turn: Turn
    right: Sequence[bool]

    @property
    def answered(self) -> bool:
        return self.turn.outcome is Outcome.ANSWER

    @property
    def answered_right(self) -> bool:
        return self.answered and self.right[0]

    @property
    def answered_wrong(self) -> bool:
        return self.answered and not self.right[0]

    @property
    def offered_right(self) -> bool:
        return self.turn.outcome is Outcome.CLARIFY and any(self.right)


_UNNAMED = "unnamed"  # a style or topic nobody told

# -- measuring -----------------------------------------------------------------------------------


def evaluate(
    files: Iterable[Path], worst: int, with_peers: bool, seed: Path = importing.SEED
) -> dict[str, Any]:
    """Every figure, ready to be printed or written as JSON."""
    asked = questions.read(files)
    base = importing.load(seed)
    hotline = Dialogue(entries.library_of(base))
    labelled = [_ask(hotline, one) for one in asked if one.relevant]
    off_topic = [_ask(hotline, one) for one in asked if one.relevant is None]
    unknown = [_ask(hotline, one) for one in asked if one.relevant == ()]
    figures = {
        "labelled": _figures(labelled),
        "without_marks": _figures(
            [_ask(hotline, _without_marks(row.question)) for row in labelled]
        ),
        "by_style": _by(labelled, lambda row: row.question.style or _UNNAMED),
        "by_topic": _by(labelled, lambda row: row.question.topic or _UNNAMED),
        "unlabelled": _outcomes(unknown),
        "offtopic": {
            **_outcomes(off_topic),
            "answered_percent": _percent(sum(row.answered for row in off_topic), len(off_topic)),
        },
        "worst": [_case(row) for row in _worst((*labelled, *off_topic))[:worst]],
    }
    if with_peers:
        figures["peers"] = _peers(base, labelled)
    return figures


def _ask(hotline: Dialogue, question: Question) -> Row:
    turn = hotline.respond(State(noticed=True), Utterance(question.text), None, utc_now())
    shown = [hotline.library.entries[entry_id] for entry_id in turn.entries]
    return Row(question, turn, [_is_right(entry, question) for entry in shown])


def _is_right(entry: Entry, question: Question) -> bool:
    return bool(entry.places & question.basis)


def _without_marks(question: Question) -> Question:
    return question.model_copy(update={"text": fold(question.text)})


def _figures(rows: Sequence[Row]) -> dict[str, Any]:
    right = sum(row.answered_right for row in rows)
    wrong = sum(row.answered_wrong for row in rows)
    offered = sum(row.offered_right for row in rows)
    return {
        "questions": len(rows),
        **_outcomes(rows),
        "answered_right": right,
        "offered_right": offered,
        "right_or_offered_percent": _percent(right + offered, len(rows)),
        "answered_right_percent": _percent(right, len(rows)),
        "answered_wrong_percent": _percent(wrong, len(rows)),
        "right_among_answered_percent": _percent(right, right + wrong),
    }


def _by(rows: Sequence[Row], name: Callable[[Row], str]) -> dict[str, Any]:
    groups = defaultdict(list)
    for row in rows:
        groups[name(row)].append(row)
    return {key: _figures(groups[key]) for key in sorted(groups)}


def _outcomes(rows: Iterable[Row]) -> dict[str, int]:
    seen = Counter(row.turn.outcome for row in rows)
    return {outcome.value: seen[outcome] for outcome in Outcome if outcome is not Outcome.JOIN}


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _worst(rows: Iterable[Row]) -> list[Row]:
    """What went wrong: wrong answers first, the surest of them foremost."""
    return sorted(
        filter(_went_wrong, rows), key=lambda row: (row.answered, _confidence(row)), reverse=True
    )


def _confidence(row: Row) -> float:
    return row.turn.decision.confidence if row.turn.decision else 0.0


def _went_wrong(row: Row) -> bool:
    if row.question.relevant is None:
        return row.answered
    return not (row.answered_right or row.offered_right)


def _case(row: Row) -> dict[str, Any]:
    decision = row.turn.decision
    return {
        "text": row.question.text,
        "relevant": sorted(row.question.basis),
        "outcome": row.turn.outcome,
        "matches": [[match.entry_id, match.score] for match in decision.matches]
        if decision
        else [],
    }


# -- peers -----------------------------------------------------------------------------------------


def _peers(base: importing.Base, labelled: Sequence[Row]) -> dict[str, Any]:
    """What others answer right on the same base while answering no more wrong than we do.

    A peer may take its score, or its lead over the second, as its measure of being sure: the
    better of the two counts.
    """
    allowed = sum(row.answered_wrong for row in labelled)
    return {
        peer.name: _peer_figures(base, peer, labelled, allowed)
        for peer in peers.peers(base.entries.values(), base.shorthand)
    }


def _peer_figures(
    base: importing.Base, peer: peers.Peer, labelled: Sequence[Row], allowed: int
) -> dict[str, Any]:
    by_score, by_lead, within_three = [], [], 0
    for row in labelled:
        ranked = peer.rank(row.question.text)
        right = [_is_right(base.entries[entry_id], row.question) for entry_id, _ in ranked]
        within_three += any(right)
        by_score.append((ranked[0][1], right[0]))
        by_lead.append((ranked[0][1] - ranked[1][1], right[0]))
    answered = max(_answered_right(by_score, allowed), _answered_right(by_lead, allowed))
    return {
        "answered_right_percent": _percent(answered, len(labelled)),
        "right_within_three_percent": _percent(within_three, len(labelled)),
    }


def _answered_right(sure: Sequence[tuple[float, bool]], allowed: int) -> int:
    """The most right answers at any bound that lets at most `allowed` wrong ones through."""
    most = right = wrong = 0
    for _, is_right in sorted(sure, key=lambda one: -one[0]):
        right += is_right
        wrong += not is_right
        if wrong > allowed:
            break
        most = right
    return most


# -- teaching --------------------------------------------------------------------------------------


def train(files: Iterable[Path], seed: Path = importing.SEED) -> weights.Weights:
    """Learn from the seed's phrasings and the files, and write weights.yaml beside the seed.

    Each question is learned from as it stands and as workers type it, without marks.
    """
    known = [
        Labelled(text, one.basis)
        for one in questions.read(files)
        if one.relevant != ()  # nobody knows what is right
        for text in {one.text, fold(one.text)}
    ]
    learned = training.learn(importing.load(seed), sorted(known, key=lambda one: one.text))
    weights.keep(learned, _REMARKS, seed / weights.LEARNED.name)
    return learned


_REMARKS = "Learned by `hotline kb train`; see DECISIONS.md. Do not edit by hand."


# -- for people ------------------------------------------------------------------------------------


def table(figures: dict[str, Any]) -> str:
    lines = []
    for name in ("labelled", "without_marks", "unlabelled", "offtopic"):
        lines.append(name)
        lines += [f"  {key:32} {value}" for key, value in figures[name].items()]
    for group in ("by_style", "by_topic"):
        for name, values in figures[group].items():
            lines.append(
                f"{name}: {values['questions']} questions, "
                f"right or offered {values['right_or_offered_percent']} %, "
                f"wrong {values['answered_wrong_percent']} %"
            )
    for name, values in figures.get("peers", {}).items():
        lines.append(
            f"{name}: answers {values['answered_right_percent']} % right at our rate of wrong "
            f"answers; right among three {values['right_within_three_percent']} %"
        )
    for case in figures["worst"]:
        lines.append(
            f"{case['outcome']:8} {case['text'][:110]}  {case['matches']}  {case['relevant']}"
        )
    return "\n".join(lines)
