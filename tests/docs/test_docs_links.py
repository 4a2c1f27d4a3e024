"""No link of the documentation leads nowhere, and what it names is there."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.docs.pages import (
    PAGES,
    ROOT,
    anchors,
    code,
    command_lines,
    files_named,
    links,
    text_of,
    tracked,
)
from tests.unit.test_help import COMMANDS, parser_of

from latentbin import __version__

TRACKED = tracked()


def ids(page: Path) -> str:
    return str(page)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:  # of addresses elsewhere only the form is looked at
            assert parts.scheme in ("https", "http"), link
            assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), link
            continue
        target = Path(os.path.normpath(page.parent / unquote(parts.path))) if parts.path else page
        assert str(target) in TRACKED, f"{link}: no such file"
        if parts.fragment:
            assert target.suffix == ".md", link
            assert parts.fragment in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_files_that_are_named_are_there(page: Path) -> None:
    for name in files_named(page) - {"modules/nf-core"}:  # that is in other pipelines
        places = [ROOT, ROOT / page.parent, ROOT / "galaxy_tools/latentbin"]
        assert any(any(place.glob(name)) for place in places), f"{name}: no such file"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_parse(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in command_lines(page, r"latentbin-[\w-]+ "):
        program = words[0].split("/")[-1]
        assert program in COMMANDS, words
        try:
            # a synopsis may stop before what is clear
            parser_of(program).parse_args([word for word in words[1:] if word != "..."])
        except SystemExit as end:
            if end.code:
                pytest.fail(f"{words}\n{capsys.readouterr().err}")


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_parameters_of_the_pipeline_exist(page: Path) -> None:
    schema = json.loads((ROOT / "nextflow_schema.json").read_text())
    known = {name for group in schema["$defs"].values() for name in group["properties"]}
    for words in command_lines(page, "nextflow run"):
        given = {word[2:].split("=")[0] for word in words if word.startswith("--")}
        assert given <= known, words
        if "-profile" in words:
            profiles = words[words.index("-profile") + 1].split(",")
            assert all((ROOT / f"conf/{name}.config").exists() for name in profiles), words


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_make_targets_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M)
    named = {words[1] for words in command_lines(page, "make ") if len(words) > 1}
    named |= set(re.findall(r"`make ([a-z][a-z-]*)`", text_of(page)))
    assert named <= set(targets)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_images_have_a_method_and_the_version(page: Path) -> None:
    text = "".join(block.body for block in code(page))
    for method, version in re.findall(r"ghcr\.io/latentbin/latentbin-([\w-]+):([\w.-]+)", text):
        assert (ROOT / "containers" / method / "smoke.sh").exists(), method
        assert version in (__version__, f"{__version__}-cuda"), version


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_scripts_of_benchmarks_have_the_flags(page: Path) -> None:
    for words in command_lines(page, r"python3? benchmarks/"):
        script = (ROOT / words[1]).read_text()
        for word in words[2:]:
            if word.startswith("--"):
                assert f'"{word}"' in script or f'"{word[2:]}"' in script, words
