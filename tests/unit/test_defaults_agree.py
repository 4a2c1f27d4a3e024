"""nextflow.config, nextflow_schema.json and the option dataclasses say the same."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from latentbin import __version__
from latentbin.abundance.options import BamOptions
from latentbin.bins.options import BinsOptions, QualityOptions
from latentbin.catalogue.options import CatalogueOptions
from latentbin.composition.options import TnfOptions
from latentbin.deepmetabin.options import ClusterOptions as DeepMetaBinClusterOptions
from latentbin.deepmetabin.options import EmbedOptions as DeepMetaBinEmbedOptions
from latentbin.deepmetabin.options import GraphOptions
from latentbin.explore.options import ClusterOptions as ExploreClusterOptions
from latentbin.explore.options import EmbeddingOptions, InputOptions
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.genomeface.options import ClusterOptions as GenomeFaceOptions
from latentbin.markers.options import MarkerOptions
from latentbin.options import Options, as_dict, flag
from latentbin.proteome.classifier.options import ClassifyOptions, TrainOptions
from latentbin.proteome.embedding.options import EmbedOptions as ProteomeEmbedOptions
from latentbin.proteome.labelling.options import LabelOptions
from latentbin.proteome.spectra.options import IdentifyOptions, QuantifyOptions, SearchOptions
from latentbin.proteome.tables.formats import FORMATS
from latentbin.proteome.tables.options import PrepareOptions, ReadOptions
from latentbin.simulate.options import ProteomeOptions, TaxonomyOptions
from latentbin.taxonomy.judging.options import EvaluateOptions, VoteOptions
from latentbin.taxonomy.models.options import (
    LightgbmOptions,
    NeighboursOptions,
    NetworkOptions,
    TuneOptions,
)
from latentbin.taxonomy.models.options import PredictOptions as TaxonomyPredictOptions
from latentbin.taxonomy.models.options import TrainOptions as TaxonomyTrainOptions
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.vamb.options import PRESETS, ClusterOptions, EmbedOptions

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "nextflow.config").read_text()
SCHEMA = json.loads((ROOT / "nextflow_schema.json").read_text())
SPECS: dict[str, dict[str, Any]] = {
    name: spec for group in SCHEMA["$defs"].values() for name, spec in group["properties"].items()
}
# parameter of the pipeline, and the option of a command that it sets
SET_BY = [
    ("min_length", TnfOptions, "min_length"),
    ("min_length", EmbedOptions, "min_length"),
    ("min_length", GraphOptions, "min_length"),
    ("min_length", MarkerOptions, "min_length"),
    ("tnf_projection", TnfOptions, "projection"),
    ("abundance_unit", BamOptions, "unit"),
    ("min_identity", BamOptions, "min_identity"),
    ("min_bin_size", BinsOptions, "min_bin_size"),
    ("separator", BinsOptions, "separator"),
    ("proteome_proteins", PrepareOptions, "proteins"),
    ("proteome_quantities", PrepareOptions, "quantities"),
    ("proteome_tune_share", PrepareOptions, "tune_share"),
    ("proteome_model", ProteomeEmbedOptions, "model"),
    ("proteome_latent_size", ProteomeEmbedOptions, "latent_size"),
    ("proteome_epochs", ProteomeEmbedOptions, "epochs"),
    ("proteome_eps", LabelOptions, "eps"),
    ("proteome_group_by", TrainOptions, "group_by"),
    ("spectra_precursor_tolerance", SearchOptions, "precursor_tolerance"),
    ("spectra_fragments", SearchOptions, "fragments"),
    ("spectra_fdr", IdentifyOptions, "fdr"),
    ("spectra_fdr_estimate", IdentifyOptions, "fdr_estimate"),
    ("spectra_quantities", QuantifyOptions, "method"),
    ("taxonomy_rank", SplitOptions, "rank"),
    ("taxonomy_rank", TaxonomyTrainOptions, "rank"),
    ("taxonomy_test_share", SplitOptions, "test_share"),
    ("taxonomy_unknown_below", TaxonomyPredictOptions, "unknown_below"),
]


def config_params() -> dict[str, Any]:
    (block,) = re.findall(r"^params \{\n(.*?)^\}", CONFIG, re.S | re.M)
    words = {"null": "None", "true": "True", "false": "False"}
    return {
        name: ast.literal_eval(words.get(value, value))
        for name, value in re.findall(r"^    (\w+) += (.+)$", block, re.M)
    }


def test_config_and_schema_have_the_same_parameters_and_defaults() -> None:
    defaults = {name: spec.get("default") for name, spec in SPECS.items()}
    assert config_params() == defaults


def test_every_default_fits_its_own_schema() -> None:
    for name, spec in SPECS.items():
        if "default" in spec:
            jsonschema.validate(spec["default"], spec)
        assert spec["description"], name
    assert [entry["$ref"] for entry in SCHEMA["allOf"]] == [
        f"#/$defs/{key}" for key in SCHEMA["$defs"]
    ]
    sheets = [f"assets/schema_{name}.json" for name in ("input", "proteomics", "taxonomy")]
    for path in ("nextflow_schema.json", *sheets):
        jsonschema.Draft202012Validator.check_schema(json.loads((ROOT / path).read_text()))


@pytest.mark.parametrize(("param", "options", "field_name"), SET_BY)
def test_pipeline_and_command_agree(param: str, options: type[Options], field_name: str) -> None:
    fields = {field.name: field for field in dataclasses.fields(options)}  # type: ignore[arg-type]
    field, spec = fields[field_name], SPECS[param]
    assert config_params()[param] == field.default
    if field.metadata["choices"]:
        assert tuple(spec["enum"]) == field.metadata["choices"]
    # the pipeline may be narrower than the command, not wider
    low, high = field.metadata["low"], field.metadata["high"]
    assert low is None or spec["minimum"] >= low
    assert high is None or spec["maximum"] <= high


def test_presets_and_separator() -> None:
    assert tuple(SPECS["vamb_preset"]["enum"]) == PRESETS
    assert SPECS["vamb_preset"]["default"] == PRESETS[0]
    rules = (ROOT / "subworkflows/local/utils_samplesheet/main.nf").read_text()
    assert f"'{CatalogueOptions().separator}' : null" in rules


def test_every_binner_runs_by_default_and_no_other_name_is_taken() -> None:
    workflow = (ROOT / "workflows/binning.nf").read_text()
    binners = re.findall(r"'(\w+)' in binners", workflow)
    assert SPECS["binners"]["default"].split(",") == binners
    for names in (*binners, ",".join(binners), ",".join(reversed(binners))):
        jsonschema.validate(names, SPECS["binners"])
    for names in ("", "metabat", f"{binners[0]},", f"{binners[0]}, {binners[1]}", "vambgenomeface"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(names, SPECS["binners"])


def test_a_proteomics_sheet_takes_the_formats_of_the_command_and_names_all_columns() -> None:
    schema = json.loads((ROOT / "assets/schema_proteomics.json").read_text())
    columns = schema["items"]["properties"]
    assert columns["format"]["enum"] == ["auto", *FORMATS]
    assert f"{','.join(columns)} for proteomics" in SPECS["input"]["description"]
    assert f"`{','.join(columns)}`" in (ROOT / "docs/usage.md").read_text()
    rules = (ROOT / "subworkflows/local/utils_reports/main.nf").read_text()
    steps = (ROOT / "src/latentbin/proteome/embedding/steps.py").read_text()
    (fewest,) = re.findall(r"^_FEWEST = (\d+)$", steps, re.M)
    assert f"def fewestSamples() {{\n    return {fewest}\n" in rules


def test_every_parameter_is_used() -> None:
    files = ("main.nf", "nextflow.config", "subworkflows/local/utils_latentbin/main.nf")
    paths = [*(ROOT / name for name in files), *ROOT.glob("conf/*.config")]
    used = "".join(path.read_text() for path in paths)
    for name in SPECS:
        assert re.search(rf"\b(params|given)\.{name}\b", used), name


def test_one_version() -> None:
    (version,) = re.findall(r"^    version += '(.+)'$", CONFIG, re.M)
    assert version == __version__


def test_the_docs_list_every_parameter_with_its_default() -> None:
    usage = (ROOT / "docs/usage.md").read_text()
    for name, spec in SPECS.items():
        default = spec.get("default")
        shown = "" if default is None else json.dumps(default).strip('"')
        assert f"| `--{name}` | {shown} | {spec['description']} |" in usage, name


def test_the_docs_describe_the_defaults_of_vamb() -> None:
    methods = (ROOT / "docs/methods.md").read_text()
    embed, cluster = EmbedOptions(), ClusterOptions()
    for row in (
        f"| latent, hidden width | 40, 325 | {embed.latent_size}, {embed.hidden_size} ",
        f"| epochs | 500 | {embed.epochs} ",
        f"| shortest contig | 100 bp | {embed.min_length:,} bp ",
        f"| alpha | 0.05 | {embed.alpha_for(2)}, or {embed.alpha_for(1)} with one sample",
    ):
        assert row in methods
    assert f"\\mathrm{{length}}_j ({cluster.medoid_radius} - d_j)$" in methods


_OPTION_TABLES = [
    ("## Single-copy genes", MarkerOptions),
    ("## Quality of bins", QualityOptions),
    ("### Composition network", CompositionTrainOptions),
    ("### Co-abundance network", AbundanceTrainOptions),
    ("### Clusters", GenomeFaceOptions),
    ("### Links", GraphOptions),
    ("### Autoencoder", DeepMetaBinEmbedOptions),
    ("### Peaks and splits", DeepMetaBinClusterOptions),
    ("### Tables", PrepareOptions),
    ("### Reading tables", ReadOptions),
    ("### Latent of samples", ProteomeEmbedOptions),
    ("### Labels of samples", LabelOptions),
    ("### Classifier", TrainOptions),
    ("### New samples", ClassifyOptions),
    ("### Search", SearchOptions),
    ("### Identification", IdentifyOptions),
    ("### Quantities", QuantifyOptions),
    ("### Simulated proteomes", ProteomeOptions),
    ("### Split", SplitOptions),
    ("### Models", TaxonomyTrainOptions),
    ("### Boosted trees", LightgbmOptions),
    ("### Network of taxa", NetworkOptions),
    ("### Neighbours", NeighboursOptions),
    ("### Taxa", TaxonomyPredictOptions),
    ("### Tuning", TuneOptions),
    ("### Judging taxa", EvaluateOptions),
    ("### Votes", VoteOptions),
    ("### Simulated taxa", TaxonomyOptions),
    ("### Rows and values", InputOptions),
    ("### Embeddings", EmbeddingOptions),
    ("### Clusterings", ExploreClusterOptions),
]


def _shown(default: object) -> str:
    if default is None:  # worked out from the input
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, int):
        return f"{default:,}"
    return f"{default:g}" if isinstance(default, float) else str(default)


@pytest.mark.parametrize(("heading", "options"), _OPTION_TABLES)
def test_the_docs_list_every_option_of_a_method_with_its_default(
    heading: str, options: type[Options]
) -> None:
    methods = (ROOT / "docs/methods.md").read_text()
    section = re.split(r"^#{2,3} ", methods.split(f"\n{heading}\n")[1], maxsplit=1, flags=re.M)[0]
    rows = re.findall(r"^\| `(--[a-z0-9-]+)` \| ([^|]*) \|", section, re.M)
    fields = dataclasses.fields(options)  # type: ignore[arg-type]
    assert rows == [(flag(field.name), _shown(field.default)) for field in fields]


def test_the_docs_give_the_fitted_constants_of_the_shipped_networks() -> None:
    weights = ROOT / "src/latentbin/genomeface/weights"
    composition, abundance = (
        json.loads((weights / f"{name}.json").read_text()) for name in ("composition", "abundance")
    )
    methods, models = ((ROOT / f"docs/{name}.md").read_text() for name in ("methods", "models"))
    balance = abundance["balance"]
    assert f"for windows of other genomes, {composition['scale']:.2f}.\n" in methods
    assert f"v2 = {balance['v2']:.3g}, v1 = {balance['v1']:.3g}.\n" in methods
    assert f"The scale of the cosines, {composition['scale']:.2f}," in models
    for row in (
        f"| trained on | {composition['genomes']} genomes of {composition['groups']} genus groups",
        f"| judged on | {composition['judged_on']['genomes']} genomes ",
    ):
        assert row in models
    for card, options in (
        (composition, CompositionTrainOptions()),
        (abundance, AbundanceTrainOptions()),
    ):
        assert card["options"] == as_dict(options)  # "the defaults", says models.md
        assert card["seed"] == 1
