#!/usr/bin/env bash
# Resolve pyproject.toml again and write the two locks: names, versions and the hashes of every file of each version,
# so that they install on every supported Python. `scripts/lock.sh --upgrade` takes newer versions.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links "$@" pyproject.toml
}

# The larger set first: what the tests need may hold a version back, and both locks must agree.
compile "$@" --extra build --extra dev --output-file requirements-dev.lock
compile --extra build --constraint requirements-dev.lock --output-file requirements.lock

for lock in requirements.lock requirements-dev.lock; do
    if grep -n '://' "$lock"; then
        echo "$lock must not carry addresses" >&2
        exit 1
    fi
done
