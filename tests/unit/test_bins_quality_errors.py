from __future__ import annotations

from pathlib import Path

import pytest

from latentbin.bins.cli import main

FASTA = ">a\nACGT\n>b\nACG\n"
CLUSTERS = "contig\tcluster\na\t1\nb\t2\n"
MARKERS = (
    "#genes\tG1\tG2\ncontig\tgene\tscore\tstart\tend\tstrand\tpartial\na\tG1\t9.0\t1\t4\t+\tno\n"
)
NO_GENES = "#genes\ncontig\tgene\tscore\tstart\tend\tstrand\tpartial\n"
CHECKM2 = "Name\tCompleteness\tContamination\nbin_1\t90\t1\nbin_2\t80\t0\n"


def attempt(folder: Path, option: str, text: str, *more: str) -> int:
    """Run with good inputs, the one of ``option`` replaced by ``text``."""
    texts = {"--fasta": FASTA, "--clusters": CLUSTERS, "--markers": MARKERS}
    for name, others in (("--contig2bin", "--clusters"), ("--checkm2", "--markers")):
        if option == name:
            del texts[others]
    words = []
    for name, content in (texts | {option: text}).items():
        (folder / name[2:]).write_text(content)
        words += [name, str(folder / name[2:])]
    if "--contig2bin" not in words:
        words += ["--min-bin-size", "1"]
    return main(["quality", *words, "--output", str(folder / "quality.tsv"), *more])


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--clusters", CLUSTERS + "c\t1\n", "line 4: contig 'c' is not among the contigs"),
        ("--contig2bin", "a\t1\na\t2\n", "line 2: contig 'a' stands twice"),
        ("--contig2bin", "a\n", "line 1: expected contig, tab, bin"),
        ("--contig2bin", "a\t1\nc\t1\n", "line 2: contig 'c' is not among the contigs. Give the"),
        ("--contig2bin", "contig\tbin\na\t1\n", "if this line is a header, remove it"),
        ("--contig2bin", "1\ta\n", "The two columns seem to be swapped"),
        ("--contig2bin", CLUSTERS, "is a table of clusters. Give it as --clusters"),
        ("--contig2bin", "a\tx/y\n", "it has the character '/'"),
        ("--markers", MARKERS + "c\tG1\t9.0\t1\t4\t+\tno\n", "contig 'c' is not in the catalogue"),
        ("--markers", NO_GENES, "the first line names no gene"),
        ("--checkm2", CHECKM2.replace("bin_2", "bin_3"), "lacks bin 'bin_2'; it has 'bin_1'"),
        ("--checkm2", CHECKM2.splitlines()[0] + "\n", "lacks bin 'bin_1'; it has no row"),
        ("--checkm2", "Bin Id\tCompleteness\tContamination\n", "line 1: no column 'Name'"),
        ("--checkm2", "Name\tCompleteness\n", "line 1: no column 'Contamination'"),
        ("--checkm2", CHECKM2 + "x\t1\n", "line 4: 2 cells, expected 3"),
        ("--checkm2", CHECKM2 + "bin_1\t1\t1\n", "line 4: bin 'bin_1' stands twice"),
        ("--checkm2", CHECKM2 + "x\thigh\t1\n", "line 4: Completeness is 'high', expected a"),
        ("--checkm2", CHECKM2 + "x\t1\tnan\n", "line 4: Contamination is 'nan', expected a"),
        ("--checkm2", CHECKM2 + "x\t-1\t0\n", "line 4: Completeness is '-1', expected a"),
    ],
)
def test_bad_input_leaves_one_message_and_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, text: str, message: str
) -> None:
    assert attempt(tmp_path, option, text) == 1
    error = capsys.readouterr().err
    assert message in error
    assert str(tmp_path) in error or "bin 'x/y'" in error
    assert error.count("error:") == 1
    assert not (tmp_path / "quality.tsv").exists()


@pytest.mark.parametrize(
    ("option", "more", "message"),
    [
        ("--contig2bin", ["--separator", "~"], "--separator is for --clusters: the bins of"),
        ("--contig2bin", ["--min-bin-size", "9"], "--min-bin-size is for --clusters"),
        ("--clusters", ["--nc-completeness", "40"], "must be at least --mq-completeness"),
        ("--clusters", ["--nc-contamination", "20"], "must be at most --mq-contamination"),
        ("--clusters", ["--mq-contamination", "0"], "--mq-contamination must be at least 1"),
        ("--clusters", ["--gene-recall", "2"], "--gene-recall must be at most 1"),
        ("--clusters", ["--checkm2", "x"], "not allowed with argument --markers"),
    ],
)
def test_wrong_usage(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    more: list[str],
    message: str,
) -> None:
    text = {"--contig2bin": "a\t1\n", "--clusters": CLUSTERS}[option]
    with pytest.raises(SystemExit) as error:
        attempt(tmp_path, option, text, *more)
    assert error.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--output", "--json"])
def test_an_output_that_cannot_be_written_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert attempt(tmp_path, "--markers", "bad", option, str(tmp_path / "none" / "out")) == 1
    assert "its folder does not exist" in capsys.readouterr().err
