"""The page: it holds everything, says what the summaries say, and asks no host for anything."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from latentbin.report.cli import main
from latentbin.report.page.chapters import anchor_of
from latentbin.report.page.markup import Html, cell, grouped, table
from latentbin.report.page.methods import REFERENCES, methods
from latentbin.report.page.run import _BYTES, _SECONDS, quantity
from latentbin.report.write_step import read_summaries

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(ROOT / "bin/latentbin-report")]
NASTY = "<img src=x onerror=alert(1)>"


def bin_row(name: str, **changes: object) -> dict:
    return {
        "bin": name, "contigs": 3, "bp": 2_500_000, "n50": 40_000, "gc": 41.5, "abundance": 12.5,
        "class": "NC", "completeness": 97.5, "contamination": 1.25, "taxon": None, **changes,
    }  # fmt: skip


def binner(*rows: dict, **changes: object) -> dict:
    classes = {name: sum(row["class"] == name for row in rows) for name in ("NC", "MQ", "LQ")}
    shares = {"contigs": [50.0, 80.0], "bp": [60.0, 95.0], "reads": [None, 90.0]}
    totals = {"all_contigs": 70.0, "all_bp": 88.0, "all_reads": 91.0, "reads_of_samples": [91.0]}
    return {
        "bins": list(rows), "classes": classes, "judged_by": "scg", "clusters": 7,
        "binned": shares | totals,
        "training": {"epochs": 2, "curves": {"tnf": [2.0, 1.0], "kl": [0.5, 0.4]}},
        "genes": {"genes": ["A", "B"], "bins": [row["bin"] for row in rows],
                  "copies": [[1, 2]] * len(rows), "of": len(rows)} if rows else None,
        "evaluation": None, **changes,
    }  # fmt: skip


def group(name: str, binners: dict[str, dict], n_points: int = 40, **changes: object) -> dict:
    colours = [
        {"title": "Bin", "of": next(iter(binners)), "codes": [-1, 0] * (n_points // 2),
         "names": ["bin one"], "nobody": "unbinned"},
        {"title": "Length, bp", "values": [1500] * n_points, "log": True},
    ]  # fmt: skip
    numbers = [float(n) for n in range(n_points)]
    return {
        "schema": "latentbin/summary/1", "kind": "group", "name": name, "version": "0",
        "options": {},
        "contigs": {"contigs": 90, "bp": 9_000_000, "n50": 9000, "longest": 99_000,
                    "min_length": 1000, "long_enough": 80, "long_enough_bp": 8_900_000},
        "samples": {"names": ["day1"], "unit": "depth", "means": [7.5]},
        "lengths": {"classes": ["0.5-1 kb", "1-1.5 kb"], "contigs": [10, 80], "bp": [1, 2],
                    "reads": [0, 1]},
        "binners": binners,
        "agreement": [],
        "map": {"drawn": n_points, "of": 80, "names": [f"contig{n}" for n in range(n_points)],
                "colours": colours,
                "maps": {name: {"x": numbers, "y": numbers, "how": "UMAP", "dimensions": 32}
                         for name in binners}},
        "notes": ["There is one sample only."], **changes,
    }  # fmt: skip


STUDY = {
    "schema": "latentbin/summary/1", "kind": "study", "name": "plaques", "version": "0",
    "samples": 3, "proteins": 100, "spectra": None, "verdict": "3 samples have 2 labels.",
    "labels": {"labels": 2, "noise": 0, "eps": 0.5, "eps_by": "tune samples",
               "follows_most": "class", "sizes": {},
               "follows": {"class": {"adjusted_mutual_info": 0.9, "v_measure": 0.95}}},
    "eps": {"eps": [0.1, 0.5], "chosen": 0.5, "clusters": [3, 2], "noise": [1, 0],
            "tune_v_measure": [0.5, 0.9]},
    "classifier": {"targets": "labels", "split_by": "donor", "scores": {
        "network": {"out-of-fold": {"accuracy": 0.9, "accuracy_sd": None, "macro_f1": 0.8,
                                    "calibration_error": 0.1}}}},
    "confusion": {"rows": ["1", "2"], "columns": ["1", "2"], "counts": [[3, 1], [0, 2]]},
    "predictions": {"1": 5}, "training": {"epochs": 2, "curves": {"loss": [2.0, 1.0]}},
    "map": {"drawn": 3, "of": 3, "names": ["a", "b", "c"],
            "colours": [{"title": "Label", "of": None, "codes": [0, 0, -1], "names": ["1"],
                         "nobody": "noise"}],
            "maps": {"latent": {"x": [1, 2, 3], "y": [1, 2, 3], "how": "as it is",
                                "dimensions": 2}}},
    "notes": [],
}  # fmt: skip
DATASET = {
    "schema": "latentbin/summary/1", "kind": "dataset", "name": "known", "version": "0",
    "verdict": "lightgbm tells the genus of 81% of the test contigs.", "notes": ["It leaks."],
    "split_by": "species", "leaks": "none", "contigs": None,
    "bins": {"rows": 4, "ranks": {"genus": {"known": 3, "taxa": {"Aus": 2, "Bus": 1}}}},
    "models": {"lightgbm": {
        "ranks": {"genus": {"contigs": 10, "classes": 2, "accuracy": 0.81, "macro_f1": 0.7,
                            "calibration_error": 0.05, "unknown": 0.1, "never_predicted": 0}},
        "finest": "genus", "split": {"by": "species", "leaks": "none"},
        "training": {"step": "round", "at": [1, 2], "curves": {"train_loss": [2.0, 1.0]}},
        "classes": None,
        "confusion": {"rows": ["Aus"], "columns": ["Aus", "other taxa"],
                      "percent": [[90.0, 10.0]], "of": 1}}},
}  # fmt: skip


def write(folder: Path, *summaries: dict, more: tuple[str, ...] = ()) -> tuple[int, str, str]:
    paths = []
    for number, summary in enumerate(summaries):
        paths.append(folder / f"{number}.summary.json")
        paths[-1].write_text(json.dumps(summary))
    output = folder / "report.html"
    words = ["write", "--summary", *map(str, paths), "--output", str(output), *more]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, cwd=folder)
    return done.returncode, done.stderr, output.read_text() if output.exists() else ""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    figures = {
        "genomes": 3, "near_complete": 2, "medium_quality": 3, "precision_bp": 0.987,
        "recall_bp": 0.876, "adjusted_rand_bp": 0.9, "precision_contigs": 0.9,
        "recall_contigs": 0.8, "f1_contigs": 0.85,
    }  # fmt: skip
    judged = {
        "judged": "clusters",
        "figures": figures,
        "thresholds": {},
        "recovered": [[1, 0.99], [2, 0.5]],
        "precision": [[1, 1.0]],
        "recall": [[1, 0.9]],
    }
    first = binner(bin_row("vamb_1"), bin_row("vamb_2", **{"class": "MQ"}), evaluation=judged)
    second = binner(bin_row("genomeface_1"), evaluation=judged)
    pair = {
        "binners": ["vamb", "genomeface"], "adjusted_rand_bp": 0.98, "bp_in_bins_of_both": 5,
        "counts": [{"same": 1, "similar": 1, "other": 0}, {"same": 1, "similar": 0, "other": 0}],
        "rows": ["vamb_1", "vamb_2"], "columns": ["genomeface_1"], "jaccard": [[1.0], [0.1]],
    }  # fmt: skip
    gut = group("gut", {"vamb": first, "genomeface": second}, agreement=[pair])
    soil = group(NASTY, {"vamb": binner()}, notes=["There is no bin."])
    (folder / "v.yml").write_text(
        "VAMB_EMBED:\n    latentbin: '0.1.0'\nMINIMAP2_ALIGN:\n    minimap2: '2.28'\n"
        "Workflow:\n    Nextflow: '25.04.0'\n"
    )
    (folder / "p.json").write_text(json.dumps({"min_bin_size": 200000, "binners": NASTY}))
    header = "task_id\tname\tstatus\trealtime\tpeak_rss\n"
    (folder / "t.tsv").write_text(
        header + "1\tB:VAMB:VAMB_EMBED (gut)\tCOMPLETED\t1m 5s\t2 GB\n"
        "2\tB:VAMB:VAMB_EMBED (soil)\tCACHED\t500ms\t3 GB\n3\tX (a)\tFAILED\t9h\t9 GB\n"
    )
    more = ("--versions", "v.yml", "--parameters", "p.json", "--trace", "t.tsv", "--title", "Run 7")
    code, errors, text = write(folder, gut, soil, STUDY, DATASET, more=more)
    assert code == 0, errors
    return text


class Page(HTMLParser):
    """Addresses that a browser fetches by itself, headings, and what is not escaped."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.images_without_data = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "embed", "video", "audio", "object"):
            self.fetched += [found[key] or "" for key in ("src", "data") if key in found]
        if tag == "link":
            self.fetched.append(found.get("href") or "")
        self.ids += [found["id"] or ""] if "id" in found else []


