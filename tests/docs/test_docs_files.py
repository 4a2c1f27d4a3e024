"""CITATION.cff and CHANGELOG.md keep their forms, and up with the program."""

from __future__ import annotations

import re

import yaml
from tests.docs.pages import ROOT
from tests.unit.test_help import COMMANDS

from latentbin import __version__

# of the Citation File Format 1.2.0
CFF = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi"),
    *("identifiers", "keywords", "license", "license-url", "message", "preferred-citation"),
    *("references", "repository", "repository-artifact", "repository-code", "title", "type"),
    *("url", "version"),
}


def test_the_citation_is_whole_and_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"authors", "cff-version", "message", "title"} <= set(citation) <= CFF
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == __version__
    assert citation["type"] == "software"
    assert citation["license"] == "MIT"
    assert all(set(author) & {"name", "family-names"} for author in citation["authors"])
    assert all(isinstance(word, str) for word in citation["keywords"])


def test_the_changelog_names_every_command_under_headings_of_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (.+)$", text, re.M)
    assert versions
    for title in versions:
        assert title == "Unreleased" or re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", title)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= kinds
    assert [name for name in COMMANDS if f"`{name}" not in text] == []
