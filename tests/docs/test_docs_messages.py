"""The messages in docs/troubleshooting.md are those that the commands give."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pysam
import pytest
from tests.docs.pages import ROOT, run

PAGE = ROOT / "docs/troubleshooting.md"
# a command, and what is shown of what it says
SHOWN = [
    (command, said.strip())
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(), re.S | re.M)
    for command, said in re.findall(r"^\$ (.+)\n((?:(?!\$ ).+\n)+)", block, re.M)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files that the page speaks of, of a small community."""
    community = tmp_path_factory.mktemp("troubles") / "community"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(community.parent)
        assert not run(
            "latentbin-simulate community --genome-count 2 --genome-length 100000 --samples 2 "
            "--depth 4 --output-dir community"
        )
        patch.chdir(community)
        for command in (
            "latentbin-composition tnf --fasta contigs.fna.gz --output composition.npz",
            "latentbin-composition tnf --fasta contigs.fna.gz --min-length 5000 --output long.npz",
            "latentbin-abundance bam --bam S1.bam S2.bam --catalogue composition.npz "
            "--output abundance.npz",
            "latentbin-abundance bam --bam S1.bam --unit rpkm --catalogue composition.npz "
            "--output rpkm.npz",
        ):
            assert not run(command)
        pysam.sort("-n", "-o", "byname.bam", "S1.bam")
        records = gzip.open("contigs.fna.gz", "rt").read().split(">")[1:]
        Path("some.fna").write_text("".join(f">{record}" for record in records[:4]))
        Path("short.fna").write_text(">x\nACGT\n>y\nACG\n")
        Path("twice.fna").write_text(">x\nACGT\n>x\nACGT\n")
        Path("notes.tsv").write_text("a\tb\n1\t2\n")
        Path("empty.tsv").write_text("contig\tcluster\n")
        Path("small.tsv").write_text(f"contig\tcluster\n{records[0].split()[0]}\t1\n")
        yield community


def test_there_are_messages() -> None:
    assert len(SHOWN) == len(re.findall(r"^\$ ", PAGE.read_text(), re.M)) > 10


@pytest.mark.parametrize(("command", "said"), SHOWN, ids=[command[:60] for command, _ in SHOWN])
def test_the_command_says_what_is_shown(
    command: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(command)
    assert code == (1 if ": error: " in said else 0)
    err = " ".join(capsys.readouterr().err.split())
    pattern = ".+?".join(re.escape(part) for part in " ".join(said.split()).split("..."))
    if said.startswith("..."):  # a line of the log
        assert re.search(pattern, err), err
    else:  # the last line, and the whole of it
        assert re.search(f"{pattern}$", err), err
        assert err.count(": error: ") == 1
