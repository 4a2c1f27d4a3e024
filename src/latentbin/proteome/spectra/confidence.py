"""How sure matches are: scores by mokapot or by the search itself, and false-discovery rates."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.spectra.options import PLUS_ONE
from latentbin.proteome.spectra.pin import feature_names

if TYPE_CHECKING:
    import pandas as pd

E_VALUE = "lnExpect"


def q_values(
    scores: NDArray[np.float64], targets: NDArray[np.bool_], estimate: str = PLUS_ONE
) -> NDArray[np.float64]:
    """Smallest false-discovery rate at which each entry is taken: target-decoy competition.

    The rate among the targets of at least some score is (decoys + 1) / targets (``plus-one``;
    Levitsky et al. 2017, doi:10.1021/acs.jproteome.6b00144) or decoys / targets (``plain``; Elias
    and Gygi 2007, doi:10.1038/nmeth1019), at most 1. Equal scores are taken together.

    Parameters
    ----------
    scores : (n,) larger is better
    targets : (n,) False for decoys

    Returns
    -------
    (n,) in [0, 1]; decoys have one as well
    """
    order = np.argsort(-scores, kind="stable")
    decoys = np.cumsum(~targets[order])
    rates = (decoys + (estimate == PLUS_ONE)) / np.maximum(np.cumsum(targets[order]), 1)
    # the last of equal scores speaks for all of them
    repeats = np.unique(-scores, return_counts=True)[1]
    ends = np.cumsum(repeats) - 1
    best = np.minimum.accumulate(np.minimum(rates[ends], 1.0)[::-1])[::-1]
    result = np.empty(len(scores))
    result[order] = np.repeat(best, repeats)
    return result


def score(matches: pd.DataFrame, train_from: int, seed: int) -> tuple[NDArray[np.float64], str]:
    """A score of each match, larger is better, and how it was made.

    mokapot trains (cross-validated, semi-supervised; Fondrie and Noble 2021,
    doi:10.1021/acs.jproteome.0c01010) where there are at least ``train_from`` matches; its score
    is NaN for matches that lost to another one of their spectrum. Else, or where mokapot finds
    nothing to train with, the score is -ln of Comet's expectation value.

    Raises
    ------
    UserError : no expectation value where it is needed
    """
    if len(matches) >= train_from:
        scores, said = _mokapot(matches, seed)
        if scores is not None:
            return scores, f"mokapot ({'; '.join(said)})" if said else "mokapot"
        reason = f"mokapot found too little to train with ({'; '.join(said)})"
    else:
        reason = f"{len(matches)} PSMs are too few to train a model (from {train_from})"
    if E_VALUE not in matches:
        raise UserError(f"{reason}, and the matches have no column {E_VALUE} to rank them by.")
    return (
        -matches[E_VALUE].to_numpy(),
        f"target-decoy competition on Comet's expectation value: {reason}",
    )


def best_of(
    matches: pd.DataFrame, scores: NDArray[np.float64], columns: list[str]
) -> NDArray[np.intp]:
    """Rows of the best match for each value of some columns; of equals, a decoy: it is safer."""
    order = np.lexsort((np.arange(len(matches)), matches["target"].to_numpy(), -scores))
    order = order[np.isfinite(scores[order])]
    first = ~matches.iloc[order].duplicated(columns).to_numpy()
    return np.sort(order[first])


def _mokapot(matches: pd.DataFrame, seed: int) -> tuple[NDArray[np.float64] | None, list[str]]:
    """Scores, if mokapot can train, and the warnings that it gave."""
    import mokapot
    import pandas as pd
    from mokapot.dataset import LinearPsmDataset

    names = feature_names(matches)
    table = matches[["sample", "scan", "peptide", "target", *names]].copy()
    table["proteins"] = [";".join(proteins) for proteins in matches["proteins"]]
    dataset = LinearPsmDataset(
        table,
        target_column="target",
        spectrum_columns=["sample", "scan"],
        peptide_column="peptide",
        protein_column="proteins",
        feature_columns=names,
        rng=seed,
    )
    # "Learned model did not improve over the best feature" and the like
    said: list[str] = []
    relay = logging.Handler(logging.WARNING)
    relay.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mokapot")
    logger.addHandler(relay)
    try:
        model = mokapot.PercolatorModel(rng=seed)  # else its folds are of no seed
        confidence, _ = mokapot.brew(dataset, model, rng=seed)
    except RuntimeError as error:
        return None, [*said, str(error)]
    finally:
        logger.removeHandler(relay)
    found = pd.concat(
        [confidence.confidence_estimates["psms"], confidence.decoy_confidence_estimates["psms"]]
    )
    keys = ["sample", "scan", "peptide"]
    scored = found.drop_duplicates(keys).set_index(keys)["mokapot score"]
    return scored.reindex(pd.MultiIndex.from_frame(matches[keys])).to_numpy(float), said
