"""The work of ``latentbin-proteome`` ``search``, ``identify``, ``quantify`` and ``tabulate``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import atomic_directory, atomic_output, check_output_folder, file_digest
from latentbin.options import as_dict, from_args
from latentbin.proteome.spectra import comet, runs
from latentbin.proteome.spectra.database import copy_database
from latentbin.proteome.spectra.options import (
    COMET_DECOYS,
    COUNTS,
    INTENSITY,
    PLAIN,
    PLUS_ONE,
    IdentifyOptions,
    QuantifyOptions,
    SearchOptions,
)

logger = logging.getLogger("latentbin")


def search(args: argparse.Namespace) -> None:
    """One run against a FASTA: matches (PIN), and a JSON of what was searched."""
    options = from_args(SearchOptions, args)
    sample = args.sample or runs.sample_of(args.mzml)
    _check_sample(sample)
    for output in (args.output, args.json):
        check_output_folder(output)
    program = comet.find_comet(args.comet)
    found = runs.contents(runs.load(args.mzml, peaks=False))
    logger.info("%s: %d MS1 and %d MS2 spectra", args.mzml, found.ms1, found.ms2)
    with tempfile.TemporaryDirectory(prefix=".comet.", dir=Path(args.output).parent) as name:
        folder = Path(name).absolute()
        database = copy_database(args.fasta, folder / "database.fasta", options.decoy_prefix)
        logger.info("%s: %s", args.fasta, _decoys(database.proteins, database.decoys, database[2]))
        # Comet tells the format by the ending
        spectra = folder / ("spectra.mzML.gz" if _is_gzip(args.mzml) else "spectra.mzML")
        spectra.symlink_to(Path(args.mzml).absolute())
        defaults = comet.default_parameters(program, folder)
        values = comet.overrides(
            options, defaults, decoy_prefix=database.decoy_prefix, threads=args.threads
        )
        values |= dict(args.set or ())
        parameters = comet.replace(defaults, values)
        version = comet.version_of(defaults)
        with stage(f"searched with Comet {version}"):
            pin = comet.search(program, parameters, folder / "database.fasta", spectra)
        matched = _rename(pin, args.output, sample)
    logger.info("%d of %d MS2 spectra match a peptide or decoy", matched, found.ms2)
    _write_json(
        args.json,
        {
            "sample": sample,
            "spectra": {"ms1": found.ms1, "ms2": found.ms2, "matched": matched},
            "database": {"proteins": database.proteins, "decoys": database.decoys},
            "decoy_prefix": database.decoy_prefix or COMET_DECOYS,
            "comet": {
                "version": version,
                "parameters": {k: v for k, v in values.items() if k != "num_threads"},
            },
            "options": as_dict(options),
            "inputs": _digests(args.mzml, args.fasta),
        },
    )


def identify(args: argparse.Namespace) -> None:
    """Matches of all runs: PSMs, peptides and protein groups under a false-discovery rate."""
    from latentbin.proteome.spectra import confidence, identification, pin, tables

    options = from_args(IdentifyOptions, args)
    searches = [pin.read_search(path) for path in args.search or ()]
    prefixes = sorted({search.decoy_prefix for search in searches})
    if len(prefixes) > 1:
        raise UserError(
            f"the searches have decoys of different prefixes ({', '.join(prefixes)}). Search all "
            "runs against the same FASTA."
        )
    if prefixes:
        options = dataclasses.replace(options, decoy_prefix=prefixes[0])
    matches = pin.read_pins(args.pin, options.decoy_prefix)
    if not searches and matches["target"].all():
        raise UserError(
            f"no match of {', '.join(args.pin)} is of a decoy ({options.decoy_prefix!r}). Say with "
            "--decoy-prefix what decoys' names begin with, or give the --search files."
        )
    samples = sorted({*matches["sample"], *(search.sample for search in searches)})
    strangers = sorted(set(matches["sample"]) - {search.sample for search in searches})
    if searches and strangers:
        raise UserError(
            f"no --search file is of sample {strangers[0]!r}. Give the JSON of each search."
        )
    with stage("scored the matches"):
        scores, method = confidence.score(matches, options.train_from, args.seed)
    logger.info("method: %s", method)
    # both estimates are reported, one is taken
    by_estimate = {
        estimate: identification.identify(
            matches, scores, fdr=options.fdr, estimate=estimate, decoy_prefix=options.decoy_prefix
        )
        for estimate in (PLUS_ONE, PLAIN)
    }
    found = by_estimate[options.fdr_estimate]
    counts = identification.counts(found, options.fdr)
    accepted = {
        estimate: {
            level: numbers["accepted"]
            for level, numbers in identification.counts(other, options.fdr).items()
        }
        for estimate, other in by_estimate.items()
    }
    total = sum(search.ms2 for search in searches) if searches else None
    logger.info(
        "%s MS2 spectra; at %g %% FDR (%s): %d PSMs, %d peptides, %d protein groups",
        "unknown number of" if total is None else total,
        100 * options.fdr,
        options.fdr_estimate,
        *accepted[options.fdr_estimate].values(),
    )
    _warn_of_nothing(counts, accepted, options)
    with atomic_directory(args.output_dir) as folder:
        tables.write_psms(folder / "psms.tsv", found)
        tables.write_proteins(folder / "proteins.tsv", found)
        _write_json(
            folder / "identification.json",
            {
                "method": method,
                "fdr": options.fdr,
                "fdr_estimate": options.fdr_estimate,
                "samples": samples,
                "spectra": {
                    "ms2": total,
                    "matched": counts["psms"]["targets"] + counts["psms"]["decoys"],
                },
                **counts,
                "accepted_by_estimate": accepted,
                "options": as_dict(options) | {"seed": args.seed},
                "inputs": _digests(*args.pin, *(args.search or ())),
            },
        )


def quantify(args: argparse.Namespace) -> None:
    """The quantities of one run's proteins."""
    from latentbin.proteome.spectra import quantities, tables

    options = from_args(QuantifyOptions, args)
    sample = args.sample or runs.sample_of(args.mzml)
    _check_sample(sample)
    for output in (args.output, args.json):
        check_output_folder(output)
    os.environ["OMP_NUM_THREADS"] = str(args.threads)  # read when OpenMS is loaded
    psms = tables.read_psms(args.psms)
    own = psms[psms["sample"] == sample]
    if not len(own):
        logger.warning(
            "%s: no PSM of sample %r (it has %s): no quantities",
            args.psms,
            sample,
            ", ".join(sorted(psms["sample"].unique())) or "none of any",
        )
    counted = own[own["protein"] != ""].reset_index(drop=True)
    experiment = runs.load(args.mzml)
    found = runs.contents(experiment)
    method = options.method
    if method == "auto":
        method = INTENSITY if found.ms1 else COUNTS
        reason = f"{found.ms1} MS1 spectra" if found.ms1 else "no MS1 spectra"
        logger.info("%s: %s: %s", args.mzml, reason, method)
    elif method == INTENSITY and not found.ms1:
        raise UserError(
            f"{args.mzml}: has no MS1 spectra, of which areas are made. Choose --method {COUNTS}."
        )
    times = quantities.times_of(counted, experiment, args.mzml)
    with stage(f"quantified by {method}"):
        if method == COUNTS or not len(counted):
            values = quantities.spectral_counts(counted)
        else:
            values = quantities.intensities(counted, times, experiment, options)
    identified = counted["protein"].nunique()
    logger.info("%d of %d proteins of sample %s have a quantity", len(values), identified, sample)
    tables.write_quantities(args.output, sample, method, values)
    _write_json(
        args.json,
        {
            "sample": sample,
            "method": method,
            "spectra": {"ms1": found.ms1, "ms2": found.ms2},
            "psms": len(counted),
            "proteins": {"identified": identified, "quantified": len(values)},
            "options": as_dict(options),
            "inputs": _digests(args.psms, args.mzml),
        },
    )


