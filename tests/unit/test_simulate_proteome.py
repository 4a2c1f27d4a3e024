from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from latentbin.errors import UserError
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError
from latentbin.proteome.cli import main as proteome_main
from latentbin.simulate.cli import main
from latentbin.simulate.options import ProteomeOptions
from latentbin.simulate.proteome import draw_design, draw_samples, simulate_proteome

SMALL = ["--samples", "60", "--proteins", "40", "--classes", "3", "--informative", "4"]


def simulated(seed=1, **options):
    return simulate_proteome(ProteomeOptions(**options), np.random.default_rng(seed))


def run(folder, *options):
    return main(["proteome", "--output-dir", str(folder), *options])


def rows(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle))


def test_shapes_and_as_many_samples_of_each_class_and_batch_as_can_be():
    made = simulated(samples=62, proteins=50, classes=4, informative=3, batches=3)
    assert made.quantities.shape == (62, 50)
    assert sorted(np.bincount(made.classes)) == [15, 15, 16, 16]
    assert sorted(np.bincount(made.batches)) == [20, 21, 21]
    assert made.informative.shape == (4, 3)
    assert len(np.unique(made.informative)) == 12  # no protein is of two classes
    assert len(np.unique(made.donors)) == 62


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_share_of_missing_quantities_and_small_ones_are_missing_more_often(share):
    made = simulated(samples=200, proteins=400, missing=share, informative=0)
    missing = np.isnan(made.quantities)
    assert missing.mean() == pytest.approx(share, abs=0.01)
    known = simulated(samples=200, proteins=400, missing=0, informative=0)
    small = np.median(known.quantities, axis=0) < np.median(known.quantities)
    assert missing[:, small].mean() > 1.3 * missing[:, ~small].mean()


def test_nothing_is_missing_where_nothing_shall_be():
    assert np.isfinite(simulated(missing=0).quantities).all()


def test_tune_samples_are_a_share_of_each_class_and_at_least_one():
    made = simulated(samples=200, tune_share=0.1)
    assert np.bincount(made.classes[made.tune]).tolist() == [5, 5, 5, 5]
    few = simulated(samples=12, tune_share=0.01)
    assert np.bincount(few.classes[few.tune]).tolist() == [1, 1, 1, 1]
    assert not simulated(tune_share=0).tune.any()
    assert simulated(tune_share=1).tune.all()


@pytest.mark.parametrize(("signal", "noise"), [(6, 0.5), (2, 0.5), (3, 0.1)])
def test_informative_proteins_are_raised_by_the_signal_to_noise(signal, noise):
    n = 4000
    made = simulated(
        samples=n,
        proteins=30,
        classes=2,
        informative=5,
        signal_to_noise=signal,
        noise=noise,
        loading=0,
        missing=0,
    )
    logs = np.log2(made.quantities)
    for code in (0, 1):
        inside, outside = logs[made.classes == code], logs[made.classes != code]
        pooled = np.sqrt((inside.var(axis=0, ddof=1) + outside.var(axis=0, ddof=1)) / 2)
        size = (inside.mean(axis=0) - outside.mean(axis=0)) / pooled
        expected = np.zeros(30)
        expected[made.informative[code]] = signal
        expected[made.informative[1 - code]] = -signal
        # the standard error of a standardised difference (Hedges 1981), five of them
        error = np.sqrt(4 / n + expected**2 / (2 * n))
        assert (np.abs(size - expected) < 5 * error).all()
        assert pooled == pytest.approx(noise, rel=0.08)


def test_without_signal_the_classes_do_not_differ():
    made = simulated(samples=4000, proteins=50, informative=0, missing=0, loading=0)
    logs = np.log2(made.quantities)
    means = np.array([logs[made.classes == code].mean(axis=0) for code in range(4)])
    assert np.ptp(means, axis=0).max() < 0.5 * 6 / np.sqrt(1000)


