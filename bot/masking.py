"""Takes out of a text what would tell who wrote it, before the text goes on to others. (pure)

What was taken out is replaced by what it was, "[số điện thoại]", and counted; the words
themselves are kept nowhere. Rather too much is taken than too little: people read the result.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot import naming
from knowledge_base.text import clean, fold

PHONE, ID, EMAIL, ACCOUNT = "số điện thoại", "số giấy tờ", "e-mail", "số tài khoản"
NAME, COMPANY, ADDRESS, BIRTH = "tên người", "tên công ty", "địa chỉ", "ngày sinh"
TICKET = "mã phiếu"
KINDS = (PHONE, ID, EMAIL, ACCOUNT, NAME, COMPANY, ADDRESS, BIRTH, TICKET)
PLACEHOLDER = re.compile(r"\[(" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True)
class Masked:
    """A text without persons in it; `found` counts what was taken out, by kind."""

    text: str
    found: Mapping[str, int] = field(default_factory=dict)


def mask(text: str, known: Collection[str] = ()) -> Masked:
    """`known`: common words, folded. A word that is none of them after "cty" is a name."""
    whole = unicodedata.normalize("NFKC", clean(text))
    before = Counter(PLACEHOLDER.findall(whole))
    for rule in _RULES:
        whole = rule(whole)
    whole = _outside(whole, lambda piece: naming.without_companies(piece, COMPANY, known))
    whole = _outside(whole, lambda piece: naming.without_people(piece, NAME))
    found = Counter(PLACEHOLDER.findall(whole)) - before
    return Masked(whole, {kind: found[kind] for kind in KINDS if found[kind]})


Rule = Callable[[str], str]


def _outside(text: str, rule: Rule) -> str:
    """Apply a rule to what stands between the placeholders."""
    pieces, last = [], 0
    for found in PLACEHOLDER.finditer(text):
        pieces += [rule(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*pieces, rule(text[last:])])


def _replacing(pattern: str, kind: str, group: int | str = 0) -> Rule:
    """A rule that puts the kind in the place of a group of the pattern."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def replace(found: re.Match[str]) -> str:
        start, end = found.span(group)
        whole = found[0]
        return f"{whole[: start - found.start()]}[{kind}]{whole[end - found.start() :]}"

    return lambda text: _outside(text, lambda piece: compiled.sub(replace, piece))


# -- what stands behind a word that says so --------------------------------------------------------

_IS = r"(?:\s*(?:của|cua|em|tôi|toi|mình|minh|là|la|số|so|ngân hàng|ngan hang|[A-Z]{2,5}bank|[:.=-])){0,8}"
_CODE = r"(?=[A-Z0-9 .-]{0,24}[0-9]{3})[A-Z]{0,4}[ .-]?[0-9](?:[ .-]?[0-9]){4,19}"
_ACCOUNT_CUE = r"\b(?:stk|số tk|so tk|(?:số )?tài khoản|(?:so )?tai khoan|tk)\b"
_BANK = r"(?:\s+(?:vcb|vietcombank|vietinbank|bidv|agribank|techcombank|tcb|mb|mbbank|acb|vpbank|tpbank|sacombank|momo|ở|o)){0,4}"
_ID_CUE = (
    r"\b(?:cccd|cmnd|cmt|cmtnd|căn cước(?: công dân)?|can cuoc(?: cong dan)?|chứng minh(?: thư| nhân dân)?"
    r"|chung minh(?: thu| nhan dan)?|hộ chiếu|ho chieu|passport|(?:mã số|ma so|số sổ|so so|mã|sổ|số) "
    r"?(?:bhxh|bhyt|bảo hiểm(?: xã hội)?|bao hiem(?: xa hoi)?)|mst|mã số thuế|ma so thue|msnv|mã nv"
    r"|mã (?:số )?nhân viên|ma (?:so )?nhan vien|mã thẻ|biển số(?: xe)?|bien so(?: xe)?)\b"
)
_DAY = r"[0-3]?[0-9]\s?[/.-]\s?[01]?[0-9]\s?[/.-]\s?(?:[12][0-9])?[0-9]{2}"
_DAY_IN_WORDS = r"[0-3]?[0-9]\s+(?:tháng|thang)\s+[01]?[0-9]\s*,?\s+(?:năm\s+|nam\s+)?[12][0-9]{3}"
_CHILD = r"\s+(?:con|bé|em bé|cháu|đôi)(?:\s+(?!trước|sau|từ|đến)[^\W\d_]+){0,3}"
_BORN = (
    rf"\b(?:(?:sinh|sn|ns|dob)(?:{_CHILD})?(?:\s*(?:ngày|ngay|vào|vao|:|\.))+"
    r"|(?:sinh|sn|ns)|(?:ngày|ngay)(?:,? tháng,? năm)? sinh(?:\s*(?:là|la|của em|:))*)\s*"
)

