"""Summaries of groups: what they say is what other commands say, and what a hand count gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from latentbin.bins.cli import main as bins_main
from latentbin.composition.cli import main as composition_main
from latentbin.evaluate.cli import main as evaluate_main
from latentbin.matrix import NamedMatrix
from latentbin.report.cli import main

# anndata asks pandas 3 for an option of pandas 2
OF_ANNDATA = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
N_GENOMES = 3
LENGTHS = [400, 1200, 1600, 2500, 4000, 8000, 15_000, 30_000]  # of each genome's contigs


def kept(name: str) -> bool:
    return not name.endswith("c0")  # the shortest is below the length limit


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three genomes, two binners: one is right, one joins two genomes."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(5)
    names, truth, right, joined = [], [], [], []
    with open(folder / "contigs.fna", "w") as fasta:
        for genome in range(N_GENOMES):
            gc = 0.35 + 0.12 * genome
            share = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
            for number, length in enumerate(LENGTHS):
                name = f"S{genome % 2 + 1}~g{genome}c{number}"
                fasta.write(f">{name}\n{''.join(rng.choice(list('ACGT'), length, p=share))}\n")
                truth.append(f"{name}\tgenome{genome}\t{length}\n")
                if kept(name):
                    names.append(name)
                    right.append(f"{name}\tcluster{genome}\n")
                    joined.append(f"{name}\tcluster{min(genome, 1)}\n")
    (folder / "truth.tsv").write_text("".join(truth))
    composition = folder / "composition.npz"
    arguments = ["tnf", "--fasta", str(folder / "contigs.fna"), "--output", str(composition)]
    assert composition_main(arguments) == 0
    found = NamedMatrix.load(composition, "composition")
    genome_of = np.array([int(name[4]) for name in names])
    depth = np.array([[5, 1], [20, 2], [1, 30]], np.float32)[genome_of]
    arrays = {"lengths": found.arrays["lengths"]}
    unit = {"unit": "depth"}
    columns = ("day1", "day2")
    NamedMatrix("abundance", found.names, columns, depth, arrays, unit).save(folder / "depth.npz")
    latent = np.eye(4, dtype=np.float32)[genome_of] + rng.normal(0, 0.05, (len(names), 4))
    loss = {"loss": {"terms": ["tnf", "kl"], "epochs": [[3.0, 1.0], [2.0, 0.5]]}}
    for binner, clusters in (("right", right), ("joined", joined)):
        (folder / f"{binner}.clusters.tsv").write_text("contig\tcluster\n" + "".join(clusters))
        NamedMatrix(
            "latent", found.names, tuple("abcd"), latent.astype(np.float32), arrays, {}, loss
        ).save(folder / f"{binner}.npz")
        bins_main(["write", "--fasta", str(folder / "contigs.fna"), "--prefix", f"{binner}_",
                   "--clusters", str(folder / f"{binner}.clusters.tsv"), "--min-bin-size", "0",
                   "--output-dir", str(folder / binner)])  # fmt: skip
    genes = "#genes\tA\tB\tC\ncontig\tgene\tscore\tstart\tend\tstrand\tpartial\n"
    for genome in range(N_GENOMES):
        for gene in "AB":
            genes += f"S{genome % 2 + 1}~g{genome}c7\t{gene}\t50.0\t1\t300\t+\tno\n"
    (folder / "markers.tsv").write_text(genes)
    for binner in ("right", "joined"):
        bins_main(["quality", "--contig2bin", str(folder / binner / "contig2bin.tsv"), "--fasta",
                   str(folder / "contigs.fna"), "--markers", str(folder / "markers.tsv"),
                   "--output", str(folder / f"{binner}.quality.tsv")])  # fmt: skip
    taxa = "contig\tgenus\tgenus_probability\n"
    for name in names:
        taxa += f"{name}\t{'Aus' if name[4] == '0' else 'unknown'}\t0.900000\n"
    (folder / "predictions.tsv").write_text(taxa)
    return folder


def arguments(files: Path, output: Path, *more: str, leave_out: tuple[str, ...] = ()) -> list[str]:
    given = {
        "--name": "gut",
        "--fasta": files / "contigs.fna",
        "--composition": files / "composition.npz",
        "--abundance": files / "depth.npz",
        "--markers": files / "markers.tsv",
        "--predictions": files / "predictions.tsv",
        "--truth": files / "truth.tsv",
        "--points": 15,
        "--output": output,
    }
    words = ["group"]
    for flag, value in given.items():
        words += [] if flag in leave_out else [flag, str(value)]
    for binner in ("right", "joined"):
        for flag, path in (
            ("--contig2bin", files / binner / "contig2bin.tsv"),
            ("--clusters", files / f"{binner}.clusters.tsv"),
            ("--latent", files / f"{binner}.npz"),
            ("--quality", files / f"{binner}.quality.tsv"),
        ):
            words += [] if flag in leave_out else [flag, f"{binner}={path}"]
    return [*words, *more]


@pytest.fixture(scope="module")
def summary(files: Path) -> dict:
    output = files / "gut.summary.json"
    assert main(arguments(files, output, "--h5ad", str(files / "results.h5ad"))) == 0
    return json.loads(output.read_text())


def test_contigs_and_lengths_are_those_of_the_fasta(summary):
    bp = N_GENOMES * sum(LENGTHS)
    contigs = summary["contigs"]
    assert contigs["contigs"] == N_GENOMES * len(LENGTHS)
    assert contigs["bp"] == bp == sum(summary["lengths"]["bp"])
    assert contigs["long_enough"] == N_GENOMES * (len(LENGTHS) - 1)
    assert contigs["long_enough_bp"] == bp - N_GENOMES * 400
    assert contigs["n50"] == 15_000 or 2 * N_GENOMES * 30_000 >= bp
    assert sum(summary["lengths"]["contigs"]) == contigs["contigs"]
    assert sum(summary["lengths"]["reads"]) == pytest.approx(1, abs=1e-5)
    assert summary["samples"]["names"] == ["day1", "day2"]
    assert summary["samples"]["means"] == pytest.approx([26 / 3, 11], rel=1e-3)


def test_shares_in_bins_are_those_of_a_hand_count(summary):
    for binner in summary["binners"].values():
        shares = binner["binned"]
        # all but the contigs of 400 bp are in bins
        assert shares["all_bp"] == pytest.approx(
            100 * (sum(LENGTHS) - 400) / sum(LENGTHS), abs=0.01
        )
        assert shares["all_reads"] == 100
        assert shares["all_contigs"] == pytest.approx(100 * 7 / 8)
        assert shares["bp"][0] == 0
        assert set(shares["bp"][1:]) <= {100, None}  # None: no contig is of that length
        # no read maps to what is not in the catalogue
        assert shares["reads"][0] is None
        assert shares["reads_of_samples"] == [100, 100]


def test_bins_are_described_as_their_tables_describe_them(files, summary):
    for name, binner in summary["binners"].items():
        header, *rows = [
            line.split("\t") for line in (files / name / "bins.tsv").read_text().splitlines()
        ]
        table = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
        judged = (files / f"{name}.quality.tsv").read_text().splitlines()[1:]
        assert [row["bin"] for row in binner["bins"]] == [line.split("\t")[0] for line in judged]
        for row in binner["bins"]:
            expected = table[row["bin"]]
            assert row["bp"] == int(expected["bp"])
            assert row["n50"] == int(expected["n50"])
            assert row["gc"] == pytest.approx(float(expected["gc"]), abs=0.01)
        assert sum(binner["classes"].values()) == len(binner["bins"])
        assert binner["genes"]["genes"] == ["A", "B", "C"]
    copies = summary["binners"]["joined"]["genes"]["copies"]
    assert sorted(map(tuple, copies)) == [(1, 1, 0), (2, 2, 0)]


def test_the_truth_gives_the_figures_of_latentbin_evaluate(files, summary, tmp_path, capsys):
    for name, binner in summary["binners"].items():
        evaluate_main(["--clusters", str(files / f"{name}.clusters.tsv"), "--truth",
                       str(files / "truth.tsv"), "--fasta", str(files / "contigs.fna"),
                       "--output-dir", str(tmp_path / name)])  # fmt: skip
        expected = json.loads((tmp_path / name / "metrics.json").read_text())["metrics"]
        assert binner["evaluation"]["figures"] == pytest.approx(expected, abs=1e-6)
        for curve in ("precision", "recall", "recovered"):
            ranks, values = zip(*binner["evaluation"][curve], strict=True)
            assert list(values) == sorted(values, reverse=True)
            assert list(ranks) == list(range(1, len(ranks) + 1))
    # the joined bin is not pure: two genomes are in no pure bin
    assert len(summary["binners"]["right"]["evaluation"]["recovered"]) == N_GENOMES
    assert len(summary["binners"]["joined"]["evaluation"]["recovered"]) == 1


def test_agreement_of_binners(files, summary, tmp_path):
    (pair,) = summary["agreement"]
    assert pair["binners"] == ["right", "joined"]
    # genome 0 is the same bin; two genomes of equal size are half of the joined one
    assert pair["counts"] == [
        {"same": 1, "similar": 2, "other": 0},
        {"same": 1, "similar": 1, "other": 0},
    ]
    assert 0 < pair["adjusted_rand_bp"] < 1
    output = tmp_path / "twice.json"
    twice = arguments(files, output, leave_out=("--contig2bin", "--clusters", "--latent",
                                                "--quality"))  # fmt: skip
    for name in ("one", "two"):
        twice += ["--contig2bin", f"{name}={files / 'right' / 'contig2bin.tsv'}"]
    assert main(twice) == 0
    same = json.loads(output.read_text())
    assert same["agreement"][0]["adjusted_rand_bp"] == 1
    assert same["agreement"][0]["counts"][0] == {"same": 3, "similar": 0, "other": 0}
    assert np.array(same["agreement"][0]["jaccard"]).tolist() == np.eye(3).tolist()
    # without their files: no map, no training, no quality
    assert same["map"]["maps"] == {}
    assert same["binners"]["one"]["training"] is None
    assert same["binners"]["one"]["judged_by"] is None


def test_map_and_training(files, summary, tmp_path):
    drawn = summary["map"]
    assert drawn["drawn"] == 15
    assert drawn["of"] == N_GENOMES * (len(LENGTHS) - 1)
    assert len(set(drawn["names"])) == 15
    titles = [each["title"] for each in drawn["colours"]]
    assert titles == ["Bin", "Bin", "GC, %", "Depth (mean of samples)", "Length, bp", "Genus",
                      "True genome"]  # fmt: skip
    bins, genus, genome = drawn["colours"][0], drawn["colours"][5], drawn["colours"][6]
    for row, name in enumerate(drawn["names"]):
        assert bins["names"][bins["codes"][row]] == f"right_cluster{name[4]}"
        assert genome["names"][genome["codes"][row]] == f"genome{name[4]}"
        assert (genus["codes"][row] == 0) == (name[4] == "0")
    training = summary["binners"]["right"]["training"]
    assert training == {"epochs": 2, "curves": {"tnf": [3, 2], "kl": [1, 0.5]}}
    again = tmp_path / "again.json"
    assert main(arguments(files, again)) == 0
    assert again.read_bytes() == (files / "gut.summary.json").read_bytes()


@OF_ANNDATA
def test_results_open_as_anndata(files, summary):
    import anndata

    data = anndata.read_h5ad(files / "results.h5ad")
    composition = NamedMatrix.load(files / "composition.npz", "composition")
    assert list(data.obs_names) == list(composition.names)
    assert list(data.var_names) == list(composition.columns)
    assert (np.asarray(data.X) == composition.values).all()
    depth = NamedMatrix.load(files / "depth.npz", "abundance")
    assert (data.obsm["depth"][["day1", "day2"]].to_numpy() == depth.values).all()
    latent = NamedMatrix.load(files / "right.npz", "latent")
    assert (data.obsm["X_right"] == latent.values).all()
    obs = data.obs
    assert (obs["length"] == composition.arrays["lengths"]).all()
    for name, row in obs.iterrows():
        assert row["right_bin"] == f"right_cluster{name[4]}"
        assert row["right_cluster"] == f"cluster{name[4]}"
        assert row["genome"] == f"genome{name[4]}"
        assert row["genus"] == ("Aus" if name[4] == "0" else "unknown")
        assert row["n_scg"] == (2 if name.endswith("c7") else 0)
    assert data.obsm["scg"].sum() == 6
    assert list(data.uns["scg_genes"]) == ["A", "B", "C"]
    bins = data.uns["bins"]["right"]
    assert bins["bp"].sum() == obs["length"].sum()
    assert {"contigs", "n50", "class", "completeness", "contamination"} <= set(bins.columns)
    assert bins["completeness"].dtype.kind == "f"
    assert data.uns["latentbin"]["group"] == "gut"


@OF_ANNDATA
def test_names_are_split_by_sample_and_a_latent_may_lack_contigs(files, tmp_path):
    import anndata

    whole = NamedMatrix.load(files / "right.npz", "latent")
    whole.take(np.arange(5, len(whole.names))).save(tmp_path / "part.npz")
    words = arguments(files, tmp_path / "s.json", "--separator", "~", "--h5ad",
                      str(tmp_path / "r.h5ad"), "--latent", f"right={tmp_path / 'part.npz'}",
                      leave_out=("--latent",))  # fmt: skip
    assert main(words) == 0
    data = anndata.read_h5ad(tmp_path / "r.h5ad")
    assert np.isnan(data.obsm["X_right"][:5]).all()
    assert np.isfinite(data.obsm["X_right"][5:]).all()
    assert list(data.obs["sample"]) == [name[:2] for name in data.obs_names]
    summary = json.loads((tmp_path / "s.json").read_text())
    assert summary["map"]["of"] == len(whole.names) - 5
    assert "Sample" in [each["title"] for each in summary["map"]["colours"]]


def notes_of(folder: Path, words: list[str]) -> str:
    assert main(words) == 0
    return " ".join(json.loads((folder / "n.json").read_text())["notes"])


def test_bins_of_two_judges_are_told(files, tmp_path, capsys):
    rows = (files / "right.quality.tsv").read_text().splitlines()[1:]
    names = [row.split("\t")[0] for row in rows]
    report = tmp_path / "quality_report.tsv"
    table = "".join(f"{name}.fna\t91.5\t0.7\tNone\n" for name in names)
    report.write_text(f"Name\tCompleteness\tContamination\tAdditional_Notes\n{table}")
    judged = tmp_path / "right.quality.tsv"
    bins = ["--contig2bin", str(files / "right" / "contig2bin.tsv")]
    bins += ["--fasta", str(files / "contigs.fna"), "--checkm2", str(report)]
    assert bins_main(["quality", *bins, "--output", str(judged)]) == 0
    output = tmp_path / "n.json"
    words = [
        word.replace(str(files / "right.quality.tsv"), str(judged))
        for word in arguments(files, output)
    ]
    assert main(words) == 0
    found = json.loads(output.read_text())
    assert "judged by CheckM2, those of others by single-copy genes: do not compare" in " ".join(
        found["notes"]
    )
    assert {name: b["judged_by"] for name, b in found["binners"].items()} == {
        "right": "checkm2", "joined": "scg",
    }  # fmt: skip
    assert found["binners"]["right"]["bins"][0]["completeness"] == 91.5
    # CheckM2's own table is not ours: it says how to come by one
    words[words.index(f"right={judged}")] = f"right={report}"
    capsys.readouterr()
    assert main(words) == 1
    assert "Make it with latentbin-bins quality, with --checkm2 of CheckM2's" in (
        capsys.readouterr().err
    )


def test_warnings_in_plain_words(files, summary, tmp_path):
    few = " ".join(summary["notes"])
    assert "few contigs (21 that can be binned)" in few
    assert "single-copy genes" in few
    assert "one sample only" not in few
    assert "shorter than" not in few
    depth = NamedMatrix.load(files / "depth.npz", "abundance")
    values = np.column_stack([depth.values[:, 0] * 0 + 1, depth.values[:, 0] * 0])
    NamedMatrix("abundance", depth.names, ("day1", "empty"), values.astype(np.float32),
                depth.arrays, depth.attributes).save(tmp_path / "low.npz")  # fmt: skip
    words = arguments(files, tmp_path / "n.json", "--abundance", str(tmp_path / "low.npz"),
                      leave_out=("--abundance",))  # fmt: skip
    told = notes_of(tmp_path, words)
    assert "one sample only" in told
    assert "Sample 'empty' has no reads" in told
    assert "depth is low: contigs have 1.0 reads" in told
    (tmp_path / "none.tsv").write_text("")
    fasta = (files / "contigs.fna").read_text()
    fasta += "".join(f">S1~short{n}\nACGTACGTAC\n" for n in range(40))
    (tmp_path / "more.fna").write_text(fasta)
    words = arguments(files, tmp_path / "n.json", "--fasta", str(tmp_path / "more.fna"),
                      "--contig2bin", f"x={tmp_path / 'none.tsv'}",
                      leave_out=("--fasta", "--contig2bin", "--clusters", "--latent",
                                 "--quality", "--truth"))  # fmt: skip
    told = notes_of(tmp_path, words)
    assert "There is no bin: the table of clusters lists no contig" in told
    assert "67% of the contigs are shorter than 1,000 bp" in told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("--contig2bin", "right=nowhere.tsv"), "nowhere.tsv: no such contig2bin table"),
        (("--quality", "right={f}/joined.quality.tsv"), "lacks bin 'right_cluster"),
        (("--quality", "right={f}/truth.tsv"), "no column 'bin': not a quality table"),
        (("--predictions", "{f}/truth.tsv"), "no column 'contig': not a predictions table"),
        (("--latent", "right={f}/depth.npz"), "expected 'latentbin/latent/1'"),
        (("--abundance", "{f}/right.npz"), "expected 'latentbin/abundance/1'"),
        (("--separator", "|"), "does not have the separator '|'"),
    ],
)
def test_wrong_files_are_named(files, tmp_path, capsys, change, message):
    flag, value = change
    words = arguments(files, tmp_path / "x.json", "--h5ad", str(tmp_path / "x.h5ad"))
    if flag in words:
        words[words.index(flag) + 1] = value.format(f=files)
    else:
        words += [flag, value]
    assert main(words) == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_another_assembly_and_a_foreign_latent_are_refused(files, tmp_path, capsys):
    fasta = (files / "contigs.fna").read_text()
    (tmp_path / "other.fna").write_text(fasta.replace("S1~g0c3\n", "S1~g0c3\nACGT"))
    words = arguments(files, tmp_path / "x.json")
    words[words.index("--fasta") + 1] = str(tmp_path / "other.fna")
    assert main(words) == 1
    assert "contig 'S1~g0c3' has another length in" in capsys.readouterr().err
    latent = NamedMatrix.load(files / "right.npz", "latent")
    names = ("foreign", *latent.names[1:])
    NamedMatrix("latent", names, latent.columns, latent.values, latent.arrays).save(
        tmp_path / "foreign.npz"
    )
    words = arguments(files, tmp_path / "x.json", "--latent", f"right={tmp_path / 'foreign.npz'}",
                      leave_out=("--latent",))  # fmt: skip
    assert main(words) == 1
    assert "contig 'foreign' is not in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--contig2bin", "right={f}/truth.tsv"), "--contig2bin is given twice for 'right'"),
        (("--quality", "other={f}/truth.tsv"), "--quality is given for 'other', --contig2bin"),
        (("--clusters", "no-file"), "expected NAME=FILE, such as vamb=clusters.tsv"),
        (("--points", "1"), "--points must be at least 2"),
    ],
)
def test_wrong_usage(files, tmp_path, capsys, words, message):
    with pytest.raises(SystemExit) as stop:
        main(arguments(files, tmp_path / "x.json", *(word.format(f=files) for word in words)))
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_damaged_tables_are_named_by_line(files, tmp_path, capsys):
    header, first, *others = (files / "right.quality.tsv").read_text().splitlines()
    cells = first.split("\t")
    column = header.split("\t").index("completeness")
    wrong = "\t".join([*cells[:column], "half", *cells[column + 1 :]])
    for line, message in (
        (f"{first}\textra", f"line 2: {len(cells) + 1} cells, expected {len(cells)}"),
        (wrong, "line 2: completeness is 'half', expected a number"),
    ):
        (tmp_path / "q.tsv").write_text("\n".join([header, line, *others]) + "\n")
        words = arguments(files, tmp_path / "x.json", "--quality", f"right={tmp_path / 'q.tsv'}",
                          leave_out=("--quality",))  # fmt: skip
        assert main(words) == 1
        assert message in capsys.readouterr().err
