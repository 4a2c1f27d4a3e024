"""Colours of groups in plots and pages."""

from __future__ import annotations

# told apart also by those who see few colours (Okabe and Ito 2008)
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#B8A500", "#000000")
NOISE = "#999999"
# of many groups: the first are told apart best
PALETTE = (
    *COLOURS,
    *("#6A3D9A", "#8C510A", "#E31A1C", "#7FBF3F", "#FB9AB5", "#00CFCF"),
    *("#4B5320", "#B39DDB", "#F4C27A", "#1B1F8A", "#A0003C", "#7F9FB0"),
)
OTHERS, NOBODY = "#9A9A9A", "#DCDCDC"