def test_the_page_asks_no_host_for_anything(page):
    parser = Page()
    parser.feed(page)
    assert parser.fetched  # logos, at least
    assert all(address.startswith("data:") for address in parser.fetched), parser.fetched
    for style in re.findall(r"<style.*?</style>", page, re.S):
        assert "@import" not in style
        for address in re.findall(r"url\(\s*['\"]?([^)'\"]{0,40})", style):
            assert address.startswith(("data:", "#", "%23")), address
    # MultiQC offers to send the page to an AI service; not from here
    assert 'class="ai-copy-button-wrapper"' not in page


def test_no_two_elements_share_an_id(page):
    # a plot and a heading of the same id: the plot is never drawn
    parser = Page()
    parser.feed(page)
    ours = [name for name in parser.ids if name and not name.startswith(("mqc", "clip0_"))]
    assert len(ours) == len(set(ours)), sorted(name for name in ours if ours.count(name) > 1)


def test_every_chapter_is_there_in_order(page):
    names = re.findall(r'class="nav-l1">([^<]+)</a>', page)
    assert names == [
        "At a glance", "Bins", "What is in bins", "Map of the contigs", "Single-copy genes",
        "Agreement of the binners", "Comparison with the truth", "Labels of the samples",
        "Classifier of the samples", "Models of taxa", "Taxa", "Training", "How it was made",
    ]  # fmt: skip
    assert "<title>Run 7</title>" in page


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_the_first_screen_says_it_in_words(page):
    start = text_of(page[page.index('id="at-a-glance"') : page.index('id="bins"')])
    assert "80 of 90 contigs were long enough to be binned (8.9 of 9.0 Mbp)" in start
    assert "Most near-complete bins are vamb's: 1 near-complete and 1 medium-quality bins" in start
    assert "hold 88 % of the base pairs and 91 % of the mapped reads" in start
    assert "No bin was found." in start
    assert "gut : There is one sample only." in start
    assert "3 samples have 2 labels." in start
    assert "lightgbm tells the genus of 81% of the test contigs." in start


