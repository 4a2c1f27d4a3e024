"""Killed at random moments and resumed: the results are those of a run that nobody disturbed.

`make resume-test` runs it. RESUME_SEED draws other moments, RESUME_KILLS another number of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import COMMANDS, QUIET, ROOT, TOOLS

SEED = int(os.environ.get("RESUME_SEED", "1"))
KILLS = int(os.environ.get("RESUME_KILLS", "20"))
# what is killed, and how: Nextflow with its tasks; Nextflow alone, so that they run on; politely
WAYS = ("SIGKILL all", "SIGKILL Nextflow", "SIGTERM Nextflow", "SIGINT all")


def digests(results: Path) -> dict[str, str]:
    """SHA-256 of each result, but of those that tell how long tasks took."""
    told = {"execution_trace.tsv", "report.html"}
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.name not in told
    }


@contextlib.contextmanager
def launched(folder: Path, *words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Nextflow in a process group of its own, which ends with the block."""
    with open(folder / "log.txt", "ab") as log:
        process = subprocess.Popen(
            [TOOLS / "bin/nextflow", *map(str, words)],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                **os.environ,
                "PATH": os.pathsep.join((str(COMMANDS), os.environ["PATH"], str(TOOLS / "bin"))),
            },
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill(process: subprocess.Popen[bytes], way: str) -> None:
    name, whom = way.split()
    number = signal.Signals[name]
    if whom == "all":
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:  # as a scheduler does to what does not go when asked to
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def two_assemblies(community: Path, folder: Path) -> tuple[Path, Path]:
    """A samplesheet in which each sample has reads and an assembly of its own; what is true."""
    header, first, second = (community / "samplesheet_fastq.csv").read_text().splitlines()
    contigs = community / "contigs.fna.gz"
    copy = folder / "other.fna.gz"
    copy.write_bytes(contigs.read_bytes())
    sheet, truth = folder / "sheet.csv", folder / "truth.binning"
    sheet.write_text("\n".join((header, first, second.replace(str(contigs), copy.name))) + "\n")
    lines = (community / "truth.binning").read_text().splitlines()
    known = [line for line in lines if line and not line.startswith(("@", "#"))]
    head = [line for line in lines if line not in known]
    rows = [f"{sample}~{line}" for sample in ("S1", "S2") for line in known]
    truth.write_text("\n".join([*head, *rows]) + "\n")
    return sheet, truth


@pytest.mark.resume
def test_killed_at_random_moments_it_finishes_with_the_same_results(
    community: Path, tmp_path: Path, mappers: None
) -> None:
    sheet, truth = two_assemblies(community, tmp_path)
    config = tmp_path / "quiet.config"
    config.write_text(QUIET)
    words = ("-c", config, "run", ROOT, "--input", sheet, "--outdir", "out", "-ansi-log", "false")
    words += ("--truth", truth, "--save_bam", "--min_bin_size", "20000")
    words += ("--vamb_epochs", "5", "--deepmetabin_epochs", "5")

    calm = tmp_path / "calm"
    calm.mkdir()
    started = time.monotonic()
    with launched(calm, *words) as process:
        assert process.wait() == 0, (calm / "log.txt").read_text()
    whole = time.monotonic() - started
    expected = digests(calm / "out")
    assert len(expected) > 40
    print(f"\nundisturbed: {whole:.0f} s, {len(expected)} results")

    chance = random.Random(SEED)
    folder = tmp_path / "killed"
    kills: Counter[str] = Counter()
    finished = 0
    with contextlib.ExitStack() as running:
        while kills.total() < KILLS or not finished:
            folder.mkdir(exist_ok=True)
            process = running.enter_context(launched(folder, *words, "-resume"))
            moment = chance.uniform(0, whole * 0.4) if kills.total() < KILLS else None
            way = chance.choice(WAYS)
            try:
                process.wait(moment)
            except subprocess.TimeoutExpired:
                kill(process, way)
                kills[way] += 1
                done = (folder / "log.txt").read_text().count("Submitted process")
                print(f"{way} after {moment:.1f} s, {done} tasks submitted so far", flush=True)
                continue
            log = (folder / "log.txt").read_text()
            assert process.returncode == 0, log
            assert digests(folder / "out") == expected
            finished += 1
            print(f"finished, {log.count('Cached process')} tasks cached in all launches")
            running.close()
            shutil.rmtree(folder)
    assert set(kills) == set(WAYS) or KILLS < 20
    print(dict(kills), f"finished {finished} times")
