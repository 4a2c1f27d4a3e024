"""Contigs of genera that differ in composition, species of each, and environments."""

from __future__ import annotations

import numpy as np

from latentbin.files import write_table
from latentbin.matrix import NamedMatrix

COLUMNS = tuple(f"tnf{number}" for number in range(1, 13))


def plant(folder, n_genera=6, n_species=3, n_contigs=12, signal=0.02, seed=1, prefix="c"):
    """composition.npz and labels.tsv: two genera per family, species in three environments."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(0, signal, (n_genera, len(COLUMNS)))
    genus = np.repeat(np.arange(n_genera), n_species * n_contigs)
    species = np.repeat(np.arange(n_genera * n_species), n_contigs)
    shift = np.random.default_rng(2).normal(0, 0.003, (n_genera * n_species, len(COLUMNS)))
    values = centres[genus] + shift[species] + rng.normal(0, 0.004, (len(genus), len(COLUMNS)))
    names = tuple(f"{prefix}{number}" for number in range(len(genus)))
    composition("composition", names, values).save(folder / "composition.npz")
    rows = [
        (name, f"f{g // 2}", f"g{g}", f"s{s}", f"e{s % 3}")
        for name, g, s in zip(names, genus, species, strict=True)
    ]
    header = ("contig", "family", "genus", "species", "environment")
    write_table(folder / "labels.tsv", header, rows)
    return names, values.astype(np.float32), genus


def composition(kind, names, values, columns=COLUMNS, projection="reduced"):
    lengths = np.full(len(names), 5000)
    attributes = {"features": "tnf", "projection": projection}
    if kind != "composition":
        attributes = {"unit": "depth"}
    return NamedMatrix(
        kind, names, columns, values.astype(np.float32), {"lengths": lengths}, attributes
    )
