"""Windows of reference genomes, drawn and counted ahead of the training that eats them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from latentbin.composition.kmers import profiles
from latentbin.genomeface.genomes import Genomes

Batch = tuple[NDArray[np.float32], NDArray[np.int64]]


def draw_windows(
    generator: np.random.Generator,
    genomes: Genomes,
    n: int,
    shortest: int,
    longest: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Windows of log-uniform length, as many of each genome, of its scaffolds by their length.

    Returns
    -------
    starts, ends : (n,) in ``genomes.codes``; a scaffold shorter than the window is taken whole
    genome : (n,)
    """
    n_genomes = len(genomes.names)
    # every genome as often as any other, the remainder by chance
    genome = np.concatenate(
        [np.tile(np.arange(n_genomes), n // n_genomes), generator.permutation(n_genomes)]
    )[:n]
    upto = np.cumsum(genomes.lengths)
    last = np.searchsorted(genomes.genome, genome, "right") - 1
    first = np.searchsorted(genomes.genome, genome, "left")
    before = upto[first] - genomes.lengths[first]
    place = before + generator.random(n) * (upto[last] - before)
    scaffold = np.clip(np.searchsorted(upto, place, "right"), first, last)
    drawn = np.exp(generator.uniform(np.log(shortest), np.log(longest + 1), n)).astype(np.int64)
    length = np.minimum(drawn, genomes.lengths[scaffold])
    spare = genomes.lengths[scaffold] - length
    starts = genomes.starts[scaffold] + (generator.random(n) * (spare + 1)).astype(np.int64)
    return starts, starts + length, genome


def window_batches(
    genomes: Genomes, n: int, lengths: tuple[int, int], seed: int, steps: range, threads: int
) -> Iterator[Batch]:
    """A batch of windows for each step: (n, 1712) word frequencies and (n,) genomes.

    Batches are counted ahead in ``threads`` threads, which do not hold Python's lock; a step's
    batch depends on the seed and the step alone.
    """

    def count(step: int) -> Batch:
        generator = np.random.default_rng((seed, step))
        starts, ends, genome = draw_windows(generator, genomes, n, *lengths)
        return profiles(genomes.codes, starts, ends), genome

    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Batch]] = deque()
        waiting = iter(steps)
        try:
            for step in waiting:
                ahead.append(pool.submit(count, step))
                if len(ahead) > 2 * threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
