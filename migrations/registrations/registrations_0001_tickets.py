"""Registrations, tickets, consents, places, and the purposes in the words we start with."""

ID = "registrations_0001_tickets"
DESCRIPTION = "purposes, places, registrations, tickets, consents"

# The wordings follow Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: one purpose each, in plain words, nothing bundled.
# A later wording is a new version in a new migration, or an edition's own row; these are never edited.
_PURPOSES = (
    (
        "0196a000-0000-7000-8000-000000000001", "attend", "necessary", 10,
        "Tôi đã đọc và đồng ý để Ban Tổ chức xử lý thông tin trên cho việc đăng ký này",
        "I have read and agree that the organisers process the information above for this registration",
        "Họ tên và liên hệ chỉ dùng để giữ chỗ, gửi vé, báo khi chương trình thay đổi và đón tiếp tại cửa. "
        "Không có thông tin này thì không cấp được vé. Bạn xem, sửa, hủy được bất cứ lúc nào trên trang vé; "
        "thông tin được xóa khi không còn cần cho mục đích này.",
        "Your name and contact are used only to keep your place, send the ticket, tell you about changes and receive you at the gate. "
        "Without them no ticket can be issued. You can see, correct and cancel at any time on the ticket page; "
        "the information is erased when it is no longer needed for this purpose.",
    ),
    (
        "0196a000-0000-7000-8000-000000000002", "newsletter", "consent", 20,
        "Gửi cho tôi tin về chuyển đổi số của địa phương",
        "Send me news about the locality's digital transformation",
        "Không bắt buộc. Rút lại được bất cứ lúc nào trên trang vé.",
        "Optional. You can withdraw it at any time on the ticket page.",
    ),
    (
        "0196a000-0000-7000-8000-000000000003", "share_exhibitors", "consent", 30,
        "Cho phép đơn vị trưng bày mà tôi đưa mã vé nhận họ tên và liên hệ của tôi",
        "Let exhibitors to whom I show my ticket code have my name and contact",
        "Không bắt buộc. Chỉ đơn vị quét vé của bạn khi bạn đưa ra mới nhận được. Rút lại được bất cứ lúc nào.",
        "Optional. Only an exhibitor who scans your ticket when you show it receives them. You can withdraw it at any time.",
    ),
    (
        "0196a000-0000-7000-8000-000000000004", "recording", "notice", 40,
        "Hoạt động công cộng có thể được ghi hình, ghi âm",
        "This public activity may be photographed and recorded",
        "Ban Tổ chức và báo chí ghi hình để đưa tin. Nếu bạn hoặc con em không muốn xuất hiện trong ảnh, hãy báo nhân viên tại cửa.",
        "The organisers and the press take pictures for news coverage. If you or your children prefer not to appear, "
        "tell the staff at the gate.",
    ),
)  # fmt: skip


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"


