#!/usr/bin/env bash
# Lint, format, types, import rules: all of them, then the verdict.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
run() {
    local name="$1"
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

run "ruff check" .venv/bin/ruff check .
run "ruff format" .venv/bin/ruff format --check --quiet .
run "mypy --strict" .venv/bin/mypy --no-error-summary
run "import-linter" .venv/bin/lint-imports --cache-dir .import_linter_cache

if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nNot clean: %s\n' "${failed[*]}"
    exit 1
fi
printf '\nClean.\n'
