"""From accepted PSMs to quantities, and from runs to one table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.planted_spectra import peptides_of, write_mzml

from latentbin.proteome.cli import main
from latentbin.proteome.spectra.runs import PROTON
from latentbin.proteome.spectra.tables import PSM_COLUMNS


def psm(scan: int, peptide: str, protein: str, mz: float, sample: str = "S1") -> str:
    mass = 2 * mz - PROTON
    cells = (sample, scan, 2, mass, peptide, protein, protein, 9.0, 0.001, 0.001, 0.001)
    return "\t".join(map(str, cells))


def precursors(path: Path) -> list[tuple[int, float]]:
    """Scan number and precursor of each MS2 spectrum."""
    import pyopenms

    run = pyopenms.MSExperiment()
    pyopenms.MzMLFile().load(str(path), run)
    return [
        (number, spectrum.getPrecursors()[0].getMZ())
        for number, spectrum in enumerate(run, 1)
        if spectrum.getMSLevel() == 2
    ]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Protein P0 (four peptides) in a run with MS1 spectra and one without."""
    folder = tmp_path_factory.mktemp("runs")
    write_mzml(folder / "full.mzML", {0: 1e6})
    write_mzml(folder / "ms2.mzML", {0: 1e6}, with_ms1=False)
    for name in ("full", "ms2"):
        found = precursors(folder / f"{name}.mzML")
        peptides = [p.replace("C", "C(Carbamidomethyl)") for p in peptides_of(0)]
        rows = [
            psm(scan, peptide, protein, mz, name)
            for (scan, mz), peptide, protein in zip(
                found, peptides, ("P0", "P0", "P1", ""), strict=True
            )
        ]
        text = "\n".join(("\t".join(PSM_COLUMNS), *rows)) + "\n"
        (folder / f"{name}.psms.tsv").write_text(text)
    return folder


def quantify(folder: Path, mzml: Path, psms: Path, *more: str) -> int:
    outputs = ["--output", str(folder / "q.tsv"), "--json", str(folder / "q.json")]
    words = ["quantify", "--mzml", str(mzml), "--psms", str(psms), "--threads", "1"]
    return main([*words, *outputs, *more])


