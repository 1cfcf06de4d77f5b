#!/usr/bin/env bash
# Installs what the tests need, then formats, lints and tests. On Debian and Ubuntu with Rust, from any folder.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/farol"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"
export RUST_BACKTRACE=0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

packages=()
command -v cc >/dev/null || packages+=(gcc libc6-dev)
command -v make >/dev/null || packages+=(make)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
# What lets a machine misbehave: failing system calls, power cuts, limits.
command -v strace >/dev/null || packages+=(strace)
command -v prlimit >/dev/null || packages+=(util-linux)
command -v mkfs.ext4 >/dev/null || packages+=(e2fsprogs)
command -v nbdkit >/dev/null || packages+=(nbdkit)
command -v nbdfuse >/dev/null || packages+=(libnbd-bin)
ls /usr/lib/*/libeatmydata.so >/dev/null 2>&1 || packages+=(libeatmydata1)
if [ ${#packages[@]} -gt 0 ]; then
    as_root apt-get update -qq
    as_root apt-get install -y -qq "${packages[@]}"
fi
rustup component list --installed 2>/dev/null | grep -q clippy || rustup component add clippy rustfmt

# Readers that are not Farol's: a snapshot must open in them.
venv="$cache/venv"
if ! "$venv/bin/python" -c 'import duckdb, polars' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/requirements.txt
fi
export FAROL_TEST_PYTHON="$venv/bin/python"

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
# The journeys run the real binary.
cargo build --workspace --locked
cargo test --workspace --locked
