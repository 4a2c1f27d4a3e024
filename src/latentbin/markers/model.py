"""From contigs to their single-copy genes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from latentbin.contigs import Record
from latentbin.markers.calling import Gene, Stretch, call_all, call_around, make_caller
from latentbin.markers.profiles import ProfileSet
from latentbin.markers.search import Search, hmmer_codes
from latentbin.markers.seeds import make_seeds
from latentbin.markers.sixframe import translate
from latentbin.scg import Hit

_BATCH_BASES = 1 << 19
# Bases that may be read, per thread, ahead of the batch that is written next: while one thread
# calls the genes of a long contig the others go on.
_AHEAD_BASES = 1 << 24
_FLANK = 20_000
# A stretch between stops holds its gene whole, and scores like it but for the bits that HMMER
# subtracts for length and composition.
_ENOUGH = 0.5
_REACH = 5_000  # residues on either side of the best part; the longest profile has 1400


@dataclass(frozen=True)
class Found:
    """What a batch of contigs holds.

    Attributes
    ----------
    n_contigs, n_bases : size of the batch
    hits : in the order of the contigs, then by start
    gff, proteins : text of all called genes, empty where not wanted
    """

    n_contigs: int
    n_bases: int
    hits: tuple[Hit, ...]
    gff: str
    proteins: str


class MarkerFinder:
    """Finds single-copy genes on contigs.

    Parameters
    ----------
    profiles : the genes to find, with cut-offs
    exhaustive : call the genes of all contigs, else around stretches that look like a profile
    gff, proteins : return the text of all genes as well; needs ``exhaustive``
    """

    def __init__(
        self,
        profiles: ProfileSet,
        exhaustive: bool = False,
        gff: bool = False,
        proteins: bool = False,
    ) -> None:
        if (gff or proteins) and not exhaustive:
            raise ValueError("all genes are known to the exhaustive search only")
        self._names = profiles.names
        self._search = Search(profiles)
        self._caller = make_caller()
        self._exhaustive, self._gff, self._proteins = exhaustive, gff, proteins
        if not exhaustive:
            emissions = [np.array(hmm.match_emissions, np.float64)[1:] for hmm in profiles.hmms]
            self._seeds = make_seeds(emissions, self._search.background)

    def find(self, records: Iterable[Record], threads: int) -> Iterator[Found]:
        """Search batch by batch; results in the order of the contigs, whatever the threads.

        Memory holds the batches in work and those read ahead.
        """
        waiting: deque[tuple[Future[Found], int]] = deque()
        ahead = 0
        with ThreadPoolExecutor(threads) as pool:
            try:
                for batch in _batches(records):
                    size = sum(len(record.sequence) for record in batch)
                    waiting.append((pool.submit(self.find_batch, batch), size))
                    ahead += size
                    while waiting and (ahead > threads * _AHEAD_BASES or waiting[0][0].done()):
                        future, size = waiting.popleft()
                        ahead -= size
                        yield future.result()
                for future, _ in waiting:
                    yield future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def find_batch(self, batch: Sequence[Record]) -> Found:
        """Search a few contigs."""
        gff: list[str] = []
        faa: list[str] = []
        owners: list[int] = []
        genes: list[Gene] = []
        if self._exhaustive:
            for number, record in enumerate(batch):
                called, gff_text, faa_text = call_all(
                    self._caller, record, self._gff, self._proteins
                )
                genes += called
                owners += [number] * len(called)
                gff.append(gff_text)
                faa.append(faa_text)
        else:
            for number, stretches in self._promising(batch).items():
                called = call_around(self._caller, batch[number].sequence, stretches, _FLANK)
                genes += called
                owners += [number] * len(called)
        order = []
        for match in self._search.best([gene.protein for gene in genes]):
            gene = genes[match.protein]
            order.append((owners[match.protein], gene.start, gene.end, gene.forward, match))
        hits = []
        for owner, start, end, forward, match in sorted(order):
            hits.append(
                Hit(
                    batch[owner].name,
                    self._names[match.profile],
                    match.score,
                    start,
                    end,
                    "+" if forward else "-",
                    genes[match.protein].partial,
                )
            )
        n_bases = sum(len(record.sequence) for record in batch)
        return Found(len(batch), n_bases, tuple(hits), "".join(gff), "".join(faa))

    def _promising(self, batch: Sequence[Record]) -> dict[int, list[Stretch]]:
        """Stretches between stops that HMMER takes for part of a gene, by contig."""
        frames = translate([record.sequence for record in batch])
        begin, end, profile, centre = self._seeds.find(frames).T
        begin = np.maximum(begin, centre - _REACH)
        end = np.minimum(end, centre + _REACH)
        kept = []
        for number in np.unique(profile):
            rows = np.flatnonzero(profile == number)
            proteins = [hmmer_codes(frames.residues[begin[r] : end[r]]) for r in rows]
            least = _ENOUGH * self._search.cutoffs[number]
            kept.append(rows[self._search.reach(int(number), proteins, least)])
        rows = np.unique(np.concatenate(kept)) if kept else np.empty(0, np.int64)
        found: dict[int, list[Stretch]] = {}
        places = frames.locate(begin[rows], end[rows])
        for contig, first, last, forward in zip(*(x.tolist() for x in places), strict=True):
            found.setdefault(contig, []).append(Stretch(first, last, forward))
        return found


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.sequence)
        if size >= _BATCH_BASES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
