"""Security headers, made once. A route asks for more by its `opt`:

`opt={"gate": True}`    the scanner: camera, WebAssembly, a worker of its own
`opt={"referrer": "no-referrer"}`  pages whose address is a secret (`/t/…` has it by its path)
`opt={"frame": "any"}`  the embeddable programme
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_CSP = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_GATE = {"script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self' blob:", "media-src": "'self' blob:"}

# Addresses that are secrets themselves: they must not travel in a Referer.
_SECRET_PATHS = ("/t/", "/sign-in/", "/account/", "/gate/enrol")

_NOTHING = "accelerometer=(), camera=({camera}), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"

Headers = tuple[tuple[bytes, bytes], ...]


@lru_cache(maxsize=64)
def _made(gate: bool, frame: str, referrer: str, https: bool) -> Headers:
    policy = dict(_CSP)
    if gate:
        policy |= _GATE
    if frame == "any":
        policy["frame-ancestors"] = "*"
    found = [
        ("content-security-policy", "; ".join(f"{name} {value}" for name, value in policy.items())),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", referrer),
        ("permissions-policy", _NOTHING.format(camera="self" if gate else "")),
        ("cross-origin-opener-policy", "same-origin"),
    ]
    if frame != "any":
        found.append(("x-frame-options", "DENY"))
    if https:
        found.append(("strict-transport-security", "max-age=31536000; includeSubDomains"))
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in found)


_NAMES = frozenset(
    (
        b"content-security-policy", b"x-content-type-options", b"referrer-policy", b"permissions-policy",
        b"cross-origin-opener-policy", b"x-frame-options", b"strict-transport-security",
    )
)  # fmt: skip
_NO_OPT: Mapping[str, Any] = {}


def security_headers(path: str, opt: Mapping[str, Any] | None, https: bool, present: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers for one answer; those that the handler set itself (`present`) stay its own."""
    opt = opt or _NO_OPT
    secret = path.startswith(_SECRET_PATHS) or "/my/" in path
    made = _made(
        "gate" in opt,
        opt.get("frame", ""),
        opt.get("referrer") or ("no-referrer" if secret else "strict-origin-when-cross-origin"),
        https,
    )
    own = [name for name, _value in present if name in _NAMES]
    return tuple(header for header in made if header[0] not in own) if own else made
