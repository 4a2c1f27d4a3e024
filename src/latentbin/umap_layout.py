"""UMAP (McInnes et al. 2018, arXiv:1802.03426), the same on every run."""

from __future__ import annotations

import atexit
import logging
import shutil
import sys
import tempfile
import warnings
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.principal import pca

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

EXACT_ROWS = 50_000  # of more rows the neighbours are searched for by nearest-neighbour descent


def load_umap() -> ModuleType:
    """Import umap without TensorFlow, which only its parametric variant needs."""
    blocked = "umap.parametric_umap"
    absent = blocked not in sys.modules
    if absent:
        sys.modules[blocked] = None  # type: ignore[assignment]  # its import fails, which umap expects
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            try:
                import umap
            except RuntimeError as error:
                if "no locator" not in str(error):
                    raise
                _cache_elsewhere()
                import umap
    finally:
        if absent:
            del sys.modules[blocked]
    return umap


def _cache_elsewhere() -> None:
    """Let numba keep machine code in a folder of its own: neither install nor home is writable."""
    import numba

    logger.info(
        "neither the installation nor the home folder can be written: UMAP is compiled for this "
        "run alone; set NUMBA_CACHE_DIR to keep it"
    )
    folder = tempfile.mkdtemp(prefix="latentbin-numba-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    numba.config.CACHE_DIR = folder  # type: ignore[attr-defined]


def umap_coordinates(
    points: Floats,
    size: int,
    n_neighbours: int,
    min_dist: float,
    seed: int,
    threads: int,
) -> tuple[Floats, dict[str, Any]]:
    """Coordinates of each row, (n_rows, size) float32, and what was chosen.

    The start is the plane (or space) of the first principal components, which keeps what is far
    apart on different sides (Kobak and Linderman 2021); the layout runs on one thread, so that it
    is the same on every run. Up to 50,000 rows neighbours are exact.
    """
    umap = load_umap()
    n_neighbours = min(n_neighbours, len(points) - 1)
    exact = len(points) <= EXACT_ROWS
    with warnings.catch_warnings():
        # one thread is what we ask for; nothing new will be put into this embedding
        warnings.filterwarnings("ignore", "n_jobs value", UserWarning)
        warnings.filterwarnings("ignore", r"precomputed_knn\[2\]", UserWarning)
        mapper = umap.UMAP(
            n_components=size,
            n_neighbors=n_neighbours,
            min_dist=min_dist,
            init=_start(points, size, seed),
            random_state=seed,
            n_jobs=1,
            precomputed_knn=_neighbours(points, n_neighbours, threads) if exact else (None,) * 3,
        )
        coordinates = mapper.fit_transform(points)
    facts = {"neighbours": n_neighbours, "neighbours_exact": exact}
    return np.ascontiguousarray(coordinates, dtype=np.float32), facts


def _start(points: Floats, size: int, seed: int) -> Floats:
    """Principal components, scaled as UMAP scales its own, with noise to part equal rows."""
    start = np.zeros((len(points), size), np.float32)
    found = pca(points, size).coordinates
    start[:, : found.shape[1]] = found
    start *= 10 / np.abs(start).max()
    noise = np.random.default_rng(seed).normal(0, 1e-4, start.shape)
    return (start + noise).astype(np.float32)


def _neighbours(
    points: Floats, n_neighbours: int, threads: int
) -> tuple[NDArray[np.intp], Floats, None]:
    """The nearest rows, each first its own, and their distances: (n_rows, n_neighbours)."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute", n_jobs=threads)
    distances, rows = search.fit(points).kneighbors(points)
    return rows, distances.astype(np.float32), None
