"""latentbin-report study and dataset refuse files of another kind, and write nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from latentbin.report.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "other.json").write_text('{"command": "latentbin-bins quality"}\n')
    (tmp_path / "list.json").write_text("[1]\n")
    (tmp_path / "broken.json").write_text('{\n"a": \n')
    (tmp_path / "clusters.tsv").write_text("contig\tcluster\nc1\t1\n")
    (tmp_path / "short.tsv").write_text("sample\tlabel\ns1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "study --labels-report other.json",
            "other.json: not a report of labels: expected entries labels, noise, eps, eps_by, "
            "follows, follows_most. Make it with latentbin-proteome label.",
        ),
        ("study --proteome-report list.json", "list.json: not a report of a proteome"),
        ("study --classifier-report other.json", "expected entries targets, split_by, scores."),
        ("study --identification other.json", "not a report of an identification"),
        ("study --identification broken.json", "broken.json, line 3: not JSON (Expecting value)."),
        ("study --identification none.json", "none.json: "),
        ("study --labels clusters.tsv", "clusters.tsv, line 1: no column 'sample': not a table of"),
        ("study --labels short.tsv", "short.tsv, line 2: 1 cells, expected 2 separated by tabs."),
        (
            "dataset --predictions clusters.tsv",
            "clusters.tsv, line 1: no column of a rank with its probability or share.",
        ),
        ("dataset --bin-taxonomy clusters.tsv", "no column 'bin': not a table of taxa of bins."),
        (
            "dataset --evaluation a=other.json",
            "other.json: not a report of an evaluation: expected entries ranks, split.",
        ),
        (
            "dataset --training a=clusters.tsv",
            "clusters.tsv, line 1: no column of losses: not a table of losses.",
        ),
    ],
)
def test_files_of_another_kind_are_refused(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    step, *rest = arguments.split()
    assert main([step, "--name", "a", "--output", "summary.json", *rest]) == 1
    assert message in capsys.readouterr().err
    assert not Path("summary.json").exists()


def test_a_study_whose_quantities_are_mostly_missing_says_so(tmp_path: Path) -> None:
    report = {"samples": {"in_table": 50}, "proteins": {"kept": 9}}
    for share, said in ((0.6, True), (0.4, False)):
        path = tmp_path / "proteome.json"
        path.write_text(json.dumps(report | {"quantities": {"missing_share": share}}))
        output = tmp_path / "summary.json"
        arguments = ["--name", "a", "--proteome-report", str(path), "--output", str(output)]
        assert main(["study", *arguments]) == 0
        assert ("60% of all quantities are missing." in output.read_text()) == said
