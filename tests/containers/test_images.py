"""Modules, Galaxy tools, profiles and containers/ name the same images; locks fit the methods."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import latentbin

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "containers"
METHODS = sorted(folder.parent.name for folder in CONTAINERS.glob("*/smoke.sh"))
MODULES = sorted((ROOT / "modules/local").rglob("main.nf"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINUX = {**default_environment(), "python_version": "3.11", "python_full_version": "3.11.9"}
IMAGE = re.compile(r"ghcr\.io/latentbin/latentbin-(\w+):([\w.${}-]+)")


def pinned(path: Path) -> dict[str, str]:
    """The versions that a lock has for Python 3.11 on Linux, by name."""
    versions: dict[str, str] = {}
    for line in path.read_text().splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\"))
            if not requirement.marker or requirement.marker.evaluate(LINUX):
                versions[canonicalize_name(requirement.name)] = str(requirement.specifier)[2:]
    return versions


def demanded(*extras: str) -> list[Requirement]:
    groups = [PROJECT["dependencies"]]
    groups += [PROJECT["optional-dependencies"][extra] for extra in extras if extra]
    return [Requirement(text) for group in groups for text in group]


def missing(lock: Path, *extras: str) -> list[str]:
    """Requirements of the extras that the lock does not meet."""
    versions = pinned(lock)
    if "tensorflow-cpu" in versions:
        versions.setdefault("tensorflow", versions["tensorflow-cpu"])
    return [
        str(wanted)
        for wanted in demanded(*extras)
        if not wanted.specifier.contains(versions.get(canonicalize_name(wanted.name), "0"))
    ]


def locks(method: str) -> list[Path]:
    return sorted((CONTAINERS / method).glob("requirements*.lock"))


def modules(ours: bool) -> dict[Path, str]:
    """The text of our modules, or of those of external programs."""
    texts = {path: path.read_text() for path in MODULES if "tests" not in path.parts}
    return {path: text for path, text in texts.items() if bool(IMAGE.search(text)) == ours}


def galaxy_methods() -> set[str]:
    texts = [path.read_text() for path in (ROOT / "galaxy_tools/latentbin").glob("*.xml")]
    return {
        name for text in texts for name in re.findall(r'macro="requirements" method="(\w+)"', text)
    }


def test_every_image_that_is_named_can_be_made():
    named = {name: tag for text in modules(ours=True).values() for name, tag in IMAGE.findall(text)}
    assert set(named.values()) == {latentbin.__version__}
    wanted = set(named) | galaxy_methods()
    assert {"vamb", "simulate"} <= wanted
    assert wanted <= set(METHODS), "add containers/<method>/smoke.sh, then run `make lock`"


def test_every_image_is_of_a_command():
    assert {f"latentbin-{method}" for method in METHODS} <= set(PROJECT["scripts"])


@pytest.mark.parametrize("method", METHODS)
def test_locks_have_what_the_method_needs(method):
    extra = method if method in PROJECT["optional-dependencies"] else ""
    assert CONTAINERS / method / "requirements.lock" in locks(method)
    for lock in locks(method):
        assert missing(lock, extra) == []


@pytest.mark.parametrize("method", METHODS)
def test_locks_have_what_was_tested_with_hashes_and_no_address(method):
    tested = pinned(ROOT / "requirements/test.txt")
    for lock in locks(method):
        text, versions = lock.read_text(), pinned(lock)
        assert "://" not in text
        assert "--hash=sha256:" in text
        entries = re.split(r"(?m)^(?=\w)", text)[1:]
        assert all("--hash=sha256:" in entry for entry in entries)
        different = {
            name: (version, tested[name])
            for name, version in versions.items()
            if tested.get(name, version) != version
        }
        assert different == {}
        if "tensorflow-cpu" in versions:
            assert versions["tensorflow-cpu"] == tested["tensorflow"]


@pytest.mark.parametrize("method", METHODS)
def test_gpu_libraries_are_in_images_for_gpus_only(method):
    folder = CONTAINERS / method
    cpu = pinned(folder / "requirements.lock")
    gpu_packages = [name for name in cpu if re.match("nvidia|triton|cuda", name)]
    # libcudart says that there is no GPU; the others have stand-ins
    assert gpu_packages == (["nvidia-cuda-runtime"] if "torch" in cpu else [])
    assert "tensorflow" not in cpu
    uses_network = bool({"torch", "tensorflow-cpu"} & set(cpu))
    assert (folder / "requirements.cuda.lock").exists() == uses_network
    if uses_network:
        assert any(
            name.startswith("nvidia-cudnn") for name in pinned(folder / "requirements.cuda.lock")
        )


def test_an_image_has_what_the_conda_environments_of_its_modules_have():
    for module, text in modules(ours=True).items():
        (method,) = {name for name, _ in IMAGE.findall(text)}
        environment = yaml.safe_load((module.parent / "environment.yml").read_text())
        (pip,) = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
        wanted = Requirement(pip)
        assert str(wanted.specifier) == f"=={latentbin.__version__}"
        for lock in locks(method):
            assert missing(lock, *wanted.extras) == [], module


def test_steps_for_a_gpu_have_images_with_its_libraries():
    config = (ROOT / "conf/gpu.config").read_text()
    given = {}
    for names, body in re.findall(r"withName: '([\w|]+)' \{([^}]*)\}", config):
        ((method, tag),) = IMAGE.findall(body)
        assert tag == f"{latentbin.__version__}-cuda"
        assert (CONTAINERS / method / "requirements.cuda.lock").exists()
        given |= dict.fromkeys(names.split("|"), method)
    labelled = {}
    for text in modules(ours=True).values():
        if "label 'process_gpu'" in text:
            (name,) = re.findall(r"(?m)^process (\w+)", text)
            labelled[name] = IMAGE.findall(text)[0][0]
    assert labelled
    assert given == labelled


def test_external_programs_have_images_for_docker_and_singularity():
    external = modules(ours=False)
    assert len(external) >= 4
    for module, text in external.items():
        container = re.search(r'container "(.*?)"\n', text, re.DOTALL)
        assert container, module
        assert (
            "in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container"
            in container[1]
        )
        singularity, docker = re.findall(r"[?:] '([^']+)'", container[1])
        assert singularity.startswith("https://"), module
        assert re.fullmatch(
            r"(biocontainers|community\.wave\.seqera\.io/library)/[\w.-]+:[\w.-]+", docker
        )
        if docker.startswith("biocontainers/"):
            assert (
                singularity == f"https://depot.galaxyproject.org/singularity/{docker.split('/')[1]}"
            )
