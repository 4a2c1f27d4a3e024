"""Writing what was simulated: BAM with index, FASTQ, FASTA, truth."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.contigs import Contigs, Record, format_record
from latentbin.files import open_gzip_writer
from latentbin.simulate.codons import reverse_complement
from latentbin.simulate.encode import RECORD_LIMIT, Columns, Sequencing, bam_records, fastq_records
from latentbin.simulate.fragments import READ_LENGTH, Assembly, Strands
from latentbin.simulate.genomes import to_text
from latentbin.simulate.reads import Alignments, Reads

_CHUNK = 20_000  # reads that are encoded at a time
_FASTQ_LEVEL = 4


def write_bam(
    path: Path,
    sample: str,
    contigs: Contigs,
    strands: Strands,
    reads: Reads,
    alignments: Alignments,
) -> None:
    """A coordinate-sorted BAM file and its .bai. No time or path goes into the header."""
    import pysam

    text = "".join(
        [
            "@HD\tVN:1.6\tSO:coordinate\n",
            *(
                f"@SQ\tSN:{name}\tLN:{length}\n"
                for name, length in zip(contigs.names, contigs.lengths, strict=True)
            ),
            f"@PG\tID:latentbin-simulate\tPN:latentbin-simulate\tVN:{__version__}\n",
        ]
    ).encode()
    header = [b"BAM\1", struct.pack("<i", len(text)), text, struct.pack("<i", len(contigs))]
    for name, length in zip(contigs.names, contigs.lengths, strict=True):
        encoded = name.encode() + b"\0"
        header.append(struct.pack("<i", len(encoded)) + encoded + struct.pack("<i", length))

    # unplaced reads come last, where -1 read as unsigned puts them
    order = np.lexsort((alignments.position, alignments.reference.view(np.uint32)))
    columns: Columns = (
        alignments.reference,
        alignments.position,
        alignments.next_reference,
        alignments.next_position,
        alignments.flag,
        alignments.quality,
        alignments.template,
        alignments.clip_left,
        alignments.clip_right,
        alignments.flip,
    )
    buffer = np.empty(_CHUNK * RECORD_LIMIT, np.uint8)
    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(b"".join(header))
        for start in range(0, len(order), _CHUNK):
            end = bam_records(
                buffer,
                order[start : start + _CHUNK],
                READ_LENGTH,
                *_naming(sample, reads),
                _sequencing(strands, reads),
                columns,
            )
            handle.write(buffer[:end].tobytes())
    pysam.index(str(path))


def write_fastq(paths: tuple[Path, Path], sample: str, strands: Strands, reads: Reads) -> None:
    """Both mates of each pair, in the same order, gzip'd."""
    buffer = np.empty(_CHUNK * RECORD_LIMIT, np.uint8)
    first = reads.first_mate
    for path, wanted in zip(paths, (first, ~first), strict=True):
        order = np.flatnonzero(wanted)
        with open_gzip_writer(path, _FASTQ_LEVEL) as handle:
            for start in range(0, len(order), _CHUNK):
                end = fastq_records(
                    buffer,
                    order[start : start + _CHUNK],
                    READ_LENGTH,
                    *_naming(sample, reads),
                    _sequencing(strands, reads),
                )
                handle.write(buffer[:end].tobytes())


def _naming(sample: str, reads: Reads) -> tuple[NDArray[np.uint8], int]:
    return np.frombuffer(f"{sample}.".encode(), np.uint8), len(str(len(reads.start) // 2))


def _sequencing(strands: Strands, reads: Reads) -> Sequencing:
    return strands.bases, reads.start, reads.error_of, reads.error_offset, reads.error_shift


def write_fasta(path: Path, records: Sequence[Record]) -> None:
    """FASTA, gzip'd."""
    with open_gzip_writer(path) as handle:
        handle.writelines(format_record(record) for record in records)


def contig_records(strands: Strands, assembly: Assembly, names: Sequence[str]) -> list[Record]:
    """The contigs with their sequences, each on its own strand."""
    records = []
    for name, start, end, reverse in zip(
        names, assembly.start, assembly.end, assembly.reverse, strict=True
    ):
        bases = strands.bases[start:end]
        records.append(Record(name, to_text(reverse_complement(bases) if reverse else bases)))
    return records


def write_truth(path: Path, contigs: Contigs, genome_of: Sequence[str]) -> None:
    """CAMI's gold standard: the binning format 0.9.1 of bioboxes with a column of lengths.

    The header names what AMBER reads: SEQUENCEID, BINID, _LENGTH.
    """
    lines = ["@Version:0.9.1\n@SampleID:catalogue\n\n@@SEQUENCEID\tBINID\t_LENGTH\n"]
    for name, genome, length in zip(contigs.names, genome_of, contigs.lengths, strict=True):
        lines.append(f"{name}\t{genome}\t{length}\n")
    path.write_text("".join(lines))
