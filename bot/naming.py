"""Finds the names of people and companies as workers write them. (pure)

A name is known by what stands before it ("chị", "tôi tên là", "cty"), by a family name, or by
being no common word. Typed without capitals a name is found only where the cue leaves no doubt.
"""

import re
from collections.abc import Collection

from knowledge_base.text import fold

# A range of code points would take in small letters as well.
UPPER = "".join(
    sorted(
        letter
        for code in (*range(0x41, 0x250), *range(0x1EA0, 0x1EFA))
        if (letter := chr(code)).isupper()
    )
)
_UP = f"[{UPPER}]"
_CAPITAL = rf"{_UP}[^\W\d_]*"
_TOKEN = re.compile(r"[^\W_][\w&'-]*")

# What begins with a capital and is still no name.
_COMMON = frozenset(
    "em anh chị tôi mình bác cô chú ông bà cháu bạn ban con vợ chồng mẹ bố ad bot admin xin cho cảm ơn kính chào "
    "không ko có đã thì mà nợ trả bắt và nên giờ nay là bị do vì nếu khi tại ở đang được chưa cũng "
    "công ty cty bộ luật điều nghị quyết định khoản điểm thông tư sở tòa án ủy ubnd bhxh bhtn bhyt "
    "hđlđ nlđ nsdlđ tnlđ kcn khu trung tâm tổng đài liên đoàn đoàn việt nam hà nội hải phòng phòng "
    "lao động nhân sự giám đốc sếp quản lý theo hỏi tháng năm ngày lương nhà nước hiện hồi sau trước "
    "họ nó ai gì nào các những người hành chính kế toán tổ trưởng hay vậy rồi nhưng còn sinh hội sàn việc mới tất cả vnd".split()
)

# -- people ----------------------------------------------------------------------------------------

_TITLE = (
    r"(?:anh|chị|em|ông|bà|cô|chú|bác|cháu|bạn|sếp|thầy|mr|ms|mrs|giám đốc|quản đốc|tổ trưởng|tổ phó"
    r"|chuyền trưởng|trưởng phòng|phó phòng|quản lý|kế toán|chủ tịch|luật sư|vợ|chồng|con)"
)
_TITLED = re.compile(
    rf"\b(?:(?i:{_TITLE})(?:\s+(?i:tên là|tên|là)\s+|/|\s+)|(?i:[ace])(?:\.\s?|\s))"
    rf"(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,4}})"
)
_SAID = re.compile(
    r"\b(?:họ (?:và )?tên|ho (?:va )?ten|tên|ten)(?:\s+(?:của|cua|em|tôi|toi|mình|minh|cháu|chau|là|la|đầy đủ))*"
    r"\s*[: ]\s*(?P<name>[^\W\d_]+(?: [^\W\d_]+){0,4})",
    re.IGNORECASE,
)
_SAID_CUE = re.compile(r"(?:họ|ho)|(?:em|tôi|toi|mình|minh|cháu|chau|là|la|:)", re.IGNORECASE)
_I_AM = re.compile(
    rf"\b(?i:tôi|em|mình|cháu|toi|minh|chau)\s+(?i:là|la)\s+(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,4}})"
)
_FAMILY = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Mai "
    "Tô Tạ Phùng Chu Đinh Lâm Quách Lương Cao Hà Lưu Thái Nguyen Tran Pham Hoang Phan Dang "
    "Bui Ngo Duong Trinh Dinh Dao"
).split()
_FULL = re.compile(
    rf"\b(?!Hồ Chí Minh|Hà Nội|Cao Tuổi)(?:{'|'.join((*_FAMILY, *map(str.upper, _FAMILY)))})(?:\s+(?i:Văn|Thị|Van|Thi)\s+{_CAPITAL}|(?:\s+{_CAPITAL}){{2}})"
    rf"(?:\s+{_CAPITAL})?"
)
_GIVEN = (
    "lan tuấn tuan dũng hùng hương linh trang thảo yến thắng sơn tùng cường cuong hiếu hạnh nhung thúy "
    "thủy hằng loan oanh phượng quỳnh quynh vân xuân khánh kiên huệ liên tuyết nga hòa dung hoa thơm "
    "tâm nam phương hải ngọc bình minh đức long duy huy mạnh quân quang giang hà thu mai đào cúc trinh trâm"
)
_GIVEN_NAMES = _GIVEN.replace(" ", "|")
# Folded, most family names are common words ("pham thi" is "phẩm thì"): a given name must follow.
_LOWER = re.compile(
    r"\b(?:(?:nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|đào|đoàn|vương|trịnh"
    r"|phùng|đinh|lý|mai|cao|lương|tạ)\s+(?:văn|thị)|nguyễn\s+(?:đức|hữu|ngọc|minh|quang|xuân|hồng|thu))"
    rf"\s+[^\W\d_]+(?:\s+(?:{_GIVEN_NAMES})\b)?"
)
_FOLDED = re.compile(
    r"\b(?:nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ngo|duong|dao|trinh|dinh)\s+(?:van|thi)"
    rf"\s+(?:{fold(_GIVEN_NAMES)})\b"
)
_FOLDED_PLAIN = re.compile(
    r"\b(?:anh|chi|ong|sep)\s+(?P<name>lan|tuan|hung|linh|trang|thao|yen|tung|hieu|loan|oanh|quynh|kien)"
    r"\s+(?:ben|noi|bao|cho|ep|duoi|quan|to|truong|ke|bat|keu|goi|hua|va|chui|doa)\b"
)
_NICK = re.compile(
    rf"\b(?i:facebook|fb|face|nick|zalo)(?:\s+(?i:của em|của tôi|của mình|tên|là))*\s*:?\s+(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,3}})"
)
_PLAIN = re.compile(
    rf"\b(?:anh|chị|ông|bà|cô|chú|bác|sếp|a|c)\s+(?P<name>{_GIVEN_NAMES})"
    r"(?=\s*(?:[,.!?;:)]|$)|\s+(?:bên|ở|nói|bảo|cho|ép|đuổi|là|làm|quản|trưởng|kế|bắt|kêu|gọi|hứa|và|ký|chửi|mắng|dọa))"
)
_ENDS = frozenset(
    "làm ở ơi ạ sinh năm công hiện nay đang là muốn xin hỏi cho bị có thì và tại quê số sdt sđt đt trú "
    "lam o oi a sinh nam cong hien dang la muon hoi bi co thi va tai que so tru cccd cmnd bên ben e em tôi"
    " toi đã da vào vao mã ma thuộc thuoc gì gi nào nao như nhu doanh nghiệp của cua trong trên theo hàng "
    "thế the được duoc không khong mình minh này nay ai gọi goi khác khac người nguoi đơn don trường vì vi với voi mà đầu đóng dong trả tra để de".split()
)


