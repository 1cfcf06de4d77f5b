"""Adds one run of a target to docs/fuzzing.json: figures.py TARGET LOG CRASHES CPU_SECONDS [COMMIT]; - for what was not measured."""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "fuzzing.json"


def git(*words):
    return subprocess.run(["git", *words], cwd=HERE, check=True, capture_output=True, text=True).stdout.strip()


def last(pattern, log):
    found = re.findall(pattern, log)
    return int(found[-1]) if found else 0


def main():
    target, path, crashes = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    cpu_seconds = 0 if sys.argv[4] == "-" else round(float(sys.argv[4]))
    log = path.read_text(errors="replace")
    # A run that ends by a crash prints no sum: its last line of progress tells as much.
    executions = last(r"stat::number_of_executed_units:\s+(\d+)", log) or last(r"(?m)^#(\d+)\s", log)
    a_second = last(r"stat::average_exec_per_sec:\s+(\d+)", log)
    seconds = last(r"Done \d+ runs in (\d+) second", log) or executions // max(a_second, 1)
    files = [file for file in (HERE / "corpus" / target).iterdir() if file.is_file()]
    commit = sys.argv[5] if len(sys.argv) > 5 else git("rev-parse", "--short", "HEAD")

    page = json.loads(PAGE.read_text()) if PAGE.exists() else {"targets": {}}
    known = page["targets"].get(target, {})
    page["targets"][target] = {
        "executions": known.get("executions", 0) + executions,
        "seconds": known.get("seconds", 0) + seconds,
        "cpu_seconds": known.get("cpu_seconds", 0) + cpu_seconds,
        "crashes_found": known.get("crashes_found", 0) + crashes,
        "corpus_files": len(files),
        "corpus_bytes": sum(file.stat().st_size for file in files),
        "last_run": {
            "commit": commit,
            "executions": executions,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "crashes_found": crashes,
            "edges_covered": last(r"cov: (\d+)", log),
            "memory_mb_max": last(r"stat::peak_rss_mb:\s+(\d+)", log),
        },
    }
    page["targets"] = dict(sorted(page["targets"].items()))
    PAGE.write_text(json.dumps(page, indent=1) + "\n")


main()
