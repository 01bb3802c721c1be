#!/usr/bin/python3
"""Counts test results: prints "PASSED FAILED SKIPPED".

usage: count_results.py meson BUILD/meson-logs/testlog.json
       count_results.py junit RESULTS.xml

Of a GoogleTest or pytest program every case counts; any other program of meson's is one test.
"""

import json
import re
import sys
from collections import Counter
from xml.etree import ElementTree

GTEST_CASE = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] \S.* \(\d+ ms\)$", re.MULTILINE)
PYTEST_SUMMARY = re.compile(r"^.*\bin \d[\d.]*s\b.*$", re.MULTILINE)
PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
GTEST_RESULT = {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}
MESON_RESULT = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


def count_program(result, output):
    """One entry of meson's log. Whatever its cases say, a program that failed is a failure: it may have
    crashed, run out of time or been stopped by a sanitizer after the last case."""
    program = MESON_RESULT.get(result, "failed")
    counts = Counter(GTEST_RESULT[case] for case in GTEST_CASE.findall(output))
    for summary in PYTEST_SUMMARY.findall(output)[-1:]:
        for number, word in PYTEST_COUNT.findall(summary):
            counts["failed" if word.startswith("error") else word] += int(number)
    if not counts:
        counts[program] = 1
    elif program == "failed" and not counts["failed"]:
        counts["failed"] = 1
    return counts


def count_meson(path):
    counts = Counter()
    with open(path, encoding="utf-8") as log:
        for line in log:
            entry = json.loads(line)
            counts += count_program(entry["result"], entry.get("stdout") or "")
    return counts


def count_junit(path):
    counts = Counter()
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        counts["failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"] += 1
    return counts


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("meson", "junit"):
        sys.exit("usage: count_results.py meson|junit FILE")
    counts = {"meson": count_meson, "junit": count_junit}[sys.argv[1]](sys.argv[2])
    print(counts["passed"], counts["failed"], counts["skipped"])


if __name__ == "__main__":
    main()
