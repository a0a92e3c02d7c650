"""`hotline ask`: the bot's own decision on one text, without a database."""

import datetime as dt
import json
from typing import Any, BinaryIO

from bot.dialogue import Dialogue
from bot.turns import MAX_TEXT, Outcome, State, Turn, Utterance
from hotline.opening import utc_now
from knowledge_base import entries, importing
from knowledge_base.text import clean

_NOTICED = State(noticed=True)


def _dialogue() -> Dialogue:
    return Dialogue(entries.library_of(importing.load()))


def ask(text: str) -> str:
    """What a worker would read."""
    hotline = _dialogue()
    turn = _respond(hotline, text, utc_now())
    said = [reply.text for reply in turn.replies]
    choices = [f"  [{choice.label}]" for reply in turn.replies for choice in reply.choices]
    if turn.handoff is not None:
        said.append(f"(chuyển luật sư: {turn.handoff.reason})")
    return "\n".join(said + choices)


def why(text: str) -> str:
    """What the matcher made of a text: how sure it is, and what spoke for each entry."""
    library = _dialogue().library
    decision = library.decide(text)
    lines = [f"{decision.verdict}: right {decision.confidence:.2f}, offered {decision.hope:.2f}"]
    for reason in library.explain(text):
        parts = ", ".join(f"{name} {value:.1f}" for name, value in reason.likenesses.items())
        words = ", ".join(f"{word} {value:.2f}" for word, value in reason.words.items())
        lines += [f"{reason.entry_id}: belief {reason.belief:.2f}", f"  {parts}", f"  {words}"]
    return "\n".join(lines)


def ask_lines(lines: BinaryIO, out: BinaryIO) -> None:
    """One JSON object in, one out, line by line; a line that is not one is answered as an error."""
    hotline = _dialogue()
    now = utc_now()
    for line in lines:
        if line.strip():
            answer = _answer_line(hotline, line.decode("utf-8-sig", "replace"), now)
            out.write(_as_line(answer))
            out.flush()


def _answer_line(hotline: Dialogue, line: str, now: dt.datetime) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        asked = None
    known = asked if isinstance(asked, dict) else {}
    text = known.get("text")
    if not isinstance(text, str):
        return {"id": known.get("id"), "error": 'each line must be {"id": ..., "text": "..."}'}
    return {"id": known.get("id"), **describe(hotline, _respond(hotline, text, now))}


def _as_line(answer: dict[str, Any]) -> bytes:
    try:
        line = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):  # an id that JSON cannot write
        line = json.dumps(answer | {"id": None}, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n"


def _respond(hotline: Dialogue, text: str, now: dt.datetime) -> Turn:
    return hotline.respond(_NOTICED, Utterance(clean(text)[:MAX_TEXT]), None, now)


def describe(hotline: Dialogue, turn: Turn) -> dict[str, Any]:
    """The turn as scripts read it. `entries` are what was answered or offered, best first."""
    scores = (
        {match.entry_id: match.score for match in turn.decision.matches} if turn.decision else {}
    )
    shown = turn.entries if turn.outcome in (Outcome.ANSWER, Outcome.CLARIFY) else ()
    found = [hotline.library.entries[entry_id] for entry_id in shown]
    return {
        "outcome": turn.outcome,
        "urgent": turn.urgent,
        "entries": [
            {
                "id": entry.id,
                "question": entry.question,
                "score": scores.get(entry.id, 0.0),
                "citations": [
                    {
                        "law_id": citation.law_id,
                        "article_id": citation.article_id,
                        "clause": citation.clause,
                    }
                    for citation in entry.citations
                ],
            }
            for entry in found
        ],
    }
