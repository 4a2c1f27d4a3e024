"""The reads, alignments and contigs against the genomes they were drawn from."""

from __future__ import annotations

import gzip

import numpy as np
import pysam
import pytest

from latentbin.contigs import Contigs
from latentbin.simulate import files
from latentbin.simulate.codons import reverse_complement
from latentbin.simulate.community import simulate
from latentbin.simulate.fragments import (
    READ_LENGTH,
    Assembly,
    Fragments,
    Strands,
    covered,
    cut_contigs,
    draw_depths,
    draw_fragments,
    place,
)
from latentbin.simulate.genomes import Genome, to_text
from latentbin.simulate.options import CommunityOptions
from latentbin.simulate.reads import align, sequence_reads


def random_genomes(seed, *lengths):
    rng = np.random.default_rng(seed)
    return [
        Genome(f"g{n}", (rng.integers(0, 4, length).astype(np.uint8),))
        for n, length in enumerate(lengths)
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Two genomes, 3 samples, per-sample assemblies; everything on disk."""
    folder = tmp_path_factory.mktemp("reads")
    rng = np.random.default_rng(3)
    options = CommunityOptions(mode="multi", samples=3, depth=12, n50=3000, dropout=0)
    community = simulate(random_genomes(1, 30_000, 20_000), options, rng)
    reads = []
    for sample, fragments in zip(community.samples, community.fragments, strict=True):
        reads.append(sequence_reads(rng, fragments))
        placed = place(rng, fragments, community.assemblies)
        alignments = align(reads[-1], placed, community.catalogue)
        path = folder / f"{sample}.bam"
        files.write_bam(path, sample, community.contigs, community.strands, reads[-1], alignments)
        mates = (folder / f"{sample}_1.fastq.gz", folder / f"{sample}_2.fastq.gz")
        files.write_fastq(mates, sample, community.strands, reads[-1])
    fasta = folder / "catalogue.fna"
    records = files.contig_records(community.strands, community.catalogue, community.contigs.names)
    fasta.write_bytes(
        b"".join(b">" + r.name.encode() + b"\n" + r.sequence + b"\n" for r in records)
    )
    return folder, community, reads, {r.name: r.sequence.decode() for r in records}


def test_contigs_are_stretches_of_their_genome_or_the_reverse_complement(written):
    _, community, _, sequences = written
    genome_text = [to_text(genome.sequences[0]).decode() for genome in community.genomes]
    turned = [to_text(reverse_complement(g.sequences[0])).decode() for g in community.genomes]
    assert len(sequences) == len(community.contigs) > 20
    for (name, sequence), genome in zip(sequences.items(), community.genome_of, strict=True):
        assert sequence in genome_text[genome] or sequence in turned[genome], name
    assert 0 < community.catalogue.reverse.sum() < len(sequences)


def test_contigs_of_a_sample_are_covered_by_its_reads(written):
    _, community, _, _ = written
    for fragments, assembly in zip(community.fragments, community.assemblies, strict=True):
        depth = np.zeros(len(community.strands.bases), int)
        for left in fragments.start, fragments.start + fragments.size - READ_LENGTH:
            for start in left:
                depth[start : start + READ_LENGTH] += 1
        for start, end in zip(assembly.start, assembly.end, strict=True):
            assert depth[start:end].min() > 0
            assert end - start >= 500
        order = np.argsort(assembly.start)
        assert (assembly.start[order][1:] >= assembly.end[order][:-1]).all()


def test_reads_match_their_contigs_and_say_where_not(written):
    folder, _, _, sequences = written
    n_bases = n_different = 0
    for path in sorted(folder.glob("*.bam")):
        with pysam.AlignmentFile(path) as bam:
            for read in bam:
                if read.is_unmapped:
                    continue
                reference = sequences[read.reference_name]
                aligned = read.query_alignment_sequence
                target = reference[read.reference_start : read.reference_end]
                different = sum(a != b for a, b in zip(aligned, target, strict=True))
                assert read.get_tag("NM") == different
                assert read.get_tag("AS") == max(len(aligned) - 5 * different, 0)
                assert read.get_reference_sequence().upper() == target
                n_bases += len(aligned)
                n_different += different
    assert n_different / n_bases == pytest.approx(0.004, rel=0.15)


def test_tags_are_those_that_samtools_calculates(written):
    folder, *_ = written
    calculated = pysam.calmd(str(folder / "S1.bam"), str(folder / "catalogue.fna"))
    records = [line for line in calculated.splitlines() if not line.startswith("@")]
    assert records == pysam.view(str(folder / "S1.bam")).splitlines()


def test_bam_is_sorted_indexed_and_consistent(written):
    folder, community, _, _ = written
    pysam.quickcheck(str(folder / "S1.bam"))
    with pysam.AlignmentFile(folder / "S1.bam") as bam:
        records = list(bam)
        assert sum(bam.count(contig) for contig in bam.references) == sum(
            record.reference_id >= 0 for record in records
        )
    places = [(r.reference_id & 0xFFFFFFFF, r.reference_start) for r in records]
    assert places == sorted(places)
    pairs = {}
    for record in records:
        pairs.setdefault(record.query_name, []).append(record)
    assert len(pairs) == len(community.fragments[0].start)
    inserts = []
    for one, other in pairs.values():
        assert {one.is_read1, other.is_read1} == {True, False}
        for read, mate in ((one, other), (other, one)):
            assert read.next_reference_id == mate.reference_id
            assert read.next_reference_start == mate.reference_start
            assert read.mate_is_unmapped == mate.is_unmapped
            assert read.mate_is_reverse == mate.is_reverse
            assert read.is_proper_pair == mate.is_proper_pair
            assert read.template_length == -mate.template_length
        if one.is_proper_pair:
            assert one.reference_id == other.reference_id
            assert one.is_reverse != other.is_reverse
            left = one if one.template_length > 0 else other
            assert not left.is_reverse
            ends = max(one.reference_end, other.reference_end)
            starts = min(one.reference_start, other.reference_start)
            assert left.template_length == ends - starts
            inserts.append(left.template_length)
    assert np.median(inserts) == pytest.approx(350, abs=5)
    assert sum(r.is_unmapped for r in records) / len(records) < 0.1


def test_mapping_quality_tells_whether_another_sample_has_the_place(written):
    folder, community, _, _ = written
    fragments, catalogue = community.fragments[0], community.catalogue
    with pysam.AlignmentFile(folder / "S1.bam") as bam:
        for read in bam:
            if read.is_unmapped or read.mate_is_unmapped:
                continue
            number = int(read.query_name.split(".")[1]) - 1
            low = fragments.start[number]
            high = low + fragments.size[number]
            whole = int(((catalogue.start <= low) & (catalogue.end >= high)).sum())
            if whole:
                assert read.mapping_quality == (60 if whole == 1 else 0)


def test_equal_places_share_the_pairs():
    rng = np.random.default_rng(1)
    start = rng.integers(0, 9000, 6000)
    fragments = Fragments(start, np.full(6000, 350), np.ones(6000, bool))
    whole = Assembly(np.array([0]), np.array([10_000]), np.array([False]))
    half = Assembly(np.array([0]), np.array([5000]), np.array([True]))
    placed = place(rng, fragments, [whole, half, whole])
    inside = start + 350 <= 5000
    assert (placed.contig[:, 0] == placed.contig[:, 1])[start < 4500].all()
    assert not placed.unique.any()
    for there, rows, share in ((inside, (0, 1, 2), 3), (start > 5000, (0, 2), 2)):
        counts = np.bincount(placed.contig[there, 0], minlength=3)
        assert [counts[row] for row in rows] == pytest.approx(
            [there.sum() / share] * share, rel=0.1
        )
        assert counts.sum() == there.sum()


def test_fastq_holds_the_same_reads_as_the_bam(written):
    folder, *_ = written
    from_fastq = {}
    for mate in (1, 2):
        with gzip.open(folder / f"S2_{mate}.fastq.gz", "rt") as handle:
            lines = handle.read().splitlines()
        for name, sequence, plus, quality in zip(*[iter(lines)] * 4, strict=True):
            assert plus == "+"
            from_fastq[name[1:], mate] = sequence, quality
    with pysam.AlignmentFile(folder / "S2.bam") as bam:
        from_bam = {
            (r.query_name, 1 if r.is_read1 else 2): (
                r.get_forward_sequence(),
                "".join(chr(q + 33) for q in r.get_forward_qualities()),
            )
            for r in bam
        }
    assert from_fastq == from_bam


def test_coverage_is_near_the_intended_depth_and_over_dispersed():
    strands = Strands.of(random_genomes(2, 300_000, 200_000))
    fragments = draw_fragments(np.random.default_rng(1), strands, np.array([20.0, 5.0]))
    for number, wanted in ((0, 20), (1, 5)):
        start, end = strands.starts[number], strands.ends[number]
        inside = (fragments.start >= start) & (fragments.start < end)
        assert inside.sum() * 2 * READ_LENGTH / (end - start) == pytest.approx(wanted, rel=0.05)
    middle = fragments.start + fragments.size // 2
    counts = np.bincount((middle[middle < 300_000]) // 1000)[1:-1]
    assert counts.var() / counts.mean() > 2  # Poisson: 1


def test_depths_keep_every_genome_and_every_sample():
    rng = np.random.default_rng(1)
    depth = draw_depths(rng, 30, 5, 8.0, 0.9, 0.9)
    assert depth.mean() == pytest.approx(8)
    assert (depth.max(axis=1) > 0).all()
    assert (depth.max(axis=0) > 0).all()
    assert (depth == 0).mean() > 0.5


def test_contig_lengths_follow_the_n50():
    strands = Strands.of(random_genomes(3, 3_000_000))
    usable = np.ones(len(strands.bases), bool)
    assembly = cut_contigs(np.random.default_rng(1), strands, usable, 8000, 500)
    lengths = np.sort(assembly.end - assembly.start)[::-1]
    n50 = lengths[np.searchsorted(lengths.cumsum(), lengths.sum() / 2)]
    assert n50 == pytest.approx(8000, rel=0.2)
    assert Contigs(("x",) * len(lengths), lengths).lengths.sum() > 0.97 * 3_000_000


def test_uncovered_bases_and_n_break_contigs():
    genome = Genome("g", (np.zeros(5000, np.uint8),))
    genome.sequences[0][3000] = 4
    strands = Strands.of([genome])
    usable = np.ones(len(strands.bases), bool)
    usable[1000:1200] = False
    assembly = cut_contigs(np.random.default_rng(1), strands, usable, 10**6, 500)
    assert sorted(zip(assembly.start.tolist(), assembly.end.tolist(), strict=True)) == [
        (0, 1000),
        (1200, 3000),
        (3001, 5000),
    ]


def test_read_over_a_contigs_end_is_clipped_or_unmapped():
    # contig 100 - 1000, read from the other strand: the left end hangs over its right end
    assembly = Assembly(np.array([100]), np.array([1000]), np.array([True]))
    fragments = Fragments(np.array([40, 800, 880]), np.array([300, 300, 300]), np.ones(3, bool))
    rng = np.random.default_rng(1)
    alignments = align(sequence_reads(rng, fragments), place(rng, fragments, [assembly]), assembly)
    # left ends cover 40-190, 800-950, 880-1030; right ends 190-340, 950-1100, 1030-1180
    assert alignments.clip_right.tolist() == [60, 0, 0, 0, 0, 0]
    assert alignments.clip_left.tolist() == [0, 0, 0, 100, 30, 0]
    assert alignments.position.tolist() == [810, 660, 50, 0, 0, 0]
    unmapped = alignments.flag & 4 > 0
    assert unmapped.tolist() == [False, False, False, False, False, True]
    assert (alignments.flag[5] & 8, alignments.flag[4] & 8) == (0, 8)


def test_coverage_mask_is_where_reads_lie():
    strands = Strands.of(random_genomes(4, 1000))
    fragments = Fragments(np.array([100]), np.array([400]), np.ones(1, bool))
    mask = covered(strands, [fragments])
    assert np.flatnonzero(mask).tolist() == [*range(100, 250), *range(350, 500)]
