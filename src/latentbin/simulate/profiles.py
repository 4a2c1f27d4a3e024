"""Proteins of the universal single-copy genes, drawn from fetchMGs' profiles.

The package holds 41 profiles: the 40 genes with calibrated cut-offs, and COG0086.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Emissions to this power, made to sum to one again: between drawing from the profile (1), whose
# proteins fall below some calibrated cut-offs, and its consensus (infinity).
_SHARPNESS = 1.5


@dataclass(frozen=True)
class Profile:
    """A profile's match states.

    Attributes
    ----------
    name : of the orthologous group, COG0012
    emissions : (n_states, 20) probabilities, columns in alphabetical order of the amino acids
    enter : (n_states, 2) probability of the state being used, after one that was not and was
    """

    name: str
    emissions: NDArray[np.float64]
    enter: NDArray[np.float64]


@lru_cache(maxsize=1)
def marker_profiles() -> tuple[Profile, ...]:
    """The profiles in the data of the package fetchMGs (Creevey 2011; Ciccarelli 2006)."""
    from pyhmmer.plan7 import HMMFile

    found = []
    folder = resources.files("fetchmgs") / "data"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".hmm"):
            continue
        with resources.as_file(file) as path, HMMFile(path) as hmms:
            hmm: Any = next(iter(hmms))  # its stubs lack the arrays
        # transitions of node k lead to node k + 1: MM MI MD IM II DM DD
        move = np.asarray(hmm.transition_probabilities, np.float64)[:-1]
        enter = np.column_stack([move[:, 5], move[:, 0] + move[:, 1]])
        emissions = np.asarray(hmm.match_emissions, np.float64)[1:]
        found.append(Profile(file.name.removesuffix(".hmm"), emissions, enter))
    return tuple(found)


def draw_protein(rng: np.random.Generator, profile: Profile) -> NDArray[np.int64]:
    """A protein of the family: match states that are used, each with a drawn amino acid.

    Returns
    -------
    protein : indices into the alphabetical amino acids
    """
    chance = rng.random(len(profile.enter))
    used = np.empty(len(chance), np.bool_)
    state = 1
    for number in range(len(chance)):
        state = int(chance[number] < profile.enter[number, state])
        used[number] = state
    sharp = profile.emissions[used] ** _SHARPNESS
    cumulative = sharp.cumsum(axis=1)
    drawn = (cumulative < rng.random((len(cumulative), 1)) * cumulative[:, -1:]).sum(axis=1)
    return np.asarray(drawn, np.int64)