def test_names_from_files_are_escaped(page):
    assert NASTY not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def packed(page: str, kind: str) -> list[dict]:
    found = re.findall(rf'data-kind="{kind}"><script type="text/plain">([^<]+)</script>', page)
    return [json.loads(gzip.decompress(base64.b64decode(text))) for text in found]


def section(page: str, anchor: str) -> str:
    start = page.index(f'id="mqc-section-wrapper-{anchor}"')
    return page[start : page.find('id="mqc-section-wrapper-', start + 1)]


def test_figures_hold_the_points_of_the_summaries(page):
    contigs, samples = packed(page, "map")
    assert [each["group"] for each in contigs["groups"]] == [NASTY, "gut"]
    gut = contigs["groups"][1]
    assert gut["maps"][0]["x"] == list(range(40))
    assert "40 of 80 contigs, drawn at random" in gut["maps"][0]["caption"]
    assert gut["sizes"] == [4.6] * 40
    assert "all 3 samples" in samples["groups"][0]["maps"][0]["caption"]


def figures_of(page: str, anchor: str) -> dict[tuple[str, str], dict]:
    (found,) = packed(section(page, anchor), "gallery")
    return {(each["group"], each["view"]): each for each in found["figures"]}


def test_figures_are_chosen_by_group(page):
    points = figures_of(page, "bins-completeness-and-contamination")
    assert list(points) == [(NASTY, ""), ("gut", "")]
    vamb, genomeface = points["gut", ""]["traces"]
    assert (vamb["name"], vamb["text"]) == ("vamb", ["vamb_1", "vamb_2"])
    assert (vamb["x"], vamb["y"]) == ([97.5, 97.5], [1.25, 1.25])
    assert vamb["marker"]["color"] != genomeface["marker"]["color"]
    sizes = figures_of(page, "bins-size-and-gc")["gut", ""]["traces"][1]
    assert (sizes["x"], sizes["y"]) == ([2.5], [41.5])
    by_length = figures_of(page, "what-is-in-bins-by-length-of-contigs")
    assert by_length["gut", "Base pairs"]["traces"][0]["y"] == [60.0, 95.0]
    # nothing is known of reads on contigs that are too short
    assert by_length["gut", "Mapped reads"]["traces"][0]["x"] == ["1-1.5 kb"]
    truth = figures_of(page, "comparison-with-the-truth-genomes-recovered")
    assert list(truth) == [("gut", "")]
    assert truth["gut", ""]["traces"][0]["y"] == [99.0, 50.0]
    # terms of a loss are in words, and the whole is their sum
    training = figures_of(page, "training-losses")
    names = {trace["name"]: trace["y"] for trace in training["gut", "vamb"]["traces"]}
    assert names == {
        "whole loss": [2.5, 1.4], "composition": [2.0, 1.0], "divergence (KL)": [0.5, 0.4],
    }  # fmt: skip
    assert ("plaques", "autoencoder") in training
    # a button for each group would not fit into the window
    assert not re.search(r'class="btn [^>]*data-dataset-index[^>]*>\s*gut', page)


