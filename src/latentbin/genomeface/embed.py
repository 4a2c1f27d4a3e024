"""From contigs and depths to the two embeddings, side by side in one matrix."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from latentbin.composition.model import count_kmers, counted
from latentbin.contigs import Record
from latentbin.errors import UserError

WIDEST = 512  # columns of the co-abundance embedding that are kept as they are

Embed = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def embed_sequences(
    records: Iterable[Record],
    names: tuple[str, ...],
    embed: Embed,
    width: int,
    threads: int,
    source: str,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Embed the catalogue's contigs by their sequences, streamed.

    Parameters
    ----------
    names : the catalogue; other contigs are passed over (below its length limit)
    embed : (n, 1712) word frequencies to (n, width)

    Returns
    -------
    embedding : (n_contigs, width)
    has_words : (n_contigs,) whether the contig holds any word; an embedding of none means nothing

    Raises
    ------
    UserError : a contig of the catalogue is not among the records
    """
    row_of = {name: row for row, name in enumerate(names)}
    embedding = np.zeros((len(names), width), np.float32)
    seen = np.zeros(len(names), bool)
    has_words = np.zeros(len(names), bool)
    rows: deque[int] = deque()

    def wanted() -> Iterator[bytes]:
        for name, sequence in records:
            row = row_of.get(name)
            if row is not None:
                rows.append(row)
                yield sequence

    for n_words, frequencies in counted(wanted(), count_kmers, threads):
        chosen = [rows.popleft() for _ in range(len(frequencies))]
        embedding[chosen] = embed(frequencies)
        has_words[chosen] = n_words > 0
        seen[chosen] = True
    if not seen.all():
        missing = names[int(np.flatnonzero(~seen)[0])]
        raise UserError(
            f"{source}: lacks contig '{missing}', which the abundance file has. Give the FASTA "
            "from which the abundance was made."
        )
    return embedding, has_words


def narrowed(embedding: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """At most `WIDEST` columns: beyond that a random projection, rows scaled to length 1 again.

    Angles change by a few hundredths (Johnson and Lindenstrauss); a thousand samples would
    otherwise take 16,000 columns.
    """
    width = embedding.shape[1]
    if width <= WIDEST:
        return embedding
    generator = np.random.default_rng(seed)
    projection = generator.standard_normal((width, WIDEST), np.float32)
    narrow: NDArray[np.float32] = embedding @ projection
    return narrow / np.linalg.norm(narrow, axis=1, keepdims=True)
