"""The forms of the Galaxy tools say what the commands say, and keep to the standards of the IUC."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.galaxy.tool_xml import SUITE, tools

from latentbin import __version__
from latentbin.abundance.options import BamOptions, TableOptions
from latentbin.bins.options import BinsOptions, NameOptions, QualityOptions
from latentbin.catalogue.options import CatalogueOptions
from latentbin.command import natural_int, positive_int
from latentbin.composition.options import KmersOptions, TnfOptions
from latentbin.deepmetabin import options as deepmetabin
from latentbin.evaluate.options import EvaluateOptions
from latentbin.explore import options as explore
from latentbin.genomeface.options import ClusterOptions as GenomeFaceClusterOptions
from latentbin.markers.options import MarkerOptions
from latentbin.options import Options, flag
from latentbin.proteome.classifier import options as classifier
from latentbin.proteome.embedding.options import EmbedOptions as ProteomeEmbedOptions
from latentbin.proteome.labelling.options import LabelOptions
from latentbin.proteome.spectra import options as spectra
from latentbin.proteome.tables.options import PrepareOptions, ReadOptions
from latentbin.report import options as report
from latentbin.simulate.options import CommunityOptions, ProteomeOptions, TaxonomyOptions
from latentbin.taxonomy.judging import options as judging
from latentbin.taxonomy.models import options as models
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.vamb import options as vamb

ROOT = Path(__file__).parents[2]
TOOLS = tools()
PARAMS = [
    (name, param)
    for name, tool in TOOLS.items()
    for param in tool.iter("param")
    if "type" in param.attrib
]

# where the options of a step come from; a step that is not listed has none of this kind
OPTIONS: dict[str, tuple[type[Options], ...]] = {
    "composition tnf": (TnfOptions,),
    "composition kmers": (KmersOptions,),
    "abundance bam": (BamOptions,),
    "abundance table": (TableOptions,),
    "catalogue": (CatalogueOptions,),
    "markers find": (MarkerOptions,),
    "vamb embed": (vamb.EmbedOptions,),
    "vamb cluster": (vamb.ClusterOptions,),
    "deepmetabin graph": (deepmetabin.GraphOptions,),
    "deepmetabin embed": (deepmetabin.EmbedOptions,),
    "deepmetabin cluster": (deepmetabin.ClusterOptions,),
    "genomeface cluster": (GenomeFaceClusterOptions,),
    "bins write": (BinsOptions,),
    "bins quality": (QualityOptions, NameOptions),
    "evaluate": (EvaluateOptions,),
    "proteome prepare": (PrepareOptions, ReadOptions),
    "proteome embed": (ProteomeEmbedOptions,),
    "proteome label": (LabelOptions,),
    "proteome train": (classifier.TrainOptions,),
    "proteome classify": (classifier.ClassifyOptions,),
    "proteome search": (spectra.SearchOptions,),
    "proteome identify": (spectra.IdentifyOptions,),
    "proteome quantify": (spectra.QuantifyOptions,),
    "explore": (explore.InputOptions, explore.EmbeddingOptions, explore.ClusterOptions),
    "taxonomy split": (SplitOptions,),
    "taxonomy train": (
        models.TrainOptions,
        *(options for options in models.BY_MODEL.values() if options is not None),
    ),
    "taxonomy tune": (models.TuneOptions,),
    "taxonomy predict": (models.PredictOptions,),
    "taxonomy evaluate": (judging.EvaluateOptions,),
    "taxonomy vote": (judging.VoteOptions,),
    "report group": (report.GroupOptions,),
    "report write": (report.WriteOptions,),
    "simulate community": (CommunityOptions,),
    "simulate proteome": (ProteomeOptions,),
    "simulate taxonomy": (TaxonomyOptions,),
}
# defaults that hang on --preset
PRESETS: dict[str, dict[str, Any]] = {
    "vamb embed": vamb.EMBED_PRESETS,
    "vamb cluster": vamb.CLUSTER_PRESETS,
}
# the tool gives these itself
GIVEN = ("--output", "--output-dir", "--threads")
# options that no form has, and why
_CHECKPOINT = "a job of Galaxy starts anew: there is nothing to go on from"
_ALWAYS = "the tool names the file itself"
_OF_A_RUN = "of a run of Nextflow; a history of Galaxy keeps all of this itself"
_TRUTH = "for those who work on the method: it adds a figure to the report"
_OF_PARTS = "for clusters, where each assembly is a task; here the catalogue is one dataset"
LEFT_OUT = {
    ("vamb embed", "--checkpoint"): _CHECKPOINT,
    ("vamb embed", "--checkpoint-every"): _CHECKPOINT,
    ("deepmetabin embed", "--checkpoint"): _CHECKPOINT,
    ("deepmetabin embed", "--checkpoint-every"): _CHECKPOINT,
    ("deepmetabin graph", "--truth"): _TRUTH,
    ("deepmetabin graph", "--sample-id"): _TRUTH,
    ("proteome search", "--json"): _ALWAYS,
    ("proteome search", "--comet"): "Comet is the one that is installed with the tool",
    ("proteome quantify", "--json"): _ALWAYS,
    ("proteome tabulate", "--json"): _ALWAYS,
    ("taxonomy tune", "--study"): _ALWAYS,
    ("report write", "--versions"): _OF_A_RUN,
    ("report write", "--parameters"): _OF_A_RUN,
    ("report write", "--trace"): _OF_A_RUN,
    ("composition tnf", "--prefix"): _OF_PARTS,
    ("composition kmers", "--prefix"): _OF_PARTS,
    ("markers find", "--prefix"): _OF_PARTS,
}
# defaults that a form fills in where the command works them out itself, or demands them
OTHER_DEFAULT = {
    ("catalogue", "--sample"): "the names of the datasets",
    ("proteome prepare", "--quantities"): "with --like that of the earlier proteome",
    ("taxonomy split", "--by"): "demanded; strain is what a reader should try first",
    ("report group", "--name"): "demanded; any will do for a page of one",
    ("report study", "--name"): "demanded; any will do for a page of one",
    ("report dataset", "--name"): "demanded; any will do for a page of one",
}
# steps without a tool, and why; a command name stands for all its steps
_DAYS = "trains for days on reference genomes; the forms take the weights that it writes"
NO_TOOL = {
    "composition merge": _OF_PARTS,
    "markers merge": _OF_PARTS,
    "genomeface train composition": _DAYS,
    "genomeface train abundance": _DAYS,
}
# IUC: https://galaxy-iuc-standards.readthedocs.io/en/latest/best_practices/tool_xml.html
ORDER = [
    "description", "creator", "edam_topics", "edam_operations", "xrefs", "requirements",
    "version_command", "command", "inputs", "outputs", "tests", "help", "citations",
]  # fmt: skip


def steps() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every step of every command, such as ``vamb embed``, with its parser."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for script, target in scripts.items():
        module = importlib.import_module(target.split(":")[0])
        yield from _leaves(script.removeprefix("latentbin-"), module.build_parser())


def _leaves(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for word, below in group.choices.items():
            yield from _leaves(f"{name} {word}", below)


STEPS = dict(steps())


def step_of(tool: str) -> str:
    return tool.removeprefix("latentbin_").replace("_", " ")


def actions(step: str) -> dict[str, argparse.Action]:
    """The options of a step by their long flags."""
    found = {action.option_strings[0]: action for action in STEPS[step]._actions}
    return {name: action for name, action in found.items() if name not in ("-h", "--version")}


def fields(step: str) -> dict[str, Any]:
    """The fields of the option dataclasses of a step by their flags."""
    return {
        flag(field.name): field
        for cls in OPTIONS.get(step, ())
        for field in dataclasses.fields(cls)  # type: ignore[arg-type]
    }


def command_of(tool: str) -> str:
    return TOOLS[tool].findtext("command") or ""


def test_every_step_has_a_tool_or_a_reason() -> None:
    with_tool = {step_of(tool) for tool in TOOLS}
    without = {
        step
        for step in STEPS
        if any(step == name or step.startswith(f"{name} ") for name in NO_TOOL)
    }
    assert with_tool <= set(STEPS), "a tool of no step"
    assert with_tool | without == set(STEPS)
    assert not with_tool & without, "has a tool, and a reason for having none"
    unused = [n for n in NO_TOOL if not any(s == n or s.startswith(f"{n} ") for s in STEPS)]
    assert not unused


@pytest.mark.parametrize("tool", TOOLS)
def test_every_option_is_in_the_form_or_left_out_for_a_reason(tool: str) -> None:
    step = step_of(tool)
    in_form = {
        param.attrib["argument"]
        for name, param in PARAMS
        if name == tool and "argument" in param.attrib
    }
    left_out = {name for of, name in LEFT_OUT if of == step}
    known = set(actions(step))
    assert in_form <= known, "the command does not know it"
    assert left_out <= known
    assert not in_form & left_out
    assert in_form | left_out | set(GIVEN) >= known
    # what stands in the option dataclasses is what the parser takes from them
    suppressed = {n for n, a in actions(step).items() if a.default is argparse.SUPPRESS}
    assert suppressed == set(fields(step))


@pytest.mark.parametrize("tool", TOOLS)
def test_the_command_line_has_every_option_of_the_form(tool: str) -> None:
    step, command = step_of(tool), command_of(tool)
    words = re.findall(r"(?<![\w'$.{-])(--[a-z][a-z0-9-]*)", command)
    assert set(words) <= set(actions(step))
    (called,) = re.findall(r"^latentbin-.*$", command, re.M)
    assert called == f"latentbin-{step}"
    for name, param in PARAMS:
        if name == tool and "argument" in param.attrib:
            variable = rf"\$\{{?([\w]+\.)*{name_of(param)}\b"
            assert re.search(variable, command), name_of(param)
            assert param.get("type") == "boolean" or param.attrib["argument"] in words
    if "--threads" in actions(step):
        assert '--threads "\\${GALAXY_SLOTS:-1}"' in command


def name_of(param: ET.Element) -> str:
    return param.get("name") or param.attrib["argument"].lstrip("-").replace("-", "_")


def default_of(param: ET.Element) -> Any:
    """What the form gives if nothing is changed; None for nothing."""
    kind, value = param.get("type"), param.get("value")
    if kind == "boolean":
        return param.get("checked") == "true"
    if kind == "select":
        chosen = [o.get("value") for o in param.iter("option") if o.get("selected") == "true"]
        if param.get("multiple") == "true":
            return ",".join(filter(None, chosen))
        assert len(chosen) == (0 if param.get("optional") == "true" else 1), name_of(param)
        return chosen[0] if chosen else None
    if not value:
        assert param.get("optional") == "true", name_of(param)
        return None
    return {"integer": int, "float": float, "text": str}[kind or ""](value)


def preset_of(param: ET.Element, tool: ET.Element) -> str | None:
    """The preset in whose part of the form the parameter stands."""
    for conditional in tool.iter("conditional"):
        chooser = conditional.find("param")
        if chooser is not None and chooser.get("argument") == "--preset":
            for when in conditional.findall("when"):
                if param in list(when.iter("param")):
                    return when.get("value")
    return None


def is_repeated(param: ET.Element, tool: ET.Element) -> bool:
    """Whether it stands in a part of the form that users may add again."""
    return any(param in list(repeat.iter("param")) for repeat in tool.iter("repeat"))


OPTIONS_IN_FORMS = [(tool, param) for tool, param in PARAMS if "argument" in param.attrib]


@pytest.mark.parametrize(
    ("tool", "param"),
    OPTIONS_IN_FORMS,
    ids=[f"{t}{p.get('argument')}" for t, p in OPTIONS_IN_FORMS],
)
def test_form_and_command_agree(tool: str, param: ET.Element) -> None:
    step, name = step_of(tool), param.attrib["argument"]
    action, field = actions(step)[name], fields(step).get(name)
    assert param.get("label")
    if param.get("type") == "data":
        assert (param.get("optional") != "true") or not action.required
        several = action.nargs == "+" or isinstance(action, argparse._AppendAction)
        assert (param.get("multiple") == "true" or is_repeated(param, TOOLS[tool])) == several
        return
    if param.get("type") == "boolean" and field is None:  # an output that is asked for
        assert re.fullmatch(rf"{name} [\w.]+", param.attrib["truevalue"])
        assert param.get("falsevalue") == ""
        assert param.get("checked") == "false"
        return

    default, low, high, choices = _of_the_command(
        action, field, step, preset_of(param, TOOLS[tool])
    )
    if (step, name) not in OTHER_DEFAULT:
        assert default_of(param) == (None if default == "" else default)
    assert _number(param.get("min")) == low
    assert _number(param.get("max")) == high
    if param.get("multiple") == "true":  # words with commas between, by default all
        choices = default.split(",")
    if param.get("type") == "select":
        assert [option.get("value") for option in param.iter("option")] == choices
    else:
        assert choices is None
    if param.get("type") == "boolean":
        assert param.get("truevalue") == name
        assert param.get("falsevalue") == name.replace("--", "--no-", 1)
    kinds = {int: "integer", positive_int: "integer", natural_int: "integer", float: "float"}
    if action.type in kinds:
        assert param.get("type") == kinds[action.type]


def _of_the_command(
    action: argparse.Action, field: Any, step: str, preset: str | None
) -> tuple[Any, float | None, float | None, list[str] | None]:
    """Default, bounds and choices."""
    if field is None:
        low = {natural_int: 0, positive_int: 1}.get(action.type)  # type: ignore[call-overload]
        return action.default, low, None, list(action.choices) if action.choices else None
    default = getattr(PRESETS[step][preset], field.name) if preset else field.default
    choices = field.metadata["choices"]
    return (
        default,
        field.metadata["low"],
        field.metadata["high"],
        None if choices is None else list(choices),
    )


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


@pytest.mark.parametrize("tool", TOOLS)
def test_ids_versions_and_order(tool: str) -> None:
    root = TOOLS[tool]
    assert root.get("id") == tool
    assert re.fullmatch(r"[a-z0-9_]+", tool)
    assert (root.get("name") or "").startswith("Latentbin ")
    assert re.fullmatch(rf"{re.escape(__version__)}\+galaxy\d+", root.attrib["version"])
    assert root.get("license") == "MIT"
    tags = [child.tag for child in root]
    assert tags == [tag for tag in ORDER if tag in tags]
    assert set(ORDER) - set(tags) <= {"xrefs"}
    assert root.find("command").get("detect_errors") == "exit_code"  # type: ignore[union-attr]
    command = step_of(tool).split()[0]
    assert root.findtext("version_command") == f"latentbin-{command} --version"


def test_all_tools_have_one_version_and_profile() -> None:
    assert len({(root.get("version"), root.get("profile")) for root in TOOLS.values()}) == 1


def test_containers_are_those_of_the_pipeline() -> None:
    of_step = {}
    for module in ROOT.glob("modules/local/**/main.nf"):
        text = module.read_text()
        for step in re.findall(r"^ +latentbin-(\w+(?: [a-z]+)?)", text, re.M):
            (of_step[step],) = re.findall(r'container "(ghcr[^:]+):', text)
    for tool, root in TOOLS.items():
        step = step_of(tool)
        ours = root.findall("requirements/requirement")[0]  # programs that it calls may follow
        assert (ours.text, ours.get("version")) == ("latentbin", __version__)
        (container,) = root.findall("requirements/container")
        # steps that the pipeline does not have are in the container of their command
        expected = of_step.get(step, f"ghcr.io/latentbin/latentbin-{step.split()[0]}")
        assert container.text == f"{expected}:{__version__}", tool


@pytest.mark.parametrize("tool", TOOLS)
def test_help_citations_and_labels(tool: str) -> None:
    root = TOOLS[tool]
    text = root.findtext("help") or ""
    headings = re.findall(r"^\*\*(Purpose|Inputs|Outputs|Example)\*\*$", text, re.M)
    assert headings == ["Purpose", "Inputs", "Outputs", "Example"]
    confirmed = (ROOT / "CITATIONS.md").read_text()
    for citation in root.iter("citation"):
        if citation.get("type") == "doi":
            assert f"doi:{citation.text}" in confirmed
    labels = [param.get("label") for name, param in PARAMS if name == tool]
    assert all(labels)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_is_tested_with_contents_and_with_a_failure(tool: str) -> None:
    tests = TOOLS[tool].findall("tests/test")
    failing = [test for test in tests if test.get("expect_failure") == "true"]
    succeeding = [test for test in tests if test.get("expect_failure") != "true"]
    assert failing
    for test in failing:
        assert test.find("assert_stderr/has_text") is not None
    assert succeeding
    for test in succeeding:
        assert test.get("expect_num_outputs")
        assert test.find(".//assert_contents") is not None
    # every output is looked into by some test
    outputs = TOOLS[tool].find("outputs")
    named = {test_output.get("name") for test in succeeding for test_output in test}
    assert {output.get("name") for output in outputs} <= named  # type: ignore[union-attr]


def test_pictures_of_the_help_are_there_and_small() -> None:
    """The Tool Shed looks for them in static/images; a path with a slash it would spoil."""
    shown = {
        name
        for root in TOOLS.values()
        for name in re.findall(r"^\.\. image:: (\S+)$", root.findtext("help") or "", re.M)
    }
    there = {path.name: path.stat().st_size for path in (SUITE / "static/images").iterdir()}
    assert shown == set(there)
    assert all(size < 100_000 for size in there.values())


def test_test_data_is_small_and_all_of_it_is_used() -> None:
    there = {path.name for path in (SUITE / "test-data").iterdir()}
    used = {
        value
        for root in TOOLS.values()
        for node in root.findall(".//tests//*[@value]")
        for value in node.attrib["value"].split(",")
        if node.get("ftype")
    }
    assert used == there
    assert sum((SUITE / "test-data" / name).stat().st_size for name in there) < 2_000_000


@pytest.mark.parametrize("path", sorted(SUITE.glob("workflows/*.gxwf.yml")), ids=lambda p: p.name)
def test_workflows_have_the_defaults_and_versions_of_the_tools(path: Path) -> None:
    """What is not the default of a form is connected to an input of the workflow."""
    for step in yaml.safe_load(path.read_text())["steps"].values():
        root = TOOLS[step["tool_id"]]
        assert step["tool_version"] == root.get("version")
        inputs = root.find("inputs")
        assert inputs is not None
        _check_state(inputs, step["tool_state"])


def _check_state(form: ET.Element, state: dict[str, Any]) -> None:
    for node in form:
        if node.tag == "section":
            _check_state(node, state[node.attrib["name"]])
        elif node.tag == "conditional":
            below = state[node.attrib["name"]]
            chooser = node.find("param")
            assert chooser is not None
            _check_value(chooser, below[name_of(chooser)])
            (case,) = (w for w in node.findall("when") if w.get("value") == default_of(chooser))
            _check_state(case, below)
        elif node.tag == "repeat":
            for below in state[node.attrib["name"]]:
                _check_state(node, below)
        else:
            _check_value(node, state[name_of(node)])


def _check_value(param: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        connected = value["__class__"] == "ConnectedValue"
        assert connected or param.get("optional") == "true", name_of(param)
    elif param.get("multiple") == "true":
        options = param.iter("option")
        # Galaxy writes a choice of one as itself, and of none as null
        chosen = value if isinstance(value, list) else [value] if value else []
        assert chosen == [o.get("value") for o in options if o.get("selected") == "true"]
    elif param.get("type") in ("integer", "float"):
        assert _number(value) == default_of(param), name_of(param)
    else:
        # nothing typed is '' or null
        assert (None if value == "" else value) == default_of(param), name_of(param)


def test_the_suite_of_the_tool_shed() -> None:
    shed = yaml.safe_load((SUITE / ".shed.yml").read_text())
    assert "{{ tool_id }}" in shed["auto_tool_repositories"]["name_template"]
    assert shed["suite"]["name"] == "suite_latentbin"
    assert shed["categories"]