def test_run_times_versions_and_parameters(page):
    made = text_of(page[page.index('id="how-it-was-made"') :])
    assert re.search(r"VAMB_EMBED 2 1 min 6 s 1 min 5 s 3.00", made)
    assert " X " not in made
    assert "minimap2 2.28 MINIMAP2_ALIGN" in made
    assert "min_bin_size 200000" in made
    assert "mapped to the contigs with minimap2 2.28 (Li 2018)" in made
    assert "Clusters of fewer than 200,000 bp were left unbinned." in made


def test_many_groups_share_the_points(tmp_path):
    # 40 points of each of 200 groups, of 400 in all: each keeps its fewest, 200 at most
    groups = [group(f"g{n}", {"vamb": binner(bin_row(f"b{n}"))}, 300) for n in range(3)]
    code, errors, text = write(tmp_path, *groups, more=("--total-points", "600"))
    assert code == 0, errors
    (data,) = packed(text, "map")
    assert [len(each["names"]) for each in data["groups"]] == [200] * 3


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """31 groups of two binners: more than a reader can compare by reading."""
    groups = []
    for n in range(31):
        vamb = [bin_row(f"g{n}_vamb_{k}", completeness=99 - k) for k in range(4)]
        metabat = [bin_row(f"g{n}_metabat_1", **{"class": "MQ", "completeness": 60.0})]
        found = {"vamb": binner(*vamb), "metabat": binner(*metabat)}
        if n == 7:
            found = {"vamb": binner(), "metabat": binner()}
        notes = ["There is one sample only."] * (n < 20) + [f"Sample 'x{n}' has no reads."]
        groups.append(group(f"a_long_name_of_group_{n:02d}", found, notes=notes))
    code, errors, text = write(tmp_path_factory.mktemp("many"), *groups)
    assert code == 0, errors
    return text


def test_many_groups_are_summed_up_in_words(many):
    start = text_of(many[many.index('id="at-a-glance"') : many.index('id="bins"')])
    assert "31 groups : 2,480 of 2,790 contigs were long enough to be binned." in start
    assert "Most near-complete bins are vamb's: 120 near-complete and 0 medium-quality" in start
    assert "No bin was found in a_long_name_of_group_07." in start
    assert "Binner Groups Best in Bins NC MQ LQ vamb 31 30 120 120 0 0 metabat 31 0 30" in start
    # a sentence of each group would be a page of its own; the table has them all, in full
    assert start.count("contigs were long enough") == 1
    for n in range(31):
        assert f"a_long_name_of_group_{n:02d} vamb" in start
    # what holds for many is said once, the many rare notes are folded
    assert "20 of 31 : There is one sample only. Which a_long_name_of_group_00, a_long" in start
    assert start.index("20 of 31") < start.index("Sample 'x0' has no reads.")
    assert "20 more" in start
    assert "a_long_name_of_group_30 : Sample 'x30' has no reads." in start


