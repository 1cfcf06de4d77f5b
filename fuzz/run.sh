#!/usr/bin/env bash
# Fuzzes one target, minimises its corpus and writes its figures to docs/fuzzing.json.
#
#   fuzz/run.sh TARGET [SECONDS]    answers, events, questions, rows, saved, settings or store; 600 seconds unless said otherwise
#   fuzz/run.sh TARGET INPUT...     runs the target once on each file
#
# Runs on the stable compiler: no part of Farol has unsafe code, so no sanitizer is linked in. Needs a C++ compiler.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?which target}
shift
seconds=600

export CARGO_TARGET_DIR=${FUZZ_TARGET_DIR:-$PWD/target}
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0"
# With a target named, the flags reach neither build scripts nor macros.
host=$(rustc -vV | sed -n 's/^host: //p')
features=()
[ "$target" = questions ] && features=(--features questions)
nice -n 10 cargo build --target "$host" --bin "$target" "${features[@]}"
binary=$CARGO_TARGET_DIR/$host/debug/$target

if [ $# -gt 0 ] && [ -f "$1" ]; then
    exec "$binary" "$@"
fi
[ $# -gt 0 ] && seconds=$1

# The run goes on with the program as it was built, whatever is built meanwhile.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$binary" "$work/program"
mkdir -p "$work/found" "$work/least" "artifacts/$target"
before=$(find "artifacts/$target" -type f | wc -l)
limits=(-timeout=5 -rss_limit_mb=512 -max_len=8192)

result=0
# Backtraces cost more than most of what is tried, and errors are no crashes.
export RUST_BACKTRACE=0
TIMEFORMAT=%U
{
    time nice -n 15 "$work/program" "$work/found" "corpus/$target" "${limits[@]}" -max_total_time="$seconds" \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" 2>"$work/log" || result=$?
} 2>"$work/cpu"
tail -n 12 "$work/log"
if [ $result -ne 0 ]; then
    grep -aE -A3 'panicked|ERROR' "$work/log" || true
fi
found=$(($(find "artifacts/$target" -type f | wc -l) - before))

if [ $result -eq 0 ]; then
    nice -n 15 "$work/program" -set_cover_merge=1 "${limits[@]}" "$work/least" "corpus/$target" "$work/found" 2>>"$work/merge"
    rm -rf "corpus/$target"
    mv "$work/least" "corpus/$target"
fi
python3 figures.py "$target" "$work/log" "$found" "$(cat "$work/cpu")"
exit $result
