"""Latents of simulated proteomes, one file for each setting and seed: what the study judges."""

from __future__ import annotations

import gc
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from latentbin.learning.keras_runtime import load_tensorflow
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import LATENT, PROTEOME, Annotation
from latentbin.proteome.embedding.features import features_of
from latentbin.proteome.embedding.options import EmbedOptions
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.options import PrepareOptions
from latentbin.proteome.tables.scaling import prepare_values
from latentbin.simulate.options import ProteomeOptions
from latentbin.simulate.proteome import simulate_proteome

COMPONENTS = 3


@dataclass(frozen=True, order=True)
class Cell:
    """One training."""

    samples: int
    informative: int
    signal: float
    seed: int
    model: str = "gaussian"

    def path(self, folder: Path) -> Path:
        name = f"{self.model}_n{self.samples}_i{self.informative}_s{self.signal:g}_{self.seed}.npz"
        return folder / name


def train(cells: list[Cell], folder: Path, threads: int) -> None:
    """Train what the folder lacks: an interrupted study goes on where it was."""
    folder.mkdir(parents=True, exist_ok=True)
    owed = [cell for cell in cells if not cell.path(folder).exists()]
    if not owed:
        return
    logging.getLogger("latentbin").setLevel(logging.WARNING)
    load_tensorflow(threads, "cpu")
    import keras

    for number, cell in enumerate(owed, 1):
        begin = time.perf_counter()
        _train_one(cell, cell.path(folder))
        keras.utils.clear_session()
        gc.collect()  # compiled functions hold their data in cycles
        print(
            f"{number} of {len(owed)}: {cell}, {time.perf_counter() - begin:.1f} s in all",
            flush=True,
        )


def _train_one(cell: Cell, path: Path) -> None:
    from latentbin.proteome.embedding.training import train_latent

    proteome = simulated(cell)
    begin = time.perf_counter()
    made = train_latent(proteome, EmbedOptions(model=cell.model), cell.seed)
    trained = time.perf_counter()
    # the same deviations that the autoencoder reads
    deviations = features_of(proteome).deviations
    components = PCA(COMPONENTS, svd_solver="covariance_eigh").fit_transform(deviations)
    held_out = np.zeros(len(proteome.names), bool)
    held_out[made.held_out_rows] = True
    NamedMatrix(
        LATENT,
        proteome.names,
        tuple(f"z{axis + 1}" for axis in range(made.latent.shape[1])),
        made.latent,
        {**proteome.arrays, "components": components, "held_out": held_out},
        report={
            **asdict(cell),
            "seconds": round(trained - begin, 2),
            "seconds_pca": round(time.perf_counter() - trained, 2),
            "epochs": len(made.history),
            "best_epoch": made.best_epoch,
        },
    ).save(path)


def simulated(cell: Cell) -> NamedMatrix:
    """The prepared proteome of a cell, nothing missing."""
    options = ProteomeOptions(
        samples=cell.samples,
        informative=cell.informative,
        signal_to_noise=cell.signal,
        missing=0,
    )
    made = simulate_proteome(options, np.random.default_rng(cell.seed))
    n_samples, n_proteins = made.quantities.shape
    table = ProteinTable(
        "matrix",
        "(simulated)",
        tuple(f"S{row + 1}" for row in range(n_samples)),
        tuple(f"P{column + 1:04d}" for column in range(n_proteins)),
        made.quantities,
    )
    prepared = prepare_values(table, PrepareOptions())
    nothing = np.full(n_samples, "")
    known = Annotation(made.classes.astype(str), made.tune, nothing, nothing)
    return NamedMatrix(PROTEOME, table.samples, prepared.proteins, prepared.values, known.arrays())
