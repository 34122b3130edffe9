"""The taxonomies a new edition starts with, so that its first activity can be written at once. Every entry can be changed.

Pillars and emulation contents follow the usual structure of provincial plans; a ministry's yearly guidance replaces
them by editing or importing, not by a new release of this software.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.events.programme.model import Term
from app.kernel.text import Text


def _terms(*lines: tuple[str, str, str]) -> tuple[Term, ...]:
    return tuple(Term(code, Text(vi, en)) for code, vi, en in lines)


STARTER_TERMS: Mapping[str, tuple[Term, ...]] = {
    "pillar": _terms(
        ("chinh_quyen_so", "Chính quyền số", "Digital government"),
        ("kinh_te_so", "Kinh tế số", "Digital economy"),
        ("xa_hoi_so", "Xã hội số", "Digital society"),
        ("ha_tang_du_lieu", "Hạ tầng số và dữ liệu", "Digital infrastructure and data"),
        ("an_toan_an_ninh", "An toàn, an ninh mạng và dữ liệu cá nhân", "Cybersecurity and personal data"),
        ("doi_moi_sang_tao", "Đổi mới sáng tạo và AI", "Innovation and AI"),
        ("nhan_luc_ky_nang", "Nhân lực và kỹ năng số", "Digital skills and workforce"),
        ("hop_tac", "Hợp tác vùng và quốc tế", "Regional and international cooperation"),
    ),
    "content": _terms(
        ("1", "Nâng cao nhận thức, đổi mới tư duy", "Awareness and new thinking"),
        ("2", "Phát triển hạ tầng", "Infrastructure"),
        (
            "3",
            "Chuyển đổi số trong cơ quan nhà nước, cải cách hành chính",
            "Digital transformation in state agencies, administrative reform",
        ),
        ("4", "Kinh tế số, doanh nghiệp công nghệ số, khởi nghiệp sáng tạo", "Digital economy, tech firms, startups"),
        ("5", "Xã hội số, Bình dân học vụ số", "Digital society, digital literacy for all"),
        ("6", "Quốc phòng, an ninh số, an toàn mạng", "Digital security and network safety"),
        ("7", "Hợp tác quốc tế", "International cooperation"),
    ),
    "audience": _terms(
        ("citizens", "Người dân", "Citizens"),
        ("officials", "Cán bộ, công chức, viên chức", "Cadres, civil servants and public employees"),
        ("enterprises", "Doanh nghiệp", "Enterprises"),
        ("startups", "Doanh nghiệp khởi nghiệp", "Startups"),
        ("household_business", "Hộ kinh doanh", "Household businesses"),
        ("cooperatives", "Hợp tác xã", "Cooperatives"),
        ("farmers", "Nông dân", "Farmers"),
        ("students", "Học sinh, sinh viên", "Students"),
        ("teachers", "Giáo viên", "Teachers"),
        ("elderly", "Người cao tuổi", "Older people"),
        ("families", "Gia đình", "Families"),
        ("experts", "Chuyên gia", "Experts"),
        ("press", "Báo chí", "Press"),
    ),
    "type": _terms(
        ("ceremony", "Nghi lễ", "Ceremony"),
        ("plenary", "Phiên toàn thể", "Plenary"),
        ("seminar", "Hội thảo", "Seminar"),
        ("forum", "Diễn đàn", "Forum"),
        ("roundtable", "Tọa đàm", "Roundtable"),
        ("training", "Tập huấn", "Training"),
        ("class", "Lớp học cộng đồng", "Community class"),
        ("exhibition", "Triển lãm", "Exhibition"),
        ("fair", "Hội chợ", "Fair"),
        ("festival", "Ngày hội", "Festival"),
        ("contest", "Cuộc thi", "Contest"),
        ("matchmaking", "Kết nối cung - cầu", "Matchmaking"),
        ("tour", "Tham quan", "Tour"),
        ("community", "Hoạt động cộng đồng", "Community activity"),
        ("consulting", "Tư vấn", "Consulting"),
        ("launch", "Công bố", "Launch"),
        ("signing", "Lễ ký kết", "Signing"),
        ("exercise", "Diễn tập", "Exercise"),
        ("show", "Biểu diễn nghệ thuật", "Show"),
        ("livestream", "Phát trực tiếp", "Livestream"),
        ("press", "Họp báo", "Press conference"),
        ("other", "Khác", "Other"),
    ),
    "accessibility": _terms(
        ("sign_language", "Phiên dịch ngôn ngữ ký hiệu", "Sign-language interpretation"),
        ("live_caption", "Phụ đề trực tiếp", "Live captions"),
        ("large_print", "Tài liệu chữ lớn", "Large print"),
        ("volunteer_helper", "Tình nguyện viên hỗ trợ", "Volunteer helpers"),
        ("interpretation_en", "Phiên dịch Anh - Việt", "English-Vietnamese interpretation"),
    ),
}