def test_spectra_are_counted_where_there_are_no_areas(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quantify(tmp_path, runs / "ms2.mzML", runs / "ms2.psms.tsv") == 0
    assert "ms2.mzML: no MS1 spectra: spectral-counts" in capsys.readouterr().err
    # a PSM whose protein is not accepted counts for nothing
    assert (tmp_path / "q.tsv").read_text() == (
        "protein\tms2\tevidence\tmethod\nP0\t2\t2\tspectral-counts\nP1\t1\t1\tspectral-counts\n"
    )
    report = json.loads((tmp_path / "q.json").read_text())
    assert report["method"] == "spectral-counts"
    assert report["spectra"] == {"ms1": 0, "ms2": 4}
    assert report["proteins"] == {"identified": 2, "quantified": 2}
    assert (
        quantify(tmp_path, runs / "ms2.mzML", runs / "ms2.psms.tsv", "--method", "intensity") == 1
    )
    assert "has no MS1 spectra, of which areas are made" in capsys.readouterr().err


def test_auto_takes_areas_and_counts_can_be_asked_for(tmp_path: Path, runs: Path) -> None:
    assert quantify(tmp_path, runs / "full.mzML", runs / "full.psms.tsv") == 0
    rows = [line.split("\t") for line in (tmp_path / "q.tsv").read_text().splitlines()]
    assert [(row[0], *row[2:]) for row in rows[1:]] == [
        ("P0", "2", "intensity"),
        ("P1", "1", "intensity"),
    ]
    words = ("--method", "spectral-counts")
    assert quantify(tmp_path, runs / "full.mzML", runs / "full.psms.tsv", *words) == 0
    assert "P0\t2\t2\tspectral-counts" in (tmp_path / "q.tsv").read_text()


def test_a_sample_without_psms_has_a_header(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--sample", "other")
    assert quantify(tmp_path, runs / "full.mzML", runs / "full.psms.tsv", *words) == 0
    assert "no PSM of sample 'other' (it has full): no quantities" in capsys.readouterr().err
    assert (tmp_path / "q.tsv").read_text() == "protein\tother\tevidence\tmethod\n"


def test_another_run_than_the_one_searched(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    psms = runs / "full.psms.tsv"
    assert quantify(tmp_path, runs / "ms2.mzML", psms, "--sample", "full") == 1
    assert "has no MS2 spectrum of scan " in capsys.readouterr().err
    other = tmp_path / "full.mzML"
    write_mzml(other, {1: 1.0}, with_ms1=False)
    assert quantify(tmp_path, other, runs / "ms2.psms.tsv", "--sample", "ms2") == 1
    assert "the precursor of scan 1 has m/z" in capsys.readouterr().err
    assert not (tmp_path / "q.tsv").exists()


GOOD = "\t".join(PSM_COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "psms.tsv: is empty. Give the psms.tsv of"),
        ("sample\tscan\n", "psms.tsv: has no column 'charge'"),
        (GOOD + "x" + "\ty" * 10 + "\n", "psms.tsv: column 'scan': "),
        (GOOD + "a\tb\n" + "x" + "\ty" * 20 + "\n", "psms.tsv: Error tokenizing data"),
    ],
)
def test_bad_psms(
    tmp_path: Path, runs: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "psms.tsv"
    path.write_text(text)
    assert quantify(tmp_path, runs / "ms2.mzML", path) == 1
    assert message in capsys.readouterr().err


def tabulate(folder: Path, **texts: str) -> int:
    paths = [folder / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    outputs = ["--output", str(folder / "table.tsv"), "--json", str(folder / "table.json")]
    return main(["tabulate", "--quantities", *map(str, paths), *outputs])


HEAD = "protein\t{}\tevidence\tmethod\n"


def test_runs_side_by_side(tmp_path: Path) -> None:
    texts = {
        "one": HEAD.format("S1") + "A;B\t12.5\t2\tintensity\nD\t3e+07\t1\tintensity\n",
        "two": HEAD.format("S2"),
        "three": HEAD.format("S3") + "C\t7\t2\tintensity\nD\t1\t1\tintensity\n",
    }
    assert tabulate(tmp_path, **texts) == 0
    assert (tmp_path / "table.tsv").read_text() == (
        "protein\tS1\tS2\tS3\nA;B\t12.5\t\t\nC\t\t\t7\nD\t30000000\t\t1\n"
    )
    report = json.loads((tmp_path / "table.json").read_text())
    assert (report["method"], report["proteins"], report["missing"]) == ("intensity", 3, 5)


def test_no_protein_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tabulate(tmp_path, one=HEAD.format("S1"), two=HEAD.format("S2")) == 0
    assert (tmp_path / "table.tsv").read_text() == "protein\tS1\tS2\n"
    assert "no protein in any sample: the table has a header only" in capsys.readouterr().err
    assert json.loads((tmp_path / "table.json").read_text())["method"] is None


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("", HEAD.format("S2"), "one: line 1: expected protein, a sample, evidence and method"),
        ("protein\tS1\n", HEAD.format("S2"), "one: line 1: expected protein, a sample"),
        (HEAD.format("S1") + "A\tx\t1\tm\n", HEAD.format("S2"), "one: line 2: expected a protein"),
        (HEAD.format("S1") + "A\t1\n", HEAD.format("S2"), "one: line 2: expected a protein"),
        (HEAD.format("S1"), HEAD.format("S1"), "two: sample 'S1' is in "),
        (
            HEAD.format("S1") + "A\t1\t1\tintensity\n",
            HEAD.format("S2") + "A\t1\t1\tspectral-counts\n",
            "has intensity, ",
        ),
    ],
)
def test_bad_quantities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], one: str, two: str, message: str
) -> None:
    assert tabulate(tmp_path, one=one, two=two) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "table.tsv").exists()
