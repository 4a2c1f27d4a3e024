"""The steps ``graph``, ``embed`` and ``cluster``: files in, files out."""

from __future__ import annotations

import argparse
import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.binning_inputs import BinningInputs, read_binning_inputs
from latentbin.clusters import write_rows
from latentbin.command import stage
from latentbin.contigs import Contigs
from latentbin.deepmetabin.features import make_features
from latentbin.deepmetabin.options import ClusterOptions, EmbedOptions, GraphOptions
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest
from latentbin.graph_file import read_graph, write_graph
from latentbin.learning.cli import check_outputs, load_torch
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.samples import samples_in_names
from latentbin.scg import Markers, read_markers

logger = logging.getLogger(__name__)


def graph(args: argparse.Namespace) -> None:
    """Link contigs to their nearest neighbours, and refine the links."""
    options = from_args(GraphOptions, args)
    check_output_folder(args.output)
    inputs = _inputs(args, options.min_length)
    samples_in_names(inputs.names, args.separator, args.composition)  # wrong names are refused now
    genome = _genomes(args, inputs)
    from latentbin.deepmetabin.graph import edge_report, nearest, neighbour_graph, refine

    features = make_features(
        inputs.tnf, inputs.n_kmers, inputs.abundance, inputs.lengths, options.directions
    )
    k = options.neighbours
    with stage(f"found the neighbours of {len(inputs.names)} contigs"):
        indices, distances = nearest(
            features.scaled(), max(k, options.wide_neighbours), threads=args.threads, seed=args.seed
        )
    raw = neighbour_graph(indices[:, :k], distances[:, :k])
    report: dict[str, Any] = {}
    if options.refine == "none":
        links = raw
        logger.info("%d links, not refined", len(links))
    else:
        with stage("refined the graph"):
            refined = refine(
                raw,
                neighbour_graph(indices, distances),
                eps=options.eps,
                min_samples=options.min_samples,
                seeds="peaks" if options.refine == "peaks" else "dbscan",
                disagreement=options.disagreement,
            )
        links = refined.graph
        report = {"eps": refined.eps, "counts": refined.counts}
        logger.info(
            "%d of %d links kept; %d of %d contigs have one",
            len(links),
            len(raw),
            refined.counts["contigs_with_edges"],
            refined.counts["contigs"],
        )
    if genome is not None:
        report["truth"] = {"all": edge_report(raw, genome), "kept": edge_report(links, genome)}
        for name, found in report["truth"].items():
            if found["same_genome"] is not None:
                logger.info(
                    "%s links: %.2f %% of %d join the same genome",
                    name,
                    100 * found["same_genome"],
                    found["judged_edges"],
                )
    write_graph(
        args.output,
        links,
        inputs.names,
        inputs.lengths,
        {
            "min_length": options.min_length,
            "directions": options.directions,
            "neighbours": options.neighbours,
        },
        {
            "version": __version__,
            "seed": args.seed,
            "threads": args.threads,
            "options": as_dict(options),
            **inputs.report(),
            **report,
        },
    )


def _inputs(args: argparse.Namespace, min_length: int) -> BinningInputs:
    inputs = read_binning_inputs(args.composition, args.abundance, min_length)
    if inputs.unit != "depth":
        # how noisy an abundance is, only the number of reads says
        raise UserError(
            f"{args.abundance}: holds {inputs.unit}, expected depth. "
            "Make it with latentbin-abundance --unit depth."
        )
    return inputs


def _genomes(args: argparse.Namespace, inputs: BinningInputs) -> NDArray[np.int64] | None:
    """The true genome of each contig, -1 where it is not known; None without ``--truth``."""
    if args.truth is None:
        return None
    from latentbin.evaluate.tables import read_truth

    contigs = Contigs(inputs.names, inputs.lengths)
    truth = read_truth(args.truth, args.composition, args.sample_id, contigs)
    code = dict(zip(truth.contigs.names, truth.codes.tolist(), strict=True))
    return np.array([code.get(name, -1) for name in inputs.names], np.int64)


def embed(args: argparse.Namespace) -> None:
    """Train the autoencoder on the features and the graph; writes the latent."""
    options = from_args(EmbedOptions, args)
    check_outputs(args)
    linked = read_graph(args.graph)
    inputs = _inputs(args, int(linked.attributes["min_length"]))
    linked = linked.in_order_of(inputs.names, str(args.composition))
    sample = samples_in_names(inputs.names, args.separator, args.composition)
    markers = _markers(args, inputs.names)
    from latentbin.deepmetabin.cluster import count_genomes

    components = options.components or count_genomes(markers, sample)
    logger.info("%d components in the latent's mixture", components)
    features = make_features(
        inputs.tnf,
        inputs.n_kmers,
        inputs.abundance,
        inputs.lengths,
        int(linked.attributes["directions"]),
    )
    names, lengths, report = inputs.names, inputs.lengths, inputs.report()
    del inputs  # its matrices are as large as the features
    report["inputs"] |= {"graph": file_digest(args.graph), "markers": file_digest(args.markers)}
    load_torch(args.threads)
    import torch

    from latentbin.deepmetabin.model import TERMS, GmVaeEncoder
    from latentbin.learning.training import choose_device

    encoder = GmVaeEncoder(
        options,
        components,
        seed=args.seed,
        device=choose_device(args.device),
        checkpoint=args.checkpoint,
        checkpoint_every=args.checkpoint_every,
    )
    with stage(f"trained {options.epochs} epochs"):
        encoder.fit(features, linked.graph, int(linked.attributes["neighbours"]))
    NamedMatrix(
        "latent",
        names,
        tuple(f"latent_{number}" for number in range(1, options.latent_size + 1)),
        encoder.transform(features),
        {"lengths": lengths},
        {"method": "deepmetabin"},
        {
            "version": __version__,
            "torch": torch.__version__,
            "seed": args.seed,
            "options": as_dict(options),
            "components": components,
            "device": encoder.device.type,
            "threads": args.threads,
            **report,
            "loss": {"terms": list(TERMS), "epochs": encoder.history_},
        },
    ).save(args.output)


def cluster(args: argparse.Namespace) -> None:
    """Read a latent, the graph and the markers, cluster, write clusters.tsv."""
    options = from_args(ClusterOptions, args)
    check_output_folder(args.output)
    latent = NamedMatrix.load(args.latent, "latent")
    contigs = latent.contigs
    of_contig = samples_in_names(contigs.names, args.separator, args.latent)
    sample = np.zeros(len(contigs), np.intp) if of_contig is None else of_contig
    markers = _markers(args, contigs.names)
    links = read_graph(args.graph, contigs.names, str(args.latent)).graph
    from threadpoolctl import threadpool_limits

    from latentbin.deepmetabin.cluster import cluster_latent

    logger.info("options: %s", as_dict(options))
    with threadpool_limits(args.threads), stage(f"clustered {len(contigs)} contigs"):
        clusters = cluster_latent(
            latent.values, contigs.lengths, markers, links, sample, options, args.seed, args.threads
        )
    write_rows(args.output, contigs, clusters)


def _markers(args: argparse.Namespace, names: tuple[str, ...]) -> Markers:
    # the table may have contigs that were too short to be embedded
    markers = read_markers(args.markers, names, ignore_others=True)
    if not len(markers.contig):
        logger.warning(
            "%s: no single-copy gene on any contig; nothing shows how many genomes there are. "
            "Give --components if you know.",
            args.markers,
        )
    return markers
