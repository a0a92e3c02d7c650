"""A seed of four entries about clearly different matters, six ways of asking for each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

LAW = "45/2019/QH14"
Words = tuple[str, str, str, Sequence[str]]
ENTRIES: Mapping[str, Words] = {  # id: article, question, label, phrasings
    "no-luong": (
        "97",
        "Công ty chậm trả lương thì làm sao?",
        "Bị nợ lương",
        (
            "công ty nợ lương hai tháng rồi",
            "chủ không trả lương đúng hạn",
            "cty cham tra luong phai lam gi",
            "bị nợ lương thì đòi ở đâu",
            "đến ngày lĩnh lương mà chưa thấy tiền",
            "tháng này công ty chưa trả lương",
        ),
    ),
    "thai-san": (
        "139",
        "Nghỉ thai sản được bao lâu?",
        "Nghỉ sinh con",
        (
            "sinh con được nghỉ mấy tháng",
            "nghi thai san bao lau",
            "mang thai đôi thì nghỉ thêm không",
            "đẻ xong nghỉ ở nhà được mấy tháng",
            "chế độ nghỉ thai sản cho mẹ",
            "bà bầu được nghỉ trước khi sinh không",
        ),
    ),
    "nghi-phep": (
        "113",
        "Một năm có bao nhiêu ngày phép?",
        "Ngày phép năm",
        (
            "mỗi năm được nghỉ phép mấy ngày",
            "phép năm có mấy ngày",
            "ngay phep nam tinh sao",
            "làm chưa đủ năm có ngày phép không",
            "phép năm không nghỉ hết thì sao",
            "nghỉ hằng năm hưởng nguyên lương mấy ngày",
        ),
    ),
    "tang-ca": (
        "107",
        "Tăng ca tối đa bao nhiêu giờ?",
        "Giới hạn tăng ca",
        (
            "tăng ca quá nhiều có đúng luật không",
            "lam them gio toi da may gio",
            "ép tăng ca tới khuya",
            "một tháng tăng ca tối đa mấy giờ",
            "làm thêm giờ quá sức",
            "tăng ca cả chủ nhật có được không",
        ),
    ),
}


def write(directory: Path, *more: Mapping[str, Any]) -> Path:
    """A whole seed tree of these entries, and `more`."""
    _dump(directory / "topics.yaml", {"topics": [{"id": "viec-lam", "name": "Việc làm"}]})
    code = {"law_id": LAW, "name": "Bộ luật Lao động", "short": "BLLĐ 2019"}
    instruments = [code | {"effective_from": "2021-01-01"}]
    _dump(directory / "instruments.yaml", {"instruments": instruments})
    _dump(directory / "parameters.yaml", {})
    _dump(directory / "shorthand.yaml", {"cty": "công ty"})
    _dump(directory / "synonyms.yaml", {"tang-ca": ["tang ca", "lam them gio"]})
    (directory / "entries").mkdir(parents=True)
    rows = [*(row(entry_id, *words) for entry_id, words in ENTRIES.items()), *more]
    _dump(directory / "entries" / "viec-lam.yaml", {"topic": "viec-lam", "entries": rows})
    return directory


def row(
    entry_id: str, article: str, question: str, label: str, phrasings: Sequence[str]
) -> dict[str, Any]:
    """An entry as it stands in a seed file."""
    return {
        "id": entry_id,
        "question": question,
        "label": label,
        "phrasings": list(phrasings),
        "answer": f"Việc này theo Điều {article} Bộ luật Lao động.",
        "citations": [{"law_id": LAW, "article_id": article}],
        "valid_from": "2021-01-01",
        "checked_on": "2026-11-22",
    }


def _dump(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