def test_loading_is_of_whole_samples_and_batches_shift_proteins():
    made = simulated(
        samples=900,
        proteins=200,
        informative=0,
        missing=0,
        loading=0.7,
        batches=3,
        batch_effect=2,
    )
    logs = np.log2(made.quantities)
    of_sample = logs.mean(axis=1)
    assert of_sample.std() == pytest.approx(0.7, rel=0.1)
    means = np.array([logs[made.batches == code].mean(axis=0) for code in range(3)])
    shifts = means - means.mean(axis=0)
    # two thirds of the variance stay when the mean of three is taken out
    assert shifts.std() == pytest.approx(2 * 0.5 * np.sqrt(2 / 3), rel=0.1)
    within = logs - of_sample[:, None] - means[made.batches]
    assert within.std(axis=0).mean() == pytest.approx(0.5, rel=0.05)


def test_samples_of_a_donor_are_of_one_class():
    made = simulated(samples=50, samples_per_donor=4, classes=3)
    assert np.bincount(made.donors).tolist() == [4] * 12 + [2]
    for donor in range(13):
        assert len(set(made.classes[made.donors == donor])) == 1


def test_new_samples_share_proteins_and_effects():
    options = ProteomeOptions(samples=400, missing=0, loading=0, batches=2, batch_effect=1)
    rng = np.random.default_rng(3)
    design = draw_design(options, rng)
    first, second = (draw_samples(design, options, 400, rng) for _ in range(2))
    means = [
        np.array(
            [
                np.log2(made.quantities)[(made.classes == code) & (made.batches == batch)].mean(0)
                for code in range(4)
                for batch in range(2)
            ]
        )
        for made in (first, second)
    ]
    assert not np.array_equal(first.quantities, second.quantities)
    # means of 50, of each class and batch: their differences are of noise alone
    assert (means[0] - means[1]).std() == pytest.approx(0.5 * np.sqrt(2 / 50), rel=0.05)


def test_quantities_below_one_are_missing():
    made = simulated(missing=0, noise=2, batches=3, batch_effect=10)
    missing = np.isnan(made.quantities)
    assert 0 < missing.mean() < 0.3
    assert np.nanmin(made.quantities) >= 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"proteins": 20}, "need 24 proteins, --proteins is 20"),
        ({"samples": 3}, "3 samples, 1 of each donor, are of 3 donors, fewer than --classes 4"),
        ({"samples": 30, "samples_per_donor": 10}, "are of 3 donors, fewer than --classes 4"),
    ],
)
def test_too_few_proteins_or_samples_are_refused(options, said):
    with pytest.raises(UserError, match=said):
        simulated(**options)


