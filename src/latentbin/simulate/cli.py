"""`latentbin-simulate`: data whose truth is known."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from latentbin.command import add_seed, new_parser, run, stage
from latentbin.options import add_options, from_args
from latentbin.simulate.options import CommunityOptions, ProteomeOptions, TaxonomyOptions

logger = logging.getLogger(__name__)

_EPILOG = """\
examples:
  latentbin-simulate community --output-dir community
  latentbin-simulate proteome --output-dir proteome
  latentbin-simulate taxonomy --output-dir taxonomy

See latentbin-simulate community --help, and the same of proteome and taxonomy.
"""

_COMMUNITY_EPILOG = """\
examples:
  latentbin-simulate community --output-dir community
  latentbin-simulate community --seed 7 --genome-count 20 --samples 6 --fastq --output-dir big
  latentbin-simulate community --genomes refs/*.fna.gz --mode multi --output-dir mine

The folder holds samplesheet.csv (and samplesheet_fastq.csv with --fastq) for the pipeline,
contigs.fna.gz or assemblies/*.fna.gz, S1.bam ... with indexes, truth.binning (CAMI's gold
standard), genomes/*.fna.gz and community.json. Reads are placed where they come from, without a
mapper; in multi mode a pair that fits contigs of several samples goes to one of them by chance.
"""

_PROTEOME_EPILOG = """\
examples:
  latentbin-simulate proteome --output-dir proteome
  latentbin-simulate proteome --samples 2000 --signal-to-noise 4 --missing 0 --output-dir hard
  latentbin-simulate proteome --batches 3 --batch-effect 1 --new-samples 100 --output-dir batches

The folder holds proteome.tsv (a protein in each row, a sample in each column, empty cells where a
quantity is missing), samples.csv (the class of every sample, tune flags, batches and donors) for
latentbin-proteome prepare, and proteome.json with the informative proteins of each class; with
--new-samples also new.tsv and new_samples.csv.

The log2 quantity of a protein in a sample is the sum of the protein's abundance, the sample's
loading, noise, what the class adds and what the batch adds; all but the class's part are normal.
"""

_TAXONOMY_EPILOG = """\
examples:
  latentbin-simulate taxonomy --output-dir taxonomy
  latentbin-simulate taxonomy --genera 20 --species 4 --species-drift 0.5 --output-dir hard

The folder holds contigs.fna.gz and labels.tsv (genus, species, strain, environment and sample of
each contig) for latentbin-taxonomy split and train; new_contigs.fna.gz and new_labels.tsv, of
species and genera that are not among those, to predict; and taxonomy.json.

Each sample is assembled by itself: a strain that lives in two environments, or was sampled twice,
gives nearly the same sequence twice, cut at other places. A random split has it on both sides.
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = new_parser("latentbin-simulate", "Simulated data with their truth.", _EPILOG)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    community = kinds.add_parser(
        "community",
        help="a metagenome: contigs, BAMs, truth",
        description="A synthetic community: genomes with protein genes, codon usage and the "
        "universal single-copy genes, cut into contigs, with reads in sorted BAMs and the truth.",
        epilog=_COMMUNITY_EPILOG,
    )
    community.add_argument(
        "--output-dir", required=True, type=Path, help="folder to make; must not exist, or be empty"
    )
    community.add_argument(
        "--genomes",
        nargs="+",
        type=Path,
        metavar="FASTA",
        help="take these genomes, one per file, instead of making them",
    )
    add_seed(community)
    add_options(community, CommunityOptions)
    community.set_defaults(work=_community)
    proteome = kinds.add_parser(
        "proteome",
        help="a table of protein quantities, sample sheet, truth",
        description="A synthetic table of protein quantities: a few proteins tell classes of "
        "samples apart,\nthe others are noise.",
        epilog=_PROTEOME_EPILOG,
    )
    proteome.add_argument(
        "--output-dir", required=True, type=Path, help="folder to make; must not exist, or be empty"
    )
    add_seed(proteome)
    add_options(proteome, ProteomeOptions)
    proteome.set_defaults(work=_proteome)
    taxonomy = kinds.add_parser(
        "taxonomy",
        help="contigs with genus, species, strain and environment",
        description="Synthetic contigs of genera, species and strains: a genus has its codon "
        "usage, species\ndrift from it, strains differ by mutations.",
        epilog=_TAXONOMY_EPILOG,
    )
    taxonomy.add_argument(
        "--output-dir", required=True, type=Path, help="folder to make; must not exist, or be empty"
    )
    add_seed(taxonomy)
    add_options(taxonomy, TaxonomyOptions)
    taxonomy.set_defaults(work=_taxonomy)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))


def _community(args: argparse.Namespace) -> None:
    import numpy as np

    from latentbin.files import atomic_directory
    from latentbin.simulate.community import simulate, write
    from latentbin.simulate.genomes import make_genomes, read_genomes

    options = from_args(CommunityOptions, args)
    rng = np.random.default_rng(args.seed)
    with atomic_directory(args.output_dir) as folder:
        with stage("genomes"):
            genomes = (
                read_genomes(args.genomes)
                if args.genomes
                else make_genomes(
                    rng, options.genome_count, options.genome_length, options.divergence
                )
            )
        with stage("sequenced and assembled"):
            community = simulate(genomes, options, rng)
        logger.info(
            "%d genomes, %d contigs, %d bp",
            len(genomes),
            len(community.contigs),
            community.contigs.lengths.sum(),
        )
        write(community, options, args.seed, rng, folder, args.output_dir)
    logger.info("samplesheet for the pipeline: %s", args.output_dir / "samplesheet.csv")


def _proteome(args: argparse.Namespace) -> None:
    from latentbin.files import atomic_directory
    from latentbin.simulate.proteome import write

    options = from_args(ProteomeOptions, args)
    with atomic_directory(args.output_dir) as folder, stage("simulated and written"):
        write(options, args.seed, folder)
    logger.info(
        "latentbin-proteome prepare --table %s --samples %s reads it",
        args.output_dir / "proteome.tsv",
        args.output_dir / "samples.csv",
    )


def _taxonomy(args: argparse.Namespace) -> None:
    from latentbin.files import atomic_directory
    from latentbin.simulate.taxonomy import write

    options = from_args(TaxonomyOptions, args)
    with atomic_directory(args.output_dir) as folder, stage("simulated and written"):
        counts = write(options, args.seed, folder)
    logger.info(
        "%s", ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    )
    logger.info(
        "latentbin-composition tnf --fasta %s and latentbin-taxonomy split --labels %s read it",
        args.output_dir / "contigs.fna.gz",
        args.output_dir / "labels.tsv",
    )
