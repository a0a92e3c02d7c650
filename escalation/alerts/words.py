"""How alerts read. They lie on locked screens: never the question, the worker or his employer."""

import datetime as dt
from collections.abc import Mapping, Sequence

from escalation.alerts.digests import Digest
from escalation.alerts.telling import Claim
from escalation.calendar import LOCAL
from escalation.models import Ticket
from escalation.vocabulary import Kind, Priority

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_KINDS = {Kind.QUESTION: "Câu hỏi", Kind.REPORT: "Phản ánh", Kind.PROPOSAL: "Kiến nghị"}
_LINES = {
    "opened": "Phiếu mới chờ nhận",
    "wrote": "Người lao động nhắn thêm",
    "reopened": "Phiếu được mở lại",
    "prioritised": "Phiếu chuyển thành khẩn",
    "asked_back": "Người lao động xin được gọi lại",
    "noted": "Đồng nghiệp nhắc đến anh/chị trong ghi chú",
    "submitted": "Câu trả lời chờ kiểm tra trước khi gửi",
    "sent_back": "Câu trả lời được gửi lại để sửa",
    "at_risk": "Sắp quá hạn",
    "breached": "Đã quá hạn",
    "escalated": "Quá hạn chưa xử lý, báo lên cấp trên",
    "returned": "Phiếu trở lại chờ nhận",
    "offered": "Đồng nghiệp đề nghị chuyển phiếu cho anh/chị",
    "accepted": "Đồng nghiệp đã nhận phiếu anh/chị chuyển",
    "refused": "Đồng nghiệp không nhận phiếu anh/chị chuyển, phiếu vẫn ở anh/chị",
    "lapsed": "Hết hạn chờ, chưa ai nhận phiếu anh/chị chuyển, phiếu vẫn ở anh/chị",
    "taken": "Anh/chị đã nhận phiếu này",
    "gone": "Phiếu này không nhận được nữa",
    "snoozed": "Sẽ nhắc lại sau 30 phút, nếu khi đó phiếu vẫn cần",
    "linked": "Đã nối Telegram này với tài khoản tổng đài. Từ nay báo tin đến đây",
    "test": "Tin thử: báo tin đến được đây",
}
_TAKEN_BEFORE = "Phiếu này đã có người nhận trước: {name}"


def _moment(at: dt.datetime) -> str:
    """ "10:30 thứ Hai 23/11"."""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} {_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"


def subject(claim: Claim) -> str:
    if claim.digest is not None:
        return _digest_subject(claim.digest)
    if len(claim.tickets) > 1:
        return f"Có tin về {len(claim.tickets)} phiếu"
    said = _lines(claim)[-1]
    if claim.ticket is None:
        return said
    urgent = "[Khẩn] " if claim.ticket.priority is Priority.URGENT else ""
    return f"{urgent}{claim.ticket.code}: {said[0].lower()}{said[1:]}"


def text(claim: Claim, topics: Mapping[str, str], office: str, now: dt.datetime) -> str:
    """`topics` are their names by id; `office` is the console's address."""
    if claim.digest is not None:
        return _digest_text(claim.digest, office)
    if len(claim.tickets) > 1:
        return _list_text(claim, office, now)
    said = "\n".join(f"{line}." for line in _lines(claim))
    if claim.ticket is None:
        return f"{said}\n\nCách báo tin: {office}/account"
    facts = "\n".join(_facts(claim.ticket, topics, now))
    return f"{said}\n\n{facts}\n\nMở phiếu: {office}/tickets/{claim.ticket.code}"


def _lines(claim: Claim) -> list[str]:
    return [
        _TAKEN_BEFORE.format(name=claim.holder or "đồng nghiệp")
        if kind == "taken_before"
        else _LINES[kind]
        for kind in claim.kinds
    ]


def _list_text(claim: Claim, office: str, now: dt.datetime) -> str:
    """One line a ticket, what is due first on top."""
    never = dt.datetime.max.replace(tzinfo=dt.UTC)
    lines = []
    for ticket in sorted(claim.tickets, key=lambda one: one.next_due_at or never):
        kinds = [kind for kind in claim.kinds_of(ticket) if kind != "breached"]  # its term says so
        said = [_LINES[kind].lower() for kind in kinds]
        lines.append(" · ".join([f"- {ticket.code}", *said, *_term(ticket, now)]))
    told = "\n".join(lines)
    return f"{subject(claim)}.\n\n{told}\n\nMở hộp phiếu: {office}/"


def _facts(ticket: Ticket, topics: Mapping[str, str], now: dt.datetime) -> Sequence[str]:
    urgent = "Khẩn" if ticket.priority is Priority.URGENT else None
    topic = topics.get(ticket.topic or "")
    what = " · ".join(filter(None, (f"Phiếu {ticket.code}", _KINDS[ticket.kind], topic, urgent)))
    return [what, *_term(ticket, now)]


def _term(ticket: Ticket, now: dt.datetime) -> Sequence[str]:
    due = ticket.next_due_at
    if due is None or not ticket.is_open:
        return []
    return [f"Đã quá hạn từ {_moment(due)}" if due <= now else f"Hạn: trước {_moment(due)}"]


# -- the morning -----------------------------------------------------------------------------------


def _digest_subject(digest: Digest) -> str:
    return f"Việc sáng nay: {', '.join(_tallies(digest))}"


def _tallies(digest: Digest) -> list[str]:
    counted = {
        "phiếu anh/chị giữ": digest.held,
        "đến hạn hôm nay": len(digest.due_today),
        "chờ nhận": digest.unassigned,
        "quá hạn": digest.breached,
    }
    return [f"{count} {what}" for what, count in counted.items() if count]


def _digest_text(digest: Digest, office: str) -> str:
    tallies = "\n".join(f"- {tally}" for tally in _tallies(digest))
    due = "\n".join(f"- {code}: trước {_moment(at)}" for code, at in digest.due_today)
    parts = ["Việc sáng nay", tallies, f"Đến hạn hôm nay\n{due}" if due else ""]
    parts.append(f"Hộp phiếu: {office}/\nCách báo tin: {office}/account")
    return "\n\n".join(filter(None, parts))
