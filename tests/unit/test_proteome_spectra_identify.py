"""From matches to PSMs, peptides and protein groups."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from latentbin.errors import UserError
from latentbin.proteome.cli import main
from latentbin.proteome.spectra.confidence import q_values
from latentbin.proteome.spectra.identification import openms_sequence
from latentbin.proteome.spectra.inference import Group, parsimony, picked
from latentbin.proteome.spectra.pin import read_pins

HEADER = "SpecId\tLabel\tScanNr\tExpMass\tCalcMass\tlnExpect\tXcorr\tPeptide\tProteins"
MASS = 800.3672  # PEPTIDE with a proton


def row(scan: int, e: float, proteins: str, peptide: str = "PEPTIDE", sample: str = "S1") -> str:
    names = proteins.replace(" ", "\t")
    return f"{sample}_{scan}_2_1\t1\t{scan}\t{MASS}\t{MASS}\t{e}\t2.5\tK.{peptide}.R\t{names}"


def pin(path: Path, *rows: str, header: str = HEADER) -> str:
    path.write_text("".join(f"{line}\n" for line in (header, *rows)))
    return str(path)


def search_json(path: Path, sample: str = "S1", ms2: int = 10, prefix: str = "rev_") -> str:
    content = {"sample": sample, "spectra": {"ms2": ms2}, "decoy_prefix": prefix}
    path.write_text(json.dumps(content))
    return str(path)


def test_q_values_by_hand() -> None:
    scores = np.array([9.0, 8, 7, 6, 6, 5])
    targets = np.array([True, True, False, True, True, True])
    np.testing.assert_allclose(q_values(scores, targets, "plain"), [0, 0, 0.2, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(
        q_values(scores, targets, "plus-one"), [0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    )
    # equal scores are taken together: the decoy counts for the target
    np.testing.assert_allclose(q_values(np.ones(2), np.array([True, False]), "plain"), [1, 1])
    np.testing.assert_allclose(q_values(np.ones(1), np.array([False]), "plain"), [1])


def test_parsimony_by_hand() -> None:
    # A and B alike; C within A; D has one of its own and one shared with A; E alone
    peptides = [("A", "B"), ("A", "B", "C"), ("A", "B", "D"), ("D",), ("E",)]
    assert parsimony(peptides) == [
        Group(("A", "B"), (0, 1, 2)),
        Group(("D",), (3,)),
        Group(("E",), (4,)),
    ]
    assert parsimony([]) == []


def test_a_protein_competes_with_its_own_decoy() -> None:
    groups = [
        Group(("A",), (0,)),
        Group(("r_A",), (1,)),
        Group(("r_B",), (2,)),
        Group(("C",), (3,)),
    ]
    kept, scores, targets = picked(groups, np.array([5.0, 4, 3, 2]), "r_")
    assert kept == [0, 2, 3]
    assert scores.tolist() == [5, 3, 2]
    assert targets.tolist() == [True, False, True]


def test_what_is_read_of_a_pin(tmp_path: Path) -> None:
    path = pin(
        tmp_path / "S1.pin",
        row(3, -2, "P1 rev_P2 P3", "M[15.9949]K", "my_run"),
        row(4, 1, "rev_P1 rev_P2", sample="my_run"),
    )
    table = read_pins([path], "rev_")
    assert table["sample"].tolist() == ["my_run", "my_run"]
    assert table["scan"].tolist() == [3, 4]
    assert table["charge"].tolist() == [2, 2]
    assert table["peptide"].tolist() == ["M[15.9949]K", "PEPTIDE"]
    assert table["proteins"].tolist() == [("P1", "P3"), ("rev_P1", "rev_P2")]
    assert table["target"].tolist() == [True, False]
    assert table[["lnExpect", "Xcorr"]].to_numpy().tolist() == [[-2, 2.5], [1, 2.5]]


@pytest.mark.parametrize(
    ("peptide", "mass", "expected"),
    [
        ("PEPTIDE", 800.36724, "PEPTIDE"),
        ("AM[15.9949]K", 365.18532, "AM(Oxidation)K"),
        ("ACK", 378.18057, "AC(Carbamidomethyl)K"),
        ("ACK", 321.15911, "ACK"),
        ("n[42.0106]AGK", 317.18195, ".(Acetyl)AGK"),
    ],
)
def test_sequences_of_openms(peptide: str, mass: float, expected: str) -> None:
    assert openms_sequence(peptide, mass) == expected


@pytest.mark.parametrize("peptide", ["PEPTIDE", "PEP?IDE"])
def test_a_mass_that_no_sequence_has(peptide: str) -> None:
    with pytest.raises(UserError, match=r"weighs 900\.0000 Da by the search, but not by OpenMS"):
        openms_sequence(peptide, 900.0)


def identify(folder: Path, *words: str) -> int:
    return main(["identify", *words, "--output-dir", str(folder / "out")])


def test_three_levels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two samples; 30 % is large enough for few, by the plain estimate."""
    first = pin(
        tmp_path / "S1.pin",
        row(1, -9, "P1 P2", "AAK"),
        row(1, -1, "rev_P9", "WWK"),  # another charge of the same spectrum, worse
        row(2, -8, "P1 P2", "AAK"),
        row(3, -7, "P1 P2 P3", "GGK"),
        row(4, -6, "P3", "LLK"),
        row(5, -2, "rev_P3", "KLL"),
        row(6, -1, "P5", "VVK"),
    )
    second = pin(tmp_path / "S2.pin", row(1, -9.5, "P4", "SSK", "S2"))
    from pyopenms import AASequence

    texts = [Path(path).read_text() for path in (first, second)]
    for name in ("AAK", "GGK", "LLK", "SSK", "KLL", "WWK", "VVK"):
        mass = AASequence.fromString(name).getMonoWeight() + 1.007276
        texts = [
            "\n".join(
                line.replace(str(MASS), f"{mass:.5f}") if f".{name}." in line else line
                for line in text.split("\n")
            )
            for text in texts
        ]
    Path(first).write_text(texts[0])
    Path(second).write_text(texts[1])
    searches = [
        search_json(tmp_path / f"{sample}.json", sample, ms2)
        for sample, ms2 in (("S1", 20), ("S2", 5))
    ]
    words = ("--pin", second, first, "--search", *searches, "--fdr", "0.1")
    assert identify(tmp_path, *words, "--fdr-estimate", "plain") == 0
    assert "25 MS2 spectra; at 10 % FDR (plain): 5 PSMs, 4 peptides, 3 protein groups" in (
        capsys.readouterr().err
    )
    lines = (tmp_path / "out/psms.tsv").read_text().splitlines()
    cells = [line.split("\t") for line in lines[1:]]
    assert [(c[0], c[1], c[4], c[5], c[6]) for c in cells] == [
        ("S1", "1", "AAK", "P1;P2", "P1;P2"),
        ("S1", "2", "AAK", "P1;P2", "P1;P2"),
        ("S1", "3", "GGK", "P1;P2", "P1;P2;P3"),  # razor; see below
        ("S1", "4", "LLK", "P3", "P3"),
        ("S2", "1", "SSK", "P4", "P4"),
    ]
    proteins = (tmp_path / "out/proteins.tsv").read_text()
    assert proteins == ("protein\tpeptides\tpsms\tq\nP4\t1\t1\t0\nP1;P2\t2\t3\t0\nP3\t1\t1\t0\n")
    report = json.loads((tmp_path / "out/identification.json").read_text())
    assert report["samples"] == ["S1", "S2"]
    assert report["spectra"] == {"ms2": 25, "matched": 7}
    assert report["psms"] == {"targets": 6, "decoys": 1, "accepted": 5}
    assert report["accepted_by_estimate"]["plus-one"] == {"psms": 0, "peptides": 0, "proteins": 0}
    assert report["accepted_by_estimate"]["plain"] == {"psms": 5, "peptides": 4, "proteins": 3}
    assert report["method"] == (
        "target-decoy competition on Comet's expectation value: 8 PSMs are too few to train a "
        "model (from 1000)"
    )


