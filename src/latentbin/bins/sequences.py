"""Write the contigs of every bin, and the unbinned ones, to gzip'd FASTA files."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.bins.plan import BinPlan
from latentbin.contigs import Contigs, format_record, read_fasta
from latentbin.errors import UserError
from latentbin.files import open_gzip_writer

_BUFFER_BYTES = 1 << 26
_COPY_BYTES = 1 << 20
# zlib, not the faster isal, whose output depends on the processor: the same bins, the same bytes
_GZIP_LEVEL = 4


def write_sequences(
    folder: Path, fasta: Path, contigs: Contigs, plan: BinPlan, threads: int
) -> NDArray[np.float64]:
    """Write ``bins/<bin>.fna.gz`` and ``unbinned.fna.gz``, contigs in the order of the FASTA.

    The FASTA is streamed; memory holds a fixed buffer. Contigs are first gathered in one plain file
    per bin, which is then compressed in one piece: no limit on open files, and the bytes do not
    depend on the size of the buffer or the number of threads.

    Returns
    -------
    gc : (n_bins,) G and C among the bases of each bin that are A, C, G, T (or S, W, U), percent;
        0 if there is none

    Raises
    ------
    UserError : the FASTA is no longer the one that the plan was made for
    """
    (folder / "bins").mkdir()
    paths = [folder / "bins" / f"{name}.fna" for name in plan.names] + [folder / "unbinned.fna"]
    spool = _Spool(paths)
    bases = np.zeros((len(plan), 2), np.int64)
    n_written = np.zeros(len(paths), np.int64)
    bp_written = np.zeros(len(paths), np.int64)
    row = -1
    for row, record in enumerate(read_fasta(fasta)):
        name, sequence = record
        if row >= len(contigs) or (name, len(sequence)) != (
            contigs.names[row],
            contigs.lengths[row],
        ):
            raise _changed(fasta)
        number = int(plan.bin_of[row])  # -1 is the last of the files
        if number >= 0:
            bases[number, 0] += len(sequence) - len(sequence.translate(None, b"GCSgcs"))
            bases[number, 1] += len(sequence) - len(sequence.translate(None, b"ATUWatuw"))
        n_written[number] += 1
        bp_written[number] += len(sequence)
        spool.add(number, format_record(record))
    if row + 1 != len(contigs):
        raise _changed(fasta)
    spool.flush()
    assert (n_written[:-1] == plan.counts).all()
    assert (bp_written[:-1] == plan.sizes).all()
    assert n_written.sum() == len(contigs)
    assert bp_written.sum() == contigs.lengths.sum()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_compress, paths))
    gc: NDArray[np.float64] = 100.0 * bases[:, 0] / np.maximum(bases.sum(axis=1), 1)
    return gc


class _Spool:
    """Bytes on their way to many files: kept until there are enough, then appended to each."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._waiting: dict[int, list[bytes]] = {}
        self._n_bytes = 0

    def add(self, number: int, text: bytes) -> None:
        self._waiting.setdefault(number, []).append(text)
        self._n_bytes += len(text)
        if self._n_bytes > _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        for number, texts in self._waiting.items():
            with open(self._paths[number], "ab") as handle:
                handle.writelines(texts)
        self._waiting.clear()
        self._n_bytes = 0


def _compress(path: Path) -> None:
    path.touch()  # nothing may be unbinned: an empty file says so
    with open(path, "rb") as plain, open_gzip_writer(f"{path}.gz", _GZIP_LEVEL) as zipped:
        shutil.copyfileobj(plain, zipped, _COPY_BYTES)
    path.unlink()


def _changed(fasta: Path) -> UserError:
    return UserError(
        f"{fasta}: changed while it was read, or cannot be read twice (a pipe). Give a file that "
        "nothing writes to."
    )
