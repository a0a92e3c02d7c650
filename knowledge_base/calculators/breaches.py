"""The breaches a worker may ask the fine of, by field; the sums are dated parameters. (pure)"""

from dataclasses import dataclass

FIVE_STEPS, THREE_STEPS = (1, 11, 51, 101, 301), (1, 11, 51)


@dataclass(frozen=True)
class Breach:
    """`steps`: the number of workers from which each range holds. `remedy`: what comes with it."""

    id: str
    label: str
    parameter: str
    steps: tuple[int, ...] = ()
    remedy: str | None = None


_WAGES = "Ngoài phạt, công ty phải trả đủ lương cho người lao động, cộng tiền lãi."
FIELDS: dict[str, tuple[str, tuple[Breach, ...]]] = {
    "wage": (
        "Tiền lương",
        (
            Breach("late", "Trả lương chậm, thiếu, trừ sai", "phat_luong", FIVE_STEPS, _WAGES),
            Breach("minimum", "Thấp hơn lương tối thiểu", "phat_toi_thieu", THREE_STEPS, _WAGES),
            Breach("payslip", "Không đưa bảng kê lương", "phat_khong_bang_ke_luong"),
        ),
    ),
    "hours": (
        "Giờ làm, ngày nghỉ",
        (
            Breach("forced", "Ép tăng ca", "phat_ep_lam_them"),
            Breach("over", "Tăng ca quá giờ, không nghỉ giữa ca", "phat_qua_gio", FIVE_STEPS),
            Breach("leave", "Không cho nghỉ tuần, phép, lễ", "phat_nghi_le_phep_tuan"),
            Breach("private", "Không cho nghỉ việc riêng", "phat_nghi_viec_rieng"),
        ),
    ),
    "contract": (
        "Hợp đồng, nghỉ việc",
        (
            Breach("unsigned", "Không ký hợp đồng, ký sai loại", "phat_hop_dong", FIVE_STEPS),
            Breach(
                "papers",
                "Giữ giấy tờ gốc, bắt đặt cọc",
                "phat_giu_giay_to",
                remedy="Ngoài phạt, phải trả lại giấy tờ, tiền đã giữ cộng tiền lãi.",
            ),
            Breach("probation", "Thử việc sai, trả thiếu", "phat_thu_viec_sai"),
            Breach("settle", "Nghỉ rồi không trả tiền, sổ", "phat_thanh_toan", FIVE_STEPS),
            Breach("untold", "Không báo chấm dứt bằng văn bản", "phat_khong_bao_cham_dut"),
        ),
    ),
    "conduct": (
        "Kỷ luật, xúc phạm, thai sản",
        (
            Breach(
                "money",
                "Phạt tiền, cắt lương, xúc phạm khi kỷ luật",
                "phat_phat_tien_thay_ky_luat",
                remedy="Tiền đã phạt, lương đã cắt phải trả lại.",
            ),
            Breach("procedure", "Kỷ luật sai trình tự", "phat_ky_luat_sai_thu_tuc"),
            Breach("harassment", "Quấy rối tình dục", "phat_quay_roi_tinh_duc"),
            Breach("abuse", "Cưỡng bức, ngược đãi", "phat_cuong_buc_lao_dong"),
            Breach("mothers", "Sai với bà bầu, mẹ con nhỏ", "phat_vi_pham_lao_dong_nu"),
        ),
    ),
}
BREACHES = {breach.id: breach for _, breaches in FIELDS.values() for breach in breaches}
