"""The binning workflow, through the API, on a community that another tool simulates."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from bioblend.galaxy import GalaxyInstance

WORKFLOW = Path(__file__).parents[2] / "galaxy_tools/latentbin/workflows/binning.gxwf.yml"
SECONDS = 600


@pytest.fixture(scope="module")
def galaxy() -> GalaxyInstance:
    return GalaxyInstance(os.environ["GALAXY_URL"], os.environ["GALAXY_KEY"])


def run_tool(
    galaxy: GalaxyInstance, history: str, tool: str, inputs: dict[str, Any]
) -> dict[str, Any]:
    """Run a tool and wait; its outputs, datasets and collections, by name."""
    ran = galaxy.tools.run_tool(history, tool, inputs, input_format="21.01")
    for job in ran["jobs"]:
        galaxy.jobs.wait_for_job(job["id"], maxwait=SECONDS)
    found = {output["output_name"]: output["id"] for output in ran["outputs"]}
    return found | {output["output_name"]: output["id"] for output in ran["output_collections"]}


def elements(galaxy: GalaxyInstance, collection: str) -> list[str]:
    shown = galaxy.dataset_collections.show_dataset_collection(collection)
    return [element["element_identifier"] for element in shown["elements"]]


def lines(galaxy: GalaxyInstance, dataset: str) -> list[str]:
    return galaxy.datasets.download_dataset(dataset).decode().splitlines()


@pytest.fixture(scope="module")
def community(galaxy: GalaxyInstance) -> dict[str, str]:
    """Four genomes, one assembly, three samples; and the history that they are in."""
    history = galaxy.histories.create_history("binning")["id"]
    inputs = {
        "take": {"source": "made", "genome_count": 4, "genome_length": 200_000, "divergence": 0},
        "samples": 3,
        "depth": 6,
        "advanced": {"dropout": 0},
    }
    return {"history": history} | run_tool(galaxy, history, "latentbin_simulate_community", inputs)


def test_from_contigs_and_bams_to_bins_and_their_quality(
    galaxy: GalaxyInstance, community: dict[str, str]
) -> None:
    workflow = galaxy.workflows.import_workflow_dict(yaml.safe_load(WORKFLOW.read_text()))["id"]
    inputs = {
        "Contigs": {"src": "hda", "id": community["contigs"]},
        "Mapped reads": {"src": "hdca", "id": community["mapped"]},
        "Smallest bin": 50_000,
        "Epochs": 40,
    }
    invocation = galaxy.workflows.invoke_workflow(
        workflow, inputs, history_id=community["history"], inputs_by="name"
    )["id"]
    wait_for(galaxy, invocation)
    shown = galaxy.invocations.show_invocation(invocation)
    outputs = {name: output["id"] for name, output in shown["outputs"].items()}
    bins = elements(galaxy, shown["output_collections"]["Bins"]["id"])

    table = [line.split("\t") for line in lines(galaxy, outputs["Table of bins"])]
    assert table[0][-3:] == ["depth_S1", "depth_S2", "depth_S3"]  # the names of the elements
    assert sorted(row[0] for row in table[1:]) == sorted(bins)
    assert all(int(row[table[0].index("bp")]) >= 50_000 for row in table[1:])

    quality = [line.split("\t") for line in lines(galaxy, outputs["Quality of the bins"])]
    assert sorted(row[0] for row in quality[1:]) == sorted(bins)
    assert quality[0][:4] == ["bin", "class", "completeness", "contamination"]

    with zipfile.ZipFile(io.BytesIO(galaxy.datasets.download_dataset(outputs["Report"]))) as files:
        (name,) = (name for name in files.namelist() if name.endswith(".html"))
        page = files.read(name).decode()
    assert "What to know before you trust it" in page
    assert all(name in page for name in bins)
    assert galaxy.datasets.show_dataset(outputs["AnnData file"])["file_size"] > 50_000

    # most of what was put in comes out, in bins of one genome
    judged = run_tool(
        galaxy,
        community["history"],
        "latentbin_evaluate",
        {
            "clusters": {"src": "hda", "id": outputs["Clusters"]},
            "truth": {"src": "hda", "id": community["truth"]},
            "min_bin_size": 50_000,
        },
    )
    figures = dict(line.split("\t") for line in lines(galaxy, judged["metrics"]))
    assert figures["genomes"] == "4"
    assert int(figures["medium_quality"]) >= 2
    assert float(figures["precision_bp"]) > 0.9


def wait_for(galaxy: GalaxyInstance, invocation: str) -> None:
    """Until every job of the invocation has ended well; says which has not."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        state = galaxy.invocations.show_invocation(invocation)["state"]
        jobs = galaxy.jobs.get_jobs(invocation_id=invocation)
        for job in jobs:
            if job["state"] in ("error", "deleted"):
                shown = galaxy.jobs.show_job(job["id"], full_details=True)
                pytest.fail(f"{job['tool_id']}: {shown['stderr']}")
        assert state not in ("failed", "cancelled"), state
        if state in ("scheduled", "completed") and jobs and all(j["state"] == "ok" for j in jobs):
            return
        time.sleep(2)
    pytest.fail(f"not done within {SECONDS} s")


def test_a_collection_of_assemblies_gives_the_samples_their_names(galaxy: GalaxyInstance) -> None:
    """A form that takes several datasets takes a collection, and the names of its elements."""
    history = galaxy.histories.create_history("catalogue")["id"]
    data = WORKFLOW.parents[1] / "test-data"
    ids = [
        galaxy.tools.upload_file(str(data / name), history, file_type="fasta.gz")["outputs"][0][
            "id"
        ]
        for name in ("S1.fna.gz", "S2.fna.gz")
    ]
    for dataset in ids:
        galaxy.datasets.wait_for_dataset(dataset, maxwait=SECONDS)
    named = zip(("gut", "skin 2"), ids, strict=True)
    collection = galaxy.histories.create_dataset_collection(
        history,
        {
            "collection_type": "list",
            "name": "assemblies",
            "element_identifiers": [{"name": n, "src": "hda", "id": id_} for n, id_ in named],
        },
    )["id"]
    outputs = run_tool(
        galaxy,
        history,
        "latentbin_catalogue",
        {"assembly": {"src": "hdca", "id": collection}, "min_length": 3000},
    )
    text = gzip.decompress(galaxy.datasets.download_dataset(outputs["output"])).decode()
    names = [line[1:].split("~")[0] for line in text.splitlines() if line.startswith(">")]
    assert set(names) == {"gut", "skin_2"}
    assert names == sorted(names)
