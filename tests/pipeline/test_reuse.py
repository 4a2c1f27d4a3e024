"""Modules and a subworkflow in somebody else's pipeline, copied as the documentation says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.docs.pages import code

from conftest import ROOT, TOOLS, RunPipeline
from latentbin import __version__
from latentbin.matrix import NamedMatrix

PAGE = Path("docs/nf-core.md")
EXAMPLE = ROOT / "docs/examples/reuse"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A pipeline outside this tree, with another name and version."""
    pipeline = tmp_path / "foreign"
    shutil.copytree(EXAMPLE, pipeline)
    (copy,) = (block.body for block in code(PAGE, "bash") if not block.reason)
    subprocess.run(
        ["bash", "-euc", copy], cwd=ROOT, env={**os.environ, "PIPELINE": str(pipeline)}, check=True
    )
    return pipeline


def test_the_documentation_includes_what_the_example_includes() -> None:
    lines = re.findall(r"^ *(include \{.*)$", (EXAMPLE / "main.nf").read_text(), re.M)
    assert len(lines) == 5
    (includes,) = code(PAGE, "groovy")
    assert includes.body.splitlines() == lines


@pytest.mark.slow
def test_images_stay_those_of_latentbin(foreign: Path) -> None:
    given = ("--assembly", "contigs.fna", "--depths", "depth.tsv")
    inspect = [TOOLS / "bin/nextflow", "inspect", ".", *given, "-format", "json"]
    done = subprocess.run(inspect, cwd=foreign, capture_output=True, text=True, check=True)
    processes = json.loads(done.stdout)["processes"]
    images = {process["name"]: process["container"] for process in processes}
    assert images["VAMB_EMBED"] == f"ghcr.io/latentbin/latentbin-vamb:{__version__}"
    assert len(images) == 5
    assert all(image.endswith(f":{__version__}") for image in images.values())


@pytest.mark.slow
@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_another_pipeline_bins_with_them(
    run_pipeline: RunPipeline, community: Path, foreign: Path, tmp_path: Path, parser: str
) -> None:
    fasta = community / "contigs.fna.gz"
    depths = tmp_path / "depth.tsv"
    # genomes of quite different depths
    truth = [line.split("\t") for line in (community / "truth.binning").read_text().splitlines()]
    genomes = {row[0]: row[1] for row in truth if len(row) > 1 and not row[0].startswith("@")}
    order = sorted(set(genomes.values()))
    depths.write_text(
        "".join(f"{contig}\t{10 ** order.index(g)}.5\n" for contig, g in genomes.items())
    )
    given = ("--assembly", fasta, "--depths", depths)
    run = run_pipeline(*given, script=foreign, parser=parser)
    assert run.returncode == 0, run.text
    # of the module alone, and of the subworkflow
    first, second = (
        path for path in tmp_path.glob("work/*/*/gut.latent.npz") if not path.is_symlink()
    )
    assert first.read_bytes() == second.read_bytes()
    assert "--epochs 30 --seed 7" in (first.parent / ".command.sh").read_text()
    latent = NamedMatrix.load(first, "latent")
    assert np.isfinite(latent.values).all()
    assert set(latent.names) <= set(genomes)
    bins = (run.results / "gut.vamb/contig2bin.tsv").read_text().splitlines()
    found: dict[str, set[str]] = {}
    for line in bins:
        contig, name = line.split("\t")
        found.setdefault(name, set()).add(genomes[contig])
    assert len(found) >= 2
    assert all(len(of) == 1 for of in found.values())
    # nothing of this tree was needed
    for path in tmp_path.glob("work/*/*/.command.run"):
        assert str(ROOT) not in path.read_text()
