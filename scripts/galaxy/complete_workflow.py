"""Fill a workflow with the present version and defaults of its tools, and lay its boxes out.

A workflow file needs to say only which tools there are and what is connected; Galaxy runs it
without remarks if every option has a value. Run this after a change of a tool, with a server
running (scripts/galaxy/server.sh start) and its environment, by Galaxy's Python:

    python complete_workflow.py galaxy_tools/latentbin/workflows/binning.gxwf.yml
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml
from bioblend.galaxy import GalaxyInstance

WIDTH, HEIGHT = 280, 180  # of a box and the room around it


def main() -> None:
    """Do it."""
    galaxy = GalaxyInstance(os.environ["GALAXY_URL"], os.environ["GALAXY_KEY"])
    for path in map(Path, sys.argv[1:]):
        given = yaml.safe_load(path.read_text())
        for step in given["steps"].values():
            step["tool_state"] = repeats(step["in"])
            step.pop("tool_version", None)
        workflow = galaxy.workflows.import_workflow_dict(given)["id"]
        galaxy.workflows.refactor_workflow(workflow, [{"action_type": "upgrade_all_steps"}])
        url = f"{galaxy.url}/workflows/{workflow}/download"
        text = galaxy.make_get_request(url, params={"style": "format2"}).text
        upgraded = yaml.safe_load(text)["steps"]
        for name, step in given["steps"].items():
            step["tool_version"] = upgraded[name]["tool_version"]
            step["tool_state"] = upgraded[name]["tool_state"]
        lay_out(given)
        path.write_text(yaml.safe_dump(given, sort_keys=False, width=110, allow_unicode=True))


def repeats(connected: dict[str, Any]) -> dict[str, Any]:
    """Parts of a form that can be added again: as many as something is connected to."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name in connected:
        if part := re.fullmatch(r"(\w+)_(\d+)\|(\w+)", name):
            parts = found.setdefault(part[1], {})
            parts.setdefault(int(part[2]), {})[part[3]] = {"__class__": "ConnectedValue"}
    return {name: [parts[n] for n in sorted(parts)] for name, parts in found.items()}


def lay_out(workflow: dict[str, Any]) -> None:
    """Each step stands right of all that it takes from."""
    column = dict.fromkeys(workflow["inputs"], 0)
    steps = workflow["steps"]
    while len(column) < len(workflow["inputs"]) + len(steps):
        for name, step in steps.items():
            sources = [source_of(entry) for entry in step["in"].values()]
            if name not in column and all(source in column for source in sources):
                column[name] = 1 + max(column[source] for source in sources)
    filled = dict.fromkeys(column.values(), 0)
    for name, place in column.items():
        box = workflow["inputs"].get(name) or steps[name]
        box["position"] = {"left": WIDTH * place, "top": HEIGHT * filled[place]}
        filled[place] += 1


def source_of(entry: str | dict[str, str]) -> str:
    """The input or step that a connection comes from."""
    text = entry if isinstance(entry, str) else entry["source"]
    return text.split("/")[0]


main()
