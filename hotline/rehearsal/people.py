"""Who takes part in a rehearsal, and how each provider knows them. All numbers are made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A worker: `phone` is his number, the others what each chat calls him."""

    id: str
    name: str
    phone: str
    number: int  # from which his ids in the chats are made

    @property
    def telegram(self) -> int:
        return 70_000_000 + self.number

    @property
    def zalo_oa(self) -> str:
        return f"24684588352{self.number:07}"

    @property
    def zalo_bot(self) -> str:
        return f"b{self.number:011x}"


WORKERS = (
    Person("lan", "Lan", "+84912345678", 1),
    Person("hung", "Hùng", "+84987654321", 2),
)
LAWYERS_PHONE = "+84936113115"
OUR_NUMBER = "+842253123456"


def passer_by(number: int) -> Person:
    """One of many workers of a day: nobody in particular, each with a number of his own."""
    return Person(f"w{number}", f"Công nhân {number}", f"+8497{number:07}", 1000 + number)
