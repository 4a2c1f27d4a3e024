from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.bins.cli import main
from latentbin.contigs import read_fasta

SEQUENCES = st.text("ACGTNacgtnRYry", min_size=1, max_size=200)
CLUSTERS = st.sampled_from(["1", "2", "three", None])
COMMUNITIES = st.lists(
    st.tuples(st.sampled_from(["S1", "S2"]), SEQUENCES, CLUSTERS), min_size=1, max_size=12
)


@settings(max_examples=40)
@given(COMMUNITIES, st.integers(0, 300), st.booleans())
def test_binned_and_unbinned_are_the_catalogue(
    community: list[tuple[str, str, str | None]], min_bin_size: int, split: bool
) -> None:
    contigs = {f"{sample}~k{n}": sequence for n, (sample, sequence, _) in enumerate(community)}
    cluster_of = dict(zip(contigs, (cluster for *_, cluster in community), strict=True))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = "".join(f">{contig}\n{sequence}\n" for contig, sequence in contigs.items())
        (folder / "contigs.fna").write_text(text)
        rows = [f"{contig}\t{cluster}\n" for contig, cluster in cluster_of.items() if cluster]
        (folder / "clusters.tsv").write_text("contig\tcluster\n" + "".join(rows))
        inputs = ["--fasta", str(folder / "contigs.fna")]
        inputs += ["--clusters", str(folder / "clusters.tsv"), "--threads", "1"]
        more = ["--min-bin-size", str(min_bin_size), *(["--separator", "~"] if split else [])]
        assert main(["write", *inputs, *more, "--output-dir", str(folder / "out")]) == 0

        files = [*(folder / "out" / "bins").iterdir(), folder / "out" / "unbinned.fna.gz"]
        found: dict[str, str] = {}
        for path in files:
            members = []
            if gzip.decompress(path.read_bytes()):
                members = list(read_fasta(path))
            for contig, sequence in members:
                assert contig not in found, "in two bins"
                found[contig] = sequence.decode()
            if path.name == "unbinned.fna.gz":
                continue
            assert sum(len(sequence) for _, sequence in members) >= min_bin_size
            assert len({cluster_of[contig] for contig, _ in members}) == 1
            if split:
                assert len({contig.split("~")[0] for contig, _ in members}) == 1
        assert found == contigs
        table = (folder / "out" / "contig2bin.tsv").read_text().splitlines()
        in_bins = [line.split("\t")[0] for line in table]
        assert len(set(in_bins)) == len(in_bins)
        assert len((folder / "out" / "bins.tsv").read_text().splitlines()) == len(files)
