"""`hotline kb ...`: check the FAQ base and measure the matcher."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.dialogue import Dialogue
from bot.turns import Outcome, State, Turn, Utterance
from hotline.opening import utc_now
from hotline.settings import SettingsError
from knowledge_base import entries, importing
from knowledge_base.importing import Complaint, ImportFailed

Row = tuple[dict[str, Any], Turn, list[bool]]


def validate(law: Path | None) -> Sequence[Complaint]:
    try:
        base = importing.load()
    except ImportFailed as error:
        return error.complaints
    if law is None:
        return []
    return importing.check_citations(base, importing.read_articles(law), utc_now().date())


def evaluate(files: Iterable[Path], worst: int) -> dict[str, Any]:
    """Figures over questions labelled `relevant` (articles a right answer cites).

    A line without the key `relevant` is off-topic: any labour answer to it is wrong. Lines whose
    `relevant` is empty are only counted by outcome.
    """
    hotline = Dialogue(entries.library_of(importing.load()))
    labelled: list[Row] = []
    unlabelled: list[Row] = []
    offtopic: list[Row] = []
    for question in _questions(files):
        turn = hotline.respond(State(noticed=True), Utterance(question["text"]), None, utc_now())
        row = (question, turn, _right(hotline, turn, question.get("relevant") or []))
        kind = (
            offtopic
            if "relevant" not in question
            else labelled
            if question["relevant"]
            else unlabelled
        )
        kind.append(row)
    return {
        "labelled": _figures(labelled),
        "by_style": {
            style: _figures([row for row in labelled if _style(row) == style])
            for style in sorted({_style(row) for row in labelled})
        },
        "unlabelled": _outcomes(turn for _, turn, _ in unlabelled),
        "offtopic": {
            **_outcomes(turn for _, turn, _ in offtopic),
            "answered_percent": _percent(
                sum(turn.outcome is Outcome.ANSWER for _, turn, _ in offtopic), len(offtopic)
            ),
        },
        "worst": _worst(labelled, offtopic, worst),
    }


def _questions(files: Iterable[Path]) -> Iterable[dict[str, Any]]:
    for path in files:
        try:
            lines = path.read_text("utf-8").splitlines()
        except OSError as error:
            raise SettingsError(f"cannot read {path}: {error.strerror}") from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                question = json.loads(line)
                question["text"]
            except (ValueError, KeyError, TypeError):
                raise SettingsError(f"{path}:{number}: not a question") from None
            yield question


def _style(row: Row) -> str:
    return row[0].get("style") or "unnamed"


def _right(hotline: Dialogue, turn: Turn, relevant: Sequence[dict[str, str]]) -> list[bool]:
    """For each entry shown: does it cite one of the relevant articles?"""
    wanted = {(one["law_id"], one["article_id"]) for one in relevant}
    return [
        any(
            (citation.law_id, citation.article_id) in wanted
            for citation in hotline.library.entries[entry_id].citations
        )
        for entry_id in turn.entries
    ]


def _figures(rows: Sequence[Row]) -> dict[str, Any]:
    answered = [(turn, right) for _, turn, right in rows if turn.outcome is Outcome.ANSWER]
    right = sum(marks[0] for _, marks in answered)
    offered = sum(any(marks) for _, turn, marks in rows if turn.outcome is Outcome.CLARIFY)
    return {
        "questions": len(rows),
        **_outcomes(turn for _, turn, _ in rows),
        "answered_right": right,
        "offered_right": offered,
        "right_or_offered_percent": _percent(right + offered, len(rows)),
        "answered_wrong_percent": _percent(len(answered) - right, len(rows)),
        "right_among_answered_percent": _percent(right, len(answered)),
    }


def _outcomes(turns: Iterable[Turn]) -> dict[str, int]:
    seen = Counter(turn.outcome for turn in turns)
    return {outcome.value: seen[outcome] for outcome in Outcome if outcome is not Outcome.JOIN}


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _worst(labelled: Sequence[Row], offtopic: Sequence[Row], limit: int) -> list[dict[str, Any]]:
    wrong = [
        (question, turn)
        for question, turn, marks in labelled
        if (turn.outcome is Outcome.ANSWER and not marks[0])
        or (turn.outcome is Outcome.CLARIFY and not any(marks))
        or turn.outcome in (Outcome.CHAT, Outcome.HANDOFF)
    ]
    wrong += [(question, turn) for question, turn, _ in offtopic if turn.outcome is Outcome.ANSWER]
    return [
        {
            "text": question["text"],
            "relevant": question.get("relevant"),
            "outcome": turn.outcome,
            "matches": [[match.entry_id, match.score] for match in turn.decision.matches]
            if turn.decision
            else [],
        }
        for question, turn in wrong[:limit]
    ]


def table(figures: dict[str, Any]) -> str:
    lines = []
    for name in ("labelled", "unlabelled", "offtopic"):
        lines.append(name)
        lines += [f"  {key:32} {value}" for key, value in figures[name].items()]
    for style, values in figures["by_style"].items():
        lines.append(
            f"{style}: {values['questions']} questions, right or offered "
            f"{values['right_or_offered_percent']} %, wrong {values['answered_wrong_percent']} %"
        )
    for case in figures["worst"]:
        lines.append(
            f"{case['outcome']:8} {case['text'][:110]}  {case['matches']}  {case['relevant']}"
        )
    return "\n".join(lines)
