"""Chapters of proteomics studies and of taxonomy data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.colours import NOBODY, OTHERS, PALETTE
from latentbin.report.page.chapters import Chapter, Section
from latentbin.report.page.figures import axis, drawing, gallery, line, names_axis, squares
from latentbin.report.page.maps import points
from latentbin.report.page.markup import figure, grouped, percent, table

Summaries = Sequence[Mapping[str, Any]]


def study_chapters(studies: Summaries, total_points: int) -> list[Chapter | None]:
    """What labels follow, the samples in their latent, how eps was chosen, the classifier."""
    if not studies:
        return []
    chapter = Chapter("Labels of the samples")
    rows = []
    for study in studies:
        found = study["labels"] or {}
        for name, score in (found.get("follows") or {}).items():
            rows.append((study["name"], name, score["adjusted_mutual_info"], score["v_measure"]))
    if rows:
        chapter.sections.append(
            Section(
                "What the labels follow",
                "Agreement of the labels with what is known of the samples: 1 is full agreement; "
                "adjusted mutual information is 0 by chance. Labels that follow the batch say "
                "little of biology.",
                content=grouped(
                    studies,
                    ("Study", "Known", "Adjusted mutual information", "V-measure"),
                    rows,
                    text=2,
                ),
            )
        )
    drawn = [study for study in studies if study["map"]]
    if drawn:
        most = max(200, total_points // len(drawn))
        data = {
            "groupLabel": "Study",
            "viewLabel": "Latent of",
            "palette": PALETTE,
            "others": OTHERS,
            "nobody": NOBODY,
            "groups": [points(study["name"], study["map"], most, "samples") for study in drawn],
        }
        chapter.sections.append(
            Section(
                "Samples in the latent",
                "Each point is a sample. Colour by label, then by class, batch and donor: what "
                "the islands are made of is what the labels tell.",
                content=figure("map", data),
            )
        )
    figures = [_eps(study) for study in studies if study["eps"]]
    if figures:
        content = gallery("Study", "", figures)
        chapter.sections.append(
            Section(
                "How eps was chosen",
                "Number of labels and of samples without one over the radius of DBSCAN, and how "
                "well labels agree with known classes.",
                content=content,
            )
        )
    return [chapter if chapter.sections else None, _spectra(studies), _classifier(studies)]


def _eps(study: Mapping[str, Any]) -> dict[str, Any]:
    found = study["eps"]
    words = {
        "clusters": ("Labels", "y"),
        "noise": ("Samples without one", "y"),
        "tune_v_measure": ("V-measure, tune samples", "y2"),
        "class_v_measure": ("V-measure, all classes", "y2"),
        "silhouette": ("Silhouette", "y2"),
    }
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": title,
            "x": found["eps"],
            "y": found[key],
            "yaxis": side,
            "line": {"color": PALETTE[number], "dash": "solid" if side == "y" else "dot"},
        }
        for number, (key, (title, side)) in enumerate(words.items())
        if any(value is not None for value in found.get(key, ()))
    ]
    chosen = found["chosen"]
    mark = {"type": "line", "x0": chosen, "x1": chosen, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"dash": "dash", "color": "#888888", "width": 1}}  # fmt: skip
    score = axis("Score", overlaying="y", side="right", showgrid=False)
    return drawing(
        study["name"],
        "eps",
        traces,
        axis("eps"),
        axis("Labels, samples"),
        caption=f"The dashed line is the eps that was taken, {chosen:g}." if chosen else "",
        yaxis2=score,
        legend={"orientation": "h", "y": -0.2},
        shapes=[mark] if chosen else [],
    )


def _spectra(studies: Summaries) -> Chapter | None:
    rows = [
        (study["name"], *(study["spectra"][key] for key in ("ms2", "psms", "peptides", "proteins")))
        for study in studies
        if study["spectra"]
    ]
    if not rows:
        return None
    header = ("Study", "MS2 spectra", "PSMs", "Peptides", "Protein groups")
    return Chapter(
        "Spectra",
        [
            Section(
                "What was identified",
                "Within the false-discovery rate that was asked for.",
                content=table(header, rows),
            )
        ],
    )


def _classifier(studies: Summaries) -> Chapter | None:
    rows = []
    figures = []
    for study in studies:
        for model, splits in ((study["classifier"] or {}).get("scores") or {}).items():
            for split, scores in splits.items():
                rows.append(
                    (
                        study["name"],
                        model,
                        split,
                        _share(scores["accuracy"]),
                        _share(scores["accuracy_sd"]),
                        scores["macro_f1"],
                        scores["calibration_error"],
                    )
                )
        if study["confusion"]:
            found = study["confusion"]
            figures.append(
                _square(study["name"], "samples", found["rows"], found["columns"], found["counts"],
                        "samples")
            )  # fmt: skip
    if not rows:
        return None
    header = ("Study", "Model", "Judged by", "Right, %", "deviation", "Macro F1")
    chapter = Chapter("Classifier of the samples")
    chapter.sections.append(
        Section(
            "How well it does",
            "On samples that it has not seen. It must beat the largest class, and should be no "
            "worse than the logistic regression.",
            content=grouped(studies, (*header, "Calibration error"), rows, text=3),
        )
    )
    if figures:
        chapter.sections.append(_confusions(figures, "Study", "Known label in rows."))
    return chapter


def dataset_chapters(datasets: Summaries) -> list[Chapter | None]:
    """Scores of the models, their training, classes and confusions; taxa of contigs and bins."""
    if not datasets:
        return []
    chapter = Chapter("Models of taxa")
    rows = []
    figures = []
    curves = []
    for dataset in datasets:
        for name, model in dataset["models"].items():
            for rank, scores in model["ranks"].items():
                rows.append(
                    (
                        dataset["name"],
                        name,
                        rank,
                        scores["contigs"],
                        scores["classes"],
                        _share(scores["accuracy"]),
                        scores["macro_f1"],
                        scores["calibration_error"],
                        scores["never_predicted"],
                    )
                )
            if model["confusion"] and model["confusion"]["rows"]:
                found = model["confusion"]
                figures.append(
                    _square(dataset["name"], name, found["rows"], found["columns"],
                            found["percent"], "% of the class")
                )  # fmt: skip
            if model["training"] and model["training"]["curves"]:
                curves.append(_losses(dataset["name"], name, model["training"]))
    if rows:
        header = ("Data set", "Model", "Rank", "Contigs", "Classes", "Right, %", "Macro F1",
                  "Calibration error", "Never predicted")  # fmt: skip
        by = ", ".join(
            f"{dataset['name']}: by {dataset['split_by']}, on both sides: {dataset['leaks']}"
            for dataset in datasets
            if dataset["split_by"]
        )
        chapter.sections.append(
            Section(
                "Scores",
                f"Of contigs of the test part. How the parts were made: {by or 'not known'}.",
                content=grouped(datasets, header, rows, text=3),
            )
        )
    if figures:
        chapter.sections.append(
            _confusions(figures, "Data set", "True taxon in rows; the 30 with most contigs.")
        )
    if curves:
        content = gallery("Data set", "Model", curves)
        chapter.sections.append(Section("Training of the models", content=content))
    return [chapter if chapter.sections else None, _taxa(datasets)]


def _taxa(datasets: Summaries) -> Chapter | None:
    rows = []
    for dataset in datasets:
        for what in ("contigs", "bins"):
            found = dataset[what]
            for rank, taxa in (found or {}).get("ranks", {}).items():
                most = ", ".join(f"{name} ({n:,})" for name, n in list(taxa["taxa"].items())[:8])
                share = percent(100 * taxa["known"] / max(found["rows"], 1))
                rows.append((dataset["name"], what, rank, found["rows"], share, most))
    if not rows:
        return None
    header = ("Data set", "Of", "Rank", "All", "With a taxon, %", "Most frequent taxa")
    content = table(header, rows, text=3, wrap=(5,))
    return Chapter("Taxa", [Section("Taxa that were found", content=content)])


def _share(value: float | None) -> str | None:
    return None if value is None else percent(100 * value)


def _confusions(figures: list[dict[str, Any]], group: str, description: str) -> Section:
    content = gallery(group, "Model", figures)
    return Section("What is taken for what", description, content=content)


def _square(
    group: str, view: str, rows: list[str], columns: list[str], values: Any, unit: str
) -> dict[str, Any]:
    trace = squares(rows, columns, values, "blues", unit, f"%{{y}} taken for %{{x}}: %{{z}} {unit}")
    return drawing(
        group,
        view,
        [trace],
        names_axis(10, tickangle=-45, title={"text": "predicted"}),
        names_axis(10, autorange="reversed"),
        220 + 22 * len(rows),
    )


def _losses(group: str, view: str, found: Mapping[str, Any]) -> dict[str, Any]:
    traces = [
        line(name.replace("_", " "), found["at"], values, PALETTE[number])
        for number, (name, values) in enumerate(found["curves"].items())
    ]
    return drawing(group, view, traces, axis(found["step"]), axis("loss, nats"), 400)
