"""What the tutorials and the README tell to type runs, from the first line to the last."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import ROOT

TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))
# a block of commands, and why it is not run
BLOCK = re.compile(r"(?:^<!-- not run: (.+?) -->\n)?^```bash\n(.*?)^```$", re.S | re.M)
# what a user has made, not what came with the tree
LEFT_OUT = {"bench", "demo", "results", "site", "tutorial", "work"}


def script(page: Path) -> str:
    found = BLOCK.findall(page.read_text())
    assert found
    return "".join(body for reason, body in found if not reason)


def run(text: str, folder: Path) -> None:
    environment = {**os.environ, "NXF_ANSI_LOG": "false"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder like that of a clone which has been set up: its files, by links."""
    for path in ROOT.iterdir():
        if path.name not in LEFT_OUT and not path.name.startswith((".git", ".nextflow")):
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in TUTORIALS if "nextflow run" in page.read_text()], ids=lambda p: p.stem
)
def test_a_tutorial_with_the_pipeline_runs(page: Path, tree: Path) -> None:
    if not (ROOT / ".tools/bin/nextflow").exists():
        pytest.skip("Nextflow is not set up: make nextflow")
    run(script(page), tree)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        page
        for page in TUTORIALS
        if "nextflow run" not in page.read_text() and page.stem != "galaxy"
    ],
    ids=lambda p: p.stem,
)
def test_a_tutorial_of_commands_runs(page: Path, tree: Path) -> None:
    run(script(page), tree)


def test_what_is_not_run_says_why() -> None:
    for page in TUTORIALS:
        reasons = [reason for reason, _ in BLOCK.findall(page.read_text()) if reason]
        assert all(len(reason.split()) >= 3 for reason in reasons), page
    # nothing of it can run without a Galaxy server; `make galaxy` clicks through it
    assert not script(ROOT / "docs/tutorials/galaxy.md").strip()


@pytest.mark.slow
def test_the_single_commands_of_the_readme_run(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text().split("\n## One command at a time\n")[1]
    (_, commands), *_ = BLOCK.findall(section.split("\n## ")[0])
    commands_at = Path(sys.executable).parent
    simulate = [commands_at / "latentbin-simulate", "community", "--output-dir", "community"]
    few = ["--genome-count", "3", "--genome-length", "250000", "--samples", "2"]
    subprocess.run([*simulate, *few], cwd=tmp_path, check=True, capture_output=True)
    for name in ("contigs.fna.gz", "S1.bam", "S1.bam.bai", "S2.bam", "S2.bam.bai"):
        shutil.move(tmp_path / "community" / name, tmp_path)
    run(f"PATH={commands_at}:$PATH\n{commands}", tmp_path)
    assert len(list((tmp_path / "bins/bins").glob("*.fna.gz"))) >= 2
