"""The scanner at `/gate/`: the page, its service worker and its decoder. What they do is in `static/gate/`."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from litestar import get
from litestar.response import Response

from app.kernel.paths import bundled
from app.kernel.web.access import public
from app.kernel.web.assets import static_response, tree_hash
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page
from app.kernel.web.request import HouseRequest

# Camera and WebAssembly are allowed here and nowhere else (kernel.web.headers); the page shows nothing of any account.
GATE = {"gate": True, "account": False}

_WORDS = {
    "admitted": N_("MỜI VÀO"),
    "already_admitted": N_("ĐÃ VÀO {time} · {gate}"),
    "first_device": N_("Máy: {device}"),
    "wrong_gate": N_("SAI CỬA"),
    "wrong_gate_for": N_("Vé của: {title}"),
    "not_yet": N_("CHƯA ĐẾN GIỜ"),
    "not_yet_opens": N_("Mở cửa lúc {time}"),
    "expired": N_("ĐÃ HẾT GIỜ"),
    "expired_closed": N_("Đóng cửa lúc {time}"),
    "cancelled": N_("VÉ ĐÃ HỦY"),
    "revoked": N_("VÉ BỊ THU HỒI"),
    "to_desk": N_("Mời khách tới bàn hỗ trợ"),
    "unknown": N_("KHÔNG CÓ VÉ NÀY"),
    "unknown_detail": N_("Thử tìm theo tên hoặc số điện thoại"),
    "unknown_genuine": N_("CHƯA CÓ TRONG DANH SÁCH"),
    "unknown_genuine_detail": N_("Mã do hệ thống cấp; trưởng cửa quyết định theo tên và số điện thoại"),
    "not_a_ticket": N_("KHÔNG PHẢI MÃ VÉ"),
    "not_a_ticket_detail": N_("Mã QR này không phải vé của Tuần lễ; nội dung không được lưu"),
    "refused": N_("KHÔNG NHẬN"),
    "unreachable": N_("CHƯA KIỂM TRA ĐƯỢC – mất kết nối"),
    "unreachable_detail": N_("Đã ghi lại, sẽ tự gửi khi có kết nối"),
    "late": N_("Kiểm tra sau"),
    "kind_public": N_("Khách đăng ký"),
    "kind_invited": N_("Khách mời"),
    "kind_press": N_("Báo chí"),
    "kind_staff": N_("Ban tổ chức"),
    "counts": N_("{admitted} / {expected} đã vào · cửa này {here}"),
    "queue": N_("{n} lượt"),
    "link_on": N_("Đã kết nối"),
    "link_on_queue": N_("Đang gửi {n} lượt"),
    "link_lost": N_("Mất kết nối"),
    "link_lost_queue": N_("Mất kết nối · {n} lượt chờ"),
    "enrol_queue": N_("Còn lượt quét chưa gửi; hãy chờ gửi xong rồi mới đổi cửa."),
    "enrolled_already": N_("Máy này đã đăng ký ở {gate}."),
    "enrolled_already_detail": N_("Vẫn quét được như trước. Muốn đổi cửa thì xin mã đăng ký mới."),
    "enrol_unreachable": N_("Chưa kết nối được máy chủ; hãy thử lại."),
    "enrol_no_link": N_("Đường dẫn không đúng; nó có dạng https://…/gate/#enrol=…"),
    "revoked_device": N_("Máy này đã bị thu hồi quyền quét. Dữ liệu trên máy đã được xóa."),
    "revoked_device_lost": N_("Máy này đã bị thu hồi quyền quét. Dữ liệu trên máy đã được xóa, kể cả {n} lượt chưa gửi."),
    "left": N_("Đã kết thúc ca. Máy không còn giữ dữ liệu nào."),
    "leave_queue": N_("Còn lượt quét chưa gửi; hãy chờ gửi xong."),
    "leave_unreachable": N_("Chưa kết nối được máy chủ; hãy thử lại khi có mạng."),
    "camera_denied": N_("Trình duyệt chưa cho dùng camera. Mở phần cài đặt trang, cho phép Camera rồi bấm nút dưới; hoặc dùng Ảnh, gõ mã."),
    "camera_none": N_("Không thấy camera nào trên máy này. Vẫn dùng được máy quét USB, Ảnh và gõ mã."),
    "camera_busy": N_("Camera đang bị ứng dụng khác giữ. Đóng ứng dụng đó rồi bấm nút dưới."),
    "camera_insecure": N_("Camera chỉ chạy trên địa chỉ https://. Hỏi Ban Tổ chức đường dẫn đúng; gõ mã vẫn dùng được."),
    "camera_off": N_("Camera đang tắt."),
    "camera_other": N_("Chưa mở được camera."),
    "photo_none": N_("Không đọc được mã nào trong ảnh."),
    "search_short": N_("Gõ ít nhất hai chữ."),
    "search_found": N_("{n} người"),
    "search_none": N_("Không thấy ai trong danh sách của cửa này."),
    "search_none_code": N_("Không thấy vé nào có mã bắt đầu như vậy ở cửa này."),
    "search_unreachable": N_("Chưa kết nối được máy chủ nên chưa tìm được. Gõ đủ mã vé thì lượt quét vẫn được ghi lại."),
    "person_in": N_("đã vào {time}"),
    "person_cancelled": N_("vé đã hủy"),
    "person_revoked": N_("vé bị thu hồi"),
}


@get(["/gate", "/gate/"], guards=[public], opt=GATE, sync_to_thread=False)
def gate_page(request: HouseRequest) -> Response[Any]:
    """The scanner. Everything else it needs comes through the service worker."""
    if request.scope.get("raw_path", b"").partition(b"?")[0] == b"/gate":
        # The service worker's scope is /gate/ (the router forgets the last slash); what stands behind # survives a redirect.
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(None, status_code=308, headers={"location": f"/gate/{query}"})
    spoken = {key: _(word) for key, word in _WORDS.items()}
    return page("registrations/gates/gate.html", headers={"cache-control": "no-cache"}, words=spoken)


@cache
def _shell() -> tuple[str, ...]:
    """Everything that must be on the phone for the scanner to open without a network."""
    folder = bundled("static")
    files = sorted(
        path.relative_to(folder).as_posix()
        for pattern in ("gate/*", "vendor/zxing-wasm/**/*.js", "vendor/zxing-wasm/**/*.wasm", "vendor/be-vietnam-pro/*.woff2", "icons.svg")
        for path in folder.glob(pattern)
        if path.is_file() and path.name not in ("sw.js", "decoder.js")
    )
    return ("/gate/", "/gate/?lang=en", "/gate/decoder.js", *(f"/static/{name}" for name in files))


@get("/gate/sw.js", guards=[public], opt=GATE, sync_to_thread=False)
def service_worker() -> Response[bytes]:
    """The service worker with the release and its file list written in: one changed file makes a new worker."""
    source = (bundled("static") / "gate" / "sw.js").read_text(encoding="utf-8")
    filled = source.replace("%VERSION%", tree_hash()).replace("%SHELL%", msgspec.json.encode(_shell()).decode())
    return Response(filled.encode(), media_type="text/javascript; charset=utf-8", headers={"cache-control": "no-cache"})


@get("/gate/decoder.js", guards=[public], opt=GATE, sync_to_thread=False)
def decoder() -> Response[bytes]:
    """The decoder's worker. A worker lives by its own file's security policy, so it is served where WebAssembly is allowed."""
    return static_response("gate/decoder.js")


HANDLERS = [gate_page, service_worker, decoder]