SQL = (
    """
    CREATE TABLE purpose (
        id UUID PRIMARY KEY,
        edition UUID NULL REFERENCES edition (id) ON DELETE RESTRICT,
        code VARCHAR(40) NOT NULL CHECK (code <> ''),
        version INTEGER NOT NULL CHECK (version >= 1),
        kind VARCHAR(10) NOT NULL CHECK (kind IN ('necessary', 'consent', 'notice')),
        title_vi VARCHAR(300) NOT NULL,
        title_en VARCHAR(300) NOT NULL,
        body_vi TEXT NOT NULL,
        body_en TEXT NOT NULL,
        position INTEGER NOT NULL,
        retired BOOLEAN NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX purpose_version ON purpose (code, version) WHERE edition IS NULL",
    "CREATE UNIQUE INDEX purpose_edition_version ON purpose (edition, code, version) WHERE edition IS NOT NULL",
    """
    CREATE TABLE places (
        activity UUID PRIMARY KEY REFERENCES activity (id) ON DELETE RESTRICT,
        taken INTEGER NOT NULL CHECK (taken >= 0)
    )
    """,
    """
    CREATE TABLE registration (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        name VARCHAR(120) NOT NULL,
        folded_name VARCHAR(240) NOT NULL,
        organisation VARCHAR(200) NOT NULL,
        email VARCHAR(254) NOT NULL,
        phone VARCHAR(20) NOT NULL,
        language VARCHAR(2) NOT NULL CHECK (language IN ('vi', 'en')),
        kind VARCHAR(10) NOT NULL CHECK (kind IN ('public', 'invited', 'press', 'staff')),
        state VARCHAR(10) NOT NULL CHECK (state IN ('pending', 'confirmed', 'declined', 'cancelled')),
        nonce VARCHAR(64) NOT NULL,
        search_text VARCHAR(700) NOT NULL,
        sort_text VARCHAR(400) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        decided_at TIMESTAMPTZ NULL,
        cancelled_at TIMESTAMPTZ NULL,
        revision INTEGER NOT NULL,
        token_version INTEGER NOT NULL CHECK (token_version >= 1),
        CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX registration_nonce ON registration (nonce)",
    """
    CREATE UNIQUE INDEX registration_live_email ON registration (activity, email, folded_name)
    WHERE email <> '' AND state IN ('pending', 'confirmed')
    """,
    """
    CREATE UNIQUE INDEX registration_live_phone ON registration (activity, phone, folded_name)
    WHERE phone <> '' AND state IN ('pending', 'confirmed')
    """,
    "CREATE INDEX registration_list ON registration (activity, state, sort_text, id)",
    "CREATE INDEX registration_email ON registration (email) WHERE email <> ''",
    "CREATE INDEX registration_phone ON registration (phone) WHERE phone <> ''",
    """
    CREATE TABLE ticket (
        id UUID PRIMARY KEY,
        registration UUID NOT NULL REFERENCES registration (id) ON DELETE RESTRICT,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        holder VARCHAR(120) NOT NULL,
        kind VARCHAR(10) NOT NULL CHECK (kind IN ('public', 'invited', 'press', 'staff')),
        code VARCHAR(29) NOT NULL,
        state VARCHAR(10) NOT NULL CHECK (state IN ('valid', 'revoked', 'cancelled')),
        issued_at TIMESTAMPTZ NOT NULL,
        changed_at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX ticket_code ON ticket (code)",
    "CREATE INDEX ticket_registration ON ticket (registration)",
    "CREATE INDEX ticket_activity_changed ON ticket (activity, changed_at, id)",
    """
    CREATE TABLE consent (
        id UUID PRIMARY KEY,
        registration UUID NOT NULL REFERENCES registration (id) ON DELETE RESTRICT,
        purpose VARCHAR(40) NOT NULL,
        given BOOLEAN NOT NULL,
        version INTEGER NOT NULL,
        language VARCHAR(2) NOT NULL,
        source VARCHAR(10) NOT NULL CHECK (source IN ('form', 'self', 'api', 'desk')),
        at TIMESTAMPTZ NOT NULL
    )
    """,
    "CREATE INDEX consent_registration ON consent (registration, purpose, at)",
    """
    CREATE TABLE holder_notice (
        id UUID PRIMARY KEY,
        activity UUID NOT NULL REFERENCES activity (id) ON DELETE RESTRICT,
        version INTEGER NOT NULL,
        reached VARCHAR(36) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        done_at TIMESTAMPTZ NULL
    )
    """,
    "CREATE UNIQUE INDEX holder_notice_once ON holder_notice (activity, version)",
    "CREATE INDEX holder_notice_waiting ON holder_notice (id) WHERE done_at IS NULL",
    *(
        "INSERT INTO purpose (id, edition, code, version, kind, title_vi, title_en, body_vi, body_en, position, retired) "
        f"VALUES ({_quoted(row_id)}, NULL, {_quoted(code)}, 1, {_quoted(kind)}, {_quoted(title_vi)}, {_quoted(title_en)}, "
        f"{_quoted(body_vi)}, {_quoted(body_en)}, {position}, FALSE)"
        for row_id, code, kind, position, title_vi, title_en, body_vi, body_en in _PURPOSES
    ),
)
