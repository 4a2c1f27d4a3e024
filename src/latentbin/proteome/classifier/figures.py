"""What a person looks at: which classes are mistaken for which, and what probabilities mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from latentbin.learning.calibration import calibration_error, reliability
from latentbin.plots import COLOURS, NOISE, SIGNS, new_figure
from latentbin.proteome.classifier.judge import Judged

_MOST_NUMBERS = 25  # classes up to which cells are numbered
_LONGEST = 30  # letters of a class's name


def confusion_figure(table: NDArray[np.intp], classes: Sequence[str], title: str) -> Figure:
    """Classes against predicted classes; shades are shares of the class.

    Parameters
    ----------
    table : (n_classes, n_classes) samples by class (rows) and predicted class (columns)
    """
    n_classes = len(classes)
    size = float(np.clip(0.45 * n_classes, 1.6, 10))
    names = [name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in classes]
    longest = max(map(len, names))
    turned = longest > (8 if n_classes == 2 else 3)
    room = 0.07 * longest  # inches that the names take
    figure, axes = new_figure(size + room + 2.2, size + (room if turned else 0) + 1.0)
    axis = axes[0, 0]
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if n_classes <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(table):
            colour = "white" if shares[row, column] > 0.6 else "black"
            axis.text(column, row, str(count), ha="center", va="center", color=colour)
    angle, end = (45, "right") if turned else (0, "center")
    axis.set_xticks(range(n_classes), names, rotation=angle, ha=end)
    axis.set_yticks(range(n_classes), names)
    axis.set(xlabel="predicted", ylabel="target")
    figure.suptitle(title, fontsize="medium")
    axis.spines[:].set_visible(False)
    figure.colorbar(image, ax=axis, label="share of the target's samples", shrink=0.8)
    return figure


def reliability_figure(judged: Judged, title: str) -> Figure:
    """Accuracy against confidence before and after temperature scaling, and how many samples."""
    figure, axes = new_figure(4.6, 5.2, rows=2)
    upper, lower = axes[0, 0], axes[1, 0]
    grid = upper.get_gridspec()
    grid.set_height_ratios([3, 1])
    upper.plot([0, 1], [0, 1], color=NOISE, linestyle="--", linewidth=1, label="as it should be")
    for place, (name, found) in enumerate(
        {"before scaling": judged.uncalibrated, "calibrated": judged.calibrated}.items()
    ):
        probabilities = np.exp(found)
        counts, confidence, accuracy = reliability(probabilities, judged.codes)
        filled = counts > 0
        error = calibration_error(probabilities, judged.codes)
        upper.plot(
            confidence[filled],
            accuracy[filled],
            color=COLOURS[1 - place],
            marker=SIGNS[place],
            clip_on=False,
            label=f"{name} (error {error:.3f})",
        )
        centres = (np.arange(len(counts)) + 0.5) / len(counts)
        lower.bar(centres + (place - 0.5) * 0.04, counts, width=0.04, color=COLOURS[1 - place])
    upper.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="share predicted right", title=title)
    upper.tick_params(labelbottom=False)
    figure.legend(frameon=False, loc="outside lower center")
    lower.set(xlim=(0, 1), xlabel="probability of the predicted class", ylabel="samples")
    return figure
