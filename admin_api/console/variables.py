"""Words in braces that a lawyer types and the ticket fills in. (pure)"""

from collections.abc import Mapping

from admin_api.cases import TicketDetail
from admin_api.console.wording import date, moment


def of(ticket: TicketDetail) -> dict[str, str]:
    """{hạn} is the deadline that is next, or else of the end."""
    return {
        "{mã phiếu}": ticket.code,
        "{hạn}": moment(ticket.next_due_at or ticket.resolution_due_at),
        "{ngày hỏi}": date(ticket.opened_at),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text
