"""Runs the pipeline as a user does; each run in a launch folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
COMMANDS = Path(sys.executable).parent
# no reports: they are the user's, and cost seconds
QUIET = "".join(f"{report}.enabled = false\n" for report in ("report", "timeline", "dag"))


class Run(NamedTuple):
    """What a run of Nextflow left behind."""

    returncode: int
    text: str
    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "out"

    def count(self, what: str) -> int:
        """Lines of tasks: 'Submitted' or 'Cached'."""
        return sum(f"{what} process >" in line for line in self.text.splitlines())

    def files(self) -> set[str]:
        return {
            str(path.relative_to(self.results))
            for path in self.results.rglob("*")
            if path.is_file() and "pipeline_info" not in path.parts
        }


RunPipeline = Callable[..., Run]


def check_resumes(run_pipeline: RunPipeline, run: Run, *words: str | Path, **launch: Any) -> None:
    """The same call with -resume has nothing left to do."""
    again = run_pipeline(*words, "-resume", **launch)
    assert again.returncode == 0, again.text
    assert (again.count("Submitted"), again.count("Cached")) == (0, run.count("Submitted"))


def run_module(
    run_pipeline: RunPipeline, name: str, output: str, *words: str | Path, **params: Path | str
) -> Path:
    """Run the module below modules/ alone; the newest file of the pattern that it made."""
    given = [word for key, value in params.items() for word in (f"--{key}", value)]
    done = run_pipeline(*given, *words, script=ROOT / "modules" / name / "tests")
    assert done.returncode == 0, done.text
    return max(done.folder.glob(f"work/*/*/{output}"), key=lambda path: path.stat().st_mtime)


def check_problems(run: Run, expected: Sequence[str]) -> None:
    """The run stopped before it began, with each of these problems (patterns)."""
    assert run.returncode != 0
    lines = run.text.splitlines()
    problems = [line.removeprefix("  - ") for line in lines if line.startswith("  - ")]
    for pattern in expected:
        assert any(re.search(f"^{pattern}", problem) for problem in problems), (pattern, run.text)
    assert run.count("Submitted") == 0


def missing(what: str) -> None:
    """Skip for want of a tool; in CI, where nothing may be missing, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def need(*tools: str) -> None:
    for tool in tools:
        if not (shutil.which(tool) or (TOOLS / "bin" / tool).exists()):
            missing(f"{tool} is neither on PATH nor in .tools (scripts/setup-debian.sh {tool})")


@pytest.fixture(scope="session")
def mappers() -> None:
    need("minimap2", "samtools")


@pytest.fixture(scope="session")
def comet() -> None:
    need("comet-ms")


@pytest.fixture(scope="session")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three genomes of 100 kb in two samples, with BAMs and FASTQ."""
    folder = tmp_path_factory.mktemp("data") / "community"
    small = {
        "genome-count": 3,
        "genome-length": 100_000,
        "samples": 2,
        "dropout": 0,
        "divergence": 0,
        "depth": 8,
    }
    flags = [word for name, value in small.items() for word in (f"--{name}", str(value))]
    subprocess.run(
        [COMMANDS / "latentbin-simulate", "community", "--fastq", *flags, "--output-dir", folder],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def run_pipeline(tmp_path: Path) -> RunPipeline:
    """``run_pipeline(*arguments, parser='v1', version=None, script=ROOT)``."""
    quiet = tmp_path / "quiet.config"
    quiet.write_text(QUIET)

    def run(
        *arguments: str | Path, parser: str = "v1", version: str | None = None, script: Path = ROOT
    ) -> Run:
        home = TOOLS / f"nextflow-{version}" if version else TOOLS / "bin"
        if not (home / "nextflow").exists():
            if version:
                subprocess.run([ROOT / "scripts/setup-nextflow.sh", version], check=True)
            else:
                missing("Nextflow is not in .tools (scripts/setup-nextflow.sh)")
        words = [home / "nextflow", "-c", quiet, "run", script, *arguments]
        done = subprocess.run(
            [*map(str, words), "--outdir", "out", "-ansi-log", "false"],
            cwd=tmp_path,
            env={
                **os.environ,
                "NXF_SYNTAX_PARSER": parser,
                "PATH": os.pathsep.join((str(COMMANDS), os.environ["PATH"], str(TOOLS / "bin"))),
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return Run(done.returncode, done.stdout, tmp_path)

    return run