def test_long_tables_show_one_group_at_a_time(many):
    (best,) = packed(section(many, "bins-the-best-bins"), "tables")
    assert [each["group"] for each in best["tables"][:2]] == [None, "a_long_name_of_group_00"]
    assert len(best["tables"]) == 32
    assert best["tables"][0]["html"].count("<tr") == 51
    assert "All bins" not in section(many, "bins-the-best-bins")
    shown = text_of(best["tables"][4]["html"])
    assert "Group" not in shown
    assert re.findall(r"g3_\w+", shown) == [*(f"g3_vamb_{k}" for k in range(4)), "g3_metabat_1"]
    assert best["tables"][8]["html"] == "None."
    (lengths,) = packed(section(many, "what-is-in-bins-contigs-by-length"), "tables")
    assert len(lengths["tables"]) == 31
    # to be compared: all groups, in a box with its own header
    glance = section(many, "at-a-glance-bins-that-were-found")
    assert "lb-tall" in glance
    assert len(re.findall(r'<tr class="(?:best )?first">', glance)) == 30


def test_every_bar_has_its_name():
    from latentbin.report.page.bins import _classes, _n50

    def bars(n_groups: int) -> tuple[list[list[str]], int]:
        found = {"vamb": binner(bin_row("a")), "metabat": binner(bin_row("b"))}
        plots = [
            make([group(f"g{n}", found) for n in range(n_groups)]).plot for make in (_classes, _n50)
        ]
        names = [[list(each.samples) for each in plot.datasets] for plot in plots]
        assert [sorted(view) for view in names[0]] == [sorted(view) for view in names[1]]
        return names[0], min(plot.layout.height for plot in plots)

    # one group: its name is in the title of the page
    assert [sorted(view) for view in bars(1)[0]] == [["metabat", "vamb"]]
    views, height = bars(12)
    assert len(views) == 1
    assert len(views[0]) == 24
    assert height >= 140 + 16 * 24  # MultiQC leaves out names where bars are lower
    views, height = bars(100)
    assert [len(view) for view in views] == [100, 100]
    assert "g99" in views[0]
    assert height >= 140 + 16 * 100


def test_samples_of_a_large_group_are_cut_and_it_is_said(tmp_path):
    names = [f"day{n}" for n in range(201)]
    of_samples = {"reads_of_samples": [91.0] * 201}
    vamb = binner(bin_row("a"))
    vamb["binned"] |= of_samples
    large = group("gut", {"vamb": vamb})
    large["samples"] = {"names": names, "unit": "depth", "means": [7.5] * 201}
    code, errors, text = write(tmp_path, large)
    assert code == 0, errors
    assert "multiqc_config" not in errors  # what MultiQC has to say is not the reader's
    shown = text_of(section(text, "what-is-in-bins-reads-of-each-sample"))
    assert "day199" in shown
    assert "day200" not in shown
    assert "The first 200 samples of a group, which has up to 201." in shown


def test_citations_are_those_of_the_project():
    known = re.sub(r"\s+", " ", (ROOT / "CITATIONS.md").read_text()).replace("\u2013", "-")
    for name, reference in REFERENCES.items():
        assert reference.rstrip(".") in known, name


def test_methods_cite_what_ran_and_nothing_else():
    gut = group("gut", {"vamb": binner(bin_row("a"))})
    text, cited = methods([gut], [], [], {}, {})
    assert "VAMB" in text
    assert "GenomeFace" not in text
    assert "identity" not in text  # depths of a table: nothing is known of alignments
    gut["samples"]["min_identity"] = 97.0
    assert "alignments of at least 97 % identity" in methods([gut], [], [], {}, {})[0]
    assert set(cited) == {"depth", "VAMB", "genes", "MIMAG", "UMAP", "MultiQC"}
    text, cited = methods([], [STUDY], [], {}, {})
    assert cited == ["DBSCAN", "temperature", "MultiQC"]
    assert "Comet" not in text
    assert "LightGBM" in methods([], [], [DATASET], {}, {})[1]


