"""Join per-sample assemblies into one catalogue, streaming."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from latentbin.catalogue.options import CatalogueOptions
from latentbin.contigs import Record, format_record, prefixed, read_part
from latentbin.errors import UserError

logger = logging.getLogger(__name__)

_WRITE_BYTES = 1 << 20


def check_samples(assemblies: Sequence[Path], samples: Sequence[str], separator: str) -> None:
    """Refuse sample names from which the sample could not be told again, before any reading.

    Raises
    ------
    UserError : not one sample per assembly, a file or a sample twice, a sample or a separator that
        is empty or has white space, a sample that the separator would cut at another place
    """
    if len(assemblies) != len(samples):
        raise UserError(
            f"{len(assemblies)} files after --assembly but {len(samples)} names after --sample. "
            "Give one name for each assembly, in the same order."
        )
    if not separator or separator.split() != [separator]:
        raise UserError(
            f"--separator is {separator!r}, expected text without white space, for instance '~'."
        )
    for what, given in (
        ("sample", list(samples)),
        ("assembly", [str(path.resolve()) for path in assemblies]),
    ):
        twice = next((name for name in given if given.count(name) > 1), None)
        if twice is not None:
            raise UserError(f"{what} '{twice}' is given twice. Give every {what} once.")
    for sample in samples:
        if sample.split() != [sample]:
            raise UserError(
                f"sample {sample!r} is empty or has white space. Names of contigs end at white "
                "space; rename the sample."
            )
        # also refuses 'S~' with '~~', where the first separator starts inside the sample
        if (sample + separator).find(separator) != len(sample):
            raise UserError(
                f"sample '{sample}' holds the separator '{separator}', so that contigs named after "
                "it could not be split again. Rename the sample or give another --separator."
            )


def join_assemblies(
    output: IO[bytes], assemblies: Sequence[Path], samples: Sequence[str], options: CatalogueOptions
) -> tuple[int, int]:
    """Write the contigs of all assemblies as ``<sample><separator><contig>``, in the order given.

    Memory holds one contig and the names of one assembly. A sample that contributes no contig
    is named in a warning. A contig that carries its sample's name already is left as it is, so that
    a renamed assembly, with the BAM that was mapped to it, can be used.

    Returns
    -------
    number of contigs, base pairs

    Raises
    ------
    UserError : see `check_samples` and `read_fasta`; a contig named after another of the samples;
        two contigs that would get one name; no contig at all
    """
    check_samples(assemblies, samples, options.separator)
    n_contigs = n_bp = 0
    for path, sample in zip(assemblies, samples, strict=True):
        n_before, bp_before = n_contigs, n_bp
        pending: list[bytes] = []
        n_pending = 0
        for record in _renamed(path, sample, frozenset(samples), options.separator):
            if len(record.sequence) < options.min_length:
                continue
            n_contigs += 1
            n_bp += len(record.sequence)
            pending.append(format_record(record))
            n_pending += len(pending[-1])
            if n_pending > _WRITE_BYTES:
                output.write(b"".join(pending))
                pending, n_pending = [], 0
        output.write(b"".join(pending))
        logger.info("%s: %d contigs, %d bp", sample, n_contigs - n_before, n_bp - bp_before)
        if n_contigs == n_before:
            logger.warning(
                "WARNING: sample '%s' contributes no contig: %s has none of at least %d bp",
                sample,
                path,
                max(options.min_length, 1),
            )
    if n_contigs == 0:
        raise UserError(
            f"no assembly has a contig of at least {max(options.min_length, 1)} bp. "
            "Check the assemblies or lower --min-length."
        )
    return n_contigs, n_bp


def _renamed(path: Path, sample: str, samples: frozenset[str], separator: str) -> Iterator[Record]:
    def of_this_sample() -> Iterator[Record]:
        for record in read_part(path):
            before, found, rest = record.name.partition(separator)
            if found and rest and before in samples and before != sample:
                raise UserError(
                    f"{path}: contig '{record.name}' is named after sample '{before}', but the "
                    f"file is given as sample '{sample}'. Give --assembly and --sample in the same "
                    "order."
                )
            yield record

    return prefixed(of_this_sample(), sample + separator, path)