def without_people(text: str, kind: str) -> str:
    mark = f"[{kind}]"
    text = _SAID.sub(lambda found: _said(found, mark), text)
    for pattern in (_FULL, _LOWER, _FOLDED):
        text = pattern.sub(mark, text)
    for pattern in (_I_AM, _TITLED, _NICK):
        text = pattern.sub(lambda found: _capital(found, mark), text)
    for pattern in (_PLAIN, _FOLDED_PLAIN):
        text = pattern.sub(lambda found: _in_place(found, found["name"], mark), text)
    return text


def _said(found: re.Match[str], mark: str) -> str:
    """ "tôi tên là lan, ..." up to the first word that belongs to no name."""
    cue = found[0][: found.start("name") - found.start()]
    before = found.string[max(0, found.start() - 6) : found.start()].lower().split()
    told = _SAID_CUE.search(cue) or (before and before[-1] in ("tôi", "em", "mình", "cháu", "toi"))
    name = []
    for word in found["name"].split(" "):
        if word.lower() in _ENDS:
            break
        name.append(word)
    if not told or not name:
        return found[0]
    return _in_place(found, " ".join(name), mark)


def _capital(found: re.Match[str], mark: str) -> str:
    """The leading words that can be a name; none where the first is a common word."""
    name: list[str] = []
    for word in found["name"].split():
        acronym = word.isupper() and (len(word) == 1 or not _vowel(word))  # "anh B", "KCS"
        if word.lower() in _COMMON or (acronym and not name):
            break
        name.append(word)
    return (
        _in_place(found, found["name"][: _length(found["name"], len(name))], mark)
        if name
        else found[0]
    )


def _vowel(word: str) -> bool:
    return bool(set(fold(word.lower())) & set("aeiouy"))


def _length(text: str, words: int) -> int:
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return ends[words - 1] if words else 0


