"""Calling genes: Prodigal's meta mode, on whole contigs or on windows of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from latentbin.contigs import Record

_AS_DNA = bytes.maketrans(b"Uu", b"Tt")  # Prodigal takes U for an unknown base


class Gene(NamedTuple):
    """A called gene.

    Attributes
    ----------
    start, end : of the coding sequence, 1-based, both inclusive, start < end
    forward : on the strand that stands in the file
    partial : runs over an end of the contig
    protein : translated, with its stop as ``*``
    """

    start: int
    end: int
    forward: bool
    partial: bool
    protein: str


class Stretch(NamedTuple):
    """Bases [first, last) of a contig, read forward or not."""

    first: int
    last: int
    forward: bool


def make_caller() -> Any:
    """Prodigal in meta mode; safe to use from many threads at a time."""
    from pyrodigal import GeneFinder

    return GeneFinder(meta=True)


def call_all(caller: Any, record: Record, gff: bool, proteins: bool) -> tuple[list[Gene], str, str]:
    """All genes of a contig, and their GFF and protein FASTA where wanted."""
    called = caller.find_genes(record.sequence.translate(_AS_DNA))
    genes = [_gene(gene, 0) for gene in called]
    gff_text = faa_text = ""
    if gff:
        with io.StringIO() as handle:
            called.write_gff(handle, record.name, header=False, include_translation_table=True)
            # its comments number contigs in the order in which threads reached them
            rows = [r for r in handle.getvalue().splitlines() if not r.startswith("#")]
        lines = [f"##sequence-region {record.name} 1 {len(record.sequence)}", *rows]
        gff_text = "\n".join(lines) + "\n"
    if proteins:
        with io.StringIO() as handle:
            called.write_translations(handle, record.name, full_id=True)
            faa_text = handle.getvalue()
    return genes, gff_text, faa_text


def call_around(
    caller: Any, sequence: bytes, stretches: Iterable[Stretch], flank: int
) -> list[Gene]:
    """Genes that overlap the stretches on their strand, called in windows around them.

    Parameters
    ----------
    flank : bases on either side of a stretch; windows that overlap become one
    """
    genes = []
    for begin, end, inside in _windows(stretches, len(sequence), flank):
        for called in caller.find_genes(sequence[begin:end].translate(_AS_DNA)):
            # what a window cuts is no gene that runs over the end of the contig
            if (called.partial_begin and begin > 0) or (called.partial_end and end < len(sequence)):
                continue
            first, last, forward = begin + called.begin - 1, begin + called.end, called.strand > 0
            if any(first < s.last and last > s.first and forward == s.forward for s in inside):
                genes.append(_gene(called, begin))
    return genes


def _windows(
    stretches: Iterable[Stretch], length: int, flank: int
) -> Iterator[tuple[int, int, list[Stretch]]]:
    """Begin, end and stretches of each window, in order; no two overlap or touch."""
    inside: list[Stretch] = []
    begin = end = 0
    for stretch in sorted(stretches):
        if inside and stretch.first - flank > end:
            yield begin, end, inside
            inside = []
        if not inside:
            begin = end = max(stretch.first - flank, 0)
        inside.append(stretch)
        end = min(max(end, stretch.last + flank), length)
    if inside:
        yield begin, end, inside


def _gene(called: Any, offset: int) -> Gene:
    return Gene(
        offset + called.begin,
        offset + called.end,
        called.strand > 0,
        called.partial_begin or called.partial_end,
        called.translate(),
    )
