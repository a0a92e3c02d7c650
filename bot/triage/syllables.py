"""What can be a Vietnamese syllable, and what a telex keyboard made of one. (pure)

Vietnamese has few ways to begin and to end a syllable, so a word that is none of them is foreign,
a name, a slip, or noise.
"""

import re
from itertools import product

from knowledge_base.text import fold

_ONSETS = (
    " b c ch d g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x"
).split(" ")  # fmt: skip
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu "
    "i ia ich iec iem ien ieng iep iet ieu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong "
    "ooc oong op ot "
    "u ua uan uang uat uau uay uc ue uech uen uenh uet ui um un ung "
    "uo uoc uoi uom uon uong uop uot uou "
    "up ut uu uy uya uych uyen uyet uynh uyt uyu y yem yen yeng yet yeu"
).split()
_SYLLABLES = frozenset(onset + rime for onset, rime in product(_ONSETS, _RIMES))

_TONE_KEYS = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_LETTER_KEYS = (
    ("uow", "ươ"), ("uwow", "ươ"), ("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"),
    ("aw", "ă"), ("ow", "ơ"), ("uw", "ư"),
)  # fmt: skip
_VOWEL = re.compile(r"[aeiouyâêôăơư]")


def is_syllable(folded: str) -> bool:
    """Whether a word without marks could be Vietnamese."""
    return folded in _SYLLABLES


def without_telex(word: str) -> str | None:
    """ "ddanhs" -> "đanh" + the tone's sign; None if it was no telex syllable either."""
    letters = word
    for keys, letter in _LETTER_KEYS:
        letters = letters.replace(keys, letter)
    for place, tone in (*_tone_places(letters), (None, "")):
        toneless = letters if place is None else letters[:place] + letters[place + 1 :]
        if is_syllable(fold(toneless)):
            return toneless + tone
    return None


def _tone_places(letters: str) -> list[tuple[int, str]]:
    """Where a tone key may stand: anywhere after the first vowel, most often last."""
    vowel = _VOWEL.search(letters)
    if vowel is None:
        return []
    after = range(len(letters) - 1, vowel.start(), -1)
    return [(place, _TONE_KEYS[letters[place]]) for place in after if letters[place] in _TONE_KEYS]
