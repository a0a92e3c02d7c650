"""What kind of message this is, before anybody looks for an answer. (pure)

Works on folded words, so marks and shorthand do not matter. Danger is looked for first and with
care in both directions: "bị máy cắt đứt tay" is an emergency, "tai nạn trên đường đi làm có phải
tai nạn lao động không" is a question of law.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.text import clean, fold, words


class Sort(StrEnum):
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    WHO_ARE_YOU = "who_are_you"
    SMALL_TALK = "small_talk"
    LAWYER = "lawyer"
    STATUS = "status"
    ERASE = "erase"
    REPORT = "report"
    PROPOSAL = "proposal"


class Doubt(StrEnum):
    """Why a message that no entry fits may not be a question about work at all."""

    ABUSE = "abuse"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    OTHER_LAW = "other_law"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Danger:
    """Somebody may be in danger. `kind` is a key of phrases.DANGER."""

    kind: str


def plain(text: str) -> str:
    """Folded words with single blanks, padded so that whole words can be searched for."""
    return f" {' '.join(fold(word) for word in words(text))} "


def _any_of(*ways: str) -> re.Pattern[str]:
    return re.compile(" (?:" + "|".join(ways) + ")(?= )")


TICKET_CODE = re.compile(r"\bHP-?([2-9A-Z]{4})\b", re.IGNORECASE)


# -- commands and small talk: the whole message, not a part of it -----------------------------

_WHOLE: dict[Sort, re.Pattern[str]] = {
    Sort.ERASE: re.compile(
        r" (?:xoa|xoa het|xoa di|xoa tin nhan|xoa thong tin|xoa du lieu|xoa het tin nhan|delete) "
    ),
    Sort.STATUS: re.compile(
        r" (?:trang thai|trangthai|tinh trang|phieu|phieu cua (?:toi|em)|trang thai phieu"
        r"|phieu .{0,12}den dau roi) "
    ),
    Sort.LAWYER: re.compile(
        r" (?:(?:cho )?(?:em |toi |minh )?(?:muon |can |xin )?(?:gap|hoi|noi chuyen voi|chat voi|goi)? ?"
        r"(?:luat su|tu van vien|nguoi that|nhan vien tu van|can bo)(?: tu van)?(?: voi| a| nhe)?|luatsu) "
    ),
}

_POLITE = [
    "a",
    "ah",
    "ak",
    "oi",
    "e",
    "em",
    "anh",
    "chi",
    "ac",
    "ad",
    "admin",
    "ban",
    "minh",
    "toi",
    "minh",
    "cho",
    "xin",
    "hoi",
    "muon",
    "xiu",
    "chut",
    "voi",
    "nhe",
    "nha",
    "nhen",
    "da",
    "vang",
    "u",
    "uh",
    "uk",
    "um",
    "ok",
    "oke",
    "okay",
    "okie",
    "duoc",
    "roi",
    "the",
    "thoi",
    "va",
    "cac",
    "moi",
    "nguoi",
    "tong",
    "dai",
    "bot",
    "shop",
    "luat",
    "su",
    "tu",
    "van",
    "co",
    "chu",
    "bac",
    "cong",
    "doan",
    "lien",
    "doan",
    "lao",
    "dong",
    "hai",
    "phong",
    "ca",
    "nha",
    "buoi",
    "sang",
    "chieu",
    "toi",
    "trua",
    "duoc",
    "khong",
    "ko",
    "nay",
    "day",
    "gio",
    "biet",
    "cai",
    "mot",
    "cau",
]
_WORDS_OF: dict[Sort, frozenset[str]] = {
    Sort.GREETING: frozenset(["chao", "hello", "hi", "hey", "alo", "helo", "hallo", "xin"]),
    Sort.THANKS: frozenset(
        [
            "cam",
            "on",
            "camon",
            "thank",
            "thanks",
            "thankyou",
            "you",
            "tks",
            "nhieu",
            "lam",
            "rat",
            "qua",
            "tot",
        ]
    ),
    Sort.GOODBYE: frozenset(["tam", "biet", "bye", "goodbye", "hen", "gap", "lai", "ngu", "ngon"]),
}
_NEEDED = {
    Sort.GREETING: ["chao", "hello", "hi", "hey", "alo", "helo", "hallo"],
    Sort.THANKS: ["cam", "camon", "thank", "thanks", "thankyou", "tks"],
    Sort.GOODBYE: ["biet", "bye", "goodbye", "ngon"],
}

_WHO_ARE_YOU = _any_of(
    r"(?:ban|may|ad|day|tong dai|bot) la ai", r"ai (?:dang )?(?:tra loi|noi chuyen|nhan tin)",
    r"(?:ban|day|may) la (?:bot|may|nguoi)(?: hay (?:bot|may|nguoi))?", r"(?:ban|bot) ten (?:la )?gi",
    r"ban (?:lam|giup) (?:duoc )?gi", r"(?:day|tong dai) (?:la gi|lam gi)",
)  # fmt: skip
_SMALL_TALK = _any_of(
    r"an com chua", r"(?:hom nay )?an gi", r"thoi tiet", r"troi (?:mua|nang|lanh|dep)", r"ke chuyen",
    r"co nguoi yeu", r"yeu (?:em|anh) khong", r"bong da", r"xo so", r"may gio roi", r"buon qua", r"hat di",
    r"ke (?:chuyen )?cuoi", r"ket qua (?:bong|tran)", r"khoe khong",
)  # fmt: skip

_OPENING = (
    r" (?:(?:da|a|vang|chao|xin chao|anh|chi|em|toi|minh|ad|tong dai|luat su|oi|cho|muon|xin|can|duoc|gui"
    r"|cong doan) )*"
)
_REPORT = re.compile(
    _OPENING
    + r"(?:phan anh|to cao|to giac|bao cao (?:ve )?(?:vi pham|sai pham|cong ty)|bao vi pham)(?= )"
)
_PROPOSAL = re.compile(
    _OPENING + r"(?:kien nghi|de xuat|gop y|co y kien|de nghi (?:cong doan|lien doan))(?= )"
)
_ASKS = _any_of(
    r"o dau", r"nhu the nao", r"the nao", r"lam sao", r"ra sao", r"bao lau", r"duoc khong", r"cho ai",
    r"gui ai", r"co bi", r"mau don", r"thu tuc", r"la gi", r"voi ai", r"nhung gi", r"can gi",
)  # fmt: skip


def sort(text: str) -> Sort | None:
    """A command, a courtesy, a report or a proposal; None for what needs an answer."""
    if TICKET_CODE.search(text) and len(text.split()) <= 4:
        return Sort.STATUS
    said = plain(_spelled_out(text))
    for kind, whole in _WHOLE.items():
        if whole.fullmatch(said):
            return kind
    if _REPORT.match(said) and not _ASKS.search(said):
        return Sort.REPORT
    if _PROPOSAL.match(said) and not _ASKS.search(said):
        return Sort.PROPOSAL
    if (courtesy := _courtesy(said.split())) is not None:
        return courtesy
    if _WHO_ARE_YOU.search(said) and len(said.split()) <= 10:
        return Sort.WHO_ARE_YOU
    if _SMALL_TALK.search(said) and len(said.split()) <= 9 and not speaks_of_work(text):
        return Sort.SMALL_TALK
    return None


def only_names_it(text: str) -> bool:
    """ "phản ánh" and nothing more: the matter itself is still to come."""
    return len(plain(text).split()) <= 5


_SHORTHAND = {"ko": "không", "k": "không", "dc": "được", "đc": "được", "cty": "công ty", "mk": "mình",
              "bhxh": "bảo hiểm xã hội", "ntn": "như thế nào", "bn": "bao nhiêu", "lsao": "làm sao",
              "cđ": "công đoàn", "cd": "công đoàn", "hđ": "hợp đồng", "ct": "công ty"}  # fmt: skip


def _spelled_out(text: str) -> str:
    return " ".join(_SHORTHAND.get(word, word) for word in words(text.replace("/", " ")))


def _courtesy(said: list[str]) -> Sort | None:
    if not 0 < len(said) <= 12:
        return None
    for kind, allowed in _WORDS_OF.items():
        needed = any(word in _NEEDED[kind] for word in said)
        if needed and all(word in allowed or word in _POLITE for word in said):
            return kind
    return None


# -- danger ------------------------------------------------------------------------------------

_SELF_HARM = _any_of(
    r"tu tu", r"tu sat", r"muon chet", r"chet (?:cho|quach) (?:xong|roi|nhe|do)", r"khong muon song", r"chan song",
    r"ket lieu", r"nhay lau", r"nhay cau", r"uong thuoc (?:ngu|sau|tru sau)", r"chang (?:con )?thiet song",
    r"khong (?:con )?thiet song", r"song khong noi nua", r"tu van (?:cho|luon)", r"cat (?:co|tay) tu",
)  # fmt: skip
_VIOLENCE = _any_of(
    r"(?:bi|dang|no|lai|cu) (?:[a-z]+ ){0,4}?(?:danh dap|hanh hung|dam dap)",
    r"bi (?:[a-z]+ ){0,4}?(?:danh|dam|tat|da|chem|bop co|hanh hung|dam vao mat|hiep|cuong hiep|hiep dam)"
    r"(?! gia| thue| mat| (?:gia )?ket qua| dau| bong)",
    r"(?:doa|de doa|doi|dinh) (?:[a-z]+ ){0,2}?(?:danh|giet|chem|dam|xu)", r"cam dao", r"doa giet", r"cuong hiep", r"hiep dam",
    r"danh (?:em|toi|minh|cong nhan|nguoi|nhau)(?: (?:gay|chay|ngat|tim|bam|bi thuong|nhap vien|o xuong|o cong ty|trong xuong))",
    r"(?:sep|quan ly|to truong|quan doc|chu|bao ve|giam doc|chuyen gia) (?:[a-z]+ ){0,3}?(?:danh dap|tat vao mat|danh (?:em|toi|minh|cong nhan|nguoi))",
    r"nem (?:[a-z]+ ){0,3}?vao (?:mat|dau|nguoi)", r"xam hai tinh duc", r"cuong buc tinh duc",
)  # fmt: skip
_FORCED = _any_of(
    r"(?:bi |dang |no )?(?:nhot|giam giu|giam long|giu nguoi|giam (?:lai |trong |o ))", r"khong cho (?:em |toi |minh |cong nhan |chung em )?(?:ra ngoai|ra khoi|ve nha|di ve|roi khoi|ra cong)",
    r"khoa (?:cua|cong) (?:khong cho|nhot|bat)", r"cuong buc lao dong", r"lao dong cuong buc", r"bi ban sang", r"bi lua ban",
    r"bat lam (?:[a-z]+ ){0,4}?khong cho (?:nghi|ve|ngu)", r"bi bat coc", r"ep lam (?:[a-z]+ ){0,3}?no le", r"buon nguoi",
    r"(?:ep|bat) lam (?:[a-z]+ ){0,3}?tru no",
)  # fmt: skip
_CHILD = _any_of(
    r"(?:em|be|chau|con|tre|dua|may dua|ban)?(?: [a-z]+){0,2} ?(?:moi |chi |chua (?:du |den )?)?(?:[89]|1[0-4]|chin|muoi|muoi (?:mot|hai|ba|bon)) tuoi",
    r"chua (?:du )?15 tuoi", r"tre em", r"lao dong tre em", r"tre con", r"duoi 15 tuoi", r"tre duoi 1[3-5]",
)  # fmt: skip
_CHILD_WORKS = _any_of(
    r"lam viec", r"di lam", r"lam cong", r"dang lam", r"bat lam", r"lam o", r"lam ca", r"lam dem", r"boc lot", r"lam thue",
    r"lao dong tre em", r"lam trong xuong", r"vao xuong", r"lam may", r"su dung", r"bi ep", r"phu xe", r"lam 1[0-9]", r"tang ca",
)  # fmt: skip
_INJURY = _any_of(
    r"(?:may|day|khuon|banh rang|bang chuyen|luoi|cua|robot|xe nang|can cau)(?: [a-z]+){0,3}? (?:cat|kep|dap|ep|cuon|nghien|can|de|cua|cuon|quet|chem)(?: [a-z]+){0,2}? ?(?:tay|chan|ngon|nguoi|dau|toc|ban tay)?",
    r"(?:dut|cut|gay|giap|nat|mat|dap|lia|bong|bong nang) (?:het |hai |ba |mot |1 |2 |3 |4 )?(?:ban |canh |cang |ngon )?(?:tay|chan|ngon|dot|xuong|lung|co)",
    r"(?:ngon|ban|canh) tay (?:bi )?(?:dut|cut|nat|lia)", r"chay (?:nhieu )?mau", r"mau chay", r"ra nhieu mau", r"bat tinh", r"ngat xiu", r"ngat o", r"ngat trong", r"bi ngat",
    r"dien giat", r"giat dien", r"(?:nga|roi|te) (?:tu )?(?:gian giao|mai|tren cao|tang|thang|cau thang|xuong ho|lau)", r"nga cao",
    r"no (?:lo|noi hoi|binh|binh ga|ga|khi)", r"chay (?:xuong|nha xuong|cong ty|kho|no|lon)", r"dang chay", r"ngo doc", r"ngat khi", r"ro ri (?:khi|hoa chat)", r"ro khi",
    r"di cap cuu", r"cap cuu", r"nguy kich", r"hon me", r"(?:chet|tu vong|mat mang)(?: [a-z]+){0,2}? (?:nguoi|cong nhan|tai cho|o xuong|trong xuong|o cong ty|tai xuong)",
    r"sap (?:gian|mai|nha|tran|tuong|ham)", r"bi vui", r"de (?:len|vao|trung|gay) (?:nguoi|chan|tay|dau)", r"bong (?:hoa chat|axit|nang|dien|mat|nuoc soi|toan than)", r"ket (?:tay|chan|nguoi|trong)",
    r"co nguoi (?:bi )?(?:thuong|chet|tai nan|nga)", r"bi (?:tai nan|thuong) (?:nang|rat nang)", r"tai nan (?:nghiem trong|chet nguoi|nang)", r"xe (?:nang|tai|dam|can) (?:vao|trung|chan|phai|qua|nguoi)?",
)  # fmt: skip
_HAPPENING = _any_of(
    r"(?:vua|moi|dang|hien|ngay) (?:bi|co|xay ra|nga|chay|day|nam|moi|nay|dang)", r"cuu", r"giup (?:em|toi|voi|gap)", r"gap", r"khan cap", r"nguy hiem (?:qua|lam)",
    r"lam sao (?:bay gio|gio|day)", r"phai lam gi (?:bay gio|ngay|gio)", r"chay mau", r"mau chay", r"bat tinh", r"khong tho",
)  # fmt: skip
# The law is asked about: what is owed, what counts, what the rule says.
_OF_LAW = _any_of(
    r"tra gi", r"ai (?:tra|den|chiu|lo|phai)", r"boi thuong", r"tro cap", r"duoc (?:huong|nhan|tra|boi|den|gi|bao nhieu|coi|tinh|nghi|huong gi)", r"che do", r"quy dinh", r"muc (?:huong|phat|boi|dong)",
    r"thoi han", r"ho so", r"thu tuc", r"co phai (?:la )?tai nan", r"tinh (?:sao|the nao)", r"tra luong", r"co (?:duoc|bi|phai)", r"trach nhiem", r"phat", r"dieu kien", r"the nao", r"la gi",
    r"bao nhieu", r"dung (?:luat|khong)", r"duoc khong", r"khai bao", r"bao hiem", r"den bu", r"ai den", r"cong ty (?:khong |ko )?(?:tra|den|lo|chiu)", r"kien", r"khieu nai", r"giam dinh", r"nghi (?:may|bao) ",
    r"co luong", r"phai lam gi", r"huong gi", r"truong hop", r"hinh thuc", r"xu ly", r"nhu nao", r"nhu the", r"duoc gi", r"khong khai", r"giau", r"tu choi", r"roi bo",
)  # fmt: skip


def danger(text: str) -> Danger | None:
    """What danger the message tells of, if any."""
    said = plain(_spelled_out(text))
    of_law = _OF_LAW.search(said) is not None
    if _SELF_HARM.search(said):
        return Danger("self_harm")
    if _VIOLENCE.search(said) and not (of_law and _speaks_of_rules(said)):
        return Danger("violence")
    if _FORCED.search(said) and not _speaks_of_rules(said):
        return Danger("forced_labour")
    if _CHILD.search(said) and _CHILD_WORKS.search(said) and not _speaks_of_rules(said):
        return Danger("child_labour")
    if (
        _INJURY.search(said)
        and (not of_law or _HAPPENING.search(said))
        and not _speaks_of_rules(said)
    ):
        return Danger("accident")
    return None


def tells_of_injury(text: str) -> bool:
    """A wound is spoken of, though the question is one of law."""
    return _INJURY.search(plain(_spelled_out(text))) is not None


_RULES = _any_of(
    r"quy dinh", r"bi phat (?:bao nhieu|the nao|nhu)", r"xu phat", r"muc phat", r"muc (?:huong|boi thuong)", r"trong truong hop", r"nguoi su dung lao dong (?:co|phai)",
    r"dieu kien", r"khai niem", r"la gi", r"the nao la", r"co duoc (?:phep )?(?:nhan|thue|tuyen|su dung|ky)", r"thoi gio lam viec", r"duoc lam (?:nhung |viec |cong viec )?(?:gi|nao)", r"thu tuc", r"duoc lam viec", r"co duoc lam",
    r"duoc (?:tuyen|su dung|nhan|lam) (?:lao dong|nguoi|toi da|may)", r"toi da", r"phap luat",
)  # fmt: skip


def _speaks_of_rules(said: str) -> bool:
    return _RULES.search(said) is not None


# -- messages that no entry fits ----------------------------------------------------------------

_ABUSE = _any_of(
    r"dm", r"dmm", r"dkm", r"vcl", r"vl", r"cc", r"cmm", r"clm", r"dcm", r"deo", r"dit", r"lon", r"cac", r"buoi", r"ngu (?:vcl|the|vay|nhu)",
    r"ngu", r"cho (?:chet|de|ma)", r"mat day", r"khon nan", r"oc cho", r"do cho", r"con cho", r"cut (?:di|me)", r"me may", r"bo may", r"vo dung", r"fuck", r"shit",
)  # fmt: skip
_WORK = _any_of(
    "lam", "luong", "cong ty", "cty", "hop dong", "hd", "hdld", "bhxh", "bhtn", "bao hiem", "nghi viec", "nghi phep", "nghi le", "nghi om", "tang ca", "sep", "cong nhan", "nhan vien",
    "thu viec", "thai san", "cong doan", "sa thai", "duoi viec", "ky luat", "to truong", "quan ly", "xuong", "ca dem", "ca ngay", "huu", "tro cap", "that nghiep", "thuong tet",
    "phu cap", "lao dong", "chu su dung", "tuyen dung", "viec lam", "bang luong", "cham cong", "bao ho", "boi thuong dao tao", "nghi ngang", "nguoi lao dong", "doanh nghiep", "so bao hiem",
    "tien cong", "nha may", "khu cong nghiep", "dinh cong", "noi quy", "bang cap", "dat coc", "ky quy", "quan doc", "nhan su", "om dau", "thoi viec",
)  # fmt: skip
_OTHER_LAW = _any_of(
    r"ly hon", r"ket hon", r"dat dai", r"so do", r"quyen su dung dat", r"thua ke", r"di chuc", r"giao thong", r"bang lai", r"nong do con", r"vuot den", r"mu bao hiem",
    r"thue (?:thu nhap|gia tri|dat|xe|nha)", r"hinh su", r"ma tuy", r"trom cap", r"danh bac", r"no (?:xau|tin dung|ngan hang)", r"vay (?:tien|ngan hang|nong|nang lai)", r"tin dung den",
    r"ho khau", r"tam tru", r"thuong tru", r"ho chieu", r"visa", r"dang ky xe", r"chung khoan", r"co phieu", r"dau thau", r"xay dung", r"nha o", r"chung cu", r"thue nha", r"hang xom",
    r"nghia vu quan su", r"bao hiem y te", r"khai sinh", r"nuoi con nuoi", r"cap duong", r"bao luc gia dinh", r"hai quan", r"moi truong", r"so huu tri tue", r"ban quyen", r"nhan hieu",
    r"thanh lap (?:doanh nghiep|cong ty)", r"hoc phi", r"hoc sinh", r"sinh vien", r"giao vien", r"thi cu", r"vien chuc", r"cong chuc", r"can bo", r"quan nhan", r"si quan", r"toa an", r"vu an",
    r"xe (?:may|o to|dap)", r"phat nguoi", r"dang kiem", r"lua dao", r"mat (?:xe|dien thoai)", r"hop dong (?:mua ban|vay|thue nha|dat coc)", r"hang hoa", r"thuc pham", r"thuoc", r"benh vien",
    r"dau tu", r"ngan hang", r"phong chay", r"hoa don", r"kinh doanh", r"van tai", r"dang vien", r"bau cu", r"quoc tich", r"dong vat", r"rung", r"khoang san", r"bien", r"tau",
)  # fmt: skip
_ENGLISH = re.compile(
    r" (?:i|my|the|is|are|can|you|what|how|company|salary|work|boss|please|help|me|we|they|pay|not|do|does|have|want) "
)
_VOWEL = re.compile(r"[aeiouy]")


def speaks_of_work(text: str) -> bool:
    return _WORK.search(plain(_spelled_out(text))) is not None


def language(text: str) -> str | None:
    """ "en", "zh", "ja" or "ko" if the message is written in it."""
    if re.search(r"[\u3040-\u30ff]", text):
        return "ja"
    if re.search(r"[\uac00-\ud7af]", text):
        return "ko"
    if re.search(r"[\u4e00-\u9fff]", text):
        return "zh"
    said = plain(text)
    english = len(_ENGLISH.findall(said.replace(" ", "  ")))
    return "en" if english >= 2 and english * 3 >= len(said.split()) else None


def doubt(text: str) -> Doubt | None:
    """Why nothing fits; None if it sounds like a question about work that a lawyer should see."""
    said = plain(_spelled_out(text))
    if language(text):
        return Doubt.FOREIGN
    if _unreadable(text, said.split()):
        return Doubt.UNREADABLE
    work = _WORK.search(said) is not None
    if _ABUSE.search(said) and not work:
        return Doubt.ABUSE
    if _OTHER_LAW.search(said) and not work:
        return Doubt.OTHER_LAW
    return None if work else Doubt.UNCLEAR


def _unreadable(text: str, said: list[str]) -> bool:
    if not any(c.isalpha() for c in clean(text)):
        return True
    if not said:
        return True
    strange = [word for word in said if len(word) > 7 or not _VOWEL.search(word)]
    return len(strange) * 2 > len(said) and max(map(len, said)) > 3