def _in_place(found: re.Match[str], name: str, mark: str) -> str:
    start = found.start("name") - found.start()
    return f"{found[0][:start]}{mark}{found[0][start + len(name) :]}"


# -- companies -------------------------------------------------------------------------------------

_FIRM = re.compile(
    r"\b(?:công ty|cong ty|cty|cti|c\.ty|ct|doanh nghiệp|doanh nghiep|xí nghiệp|xi nghiep|nhà máy|nha may"
    r"|xưởng|xuong|tập đoàn|tap doan|hợp tác xã)\b(?:\s+co phan\b)?\s*",
    re.IGNORECASE,
)
_WORKS = re.compile(
    r"\b(?:làm|lam|làm việc|lam viec|vào làm|công nhân|cong nhan|cn)\s+(?:ở|o|tại|tai|cho|bên|ben|của|cua)\s+",
    re.IGNORECASE,
)
_LEGAL = frozenset("tnhh mtv cp một thành viên cổ phần liên doanh".split())
_NAMED_NEXT = frozenset("tnhh mtv cp phần phan".split())  # what follows is a name, known or not
_TRADE = frozenset(
    "may mặc giày giầy da điện tử cơ khí thương mại dịch vụ sản xuất xây dựng vận tải bảo vệ chế biến thủy "
    "sản dệt nhựa khoáng in bao bì gỗ ô tô đóng tàu thép xnk và kinh doanh tm dv sx xd giay dien tu khi "
    "thuong mai dich vu san xuat xay dung van tai ve che bien thuy det nhua".split()
)
_AFTER_A_NAME = _ENDS | frozenset(
    "nợ no không ko k trả tra bắt bat đuổi duoi sa nghỉ nghi chậm cham mà thì hay hoặc hoac nên nen đóng "
    "cũng cung tự tu giữ giu ép ep đòi doi nhưng nhung nếu neu khi có được nước lương luong chưa chua hết vốn von nhà chuyên".split()
)
_IN_FIRMS = frozenset("việt hà hải nam trung phòng".split())
_LANDS = frozenset(
    ("nhật", "nhật bản", "hàn", "hàn quốc", "trung", "trung quốc", "đài", "đài loan", "mỹ")
)
_WORDS_OF_A_NAME = 6
_GAP = re.compile(r" +")


def without_companies(text: str, kind: str, known: Collection[str]) -> str:
    text = _replace(text, kind, _FIRM, known)
    return _replace(text, kind, _WORKS, ())


def _replace(text: str, kind: str, cue: re.Pattern[str], known: Collection[str]) -> str:
    pieces, last = [], 0
    for found in cue.finditer(text):
        span = _named(text, found.end(), known) if found.end() >= last else None
        if span is not None:
            pieces += [text[last : span[0]], f"[{kind}]"]
            last = span[1]
    return "".join([*pieces, text[last:]])


def _named(text: str, start: int, known: Collection[str]) -> tuple[int, int] | None:
    """Where the name behind a cue stands: after the legal form, as far as words look like one."""
    place, legal = start, text[:start].rstrip().endswith("co phan")
    span: tuple[int, int] | None = None
    for _ in range(2 * _WORDS_OF_A_NAME):
        token = _TOKEN.match(text, place)
        if token is None:
            break
        word = token[0]
        form = span is None and (word.lower() in _LEGAL or word in _TRADE)
        if not form and not _of_a_name(word, known, begun=span is not None, legal=legal):
            break
        if not form:
            span = (span[0] if span else token.start(), token.end())
        legal = legal or word.lower() in _NAMED_NEXT
        gap = _GAP.match(text, token.end())
        if gap is None:
            break
        place = gap.end()
    return span if span and _tells(text[slice(*span)]) else None


def _tells(name: str) -> bool:
    """Neither "công ty B" nor "công ty Nhật" tells which company it is."""
    return len(name) > 1 and name.lower() not in _LANDS


def _of_a_name(word: str, known: Collection[str], *, begun: bool, legal: bool) -> bool:
    lowered = word.lower()
    if legal and lowered in _IN_FIRMS:
        return True
    if lowered in _COMMON or lowered in _AFTER_A_NAME:
        return False
    if word[:1].isupper() or legal:
        return True
    if word.isdigit():
        return begun
    return bool(known) and len(word) > 2 and fold(lowered) not in known
