"""What tasks ask for: more with larger inputs and after a failure, enough for what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conftest import ROOT, RunPipeline

BASE = (ROOT / "conf/base.config").read_text()
# factors of 1.GB and 1.h: a + b * task.ext.input_gb
NUMBER = r"([\d.]+)"
ASKED = re.compile(
    rf"\b(memory|time) += \{{ 1\.(?:GB|h) \* \({NUMBER} \+ (?:{NUMBER} \* )?task\.ext\.input_gb\)"
    r" \* task\.attempt \}"
)


def asked() -> dict[str, dict[str, tuple[float, float]]]:
    """Process -> memory and time -> (a, b), of all that grow with their input."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for names, block in re.findall(r"withName: '([\w|]+)' \{\n(.*?)\n    \}", BASE, re.S):
        assert len(ASKED.findall(block)) == len(block.splitlines()), block
        for name in names.split("|"):
            found[name] = {what: (float(a), float(b or 1)) for what, a, b in ASKED.findall(block)}
    return found


def test_modules_tell_the_size_of_their_input_where_resources_grow_with_it() -> None:
    telling = set()
    for path in ROOT.glob("modules/local/**/main.nf"):
        text = path.read_text()
        if "ext input_gb:" in text:
            telling.add(re.findall(r"^process (\w+)", text)[0])
            (names,) = re.findall(r"^    ext input_gb: \{ \[([\w, ]+)\]\.flatten\(\)", text, re.M)
            size = "sum { path -> path.size() * (path.extension == 'gz' ? 4 : 1) } / 2**30 }\n"
            assert f"[{names}].flatten().{size}" in text
            inputs = text.split("    input:\n")[1].split("    output:\n")[0]
            assert all(re.search(rf"path[( ]{name}\b", inputs) for name in names.split(", "))
    assert telling == set(asked())


def test_threads_do_not_change_when_a_task_is_tried_again() -> None:
    assert not re.search(r"cpus.*attempt", BASE)


def test_what_is_asked_for_is_twice_what_was_measured() -> None:
    runs = json.loads((ROOT / "benchmarks/scale/memory.json").read_text())["runs"]
    processes = asked()
    measured = set()
    for run in runs:
        process = run["step"].upper().replace(" ", "_")
        base, slope = processes[process]["memory"]
        assert base + slope * run["input_gb"] >= 2 * run["peak_gib"], run
        measured.add(process)
    assert {"VAMB_EMBED", "DEEPMETABIN_EMBED", "GENOMEFACE_EMBED", "ABUNDANCE_MERGE"} <= measured


@pytest.mark.slow
@pytest.mark.parametrize(("parser", "version"), [("v1", "24.10.0"), ("v2", "25.04.0")])
def test_memory_and_time_grow_with_input_and_attempt(
    run_pipeline: RunPipeline, tmp_path: Path, parser: str, version: str
) -> None:
    """Of files with nothing in them, which a stub does not read: 2 GB, and 64 MB of a .gz."""
    for name, size in (("composition.npz", 2**31), ("abundance.npz", 0), ("small.fna.gz", 2**26)):
        with open(tmp_path / name, "wb") as handle:
            handle.truncate(size)
    config = tmp_path / "test.config"
    config.write_text(
        f"includeConfig '{ROOT}/conf/base.config'\n"
        "process.resourceLimits = [:]\n"
        "executor.memory = '999 GB'\nexecutor.cpus = 99\n"
        "trace { enabled = true; overwrite = true; file = 'trace.tsv'\n"
        "    fields = 'name,attempt,cpus,memory,time' }\n"
        "process { withName: '.*' { beforeScript = { task.attempt == 1 ? 'exit 137' : '' } } }\n"
    )

    def rows(module: str, **given: str) -> list[list[str]]:
        words = [word for name, value in given.items() for word in (f"--{name}", tmp_path / value)]
        run = run_pipeline(
            *("-stub-run", "-c", config, *words),
            script=ROOT / "modules/local" / module / "tests",
            parser=parser,
            version=version,
        )
        assert run.returncode == 0, run.text
        return [line.split("\t")[1:] for line in (tmp_path / "trace.tsv").read_text().splitlines()]

    features = {"composition": "composition.npz", "abundance": "abundance.npz"}
    memory, time = (a + 2 * b for a, b in asked()["VAMB_EMBED"].values())
    assert rows("vamb/embed", **features) == [
        ["attempt", "cpus", "memory", "time"],
        ["1", "6", f"{memory:g} GB", hours(time)],
        ["2", "6", f"{2 * memory:g} GB", hours(2 * time)],
    ]
    memory, time = (a + b / 4 for a, b in asked()["COMPOSITION_TNF"].values())
    assert rows("composition/tnf", fasta="small.fna.gz")[1:] == [
        ["1", "1", f"{memory:g} GB", hours(time)],
        ["2", "1", f"{2 * memory:g} GB", hours(2 * time)],
    ]


def hours(number: float) -> str:
    """As Nextflow writes them: 28h as 1d 4h."""
    days, minutes = divmod(round(number * 60), 24 * 60)
    parts = [(days, "d"), (minutes // 60, "h"), (minutes % 60, "m")]
    return " ".join(f"{value}{unit}" for value, unit in parts if value)
