"""The step ``vote``: bins and predictions in, the taxa of each bin out."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.clusters import read_clusters
from latentbin.command import stage
from latentbin.contig2bin import read_contig2bin
from latentbin.errors import UserError
from latentbin.files import file_digest, open_text_reader, report_beside, write_json, write_table
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.taxonomy.judging.options import VoteOptions
from latentbin.taxonomy.judging.vote import BinRank
from latentbin.taxonomy.judging.vote import vote as count_votes
from latentbin.taxonomy.predictions import UNKNOWN, Predictions

logger = logging.getLogger(__name__)

_MOST_TAXA = 30  # of each rank, in the report


def vote(args: argparse.Namespace) -> None:
    """Let contigs vote on the taxa of their bins."""
    options = from_args(VoteOptions, args)
    report_path = report_beside(args.output)
    source = args.contig2bin or args.clusters
    with stage("read"):
        contigs = NamedMatrix.load(args.composition, "composition").contigs
        reader = read_contig2bin if args.contig2bin else read_clusters
        bins = reader(source, contigs)
        predictions = Predictions.read(args.predictions)
    names = tuple(dict.fromkeys(bins.values()))
    place = {name: number for number, name in enumerate(names)}
    bin_of = np.fromiter((place[name] for name in bins.values()), np.intp, len(bins))
    rows_of_lengths = np.fromiter((contigs.index[name] for name in bins), np.intp, len(bins))
    lengths = contigs.lengths[rows_of_lengths]
    get = predictions.index.get
    rows = np.fromiter((get(name, -1) for name in bins), np.intp, len(bins))
    if len(bins) and (rows < 0).all():
        raise UserError(
            f"{predictions.source}: has no prediction for any of the {len(bins)} contigs of "
            f"{source} (first '{next(iter(bins))}'). Predict the contigs that were binned."
        )
    if (rows < 0).any():
        logger.info("%d of the %d binned contigs have no prediction", (rows < 0).sum(), len(bins))
    # row -1 is the last one: unknown, behind all others
    labels = {rank: np.append(text, UNKNOWN)[rows] for rank, text in predictions.labels.items()}
    with stage("counted votes"):
        found = count_votes(
            bin_of, len(names), lengths, predictions.ranks, labels, options.least_share
        )
    sizes = np.bincount(bin_of, lengths, len(names)).astype(np.int64)
    cells = list(_cells(found, len(names)))
    header = [column for rank in found for column in (rank, f"{rank}_share", f"{rank}_unknown")]
    if args.quality:
        first, beside = _read_quality(args.quality)
        _check_bins([row[0] for row in beside], names, args.quality, source)
        rows_out = ([*row, *cells[place[row[0]]]] for row in beside)
        write_table(args.output, (*first, *header), rows_out)
    else:
        counts = np.bincount(bin_of, minlength=len(names))
        order = sorted(range(len(names)), key=lambda row: (-sizes[row], names[row]))
        rows_out = ([names[row], counts[row], sizes[row], *cells[row]] for row in order)
        write_table(args.output, ("bin", "contigs", "bp", *header), rows_out)
    named = {rank: int((said.taxa != UNKNOWN).sum()) for rank, said in found.items()}
    for rank, count in named.items():
        logger.info("%s: %d of %d bins have a taxon", rank, count, len(names))
    inputs = (source, args.predictions, args.composition, args.quality)
    report = {
        "command": "latentbin-taxonomy vote",
        "version": __version__,
        "options": as_dict(options),
        "inputs": {path.name: file_digest(path) for path in inputs if path},
        "bins": len(names),
        "contigs": len(bins),
        "without_prediction": int((rows < 0).sum()),
        "bins_with_taxon": named,
        "taxa": {rank: _largest(said.taxa, sizes) for rank, said in found.items()},
    }
    write_json(report_path, report)


def _largest(taxa: NDArray[Any], sizes: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    """Bins and base pairs of the taxa with most of them; those of ``unknown`` among them."""
    names, place = np.unique(taxa.astype(str), return_inverse=True)
    counts = np.bincount(place, minlength=len(names))
    base_pairs = np.bincount(place, sizes, len(names)).astype(np.int64)
    order = np.argsort(-base_pairs, kind="stable")[:_MOST_TAXA]
    return {
        str(names[code]): {"bins": int(counts[code]), "bp": int(base_pairs[code])}
        for code in order.tolist()
    }


def _cells(found: Mapping[str, BinRank], n_bins: int) -> Iterator[list[str]]:
    for row in range(n_bins):
        yield [
            cell
            for said in found.values()
            for cell in (str(said.taxa[row]), f"{said.share[row]:.4f}", f"{said.unknown[row]:.4f}")
        ]


def _read_quality(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table whose first column is the bin."""
    with open_text_reader(path, "quality table") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        rows = [line.rstrip("\n").split("\t") for line in handle]
    if header[0] != "bin":
        raise UserError(
            f"{path}, line 1: the first column is '{header[0]}', expected 'bin'. Give the table of "
            "latentbin-bins quality."
        )
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise UserError(
                f"{path}, line {number}: {len(row)} cells, the header has {len(header)}. Make the "
                "table again."
            )
    return header, rows


def _check_bins(judged: Sequence[str], binned: Sequence[str], quality: Path, source: Path) -> None:
    for have, of, wanted, by in (
        (judged, quality, binned, source),
        (binned, source, judged, quality),
    ):
        missing = sorted(set(wanted) - set(have))
        if missing:
            raise UserError(
                f"{of}: lacks {len(missing)} bins of {by}, first '{missing[0]}'. Give the bins "
                "that were judged: contig2bin.tsv of latentbin-bins write."
            )
