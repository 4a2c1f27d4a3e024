"""The steps ``embed`` and ``cluster``: files in, files out."""

from __future__ import annotations

import argparse
import logging

import numpy as np

from latentbin import __version__
from latentbin.clusters import write_clusters
from latentbin.command import stage
from latentbin.contigs import read_fasta
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest
from latentbin.genomeface.options import ClusterOptions
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.samples import samples_in_names, samples_with_reads
from latentbin.scg import read_markers

logger = logging.getLogger(__name__)

_LARGE = 200_000  # bp


def embed(args: argparse.Namespace) -> None:
    """Embed the contigs of the abundance file; writes a matrix of kind ``embedding``."""
    check_output_folder(args.output)
    abundance = NamedMatrix.load(args.abundance, "abundance")
    if abundance.attributes.get("unit") != "depth":
        raise UserError(
            f"{args.abundance}: holds {abundance.attributes.get('unit')}, expected depth. "
            "Make it with latentbin-abundance --unit depth."
        )
    depth = abundance.values[:, samples_with_reads(abundance)]
    from latentbin.learning.keras_runtime import load_tensorflow

    device = load_tensorflow(args.threads, args.device)
    import tensorflow as tf

    from latentbin.genomeface.abundance_net import embed_abundance
    from latentbin.genomeface.abundance_weights import abundance_weight, load_abundance_net
    from latentbin.genomeface.composition_weights import CompositionEmbedder, load_composition_net
    from latentbin.genomeface.embed import embed_sequences, narrowed

    lengths = abundance.contigs.lengths
    with tf.device(device):
        net, composition_card = load_composition_net(args.composition_weights)
        depth_net, abundance_card = load_abundance_net(args.abundance_weights)
        with stage(f"embedded the composition of {len(lengths)} contigs"):
            embedder = CompositionEmbedder(net)
            composition, counted = embed_sequences(
                read_fasta(args.fasta),
                abundance.names,
                embedder,
                embedder.width,
                args.threads,
                str(args.fasta),
            )
        with stage(f"embedded their depths in {depth.shape[1]} samples"):
            depths = narrowed(embed_abundance(depth, lengths, depth_net), args.seed)
    if not counted.all():
        logger.warning(
            "%d contigs hold no word without ambiguous bases and will stay unbinned",
            (~counted).sum(),
        )
    blocks = {"composition": composition, "abundance": depths}
    NamedMatrix(
        "embedding",
        abundance.names,
        tuple(f"{what}_{n + 1}" for what, block in blocks.items() for n in range(block.shape[1])),
        np.hstack(list(blocks.values())),
        {"lengths": lengths, "counted": counted},
        {
            "method": "genomeface",
            "widths": [block.shape[1] for block in blocks.values()],
            # half the factor of a cosine is the weight of a squared angle
            "weights": [
                composition_card["scale"] / 2,
                abundance_weight(abundance_card, depth.shape[1]),
            ],
            "samples": depth.shape[1],
        },
        {
            "version": __version__,
            "tensorflow": tf.__version__,
            "device": device,
            "threads": args.threads,
            "seed": args.seed,
            "inputs": {
                args.fasta.name: file_digest(args.fasta),
                args.abundance.name: file_digest(args.abundance),
            },
            "weights": {
                "composition": str(args.composition_weights or "shipped"),
                "abundance": str(args.abundance_weights or "shipped"),
            },
        },
    ).save(args.output)


def cluster(args: argparse.Namespace) -> None:
    """Read an embedding and the markers, cluster, write clusters.tsv."""
    options = from_args(ClusterOptions, args)
    check_output_folder(args.output)
    matrix = NamedMatrix.load(args.embedding, "embedding")
    contigs = matrix.contigs
    if options.per_sample and args.separator is None:
        raise UserError(
            "--per-sample needs --separator, the text between sample and contig in the names."
        )
    of_contig = samples_in_names(contigs.names, args.separator, args.embedding)
    one_sample = np.zeros(len(contigs), np.int64)
    sample = one_sample if of_contig is None else np.asarray(of_contig, np.int64)
    # contigs below the catalogue's limit of length may carry genes
    markers = read_markers(args.markers, contigs.names, ignore_others=True)
    if not len(markers.contig):
        logger.warning(
            "%s: no single-copy gene on any contig; nothing shows where genomes end", args.markers
        )
    from latentbin.genomeface.cluster import Embedding, cluster_contigs

    width = matrix.attributes["widths"][0]
    rows = np.flatnonzero(matrix.arrays["counted"])
    embedding = Embedding(
        (matrix.values[rows, :width], matrix.values[rows, width:]),
        tuple(matrix.attributes["weights"]),
        rows,
    )
    logger.info("options: %s", as_dict(options))
    with stage(f"clustered {len(rows)} contigs"):
        labels = cluster_contigs(embedding, markers, sample, options, args.seed, args.threads)
    n_clusters = int(labels.max(initial=-1)) + 1
    size = np.bincount(labels[rows], weights=contigs.lengths[rows], minlength=n_clusters)
    # the largest cluster is number 1; equals in the order of their first contigs
    rank = np.empty(n_clusters, np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(1, n_clusters + 1)
    write_clusters(
        args.output, {contigs.names[row]: str(rank[labels[row]]) for row in rows.tolist()}
    )
    logger.info(
        "%d clusters, %d of them of %d bp or more", n_clusters, (size >= _LARGE).sum(), _LARGE
    )
