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


STEPS = """
process VAMB_EMBED {
    label 'process_gpu'
    container 'ghcr.io/latentbin/latentbin-vamb:0.1.0'
    script:
    "true"
}
process VAMB_CLUSTER {
    container 'ghcr.io/latentbin/latentbin-vamb:0.1.0'
    script:
    "true"
}
workflow {
    VAMB_EMBED()
    VAMB_CLUSTER()
}
"""
# a pulled image is a file; what is run is written down
ENGINE = """#!/bin/bash
case "$*" in
pull*) touch "$3" ;;
*) echo "$*" >>'CALLS' ;;
esac
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "for_gpu", "for_all"),
    [
        ("docker", "--gpus all", "-u $(id -u):$(id -g)"),
        ("podman", "--device nvidia.com/gpu=all", "--user 0:0"),
        ("apptainer", "--nv", ""),
        ("singularity", "--nv", ""),
    ],
)
def test_engines_hand_the_gpu_to_the_steps_that_use_one(tmp_path, engine, for_gpu, for_all):
    (tmp_path / "main.nf").write_text(STEPS)
    (tmp_path / "nextflow.config").write_text(
        "".join(f"includeConfig '{ROOT}/conf/{name}.config'\n" for name in (engine, "gpu"))
    )
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / engine
    calls = tmp_path / "calls"
    program.write_text(ENGINE.replace("CALLS", str(calls)))
    program.chmod(0o755)
    done = subprocess.run(
        [TOOLS / "bin/nextflow", "run", "main.nf"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for_all = for_all.replace("$(id -u):$(id -g)", f"{os.getuid()}:{os.getgid()}")
    runs = [line for line in calls.read_text().splitlines() if "latentbin-vamb" in line]
    (gpu,) = [line for line in runs if for_gpu in line]
    (cpu,) = [line for line in runs if for_gpu not in line]
    assert re.search(r"latentbin-vamb.0\.1\.0-cuda", gpu)
    assert not re.search(r"-cuda", cpu)
    assert all(for_all in line for line in runs)
