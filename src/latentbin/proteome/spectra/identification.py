"""From matches to PSMs, peptides and protein groups under a false-discovery rate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.spectra.confidence import best_of, q_values
from latentbin.proteome.spectra.inference import Group, parsimony, picked
from latentbin.proteome.spectra.runs import PROTON

if TYPE_CHECKING:
    import pandas as pd

MASS_TOLERANCE = 0.01  # Da, between Comet's mass of a peptide and that of its sequence


@dataclass(frozen=True, eq=False)
class Level:
    """The entries of one level (PSMs, peptides, protein groups), targets and decoys.

    Attributes
    ----------
    scores, targets : (n,) of the entries
    q : (n,) their q-values
    """

    scores: NDArray[np.float64]
    targets: NDArray[np.bool_]
    q: NDArray[np.float64]

    @classmethod
    def of(cls, scores: NDArray[np.float64], targets: NDArray[np.bool_], estimate: str) -> Level:
        """With q-values by one of the estimates."""
        return cls(scores, targets, q_values(scores, targets, estimate))

    def accepted(self, fdr: float) -> NDArray[np.bool_]:
        """(n,) targets within the rate."""
        return self.targets & (self.q <= fdr)


@dataclass(frozen=True, eq=False)
class Identification:
    """What is identified.

    Attributes
    ----------
    psms : accepted PSMs: a row of the matches each, with ``score``, ``psm_q``, ``peptide_q``, and
        ``group`` and ``protein_q`` (empty and NaN unless peptide and group are accepted as well)
    groups : accepted protein groups, best first
    group_q : (n_groups,)
    levels : all entries of "psms", "peptides", "proteins"
    """

    psms: pd.DataFrame
    groups: list[Group]
    group_q: NDArray[np.float64]
    levels: dict[str, Level]


def identify(
    matches: pd.DataFrame,
    scores: NDArray[np.float64],
    *,
    fdr: float,
    estimate: str,
    decoy_prefix: str,
) -> Identification:
    """Take what is within the rate, over all samples together, at three levels one after another.

    1. PSMs: the best match of each spectrum.
    2. Peptides: the best PSM of each peptide (sequence and modifications).
    3. Protein groups: by parsimony over the peptides, targets and decoys, that score no worse than
       the worst accepted peptide; each protein competes with its own decoy.

    Parameters
    ----------
    matches : as ``read_pins`` gives them
    scores : (n_matches,) larger is better; NaN to leave a match out
    """
    rows = best_of(matches, scores, ["sample", "scan"])
    psms = matches.iloc[rows].reset_index(drop=True).assign(score=scores[rows])
    psm_level = Level.of(scores[rows], psms["target"].to_numpy(bool), estimate)

    best = best_of(psms, psm_level.scores, ["peptide", "target"])
    peptides = psms.iloc[best].reset_index(drop=True)
    peptide_level = Level.of(psm_level.scores[best], peptides["target"].to_numpy(bool), estimate)
    taken = peptide_level.accepted(fdr)

    floor = peptide_level.scores[taken].min() if taken.any() else np.inf
    used = np.flatnonzero(peptide_level.scores >= floor)
    all_groups = parsimony([peptides["proteins"].iat[row] for row in used])
    kept, group_scores, group_targets = picked(all_groups, peptide_level.scores[used], decoy_prefix)
    group_level = Level.of(group_scores, group_targets, estimate)
    accepted = np.flatnonzero(group_level.accepted(fdr))
    groups = [all_groups[kept[place]] for place in accepted]
    group_q = group_level.q[accepted]

    # what each accepted peptide counts for
    of_peptide: dict[str, tuple[str, float]] = {}
    for group, q in zip(groups, group_q, strict=True):
        for peptide in group.peptides:
            if taken[used[peptide]]:
                of_peptide[peptides["peptide"].iat[used[peptide]]] = (group.name, float(q))
    q_of = dict(zip(peptides["peptide"][taken], peptide_level.q[taken], strict=True))
    chosen = psm_level.accepted(fdr)
    table = psms[chosen].assign(psm_q=psm_level.q[chosen])
    nothing = ("", float("nan"))
    found = [of_peptide.get(peptide, nothing) for peptide in table["peptide"]]
    table = table.assign(
        peptide_q=[q_of.get(peptide, float("nan")) for peptide in table["peptide"]],
        group=[name for name, _ in found],
        protein_q=[q for _, q in found],
    )
    levels = {"psms": psm_level, "peptides": peptide_level, "proteins": group_level}
    return Identification(table.reset_index(drop=True), groups, group_q, levels)


def counts(found: Identification, fdr: float) -> dict[str, dict[str, int]]:
    """Targets, decoys and accepted targets of each level."""
    return {
        name: {
            "targets": int(level.targets.sum()),
            "decoys": int((~level.targets).sum()),
            "accepted": int(level.accepted(fdr).sum()),
        }
        for name, level in found.levels.items()
    }


def openms_sequence(peptide: str, mass: float) -> str:
    """A peptide as OpenMS writes it, from what Comet writes.

    Comet leaves out modifications that all residues have; cysteines are taken as
    carbamidomethylated if the mass says so.

    Parameters
    ----------
    peptide : like ``n[42.0106]AM[15.9949]CK``
    mass : Da, with one proton, by Comet

    Raises
    ------
    UserError : no such sequence has this mass
    """
    import pyopenms

    signed = re.sub(r"\[(\d)", r"[+\1", peptide)
    if signed.startswith("n["):
        signed = "." + signed[1:]
    for fixed in ("C", "C[+57.021464]"):
        try:
            sequence = pyopenms.AASequence.fromString(re.sub(r"C(?!\[)", fixed, signed))
        except RuntimeError:
            break
        if abs(sequence.getMonoWeight() + PROTON - mass) < MASS_TOLERANCE:
            return sequence.toString()
    raise UserError(
        f"peptide {peptide!r} weighs {mass:.4f} Da by the search, but not by OpenMS. Of the "
        "modifications that all residues have, only carbamidomethylated cysteine is known."
    )
