#!/usr/bin/env bash
# The whole test suite on both engines. Arguments go to pytest: `scripts/test.sh tests/events -k clash`.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=0
summary=()
for engine in sqlite postgresql; do
    log="$(mktemp)"
    NGAYSO_TEST_DATABASE="$engine" .venv/bin/python -m pytest -q --durations=10 "$@" 2>&1 | tee "$log"
    code="${PIPESTATUS[0]}"
    # 5: everything asked for was deselected on this engine (a browser test on PostgreSQL).
    [ "$code" -eq 0 ] || [ "$code" -eq 5 ] || failed=1
    summary+=("$engine: $(tail -n 1 "$log")")
    rm -f "$log"
done

printf '\n'
printf '%s\n' "${summary[@]}"
exit "$failed"
