"""Proteins against profiles, by HMMER."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from latentbin.markers.profiles import ProfileSet

# HMMER refuses longer ones; what is longer is a run of N between two ends of a contig
_LONGEST_PROTEIN = 100_000


class Match(NamedTuple):
    """A protein's best profile.

    Attributes
    ----------
    protein : its number among those searched
    profile : number of the profile
    score : bits
    """

    protein: int
    profile: int
    score: float


class Search:
    """Profiles made ready to be searched with, by many threads at a time.

    A protein's score depends on nothing but itself and the profile, so that how proteins are
    batched changes nothing. Filters are as HMMER sets them.
    """

    def __init__(self, profiles: ProfileSet) -> None:
        from pyhmmer.easel import Alphabet
        from pyhmmer.plan7 import Background

        self.cutoffs = profiles.cutoffs
        self._alphabet = Alphabet.amino()
        background = Background(self._alphabet)
        self.background = np.array(background.residue_frequencies, np.float64)
        self._optimized = [hmm.to_profile(background).to_optimized() for hmm in profiles.hmms]
        self._own = threading.local()  # HMMER adapts profile and pipeline to each protein
        symbols = self._alphabet.symbols
        self._codes = bytes(max(symbols.find(chr(letter)), 0) for letter in range(256))

    def best(self, proteins: Sequence[str]) -> list[Match]:
        """The profile that each protein matches best, of those whose cut-off it reaches.

        As fetchMGs does: a protein counts for one gene, that of the highest score.
        """
        coded = [protein.encode().translate(self._codes) for protein in proteins]
        block = self._block(coded)
        found: dict[int, Match] = {}
        for profile, cutoff in enumerate(self.cutoffs):
            for protein, score in self._scores(profile, block, cutoff):
                if protein not in found or score > found[protein].score:
                    found[protein] = Match(protein, profile, score)
        return [found[protein] for protein in sorted(found)]

    def reach(self, profile: int, proteins: Sequence[bytes], least: float) -> list[int]:
        """Which proteins, given as HMMER's codes, score at least ``least`` bits."""
        return [protein for protein, _ in self._scores(profile, self._block(proteins), least)]

    def _block(self, proteins: Sequence[bytes]) -> Any:
        from pyhmmer.easel import DigitalSequence, DigitalSequenceBlock

        return DigitalSequenceBlock(
            self._alphabet,
            [
                DigitalSequence(self._alphabet, name=str(number), sequence=protein)
                for number, protein in enumerate(proteins)
                if len(protein) <= _LONGEST_PROTEIN
            ],
        )

    def _scores(self, profile: int, block: Any, least: float) -> list[tuple[int, float]]:
        from pyhmmer.plan7 import Pipeline

        if not hasattr(self._own, "pipeline"):
            self._own.pipeline = Pipeline(self._alphabet)
            self._own.profiles = {}
        if profile not in self._own.profiles:
            self._own.profiles[profile] = self._optimized[profile].copy()
        pipeline = self._own.pipeline
        pipeline.clear()
        pipeline.T = least
        hits = pipeline.search_hmm(self._own.profiles[profile], block)
        return [(int(hit.name), hit.score) for hit in hits if hit.score >= least]


def hmmer_codes(residues: NDArray[np.uint8]) -> bytes:
    """Residues of `sixframe` as HMMER's codes: the same but for the unknown one, X."""
    return bytes(np.where(residues < 20, residues, 26).astype(np.uint8))