def test_bins_of_different_judges_are_not_compared(tmp_path):
    by_genes = binner(bin_row("vamb_1"), bin_row("vamb_2"))
    by_checkm2 = binner(bin_row("genomeface_1"), judged_by="checkm2")
    gut = group("gut", {"vamb": by_genes, "genomeface": by_checkm2})
    text, cited = methods([gut], [], [], {}, {})
    assert (
        "were estimated from 40 universal single-copy genes (Sunagawa 2013; bins of VAMB) and "
        "with CheckM2 (Chklovski 2023; bins of GenomeFace)." in text
    )
    assert {"genes", "CheckM2", "MIMAG"} <= set(cited)
    code, errors, page = write(tmp_path, gut)
    assert code == 0, errors
    start = text_of(page[page.index('id="at-a-glance"') : page.index('id="bins"')])
    assert "Bins were judged by different means, and are not compared." in start
    assert "Most near-complete" not in start
    assert "vamb 2 2 0 0 88.0 91.0 single-copy genes genomeface 1 1 0 0 88.0 91.0 CheckM2" in start
    # neither is the best, in bold
    assert 'class="best' not in section(page, "at-a-glance-bins-that-were-found")
    # of one judge: all as ever, and no column that says the same in every row
    gut["binners"]["vamb"]["judged_by"] = "checkm2"
    text, cited = methods([gut], [], [], {}, {})
    assert "were estimated with CheckM2 (Chklovski 2023)." in text
    assert "genes" not in cited
    page = write(tmp_path, gut)[2]
    start = text_of(page[page.index('id="at-a-glance"') : page.index('id="bins"')])
    assert "Most near-complete bins are vamb's: 2 near-complete" in start
    assert "LQ: the rest. Judged by CheckM2." in start
    assert "Judged by" not in text_of(section(page, "at-a-glance-bins-that-were-found")).replace(
        "Judged by CheckM2.", ""
    )


def test_wrong_summaries_are_named(tmp_path, capsys):
    paths = [tmp_path / name for name in ("a.json", "b.json", "c.json")]
    paths[0].write_text(json.dumps(STUDY))
    paths[1].write_text(json.dumps(STUDY))
    paths[2].write_text("{}")
    output = str(tmp_path / "r.html")
    for given, message in (
        (paths[:2], f"{paths[1]}: study 'plaques' is in {paths[0]}, too"),
        (paths[2:], f"{paths[2]}: is 'None', expected 'latentbin/summary/1'"),
        ([tmp_path / "none.json"], "no such summary"),
    ):
        assert main(["write", "--summary", *map(str, given), "--output", output]) == 1
        assert message in capsys.readouterr().err
    (tmp_path / "bad.json").write_text("{,}")
    assert main(["write", "--summary", str(tmp_path / "bad.json"), "--output", output]) == 1
    assert "bad.json, line 1: not JSON" in capsys.readouterr().err
    for name, text, message in (
        ("v.yml", "a: [", "v.yml: not YAML"),
        ("v.yml", "a: 1", "v.yml: expected process, then program: version"),
    ):
        (tmp_path / name).write_text(text)
        words = ["--summary", str(paths[0]), "--output", output, "--versions", str(tmp_path / name)]
        assert main(["write", *words]) == 1
        assert message in capsys.readouterr().err
    assert read_summaries(paths[:1])["study"][0]["name"] == "plaques"


def test_parts_of_the_markup():
    assert [cell(value) for value in (None, 12345, 0.5, 1.0, "a<b", Html("<i>"), True)] == [
        "", "12,345", "0.500", "1.000", "a&lt;b", "<i>", "yes",
    ]  # fmt: skip
    assert table(("a", "b"), [(1, "<")]).count("&lt;") == 1
    assert "Group" not in grouped(["one"], ("Group", "x"), [("one", 1)], 1)
    assert "Group" in grouped(["one", "two"], ("Group", "x"), [("one", 1)], 1)
    assert anchor_of("At a glance", "What, then?") == "at-a-glance-what-then"
    assert quantity("1h 2m 3s", _SECONDS) == 3723
    assert quantity("450ms", _SECONDS) == 0.45
    assert quantity("1.5 GB", _BYTES) == 1.5 * 2**30
    assert quantity("-", _SECONDS) == 0
