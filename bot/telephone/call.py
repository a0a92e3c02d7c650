"""What a telephone call is made of, whichever provider carries it: heard, then said. (pure)"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Ring:
    """One request of the provider about a call: a new call, or what came after a document.

    `step` names the document it follows (0: the call begins); the same step again gets the same
    document again. `keys` are of 0-9, * and #, empty where nothing was pressed; `words` are what
    the provider understood of speech. `dialled` tells how ringing a lawyer ended. `caller` is
    the caller's number as the provider gave it, for flood limits, and for ringing back if he
    agrees.
    """

    provider: str
    call_id: str
    step: int
    caller: str = ""
    keys: str = ""
    words: str = ""
    recording: "Recording | None" = None
    dialled: "Dialled | None" = None


@dataclass(frozen=True)
class Recording:
    """What the caller said after the tone. `ref` is how its provider fetches it."""

    ref: str
    seconds: int | None = None


@dataclass(frozen=True)
class Dialled:
    """How ringing somebody ended: `answered` says that a person took the call."""

    answered: bool


# -- what is said and what follows -----------------------------------------------------------------


@dataclass(frozen=True)
class Listen:
    """Wait for keys, and for speech where `speech` is set.

    `digits` ends the wait after so many keys; None waits for #. `hints` help the recogniser.
    Silence of `seconds` comes back as a ring without keys and words.
    """

    seconds: int = 6
    digits: int | None = 1
    speech: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """Record after a tone, up to `seconds`; # ends it."""

    seconds: int = 120


@dataclass(frozen=True)
class Dial:
    """Ring `number` (E.164) for `seconds` and join both, once he has pressed 1 after `whisper`."""

    number: str
    whisper: str
    seconds: int = 25


@dataclass(frozen=True)
class HangUp:
    """Nothing more."""


Then = Listen | Record | Dial | HangUp


@dataclass(frozen=True)
class Document:
    """What to say, each piece a sentence or two, and what then. `step` is this document's number.

    `slow` asks for slower speech with longer pauses.
    """

    step: int
    say: tuple[str, ...]
    then: Then
    slow: bool = False

    def as_json(self) -> dict[str, Any]:
        then = {"is": type(self.then).__name__, **asdict(self.then)}
        return {"step": self.step, "say": list(self.say), "then": then, "slow": self.slow}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Document":
        fields = dict(data["then"])
        kind = _KINDS[fields.pop("is")]
        fields = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}
        return cls(data["step"], tuple(data["say"]), kind(**fields), data["slow"])


_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Listen, Record, Dial, HangUp)}