_cued = (
    _replacing(r"\bHP ?- ?[0-9A-Z]{4}\b", TICKET),
    _replacing(
        r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\]|\ba còng\b|\ba cong\b)\s?[\w-]{1,63}(?:\s?(?:\.|\bchấm\b|\bcham\b)\s?[a-z]{2,12}){1,5}",
        EMAIL,
    ),
    _replacing(rf"{_BORN}(?P<day>{_DAY}|{_DAY_IN_WORDS})", BIRTH, "day"),
    _replacing(rf"{_ACCOUNT_CUE}{_BANK}{_IS}{_BANK}{_IS}\s*(?P<code>{_CODE})", ACCOUNT, "code"),
    _replacing(
        rf"{_ID_CUE}{_IS}\s*(?P<code>{_CODE}|[0-9]{{2}}[A-Z][0-9A-Z]?[ -.]?[0-9.]{{4,6}})",
        ID,
        "code",
    ),
)

# -- numbers by themselves -------------------------------------------------------------------------

_DIGITS = {
    "không": "0", "khong": "0", "một": "1", "mốt": "1", "mot": "1", "hai": "2", "ba": "3",
    "bốn": "4", "bon": "4", "tư": "4", "tu": "4", "năm": "5", "nam": "5", "lăm": "5", "lam": "5",
    "sáu": "6", "sau": "6", "bảy": "7", "bẩy": "7", "bay": "7", "tám": "8", "tam": "8",
    "chín": "9", "chin": "9",
}  # fmt: skip
_FIGURE = r"(?:[0-9]|(?<=[0-9])[lI](?=[0-9])|(?<![^\W\d_])o(?=[ .-]?[0-9]))"
_SIGN = rf"(?:{_FIGURE}|\b(?:{'|'.join(_DIGITS)})\b)"


def _row_of(sign: str) -> re.Pattern[str]:
    row = rf"(?<![\w/])[+(]{{0,2}}{sign}(?:[ .()-]{{0,3}}{sign}){{7,19}}(?![\w/])"
    return re.compile(row, re.IGNORECASE)


_IN_FIGURES, _SPELLED = _row_of(_FIGURE), _row_of(_SIGN)
_ALIKE = {"o": "0", "O": "0", "l": "1", "I": "1"}
_ONE_SIGN = re.compile(_SIGN, re.IGNORECASE)
_MONEY = re.compile(r"[1-9][0-9]{0,2}(?:[. ]000)*(?:[. ][0-9]{3})+")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}[ .()-]*)+")
_DATE = re.compile(r"(?:[0-3]?[0-9][.-][01]?[0-9][.-](?:19|20)[0-9]{2}[ ()-]*)+")
_UNIT = re.compile(
    r"\s*(?:đ\b|đồng|dong|vnd|vnđ|k\b|tr\b|triệu|trieu|tỷ|ty\b|nghìn|ngàn|%)", re.IGNORECASE
)


def _rows(row: re.Pattern[str]) -> Rule:
    def without(text: str) -> str:
        return row.sub(lambda found: _number(found, text), text)

    return lambda text: _outside(text, without)


def _number(found: re.Match[str], text: str) -> str:
    said = found[0].strip()
    ordinary = _MONEY.fullmatch(said) or _YEARS.fullmatch(said) or _DATE.fullmatch(said)
    counted = said[0] in "123456789" and _UNIT.match(text, found.end())  # no amount begins with 0
    if ordinary or counted:
        return found[0]
    digits = "".join(
        _ALIKE.get(sign) or _DIGITS.get(sign.lower(), sign) for sign in _ONE_SIGN.findall(said)
    )
    kind = _kind_of(
        digits, spelled=any(letter.isalpha() and letter not in _ALIKE for letter in said)
    )
    return found[0] if kind is None else f"[{kind}]"


