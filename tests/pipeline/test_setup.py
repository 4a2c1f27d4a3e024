"""The set-up scripts: what they pin, when they run again, and what they say."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

# overrides.txt goes into the locks and is not installed from
LOCKS = sorted(set(ROOT.glob("requirements/*.txt")) - {ROOT / "requirements/overrides.txt"})
PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[^ ;\\]+", path.read_text(), re.M))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path: Path) -> None:
    logical = path.read_text().replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_commands_run_with_what_the_tests_ran_with() -> None:
    locks = {path.stem: pins(path) for path in LOCKS}
    assert locks["runtime"] <= locks["test"]
    shared = {pin.split("==")[0] for pin in locks["test"]}
    both = {pin for pin in locks["build"] if pin.split("==")[0] in shared}
    assert both <= locks["test"]


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    hosts = (
        "pypi" + ".org",
        "python" + "hosted.org",
        "repo1.ma" + "ven.org",
        "conda.anaconda" + ".org",
    )
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            assert not any(host.encode() in content for host in hosts), name


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's set-up files in a folder of their own."""
    project = tmp_path / "project"
    for name in ("scripts", "requirements"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "pyproject.toml", project)
    return project


def run_script(
    copy: Path, *words: str, python: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a set-up script; ``python`` is what stands on PATH for each name of Python."""
    fakes = copy.parent / "fakes"
    fakes.mkdir(exist_ok=True)
    for name in PYTHONS if python else ():
        (fakes / name).write_text(f"#!/bin/sh\n{python}\n")
        (fakes / name).chmod(0o755)
    return subprocess.run(
        ["bash", *words],
        cwd=copy,
        # as in the Makefile, the tools that were set up stand last
        env={"PATH": f"{fakes}:/usr/bin:/bin:{copy}/.tools/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_new_python_it_says_so(copy: Path) -> None:
    done = run_script(copy, "scripts/setup-python.sh", "runtime", python="exit 1")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, and none is on PATH." in done.stderr


def test_a_failed_setup_leaves_no_stamp_and_a_finished_one_is_not_repeated(copy: Path) -> None:
    venv = copy / ".venv"
    script = ("scripts/setup-python.sh", "runtime")
    # finds a Python, but cannot make an environment
    no_venv = 'case "$*" in *venv*) exit 1;; esac'
    done = run_script(copy, *script, python=no_venv)
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert not list(copy.glob(".venv/.installed*"))

    locks = [f"requirements/{name}.txt" for name in ("bootstrap", "build", "runtime")]
    content = b"".join((copy / name).read_bytes() for name in ("pyproject.toml", *locks))
    venv.mkdir(exist_ok=True)
    stamp = venv / ".installed-runtime"
    stamp.write_text(f"{venv} {hashlib.sha256(content).hexdigest()}\n")
    assert run_script(copy, *script, python="exit 1").returncode == 0

    with open(copy / locks[2], "a") as lock:
        lock.write("# changed\n")
    done = run_script(copy, *script, python=no_venv)
    assert done.returncode == 1
    assert not stamp.exists()


def test_a_nextflow_on_path_is_used_if_it_is_new_enough(copy: Path) -> None:
    fakes = copy.parent / "fakes"
    fakes.mkdir()
    theirs = fakes / "nextflow"
    link = copy / ".tools/bin/nextflow"
    for version, used in (("25.10.2", True), ("24.10.0", False)):
        theirs.write_text(f"#!/bin/sh\necho '      version {version} build 1'\n")
        theirs.chmod(0o755)
        done = run_script(copy, "scripts/setup-nextflow.sh", python="exit 1")
        assert (done.returncode == 0) is used
        assert (link.readlink() == theirs) is used

    # ours is not taken for a Nextflow of the system's
    theirs.unlink()
    ours = copy / ".tools/nextflow-25.04.0/nextflow"
    ours.parent.mkdir()
    ours.write_text("#!/bin/sh\necho '      version 25.04.0 build 1'\n")
    ours.chmod(0o755)
    run_script(copy, "scripts/setup-nextflow.sh", python="exit 1")
    assert link.readlink() == Path("../nextflow-25.04.0/nextflow")


def test_unknown_nextflow_version(copy: Path) -> None:
    done = run_script(copy, "scripts/setup-nextflow.sh", "1.0")
    assert done.returncode == 2
    assert "no list of jars for Nextflow 1.0" in done.stderr


@pytest.mark.slow
def test_other_jars_than_those_listed_are_refused(copy: Path) -> None:
    jars = copy / "requirements/nextflow-25.04.0.sha256"
    text = jars.read_text()
    jars.write_text(text.replace(text[:8], "00000000", 1))
    done = subprocess.run(
        ["bash", "scripts/setup-nextflow.sh", "25.04.0"], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Nextflow's jars are not those of requirements/nextflow-25.04.0.sha256." in done.stderr
    assert not list(copy.glob(".tools/*/.installed"))
