"""Which parameters the report lists: those that its run could use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from latentbin.report.page.run import run_chapter

ROOT = Path(__file__).parents[2]
GROUPS = json.loads((ROOT / "nextflow_schema.json").read_text())["$defs"]
# the groups of parameters that a workflow alone reads
ALONE = {
    "binning": ("binning_options", "mag_options", "vamb_options", "deepmetabin_options",
                "genomeface_options", "mapping_options"),
    "proteomics": ("proteomics_options", "spectra_options"),
    "taxonomy": ("taxonomy_training_options",),
}  # fmt: skip


def listed(workflow: str) -> str:
    names = [name for group in GROUPS.values() for name in group["properties"]]
    given = {**dict.fromkeys(names, "7.5"), "workflow": workflow, "seed": None}
    sections = run_chapter([], [], [], {}, given, None).sections
    (section,) = (section for section in sections if section.name == "Parameters")
    return section.content


@pytest.mark.parametrize("workflow", ALONE)
def test_parameters_of_other_workflows_are_left_out(workflow: str) -> None:
    text = listed(workflow)
    others = {group for of, groups in ALONE.items() if of != workflow for group in groups}
    for group, options in GROUPS.items():
        for name in options["properties"]:
            shown = group not in others and name not in ("help", "version", "seed")
            assert (f">{name}<" in text) == shown, name