def _kind_of(digits: str, *, spelled: bool) -> str | None:
    """What a row of digits is; services (1900, 1800) belong to nobody."""
    if re.fullmatch(r"(?:0|84|0084)[2-9][0-9]{7,9}", digits):
        return PHONE
    if spelled or digits.startswith(("1900", "1800")) or len(digits) < 9:
        return None  # "năm hai nghìn" and the like are no row of digits
    return ID if len(digits) <= 12 else ACCOUNT


# -- where somebody lives --------------------------------------------------------------------------

_UP = f"[{naming.UPPER}]"
_PLACE = rf"{_UP}[^\W\d_]*(?:\s+{_UP}[^\W\d_]*){{0,3}}"
_HOUSE = r"(?<![0-9/-])[0-9]{1,4}[a-zA-Z]?(?:\s?[/-]\s?[0-9]{1,4}[a-zA-Z]?){0,4}"
_ROAD = r"(?i:đường|phố|ngõ|ngách|hẻm|kiệt|ngo|ngach|hem)"
_HAMLET = r"(?i:thôn|xóm|tổ dân phố|tdp|khu phố|ấp|khu chung cư|chung cư|tòa nhà)"
_AREA = rf"(?:{_HAMLET}|(?i:phường|xã|thị trấn|quận|huyện|thành phố|tp\.?|tỉnh|đặc khu)|{_ROAD})"
_TAIL = rf"(?:\s*[,-]\s*(?:{_AREA}\s+)?(?:{_PLACE}|(?i:số\s+)?{_HOUSE}(?=\s*[,.;]|\s+{_ROAD})))*"
_NO_STREET = (
    r"(?i:em|tôi|toi|mình|minh|anh|chị|thì|thi|là|la|bị|bi|ở|o|công|cong|cty|có|co|và|va|nhà|nha)\b"
)
_SMALL = rf"(?:\s+(?!{_NO_STREET}|{_ROAD}\b)[^\W\d_]+){{0,2}}"  # a street's name without capitals
_ADDRESS = re.compile(
    rf"\b(?:(?i:số nhà|so nha|nhà số|sn)\s+{_HOUSE}(?:\s*,?\s*(?:{_ROAD}\s+)?(?:{_HOUSE}|{_PLACE}))*{_SMALL}"
    rf"|(?i:số\s+)?{_HOUSE}\s+{_ROAD}\s+(?:{_HOUSE}|{_PLACE})(?:\s+{_PLACE})?"
    rf"|(?i:số)\s+{_HOUSE}\s*,?\s+{_PLACE}(?=\s*[,.;]|\s*$)"
    rf"|(?i:ngõ|ngách|hẻm|kiệt|ngo|ngach|hem)\s+{_HOUSE}(?:\s*,?\s*(?:{_ROAD}\s+)?(?:{_HOUSE}|{_PLACE}))*"
    rf"|(?<!thành )(?<!Thành )(?i:đường|phố)\s+{_PLACE}"
    rf"|{_HAMLET}\s+(?:[0-9]{{1,2}}\b|{_PLACE})(?:\s*,\s*{_AREA}\s+{_PLACE})*)"
    rf"{_TAIL}"
)
_LIVES = _replacing(
    r"\b(?:địa chỉ|dia chi|đ/c|thường trú|thuong tru|tạm trú|tam tru|trú tại|tru tai|nhà (?:em|tôi|mình) ở)"
    r"(?:\s+(?:nhà|hiện tại|của em|của tôi|tại|ở|là|số|nha|tai|o|la|so))*\s*:?\s*"
    r"(?P<where>(?:(?-i:[0-9A-ZĐ])|ngõ|ngo |ngách|thôn|xóm|tổ |khu |đường)[^.;\n\[?]{3,90})",
    ADDRESS,
    "where",
)


def _addresses(text: str) -> str:
    return _outside(text, lambda piece: _ADDRESS.sub(f"[{ADDRESS}]", piece))


_RULES: tuple[Rule, ...] = (
    *_cued,
    _rows(_IN_FIGURES),  # first: "được không 0912…"
    _rows(_SPELLED),
    _LIVES,
    _addresses,
)


def vocabulary(texts: Collection[str]) -> frozenset[str]:
    """The words of texts that name nobody, folded: what is `known` to `mask`."""
    return frozenset(word for text in texts for word in re.findall(r"[a-z]+", fold(text.lower())))
