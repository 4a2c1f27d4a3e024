from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latentbin.bins.cli import main
from latentbin.bins.options import BinsOptions
from latentbin.bins.plan import plan_bins
from latentbin.bins.sequences import write_sequences
from latentbin.contigs import read_contigs
from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix

FASTA = ">S1~a\nACGTACGT\n>S1~b\nACGTACGT\n>S2~c\nACGT\n"
CLUSTERS = "contig\tcluster\nS1~a\t1\nS1~b\t2\nS2~c\t1\n"


def run(tmp_path: Path, fasta: str, clusters: str, *more: str) -> int:
    (tmp_path / "contigs.fna").write_text(fasta)
    (tmp_path / "clusters.tsv").write_text(clusters)
    inputs = ["--fasta", str(tmp_path / "contigs.fna")]
    inputs += ["--clusters", str(tmp_path / "clusters.tsv"), "--min-bin-size", "1"]
    return main(["write", *inputs, "--output-dir", str(tmp_path / "out"), *more])


@pytest.mark.parametrize(
    ("fasta", "clusters", "more", "message"),
    [
        (
            FASTA + ">without\nAC\n",
            CLUSTERS,
            ["--separator", "~"],
            "contig 'without' does not have the separator '~' inside its name",
        ),
        (FASTA, CLUSTERS, ["--separator", ""], "the separator is empty"),
        (FASTA, CLUSTERS + "S3~x\t1\n", [], "line 5: contig 'S3~x' is not among the contigs"),
        (FASTA, CLUSTERS + "S1~a\t2\n", [], "line 5: contig 'S1~a' stands twice"),
        (FASTA, "contig\tbin\n", [], "line 1: header is ['contig', 'bin']"),
        (FASTA, CLUSTERS.replace("\t2", "\tx/y"), [], "it has the character '/'"),
        (FASTA, CLUSTERS.replace("\t2", "\ta b"), [], "it has the character ' '"),
        (FASTA, CLUSTERS, ["--prefix", "../"], "it has the character '.'"),
        (FASTA, CLUSTERS, ["--prefix", "n" * 300], "it has over 240 bytes"),
        (FASTA, CLUSTERS, ["--max-bins", "1"], "2 bins of at least 1 bp would be written"),
        ("", CLUSTERS, [], "holds no sequence"),
    ],
)
def test_bad_input_leaves_one_message_and_no_output(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    fasta: str,
    clusters: str,
    more: list[str],
    message: str,
) -> None:
    assert run(tmp_path, fasta, clusters, *more) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("error:") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clusters.tsv", "contigs.fna"]


@pytest.mark.parametrize(
    ("names", "lengths", "message"),
    [
        (("S1~a", "S1~b"), (8, 8), "'S2~c' has 4 bp in the FASTA, the abundance lacks it"),
        (("S1~a", "S1~b", "S2~c"), (8, 9, 4), "'S1~b' has 8 bp in the FASTA, the abundance has it"),
    ],
)
def test_abundance_of_other_contigs_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    names: tuple[str, ...],
    lengths: tuple[int, ...],
    message: str,
) -> None:
    matrix = NamedMatrix(
        "abundance",
        names,
        ("S1",),
        np.ones((len(names), 1), np.float32),
        {"lengths": np.array(lengths)},
        {"unit": "depth"},
    )
    matrix.save(tmp_path / "abundance.npz")
    assert run(tmp_path, FASTA, CLUSTERS, "--abundance", str(tmp_path / "abundance.npz")) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_not_empty_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("kept")
    assert run(tmp_path, FASTA, CLUSTERS) == 1
    assert "exists and is not an empty folder" in capsys.readouterr().err
    assert (tmp_path / "out" / "precious").read_text() == "kept"


@pytest.mark.parametrize("change", ["shorter", "longer", "other"])
def test_a_fasta_that_changes_meanwhile_is_noticed(tmp_path: Path, change: str) -> None:
    path = tmp_path / "contigs.fna"
    path.write_text(FASTA)
    contigs = read_contigs(path)
    plan = plan_bins(contigs, {"S1~a": "1"}, BinsOptions(min_bin_size=1), path)
    texts = {"shorter": ">S1~a\nACGTACGT\n", "longer": FASTA + ">d\nAC\n", "other": ">x\nA\n"}
    path.write_text(texts[change])
    with pytest.raises(UserError, match="changed while it was read"):
        write_sequences(tmp_path, path, contigs, plan, 1)


@contextlib.contextmanager
def without_rights() -> Iterator[None]:
    """Root may write everywhere: be somebody else for a while."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def test_no_permission_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    # not in pytest's folder, which others may not enter
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        assert run(folder, FASTA, CLUSTERS) == 0  # also imports what is closed to others
        shutil.rmtree(folder / "out")
        folder.chmod(0o555)
        with without_rights():
            arguments = ["--fasta", str(folder / "contigs.fna"), "--clusters"]
            arguments += [str(folder / "clusters.tsv"), "--output-dir", str(folder / "out")]
            assert main(["write", *arguments]) == 1
        assert "no permission to write here" in capsys.readouterr().err
        assert not (folder / "out").exists()
        folder.chmod(0o755)


@contextlib.contextmanager
def small_disk(folder: Path, how: str) -> Iterator[str]:
    """Make writing to ``folder`` fail after about 1 MB; yields what the system says then."""
    if how == "tmpfs" and os.getuid() == 0 and shutil.which("mount"):
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                yield "No space left on device"
            finally:
                subprocess.run(["umount", str(folder)], check=True)
            return
    # not allowed to mount: a limit on the size of files has the same effect on the program
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        yield "File too large"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("how", ["tmpfs", "limit"])
def test_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    bases = np.frombuffer(b"ACGT", np.uint8)[np.random.default_rng(1).integers(0, 4, 3_000_000)]
    disk = tmp_path / "disk"
    disk.mkdir()
    for name, text in (
        ("c.fna", f">a\n{bases.tobytes().decode()}\n"),
        ("c.tsv", "contig\tcluster\na\t1\n"),
    ):
        (tmp_path / name).write_text(text)
    inputs = ["--fasta", str(tmp_path / "c.fna"), "--clusters", str(tmp_path / "c.tsv")]
    with small_disk(disk, how) as complaint:
        assert main(["write", *inputs, "--output-dir", str(disk / "out")]) == 1
        assert not list(disk.iterdir())
    error = capsys.readouterr().err
    assert f"could not be written ({complaint})" in error
    assert "Traceback" not in error
