"""Print the outcome of every tool's tests; exit 1 unless all passed and each that is written ran.

usage: show_tests.py tools.json FOLDER_OF_TOOLS...
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path


def main() -> int:
    """Do it."""
    result, *folders = map(Path, sys.argv[1:])
    ran = json.loads(result.read_text())["tests"] if result.exists() else []
    passed, failed = Counter[str](), []
    seconds = Counter[str]()
    for test in ran:
        data = test["data"]
        tool = test["id"].split("/")[0]
        seconds[tool] += data.get("time_seconds") or 0
        if data["status"] == "success":
            passed[tool] += 1
        else:
            problem = (
                data.get("output_problems") or data.get("execution_problem") or "no reason given"
            )
            failed.append(f"{test['id']}: {data['status']}: {problem}\n{_stderr(data)}")
    complete = True
    for path in sorted(path for folder in folders for path in folder.glob("latentbin_*.xml")):
        written = len(ET.parse(path).findall("tests/test"))
        complete &= passed[path.stem] == written
        print(f"{path.stem:<34}{passed[path.stem]} of {written} passed{seconds[path.stem]:8.0f} s")
    for text in failed:
        print(text, file=sys.stderr)
    print(f"{sum(passed.values())} of {len(ran)} tests passed")
    return 0 if complete and not failed else 1


def _stderr(data: dict) -> str:
    lines = ((data.get("job") or {}).get("stderr") or "").splitlines()
    return "\n".join(f"    {line}" for line in lines[-10:])


sys.exit(main())
