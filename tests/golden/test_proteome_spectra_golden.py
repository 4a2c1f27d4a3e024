"""Planted peptides: their areas and ratios come back, and known spectra get their peptides."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.planted_spectra import peptides_of, write_fasta, write_mzml

from latentbin.matrix import NamedMatrix
from latentbin.proteome.cli import main
from latentbin.proteome.spectra.confidence import score
from latentbin.proteome.spectra.identification import identify
from latentbin.proteome.spectra.options import QuantifyOptions
from latentbin.proteome.spectra.quantities import intensities
from latentbin.proteome.spectra.runs import load

TOOLS = Path(__file__).parents[2] / ".tools/bin"


def test_areas_of_planted_peaks(tmp_path: Path) -> None:
    """The quantity is the area of the two lightest isotopes, of those that were planted."""
    import pyopenms

    amounts = {0: 1e6, 1: 3e7}
    write_mzml(tmp_path / "S1.mzML", amounts)
    rows, times, expected = [], [], {"P0": 0.0, "P1": 0.0}
    for protein, amount in amounts.items():
        factors = np.random.default_rng(1000 + protein).uniform(1, 5, 4)
        for place, (plain, factor) in enumerate(zip(peptides_of(protein), factors, strict=True)):
            peptide = plain.replace("C", "C(Carbamidomethyl)")
            sequence = pyopenms.AASequence.fromString(peptide)
            pattern = sequence.getFormula().getIsotopeDistribution(
                pyopenms.CoarseIsotopePatternGenerator(4)
            )
            heights = [isotope.getIntensity() for isotope in pattern.getContainer()]
            expected[f"P{protein}"] += amount * factor * sum(heights[:2]) / sum(heights)
            rows.append((peptide, 2, 0.001, f"P{protein}"))
            times.append((60.5 + 40 * (protein * 4 + place), sequence.getMZ(2)))
    psms = pd.DataFrame(rows, columns=["peptide", "charge", "psm_q", "protein"])
    found = intensities(psms, times, load(tmp_path / "S1.mzML"), QuantifyOptions())
    assert {name: quantity.parts for name, quantity in found.items()} == {"P0": 4, "P1": 4}
    for name, area in expected.items():
        assert found[name].value == pytest.approx(area, rel=0.03)


@pytest.fixture
def comet() -> str:
    found = shutil.which("comet-ms", path=f"{os.environ['PATH']}{os.pathsep}{TOOLS}")
    if not found:
        what = "comet-ms is neither on PATH nor in .tools (scripts/setup-debian.sh comet-ms)"
        if os.environ.get("CI") == "true":
            pytest.fail(what)
        pytest.skip(what)
    return found


@pytest.mark.parametrize("prefix", [None, "rev_"])
def test_from_mzml_to_the_table(tmp_path: Path, comet: str, prefix: str | None) -> None:
    """Decoys are Comet's, or those of the FASTA."""
    amounts = {"S1": (1, 2, 3, 4, 5, 6), "S2": (6, 5, 4, 3, 2, 1)}
    fasta = tmp_path / "proteins.fasta"
    write_fasta(fasta, 6, prefix)
    files: dict[str, list[str]] = {"pin": [], "search": [], "quantities": []}

    def run(*words: str | Path) -> None:
        assert main([str(word) for word in words]) == 0

    for seed, (sample, values) in enumerate(amounts.items()):
        planted = {protein: 1e6 * value for protein, value in enumerate(values)}
        write_mzml(tmp_path / f"{sample}.mzML", planted, seed=seed)
        pin, report = (str(tmp_path / f"{sample}.{end}") for end in ("pin", "search.json"))
        outputs = ("--output", pin, "--json", report, "--comet", comet, "--threads", "1")
        run("search", "--mzml", tmp_path / f"{sample}.mzML", "--fasta", fasta, *outputs)
        files["pin"].append(pin)
        files["search"].append(report)
    assert json.loads(Path(report).read_text())["decoy_prefix"] == (prefix or "DECOY_")
    out = tmp_path / "out"
    words = ("--output-dir", out, "--fdr-estimate", "plain")
    run("identify", "--pin", *files["pin"], "--search", *files["search"], *words)
    identified = {line.split("\t")[4] for line in (out / "psms.tsv").read_text().splitlines()[1:]}
    planted_peptides = {
        p.replace("C", "C(Carbamidomethyl)") for n in range(6) for p in peptides_of(n)
    }
    assert identified <= planted_peptides
    assert len(identified) >= 0.9 * len(planted_peptides)
    for sample in amounts:
        table = str(tmp_path / f"{sample}.tsv")
        outputs = ("--output", table, "--json", tmp_path / "q.json", "--threads", "1")
        run("quantify", "--psms", out / "psms.tsv", "--mzml", tmp_path / f"{sample}.mzML", *outputs)
        files["quantities"].append(table)
    table = tmp_path / "table.tsv"
    outputs = ("--output", table, "--json", tmp_path / "table.json")
    run("tabulate", "--quantities", *files["quantities"], *outputs)
    run("prepare", "--table", table, "--output", tmp_path / "proteome.npz")
    assert NamedMatrix.load(tmp_path / "proteome.npz", "proteome").names == ("S1", "S2")
    with open(table) as handle:
        rows = {row["protein"]: row for row in csv.DictReader(handle, delimiter="\t")}
    for protein, (one, other) in enumerate(zip(*amounts.values(), strict=True)):
        row = rows[f"P{protein}"]
        assert float(row["S1"]) / float(row["S2"]) == pytest.approx(one / other, rel=0.05)


def simulated_matches(separation: float) -> tuple[pd.DataFrame, np.ndarray]:
    """2,000 spectra, half of them with a right peptide; a second feature helps the first."""
    rng = np.random.default_rng(3)
    right = rng.random(2000) < 0.5
    target = right | (rng.random(2000) < 0.5)
    features = rng.normal(size=(2000, 2)) + separation * right[:, None]
    table = pd.DataFrame(
        {
            "sample": "S1",
            "scan": np.arange(2000),
            "charge": 2,
            "mass": 1000.0,
            "calculated": 1000.0,
            "peptide": [f"PEPTIDE{number}" for number in range(2000)],
            "proteins": [(f"P{n}",) if t else (f"rev_P{n}",) for n, t in enumerate(target)],
            "target": target,
            "lnExpect": -features[:, 0],
            "Xcorr": features[:, 1],
        }
    )
    return table, right


@pytest.mark.slow
def test_mokapot_finds_more_at_the_same_rate() -> None:
    matches, right = simulated_matches(3.0)
    trained, method = score(matches, 1000, seed=1)
    assert method == "mokapot"
    untrained, method = score(matches, 3000, seed=1)
    assert method.endswith("2000 PSMs are too few to train a model (from 3000)")
    kept = []
    for scores in (trained, untrained):
        found = identify(matches, scores, fdr=0.01, estimate="plus-one", decoy_prefix="rev_")
        wrong = ~right[found.psms["scan"]]
        assert wrong.mean() < 0.03
        kept.append(len(found.psms))
    assert kept[0] > 1.1 * kept[1] > 100
    np.testing.assert_array_equal(trained, score(matches, 1000, seed=1)[0])


@pytest.mark.slow
def test_mokapot_with_nothing_to_learn_says_so() -> None:
    matches, _ = simulated_matches(0.0)
    scores, method = score(matches, 1000, seed=1)
    assert "mokapot found too little to train with (" in method
    np.testing.assert_array_equal(scores, -matches["lnExpect"])
