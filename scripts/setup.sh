#!/usr/bin/env bash
# Everything the project needs to run (`setup.sh run`) or to be tested (`setup.sh dev`), installed only when it changed.
# What cannot be installed is said in one plain sentence, in Vietnamese and English.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:-run}"

refuse() {
    printf '\n%s\n%s\n' "$1" "$2" >&2
    exit 1
}

# --- system packages: apt-get where we may use it --------------------------------------------------------------------
apt_ready=""
apt_install() {
    local may=()
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null && may=(sudo -n); } || return 1
    command -v apt-get >/dev/null || return 1
    if [ -z "$apt_ready" ]; then
        "${may[@]}" apt-get update -qq >/dev/null 2>&1 || true
        apt_ready=1
    fi
    echo "apt-get install $*"
    "${may[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

# --- Python ----------------------------------------------------------------------------------------------------------
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if [ ! -x .venv/bin/python ] || ! new_enough .venv/bin/python; then
    python="$(find_python)" || { apt_install python3 && python="$(find_python)"; } || refuse \
        "Cần Python từ 3.11 trở lên: hãy cài nó (Debian, Ubuntu: sudo apt-get install python3 python3-venv) rồi chạy lại." \
        "Python 3.11 or newer is needed: install it (Debian, Ubuntu: sudo apt-get install python3 python3-venv) and try again."
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        version="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        apt_install "$version" || apt_install python3-venv || true
        "$python" -c 'import venv, ensurepip' 2>/dev/null || refuse \
            "Python thiếu mô-đun venv: hãy chạy sudo apt-get install $version rồi chạy lại." \
            "Python lacks its venv module: run sudo apt-get install $version and try again."
    fi
    echo "$("$python" --version): .venv"
    "$python" -m venv --clear .venv
fi

# --- libraries, from the lock ----------------------------------------------------------------------------------------
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
# The stamp says what is installed: the lock, the project file and the folder (the command points into it).
fingerprint() { { cat "$1" pyproject.toml && pwd; } | cksum; }
if [ "$(cat ".venv/.installed-$kind" 2>/dev/null)" != "$(fingerprint "$lock")" ]; then
    echo "Đang cài thư viện theo $lock… / Installing libraries from $lock…"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" || refuse \
        "Không cài được thư viện: hãy kiểm tra mạng (hoặc địa chỉ kho pip của cơ quan) rồi chạy lại; không gì bị hỏng." \
        "The libraries could not be installed: check the network (or your organisation's pip index) and try again; nothing is broken."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    fingerprint "$lock" > ".venv/.installed-$kind"
    # The developers' set holds the other one.
    [ "$kind" = run ] || fingerprint requirements.lock > .venv/.installed-run
fi
[ "$kind" = dev ] || exit 0

# --- what the tests use besides Python -------------------------------------------------------------------------------
have_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
have_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome-stable || [ -d "/Applications/Google Chrome.app" ]; }

have_postgresql || apt_install postgresql || true
have_postgresql || refuse \
    "Kiểm thử cần PostgreSQL: hãy chạy sudo apt-get install postgresql (macOS: brew install postgresql) rồi chạy lại." \
    "The tests need PostgreSQL: run sudo apt-get install postgresql (macOS: brew install postgresql) and try again."
have_chromium >/dev/null || apt_install chromium || true
have_chromium >/dev/null || refuse \
    "Kiểm thử cần Chromium: hãy chạy sudo apt-get install chromium (macOS: cài Google Chrome) rồi chạy lại." \
    "The tests need Chromium: run sudo apt-get install chromium (macOS: install Google Chrome) and try again."
# The browser driver's own Node is linked against it, and a small Debian does not have it.
have_libatomic() { [ "$(uname)" != Linux ] || compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || compgen -G '/lib/*/libatomic.so.1' >/dev/null; }
have_libatomic || apt_install libatomic1 || true
have_libatomic || refuse \
    "Kiểm thử cần libatomic: hãy chạy sudo apt-get install libatomic1 rồi chạy lại." \
    "The tests need libatomic: run sudo apt-get install libatomic1 and try again."