def test_nothing_accepted_gives_headers_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pin(tmp_path / "S1.pin", row(1, -9, "P1"), row(2, 1, "rev_P2"))
    assert identify(tmp_path, "--pin", path, "--decoy-prefix", "rev_") == 0
    text = capsys.readouterr().err
    assert "method: target-decoy competition on Comet's expectation value: 2 PSMs are" in text
    assert "unknown number of MS2 spectra; at 1 % FDR (plus-one): 0 PSMs, 0 peptides, 0" in text
    assert "no PSM is within 1 % FDR (1 targets and 1 decoys): for so few" in text
    assert "(--fdr-estimate plain) there are 1" in text
    for name in ("psms.tsv", "proteins.tsv"):
        assert len((tmp_path / "out" / name).read_text().splitlines()) == 1


GOOD = row(1, -9, "P1"), row(2, 1, "rev_P2")


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("", (), "S1.pin: is not a table of matches (PIN): no column 'SpecId'"),
        (HEADER + "\tmore", GOOD, "the last column is not Proteins"),
        (HEADER, (), "S1.pin: no spectrum matches any peptide"),
        (HEADER, (*GOOD, "S1_3_2_1\t1"), "line 4: 2 cells, expected 9. Is the file truncated?"),
        (HEADER, (row(1, -9, "P1").replace("2.5", "x"),), "expected numbers"),
        (HEADER, (row(1, -9, "P1").replace("S1_1_2_1", "S1"),), "SpecId must be <sample>_<scan>_"),
        (HEADER, (row(1, -9, "P1"),), "is of a decoy ('DECOY_'). Say with --decoy-prefix"),
        (HEADER.replace("lnExpect", "other"), GOOD, "no column lnExpect to rank them by"),
    ],
)
def test_bad_pin(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    header: str,
    rows: tuple[str, ...],
    message: str,
) -> None:
    path = pin(tmp_path / "S1.pin", *rows, header=header)
    prefix = () if "DECOY_" in message else ("--decoy-prefix", "rev_")
    assert identify(tmp_path, "--pin", path, *prefix) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_files_that_do_not_belong_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (pin(tmp_path / name, *GOOD) for name in ("S1.pin", "copy.pin"))
    other, odd = (
        search_json(tmp_path / "other.json", "S2"),
        search_json(tmp_path / "odd.json", prefix="XXX_"),
    )
    text = tmp_path / "text.json"
    text.write_text("{}")
    for words, message in (
        (("--pin", one, two, "--decoy-prefix", "rev_"), f"sample 'S1' is in {one} as well"),
        (("--pin", one, "--search", other), "no --search file is of sample 'S1'"),
        (("--pin", one, "--search", other, odd), "decoys of different prefixes (XXX_, rev_)"),
        (("--pin", one, "--search", str(text)), "is not the JSON of latentbin-proteome search"),
        (("--pin", one, "--search", str(tmp_path / "no.json")), "no such JSON of a search"),
    ):
        assert identify(tmp_path, *words) == 1
        assert message in capsys.readouterr().err