def tabulate(args: argparse.Namespace) -> None:
    """The runs' quantities as one table: proteins in rows, samples in columns."""
    from latentbin.proteome.spectra import tables

    for output in (args.output, args.json):
        check_output_folder(output)
    read = [tables.read_quantities(path) for path in args.quantities]
    method = tables.method_of(read, args.quantities)
    proteins = tables.write_matrix(args.output, read)
    cells = sum(len(table.values) for table in read)
    if not proteins:
        logger.warning("no protein in any sample: the table has a header only")
    else:
        logger.info(
            "%d proteins x %d samples of %s; %d of %d cells are missing",
            *(proteins, len(read), method, proteins * len(read) - cells, proteins * len(read)),
        )
    _write_json(
        args.json,
        {
            "method": method or None,
            "samples": [table.sample for table in read],
            "proteins": proteins,
            "missing": proteins * len(read) - cells,
            "inputs": _digests(*args.quantities),
        },
    )


def _warn_of_nothing(
    counts: Mapping[str, Mapping[str, int]],
    accepted: Mapping[str, Mapping[str, int]],
    options: IdentifyOptions,
) -> None:
    """Say so of the first level at which nothing is accepted, and why that may be."""
    nouns = {"psms": "PSM", "peptides": "peptide", "proteins": "protein group"}
    for level, noun in nouns.items():
        if not counts[level]["accepted"]:
            plain = accepted[PLAIN][level]
            logger.warning(
                "no %s is within %g %% FDR (%d targets and %d decoys)%s",
                *(noun, 100 * options.fdr, counts[level]["targets"], counts[level]["decoys"]),
                f": for so few, (decoys + 1) / targets cannot be that small; by decoys / targets "
                f"(--fdr-estimate {PLAIN}) there are {plain}"
                if plain
                else "",
            )
            return


def _check_sample(sample: str) -> None:
    if any(mark in sample for mark in "\t\n\r") or not sample.strip():
        raise UserError(f"--sample {sample!r}: must be text without tabs and line ends.")


def _is_gzip(path: str) -> bool:
    with open(path, "rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def _decoys(proteins: int, decoys: int, prefix: str | None) -> str:
    if prefix is None:
        return f"{proteins} proteins and no decoys: Comet makes them by reversing peptides"
    return f"{proteins} proteins and {decoys} decoys ({prefix})"


def _rename(pin: Path, output: str, sample: str) -> int:
    """Copy a PIN with the sample's name in place of Comet's; return its matched spectra."""
    scans = set()
    with open(pin) as source, atomic_output(output) as temporary, open(temporary, "w") as target:
        target.write(source.readline())
        for line in source:
            identifier, label, scan, rest = line.split("\t", 3)
            scans.add(scan)
            number = identifier.split("_", 1)[1]
            target.write("\t".join((f"{sample}_{number}", label, scan, rest)))
    return len(scans)


def _digests(*paths: str) -> dict[str, str]:
    return {Path(path).name: file_digest(path) for path in paths}


def _write_json(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    with atomic_output(path) as temporary:
        text = json.dumps({"latentbin": __version__, **content}, indent=2)
        temporary.write_text(text + "\n")
