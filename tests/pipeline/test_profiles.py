"""Every profile can be read, by both parsers, and says what its name promises."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, TOOLS, missing

PROMISES = {
    "docker": "docker.enabled = true",
    "podman": "podman.enabled = true",
    "apptainer": "apptainer.enabled = true",
    "singularity": "singularity.enabled = true",
    "charliecloud": "charliecloud.enabled = true",
    "conda": "conda.enabled = true",
    "mamba": "conda.useMamba = true",
    "slurm": "process.executor = 'slurm'",
    "sge": "process.executor = 'sge'",
    "pbs": "process.executor = 'pbspro'",
    "awsbatch": "process.executor = 'awsbatch'",
    "googlebatch": "process.executor = 'google-batch'",
    "azurebatch": "process.executor = 'azurebatch'",
    "k8s": "process.executor = 'k8s'",
    "gpu": "process.'withLabel:process_gpu'.accelerator = 1",
    "arm": "process.'withName:MINIMAP2_.*|STROBEALIGN_.*|SAMTOOLS_.*'.containerOptions",
    "test": "params.truth =",
    "test_full": "params.input =",
    "debug": "process.debug = true",
}


def settings(cwd: Path, parser: str, version: str | None = None) -> str:
    """The configuration with all profiles, as lines of `profiles.<name>.<setting> = <value>`."""
    home = TOOLS / f"nextflow-{version}" if version else TOOLS / "bin"
    if version and not home.exists():
        subprocess.run([ROOT / "scripts/setup-nextflow.sh", version], check=True)
    if not (home / "nextflow").exists():
        missing("Nextflow is not in .tools (scripts/setup-nextflow.sh)")
    done = subprocess.run(
        [home / "nextflow", "config", ROOT, "-show-profiles", "-flat"],
        cwd=cwd,
        env={**os.environ, "NXF_SYNTAX_PARSER": parser},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check(text: str) -> None:
    names = set(re.findall(r"(?m)^profiles\.(\w+)\.", text))
    assert names - {"standard"} == set(PROMISES)
    for name, promise in PROMISES.items():
        assert f"profiles.{name}.{promise}" in text, name


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_profiles_can_be_read(tmp_path, parser):
    check(settings(tmp_path, parser))


@pytest.mark.slow
def test_profiles_can_be_read_by_the_oldest_nextflow(tmp_path):
    check(settings(tmp_path, "v1", "24.10.0"))


def test_every_file_of_a_profile_is_one():
    files = {path.stem for path in (ROOT / "conf").glob("*.config")}
    assert files - {"base", "modules", "publish"} == set(PROMISES)
