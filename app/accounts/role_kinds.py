"""The kinds of role there are, and what each may: the one list that guards, forms and `docs/permissions.md` read.

Pure: a role here is a (kind, scope) pair; who holds which is in `roles.py`.
"""

from __future__ import annotations

import msgspec

from app.kernel.text import Text

GLOBAL = "global"

SCOPE_KINDS: dict[str, Text] = {
    GLOBAL: Text("Toàn hệ thống", "Whole system"),
    "edition": Text("Kỳ tổ chức", "Edition"),
    "unit": Text("Đơn vị", "Unit"),
    "venue": Text("Địa điểm", "Venue"),
    "checkpoint": Text("Điểm kiểm soát", "Checkpoint"),
    "gate": Text("Cửa", "Gate"),
    "exhibitor": Text("Đơn vị trưng bày", "Exhibitor"),
    "category_set": Text("Nhóm hạng mục", "Category set"),
    "council": Text("Hội đồng", "Council"),
    "ceremony": Text("Buổi lễ", "Ceremony"),
}


class RoleKind(msgspec.Struct, frozen=True):
    """One kind of role: its name, what it may in a sentence, the kinds of scope it can have."""

    code: str
    label: Text
    may: Text
    scopes: tuple[str, ...]
    subtree: bool = False  # a grant may cover the units below as well
    offered: bool = True  # False while nothing is theirs to open: not among the roles that administrators give


_KINDS = (
    RoleKind(
        "administrator",
        Text("Quản trị hệ thống", "Administrator"),
        Text("Làm mọi việc: tài khoản, vai trò, đơn vị, mọi kỳ tổ chức.", "Everything: accounts, roles, units, every edition."),
        (GLOBAL,),
    ),
    RoleKind(
        "organiser",
        Text("Ban tổ chức", "Organiser"),
        Text(
            "Soạn và công bố chương trình, đăng ký, cửa vào của một kỳ tổ chức.",
            "Plans and publishes the programme, registrations and gates of one edition.",
        ),
        ("edition",),
    ),
    RoleKind(
        "unit_editor",
        Text("Biên tập viên đơn vị", "Unit editor"),
        Text(
            "Soạn hoạt động do đơn vị mình chủ trì; nếu được giao, cả các đơn vị trực thuộc.",
            "Drafts the activities that the unit hosts; if so granted, those of the units below it.",
        ),
        ("unit",),
        subtree=True,
    ),
    RoleKind(
        "venue_manager",
        Text("Phụ trách địa điểm", "Venue manager"),
        Text("Quản lý phòng và sức chứa của một địa điểm.", "Keeps the rooms and capacities of one venue."),
        ("venue",),
        offered=False,
    ),
    RoleKind(
        "gate_supervisor",
        Text("Trưởng cửa", "Gate supervisor"),
        Text(
            "Mở cửa, đăng ký thiết bị, quyết định các trường hợp khó tại cửa.",
            "Opens gates, enrols devices, decides the hard cases at the gate.",
        ),
        ("edition", "checkpoint"),
    ),
    RoleKind(
        "gate_steward",
        Text("Nhân viên soát vé", "Gate steward"),
        Text("Quét vé và tìm người tại một cửa.", "Scans tickets and looks people up at one gate."),
        ("gate",),
    ),
    RoleKind(
        "exhibitor_delegate",
        Text("Đại diện đơn vị trưng bày", "Exhibitor delegate"),
        Text("Giữ hồ sơ, giải pháp và lịch gặp của một đơn vị trưng bày.", "Keeps one exhibitor's entry, solutions and meetings."),
        ("exhibitor",),
        offered=False,
    ),
    RoleKind(
        "matchmaking_manager",
        Text("Phụ trách kết nối cung cầu", "Matchmaking manager"),
        Text("Ghép nhu cầu với giải pháp, xếp lịch gặp của một kỳ tổ chức.", "Matches needs and solutions and sets an edition's meetings."),
        ("edition",),
        offered=False,
    ),
    RoleKind(
        "nomination_appraiser",
        Text("Người thẩm định hồ sơ", "Nomination appraiser"),
        Text("Kiểm tra hồ sơ đề nghị khen thưởng.", "Checks nominations before they are judged."),
        ("edition",),
        offered=False,
    ),
    RoleKind(
        "judge",
        Text("Thành viên tổ thẩm định", "Judge"),
        Text("Chấm điểm các hồ sơ trong nhóm hạng mục được giao.", "Scores the nominations of the category set given to them."),
        ("category_set",),
        offered=False,
    ),
    RoleKind(
        "council_member",
        Text("Thành viên hội đồng", "Council member"),
        Text("Bỏ phiếu trong một hội đồng.", "Votes in one council."),
        ("council",),
        offered=False,
    ),
    RoleKind(
        "council_secretary",
        Text("Thư ký hội đồng", "Council secretary"),
        Text("Chuẩn bị phiên họp, mở và khóa phiếu của một hội đồng.", "Prepares one council's meetings, opens and closes its ballots."),
        ("council",),
        offered=False,
    ),
    RoleKind(
        "show_caller",
        Text("Đạo diễn chương trình", "Show caller"),
        Text("Điều hành một buổi lễ.", "Calls one ceremony."),
        ("ceremony",),
        offered=False,
    ),
    RoleKind(
        "mc",
        Text("Người dẫn chương trình", "Master of ceremonies"),
        Text("Xem lời dẫn và thứ tự của một buổi lễ.", "Reads the script and the order of one ceremony."),
        ("ceremony",),
        offered=False,
    ),
    RoleKind(
        "marshal",
        Text("Điều phối sân khấu", "Marshal"),
        Text("Đón tiếp và đưa người nhận lên sân khấu.", "Receives honourees and leads them to the stage."),
        ("ceremony",),
        offered=False,
    ),
    RoleKind(
        "tray_desk",
        Text("Bàn khay", "Tray desk"),
        Text("Xếp bằng, hoa và khay theo thứ tự trao.", "Lays out certificates, flowers and trays in the order of giving."),
        ("ceremony",),
        offered=False,
    ),
    RoleKind(
        "led_operator",
        Text("Kỹ thuật màn hình LED", "LED operator"),
        Text("Điều khiển màn hình của một buổi lễ.", "Runs the screen of one ceremony."),
        ("ceremony",),
        offered=False,
    ),
    RoleKind(
        "press",
        Text("Báo chí", "Press"),
        Text("Xem tài liệu báo chí của một kỳ tổ chức.", "Reads the press material of one edition."),
        ("edition",),
    ),
    RoleKind(
        "auditor",
        Text("Kiểm soát viên", "Auditor"),
        Text("Xem mọi thứ, không thay đổi gì.", "Reads everything, changes nothing."),
        (GLOBAL,),
    ),
)

ROLE_KINDS: dict[str, RoleKind] = {kind.code: kind for kind in _KINDS}
