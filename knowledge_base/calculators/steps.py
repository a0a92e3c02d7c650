"""Steps that several guides ask, and what else people call their choices. (pure)"""

from knowledge_base.calculators.guide import Kind, Option, Step

YES_NO = (Option("Có", "yes"), Option("Không", "no"))
SENT_AWAY = ("bị đuổi", "bị đuổi việc", "đuổi việc", "bị cho nghỉ", "bị sa thải")
UNDER_A_YEAR = tuple(f"{count} tháng" for count in range(1, 12))
A_YEAR_AND_MORE = (
    "12 tháng", "18 tháng", "24 tháng", "36 tháng", "1 năm", "2 năm", "3 năm", "một năm",
    "hai năm", "ba năm", "có thời hạn",
)  # fmt: skip

ENDED = Step("ended", "Ngày chấm dứt hợp đồng là ngày nào?", Kind.DATE)


def wage_step(question: str) -> Step:
    """A wage of nought is a slip of the finger."""
    return Step("wage", question, Kind.MONEY, low=1_000, high=1_000_000_000)


CAREER_WAGE = wage_step("Lương đóng BHXH bình quân cả quá trình là bao nhiêu một tháng?")
