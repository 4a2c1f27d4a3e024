"""The page as a MultiQC report, built in this process: nothing is searched for, nothing fetched."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import multiqc
from multiqc.base_module import BaseMultiqcModule

from latentbin import __version__
from latentbin.files import atomic_output
from latentbin.report.options import WriteOptions
from latentbin.report.page.bins import binned_chapter, bins_chapter
from latentbin.report.page.chapters import Chapter, anchor_of
from latentbin.report.page.compared import agreement_chapter, genes_chapter, truth_chapter
from latentbin.report.page.glance import glance
from latentbin.report.page.maps import map_chapter, training_chapter
from latentbin.report.page.markup import safe
from latentbin.report.page.run import run_chapter
from latentbin.report.page.studies import dataset_chapters, study_chapters
from latentbin.report.tables import Table

_SETTINGS: dict[str, Any] = {
    "intro_text": f"Results of Latentbin {__version__}. Figures react to the mouse: point, zoom, "
    "click in a legend.",
    "show_analysis_paths": False,
    "no_ai": True,
    "no_version_check": True,
    "skip_generalstats": True,
    "skip_versions_section": True,
    "make_data_dir": False,
    "plots_force_interactive": True,
    "plots_defer_loading_numseries": 100_000,
    "custom_logo_title": "Latentbin",
    "custom_logo_width": 220,
}


def render(
    output: Path,
    options: WriteOptions,
    of_kind: Mapping[str, Sequence[dict[str, Any]]],
    versions: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, Any],
    trace: Table | None,
) -> None:
    """Write the page, complete or not at all."""
    groups, studies, datasets = (of_kind[kind] for kind in ("group", "study", "dataset"))
    assets = files("latentbin.report.page")
    with (
        tempfile.TemporaryDirectory() as name,
        as_file(assets.joinpath("page.js")) as script,
        as_file(assets.joinpath("page.css")) as style,
        as_file(assets.joinpath("logo.svg")) as logo,
        as_file(assets.joinpath("icon.svg")) as icon,
    ):
        config = Path(name) / "multiqc_config.yaml"
        # JSON is YAML
        config.write_text(
            json.dumps(
                _SETTINGS
                | {
                    "custom_logo": str(logo),
                    "custom_logo_dark": str(logo),
                    "custom_favicon": str(icon),
                }
            )
        )
        multiqc.reset()
        # it would tell where its settings lay
        logging.getLogger("multiqc").setLevel(logging.WARNING)
        # found in the home folder or here, a config of the user's would change the page
        os.environ.pop("MULTIQC_CONFIG_PATH", None)
        multiqc.load_config(config)
        chapters: list[Chapter | None] = [glance(groups, studies, datasets)]
        if groups:
            chapters += [
                bins_chapter(groups),
                binned_chapter(groups),
                map_chapter(groups, options.total_points),
                genes_chapter(groups),
                agreement_chapter(groups),
                truth_chapter(groups),
            ]
        chapters += study_chapters(studies, options.total_points)
        chapters += dataset_chapters(datasets)
        chapters.append(training_chapter([*groups, *studies]))
        chapters.append(run_chapter(groups, studies, datasets, versions, parameters, trace))
        for chapter in filter(None, chapters):
            multiqc.report.modules.append(_module(chapter, script, style))
        multiqc.write_report(
            title=safe(options.title),
            output_dir=name,
            filename="report.html",
            make_data_dir=False,
            force=True,
            quiet=True,
            no_ansi=True,
            no_version_check=True,
            config_files=[config],
        )
        text = (Path(name) / "report.html").read_text("utf-8")
        with atomic_output(output) as temporary:
            temporary.write_text(_branded(text, safe(options.title)), "utf-8")


def _module(chapter: Chapter, script: Path, style: Path) -> BaseMultiqcModule:
    module = BaseMultiqcModule(name=chapter.name, anchor=chapter.anchor, info="")
    module.intro = ""
    module.js = {"assets/js/latentbin.js": str(script)}
    module.css = {"assets/css/latentbin.css": str(style)}
    for section in chapter.sections:
        module.add_section(
            name=section.name,
            anchor=anchor_of(chapter.name, section.name),
            description=section.description,
            helptext=section.helptext,
            plot=section.plot,
            content=section.content,
        )
    return module


def _branded(text: str, title: str) -> str:
    """The title and the line about the page, which MultiQC has no setting for."""
    text = text.replace(
        'content="MultiQC: A modular tool to aggregate results from bioinformatics analyses across '
        'many samples into a single report"',
        f'content="Results of Latentbin {__version__}"',
    )
    return text.replace(f"<title>{title}: MultiQC Report</title>", f"<title>{title}</title>")