@pytest.mark.parametrize(
    "options",
    [{"samples": 1}, {"missing": 1.0}, {"noise": 0}, {"informative": -1}, {"tune_share": 1.1}],
)
def test_options_have_bounds(options):
    with pytest.raises(OptionError):
        ProteomeOptions(**options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulate") / "proteome"
    further = ["--new-samples", "9", "--batches", "2", "--samples-per-donor", "2"]
    assert run(path, *SMALL, *further) == 0
    return path


def test_sheet_and_description_hold_the_truth(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {"proteome.tsv", "samples.csv", "proteome.json", "new.tsv", "new_samples.csv"}
    sheet = rows(folder / "samples.csv")
    assert list(sheet[0]) == ["sample", "class", "tune", "batch", "donor"]
    assert [row["sample"] for row in sheet] == [f"S{number:04d}" for number in range(1, 61)]
    assert {row["class"] for row in sheet} == {"class1", "class2", "class3"}
    assert sum(row["tune"] == "1" for row in sheet) == 6
    assert {row["batch"] for row in sheet} == {"batch1", "batch2"}
    assert len({row["donor"] for row in sheet}) == 30
    new = rows(folder / "new_samples.csv")
    assert [row["sample"] for row in new] == [f"N{number:04d}" for number in range(1, 10)]
    assert {row["tune"] for row in new} == {"0"}
    assert not {row["donor"] for row in new} & {row["donor"] for row in sheet}
    text = json.loads((folder / "proteome.json").read_text())
    assert text["seed"] == 1
    assert text["options"]["informative"] == 4
    assert {len(proteins) for proteins in text["informative"].values()} == {4}
    assert text["tables"]["new"]["samples"] == 9
    assert text["tables"]["proteome"]["tune"] == 6


def test_table_has_six_digits_empty_cells_and_the_raised_proteins(folder):
    header, *lines = (folder / "proteome.tsv").read_text().splitlines()
    samples = header.split("\t")
    assert samples[0] == "protein"
    table = {cells[0]: cells[1:] for cells in (line.split("\t") for line in lines)}
    assert list(table)[:2] == ["P0001", "P0002"]
    assert {len(cells) for cells in table.values()} == {60}
    text = json.loads((folder / "proteome.json").read_text())
    cells = [cell for row in table.values() for cell in row]
    share = text["tables"]["proteome"]
    assert sum(not cell for cell in cells) / len(cells) == pytest.approx(
        share["missing_share"], abs=1e-6
    )
    told = [cell for cell in cells if cell]
    assert all("e" not in cell for cell in told)
    assert max(len(cell.replace(".", "").strip("0")) for cell in told) == 6
    classes = np.array([row["class"] for row in rows(folder / "samples.csv")])
    for name, proteins in text["informative"].items():
        for protein in proteins:
            logs = np.log2([float(cell) if cell else np.nan for cell in table[protein]])
            raised = np.nanmean(logs[classes == name]) - np.nanmean(logs[classes != name])
            assert raised == pytest.approx(3, abs=0.9)


def test_prepare_reads_it(folder, tmp_path):
    output = tmp_path / "proteome.npz"
    sheet = ["--samples", str(folder / "samples.csv"), "--output", str(output)]
    assert proteome_main(["prepare", "--table", str(folder / "proteome.tsv"), *sheet]) == 0
    matrix = NamedMatrix.load(output, "proteome")
    assert matrix.values.shape == (60, 40)
    assert matrix.names[0] == "S0001"
    found = rows(folder / "samples.csv")
    assert matrix.arrays["class"].tolist() == [row["class"] for row in found]
    assert matrix.arrays["tune"].tolist() == [row["tune"] == "1" for row in found]
    assert matrix.arrays["donor"].tolist() == [row["donor"] for row in found]
    new = ["--samples", str(folder / "new_samples.csv"), "--output", str(tmp_path / "new.npz")]
    table = ["--table", str(folder / "new.tsv"), "--like", str(output)]
    assert proteome_main(["prepare", *table, *new]) == 0
    assert NamedMatrix.load(tmp_path / "new.npz", "proteome").columns == matrix.columns


def test_same_seed_same_bytes_and_new_samples_change_nothing(folder, tmp_path):
    same = ["--batches", "2", "--samples-per-donor", "2"]
    assert run(tmp_path / "again", *SMALL, *same, "--new-samples", "9") == 0
    for path in folder.iterdir():
        assert file_digest(path) == file_digest(tmp_path / "again" / path.name), path.name
    assert run(tmp_path / "alone", *SMALL, *same) == 0
    assert not (tmp_path / "alone" / "new.tsv").exists()
    assert run(tmp_path / "other", *SMALL, *same, "--seed", "2") == 0
    tables = [
        file_digest(path / "proteome.tsv")
        for path in (folder, tmp_path / "alone", tmp_path / "other")
    ]
    assert tables[0] == tables[1] != tables[2]


def test_without_batches_and_donors_their_columns_are_empty(tmp_path):
    assert run(tmp_path / "plain", *SMALL) == 0
    sheet = rows(tmp_path / "plain" / "samples.csv")
    assert {(row["batch"], row["donor"]) for row in sheet} == {("", "")}


def test_bad_options_leave_nothing(tmp_path, capsys):
    assert run(tmp_path / "out", "--proteins", "20") == 1
    assert "need 24 proteins" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SystemExit) as error:
        run(tmp_path / "out", "--missing", "1")
    assert error.value.code == 2
