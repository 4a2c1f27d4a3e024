"""Tables of protein quantities in which a few proteins tell classes of samples apart.

The noise tables of METHODS.md, section 4: samples, informative features and a signal to noise. The
log2 quantity of protein j in sample i is

    abundance_j + loading_i + noise * N(0, 1) + effect of the class + effect of the batch

Each class has informative proteins of its own, by signal to noise * noise higher in its samples.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.errors import UserError
from latentbin.files import write_table
from latentbin.options import as_dict
from latentbin.simulate.options import ProteomeOptions

_ABUNDANCE = (20.0, 2.0)  # mean and standard deviation over proteins of the log2 quantity
_STEEPNESS = 1.0  # log2 units in which the odds of being missing change by a factor of e
_CELLS = 200_000  # by which the share of missing quantities is set
_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Design:
    """What all samples of a study share.

    Attributes
    ----------
    abundance : (n_proteins,) log2 quantity without any effect
    class_effect : (n_classes, n_proteins) log2
    batch_effect : (n_batches, n_proteins) log2
    informative : (n_classes, n_informative) proteins that are raised in a class
    """

    abundance: NDArray[np.float64]
    class_effect: NDArray[np.float64]
    batch_effect: NDArray[np.float64]
    informative: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Proteome:
    """Quantities of samples, and the truth.

    Attributes
    ----------
    quantities : (n_samples, n_proteins) as measured (not logarithms), at least 1; NaN where missing
    classes : (n_samples,) numbers from 0
    tune : (n_samples,) whether it is a tune sample
    batches : (n_samples,) numbers from 0
    donors : (n_samples,) numbers from 0
    informative : (n_classes, n_informative) proteins that are raised in a class
    """

    quantities: NDArray[np.float64]
    classes: NDArray[np.int64]
    tune: NDArray[np.bool_]
    batches: NDArray[np.int64]
    donors: NDArray[np.int64]
    informative: NDArray[np.intp]


def simulate_proteome(options: ProteomeOptions, rng: np.random.Generator) -> Proteome:
    """A table of ``options.samples`` samples.

    Raises
    ------
    UserError : fewer donors than classes, fewer proteins than are to be informative
    """
    return draw_samples(draw_design(options, rng), options, options.samples, rng)


def draw_design(options: ProteomeOptions, rng: np.random.Generator) -> Design:
    """Abundances and effects of proteins.

    Raises
    ------
    UserError : fewer proteins than are to be informative
    """
    n_informative = options.classes * options.informative
    if n_informative > options.proteins:
        raise UserError(
            f"--classes {options.classes} with --informative {options.informative} proteins each "
            f"need {n_informative} proteins, --proteins is {options.proteins}. Raise it, or lower "
            "one of the two."
        )
    abundance = rng.normal(*_ABUNDANCE, options.proteins)
    informative = rng.permutation(options.proteins)[:n_informative].reshape(options.classes, -1)
    class_effect = np.zeros((options.classes, options.proteins))
    np.put_along_axis(class_effect, informative, options.signal_to_noise * options.noise, axis=1)
    batch_effect = rng.normal(
        0, options.batch_effect * options.noise, (options.batches, options.proteins)
    )
    return Design(abundance, class_effect, batch_effect, informative)


def draw_samples(
    design: Design, options: ProteomeOptions, n_samples: int, rng: np.random.Generator
) -> Proteome:
    """Samples of all classes and batches, as many of each as can be.

    Classes and batches are independent of each other; a donor's samples are of one class. What
    would fall below 1 is missing, as a prepared table has no negative logarithms.

    Raises
    ------
    UserError : fewer donors than classes
    """
    donors = np.arange(n_samples) // options.samples_per_donor
    n_donors = int(donors[-1]) + 1
    if n_donors < options.classes:
        raise UserError(
            f"{n_samples} samples, {options.samples_per_donor} of each donor, are of {n_donors} "
            f"donors, fewer than --classes {options.classes}. Ask for more samples."
        )
    classes = rng.permutation(np.arange(n_donors) % options.classes)[donors]
    batches = rng.permutation(np.arange(n_samples) % options.batches)
    logs = rng.standard_normal((n_samples, options.proteins))
    logs *= options.noise
    logs += design.abundance
    logs += rng.normal(0, options.loading, (n_samples, 1))
    logs += design.class_effect[classes]
    if options.batches > 1:
        logs += design.batch_effect[batches]
    missing = _draw_missing(logs, options.missing, rng) | (logs < 0)
    quantities = np.exp2(logs, out=logs)
    quantities[missing] = np.nan
    tune = _draw_tune(classes, options.tune_share, rng)
    return Proteome(quantities, classes, tune, batches, donors, design.informative)


def _draw_missing(
    logs: NDArray[np.float64], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which quantities are missing: the odds fall exponentially with the log2 quantity."""
    if share == 0:
        return np.zeros(logs.shape, bool)
    cells = logs.ravel()
    if len(cells) > _CELLS:
        cells = cells[rng.integers(0, len(cells), _CELLS)]
    low, high = float(cells.min()) - 50, float(cells.max()) + 50
    for _ in range(60):  # bisection of the quantity of which half is missing
        middle = (low + high) / 2
        if _chance(cells, middle).mean() < share:
            low = middle
        else:
            high = middle
    return rng.random(logs.shape) < _chance(logs, (low + high) / 2)


