"""Read a group: every file checked against the contigs."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.bins.options import NameOptions
from latentbin.bins.plan import BinPlan, plan_bins
from latentbin.bins.tables import n50
from latentbin.clusters import read_clusters
from latentbin.command import stage
from latentbin.contig2bin import read_contig2bin
from latentbin.contigs import Contigs, read_fasta, sample_of_each
from latentbin.errors import ContractError, UserError
from latentbin.evaluate.tables import read_truth
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError
from latentbin.report.arguments import by_name
from latentbin.report.group import Binner, Group, Known
from latentbin.report.options import GroupOptions
from latentbin.report.tables import Table, read_table
from latentbin.scg import read_markers

logger = logging.getLogger(__name__)

_QUALITY = ("bin", "class", "completeness", "contamination", "judged_by")
_OF_BINNERS = ("clusters", "latent", "quality", "bin_taxonomy")


def read_group(args: argparse.Namespace, options: GroupOptions) -> Group:
    """Read all files of a group.

    Raises
    ------
    OptionError : a file of a binner whose bins are not given
    UserError : a file is damaged, or does not fit the contigs
    """
    bins = by_name("--contig2bin", args.contig2bin)
    others = {kind: by_name(_flag(kind), getattr(args, kind)) for kind in _OF_BINNERS}
    for kind, files in others.items():
        for name in files:
            if name not in bins:
                raise OptionError(f"{_flag(kind)} is given for '{name}', --contig2bin is not")
    with stage("read contigs"):
        contigs, gc, n_bases = _read_fasta(args.fasta)
    composition = NamedMatrix.load(args.composition, "composition")
    abundance = NamedMatrix.load(args.abundance, "abundance").in_order_of(composition)
    rows = _rows_of(composition, contigs, args.fasta)
    samples: tuple[str, ...] = ()
    sample: NDArray[np.intp] | None = None
    if options.separator is not None:
        samples, sample = sample_of_each(contigs.names, options.separator, args.fasta)
    binners = []
    for name, path in bins.items():
        of_binner = {kind: others[kind].get(name) for kind in _OF_BINNERS}
        binners.append(_read_binner(name, path, of_binner, contigs, composition))
    return Group(
        name=args.name,
        contigs=contigs,
        gc=gc,
        n_bases=n_bases,
        rows=rows,
        composition=composition,
        abundance=abundance,
        min_length=int(composition.attributes.get("min_length", 0)),
        samples_in_names=samples,
        sample=sample,
        separator=options.separator,
        markers=args.markers and read_markers(args.markers, contigs.names),
        predictions=args.predictions and _read_predictions(args.predictions, composition),
        known=args.truth and _read_truth(args.truth, args.fasta, contigs, options.sample_id),
        binners=tuple(binners),
    )


def _flag(kind: str) -> str:
    return "--" + kind.replace("_", "-")


def _read_fasta(path: Path) -> tuple[Contigs, NDArray[np.int64], NDArray[np.int64]]:
    """Contigs, their bases of G or C, and those of A, C, G or T."""
    names, counts = [], []
    for record in read_fasta(path):
        size = len(record.sequence)
        # S stands for G or C, W for A or T
        without_gc = len(record.sequence.translate(None, b"GCSgcs"))
        without_at = len(record.sequence.translate(None, b"ATUWatuw"))
        names.append(record.name)
        counts.append((size, size - without_gc, 2 * size - without_gc - without_at))
    found = np.array(counts, np.int64)
    return Contigs(tuple(names), found[:, 0].copy()), found[:, 1].copy(), found[:, 2].copy()


def _rows_of(matrix: NamedMatrix, contigs: Contigs, fasta: Path) -> NDArray[np.intp]:
    """Where the rows of a matrix stand in the FASTA."""
    index = contigs.index
    rows = np.array([index.get(name, -1) for name in matrix.names], np.intp)
    wrong = (rows < 0) | (matrix.contigs.lengths != contigs.lengths[rows])
    if wrong.any():
        name = matrix.names[int(np.flatnonzero(wrong)[0])]
        how = "has another length in" if name in index else "is not in"
        raise UserError(
            f"{matrix.source}: contig '{name}' {how} {fasta}. Give the FASTA that the "
            f"{matrix.kind} was made from."
        )
    return rows


def _read_binner(
    name: str,
    path: Path,
    files: Mapping[str, Path | None],
    contigs: Contigs,
    composition: NamedMatrix,
) -> Binner:
    naming = NameOptions(min_bin_size=0, prefix="")
    plan = plan_bins(contigs, read_contig2bin(path, contigs), naming, path)
    clusters, latent, quality, taxonomy = (files[kind] for kind in _OF_BINNERS)
    judged = quality and read_table(
        quality, "quality table", _QUALITY, "latentbin-bins quality, with --checkm2 of CheckM2's"
    )
    voted = taxonomy and read_table(
        taxonomy, "table of taxa of bins", ("bin",), "latentbin-taxonomy vote"
    )
    if judged:
        for column in ("completeness", "contamination"):
            judged.numbers(column)
        place = {bin_name: row for row, bin_name in enumerate(judged.columns["bin"])}
        order = sorted(range(len(plan)), key=lambda row: place.get(plan.names[row], len(place)))
        rank = np.argsort(np.array(order, np.int64))
    else:
        rank = np.arange(len(plan))
    return Binner(
        name,
        plan,
        read_clusters(clusters, contigs) if clusters else None,
        _read_latent(latent, composition) if latent else None,
        _in_order(judged, plan) if judged else None,
        _in_order(voted, plan) if voted else None,
        rank,
        n50(contigs, plan),
    )


def _in_order(table: Table, plan: BinPlan) -> list[dict[str, str]]:
    """A row for each bin of the plan."""
    of_bin = {row["bin"]: row for row in table.rows()}
    missing = next((name for name in plan.names if name not in of_bin), None)
    if missing is not None:
        raise UserError(
            f"{table.source}: lacks bin '{missing}', which the contig2bin table has. Give the "
            "table of the same bins."
        )
    return [of_bin[name] for name in plan.names]


def _read_latent(path: Path, composition: NamedMatrix) -> NamedMatrix:
    """A latent or an embedding, of contigs of the catalogue: all of them, or some."""
    try:
        latent = NamedMatrix.load(path, "latent")
    except ContractError as error:
        if not str(error.actual).startswith("latentbin/embedding/"):
            raise
        latent = NamedMatrix.load(path, "embedding")
    known = set(composition.names)
    foreign = next((name for name in latent.names if name not in known), None)
    if foreign is not None:
        raise UserError(
            f"{path}: contig '{foreign}' is not in {composition.source}. Give the latent of the "
            "same contigs."
        )
    return latent


def _read_predictions(path: Path, composition: NamedMatrix) -> Table:
    table = read_table(path, "predictions table", ("contig",), "latentbin-taxonomy predict")
    place = {name: row for row, name in enumerate(table.columns["contig"])}
    missing = next((name for name in composition.names if name not in place), None)
    if missing is not None:
        raise UserError(
            f"{path}: lacks contig '{missing}', which {composition.source} has. Give the "
            "predictions for the same contigs."
        )
    order = [place[name] for name in composition.names]
    columns = {name: _take(cells, order) for name, cells in table.columns.items()}
    return Table(columns, table.source)


def _take(cells: Sequence[str], order: Sequence[int]) -> list[str]:
    return [cells[row] for row in order]


def _read_truth(path: Path, fasta: Path, contigs: Contigs, sample_id: str | None) -> Known:
    truth = read_truth(path, fasta, sample_id, contigs)
    codes = np.full(len(contigs), -1, np.int64)
    codes[[contigs.index[name] for name in truth.contigs.names]] = truth.codes
    return Known(truth, codes, path)