def _chance(logs: NDArray[np.float64], middle: float) -> NDArray[np.float64]:
    # the logistic function, by tanh as that does not overflow
    return 0.5 - 0.5 * np.tanh((logs - middle) / (2 * _STEEPNESS))


def _draw_tune(
    classes: NDArray[np.int64], share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    tune = np.zeros(len(classes), bool)
    if share:
        for code in range(int(classes.max()) + 1):
            members = np.flatnonzero(classes == code)
            tune[rng.choice(members, max(1, round(share * len(members))), replace=False)] = True
    return tune


def write(options: ProteomeOptions, seed: int, folder: Path) -> None:
    """Simulate, and write tables, sample sheets and ``proteome.json`` into a folder.

    Raises
    ------
    UserError : see `draw_design` and `draw_samples`
    """
    rng = np.random.default_rng(seed)
    design = draw_design(options, rng)
    made = {"proteome": draw_samples(design, options, options.samples, rng)}
    _write_samples(folder / "proteome.tsv", folder / "samples.csv", "S", made["proteome"], options)
    if options.new_samples:
        made["new"] = draw_samples(design, options, options.new_samples, rng)
        made["new"].tune[:] = False  # there is no eps to choose
        _write_samples(folder / "new.tsv", folder / "new_samples.csv", "N", made["new"], options)
    proteins = _numbered("P", options.proteins)
    description = {
        "command": "latentbin-simulate proteome",
        "version": __version__,
        "seed": seed,
        "options": as_dict(options),
        "informative": {
            name: [proteins[at] for at in chosen]
            for name, chosen in zip(_classes(options), design.informative, strict=True)
        },
        "tables": {name: _counts(proteome, options) for name, proteome in made.items()},
    }
    (folder / "proteome.json").write_text(json.dumps(description, indent=1) + "\n")


def _write_samples(
    table: Path, sheet: Path, letter: str, proteome: Proteome, options: ProteomeOptions
) -> None:
    n_samples, n_proteins = proteome.quantities.shape
    samples = _numbered(letter, n_samples)
    rows = (
        [name, *_cells(row)]
        for name, row in zip(_numbered("P", n_proteins), proteome.quantities.T, strict=True)
    )
    write_table(table, ("protein", *samples), rows)
    batches = _numbered("batch", options.batches, 1) if options.batches > 1 else [""]
    n_donors = int(proteome.donors[-1]) + 1
    donors = (
        _numbered(f"{letter}donor", n_donors) if options.samples_per_donor > 1 else [""] * n_donors
    )
    classes = _classes(options)
    with open(sheet, "w", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("sample", "class", "tune", "batch", "donor"))
        for row, sample in enumerate(samples):
            writer.writerow(
                (
                    sample,
                    classes[proteome.classes[row]],
                    int(proteome.tune[row]),
                    batches[proteome.batches[row]],
                    donors[proteome.donors[row]],
                )
            )


def _cells(values: NDArray[np.float64]) -> Sequence[str]:
    """Numbers of six significant digits, without an exponent; empty where missing."""
    unit = 10.0 ** (np.floor(np.log10(values)) + 1 - _DIGITS)
    rounded = np.round(values / unit) * unit
    return ["" if value != value else f"{value:.12g}" for value in rounded.tolist()]


def _classes(options: ProteomeOptions) -> list[str]:
    return _numbered("class", options.classes, 1)


def _numbered(prefix: str, count: int, digits: int = 4) -> list[str]:
    """Names in the order of their numbers, which all have as many digits."""
    digits = max(digits, len(str(count)))
    return [f"{prefix}{number:0{digits}d}" for number in range(1, count + 1)]


def _counts(proteome: Proteome, options: ProteomeOptions) -> dict[str, Any]:
    sizes = np.bincount(proteome.classes, minlength=options.classes).tolist()
    return {
        "samples": len(proteome.classes),
        "classes": dict(zip(_classes(options), sizes, strict=True)),
        "tune": int(proteome.tune.sum()),
        "missing_share": round(float(np.isnan(proteome.quantities).mean()), 6),
    }
