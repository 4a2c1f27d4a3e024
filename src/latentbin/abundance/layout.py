"""What the columns of a depth table are, as its first line tells."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from latentbin.errors import UserError

# Of CoverM's methods (as its headers name them), which give which unit; the first one found counts.
_COVERM_UNITS = {"depth": ("Mean", "Trimmed Mean"), "rpkm": ("RPKM",)}
_COVERM_METHODS = (
    "Mean",
    "Trimmed Mean",
    "Variance",
    "RPKM",
    "TPM",
    "Length",
    "Read Count",
    "Covered Bases",
    "Covered Fraction",
    "Reads per base",
    "Relative Abundance (%)",
)
_ENDINGS = re.compile(
    r"\.(gz|bam|cram|sam|sorted|sort|tsv|txt|aemb|depth|depths|coverage|fastq|fq)$", re.IGNORECASE
)

IGNORED = -1
LENGTH = -2


@dataclass(frozen=True)
class Layout:
    """The columns of one depth table.

    Attributes
    ----------
    format : ``jgi``, ``coverm`` or ``aemb``
    unit : ``depth`` or ``rpkm``
    samples : names, in column order
    targets : for each column after the contig's name: the sample whose value it holds, the number
        of samples + the sample whose variance it holds, `LENGTH` or `IGNORED`
    has_header : whether the first line is one
    titles : of all columns, for messages
    """

    format: str
    unit: str
    samples: tuple[str, ...]
    targets: tuple[int, ...]
    has_header: bool
    titles: tuple[str, ...]

    @property
    def has_variance(self) -> bool:
        """Whether every sample comes with its variance."""
        n_samples = len(self.samples)
        return set(range(n_samples, 2 * n_samples)) <= set(self.targets)


def sample_name(text: str | os.PathLike[str]) -> str:
    """The sample that a file or column is named after: no folders, no ``.sorted.bam`` and such."""
    name = os.path.basename(os.fspath(text))
    while (shorter := _ENDINGS.sub("", name)) and shorter != name:
        name = shorter
    return name


def layout_of(path: str, first_line: str, format: str, unit: str | None) -> Layout:
    """Work out the columns of a table from its first line.

    - ``format``: ``auto``, or what the user says that it is
    - ``unit``: which columns to take where a CoverM table has several

    Raises
    ------
    UserError : no known layout, no columns of the wanted unit, a sample twice
    """
    titles = tuple(first_line.rstrip("\r\n").split("\t"))
    found = _detect(titles) if format == "auto" else format
    if found == "jgi":
        layout = _jgi(path, titles)
    elif found == "coverm":
        layout = _coverm(path, titles, unit)
    elif found == "aemb":
        if len(titles) != 2 or _detect(titles) != "aemb":
            raise UserError(
                f"{path}, line 1: expected contig, tab, abundance (strobealign --aemb), "
                f"found '{_short(first_line)}'."
            )
        layout = Layout("aemb", "depth", (sample_name(path),), (0,), False, ("contig", "abundance"))
    else:
        raise UserError(
            f"{path}, line 1: not a depth table of a known kind: '{_short(first_line)}'. Expected "
            "the header of jgi_summarize_bam_contig_depths (contigName, contigLen, totalAvgDepth, "
            "...), of 'coverm contig' (Contig, '<sample> Mean', ...), or strobealign --aemb's two "
            "columns without header."
        )
    if unit is not None and unit != layout.unit:
        raise UserError(f"{path}: holds {layout.unit}, not the {unit} asked for with --unit.")
    for sample in layout.samples:
        if layout.samples.count(sample) > 1:
            raise UserError(f"{path}: sample '{sample}' has two columns. Name them differently.")
    return layout


def _detect(titles: Sequence[str]) -> str | None:
    if titles[0].lower() == "contigname":
        return "jgi"
    if titles[0].lower() in ("contig", "sample"):
        return "coverm"
    if len(titles) == 2:
        try:
            float(titles[1])
        except ValueError:
            return None
        return "aemb"
    return None


def _jgi(path: str, titles: tuple[str, ...]) -> Layout:
    if len(titles) < 4 or tuple(map(str.lower, titles[1:3])) != ("contiglen", "totalavgdepth"):
        raise UserError(
            f"{path}, line 1: expected contigName, contigLen, totalAvgDepth and a column per "
            f"sample, found '{_short(chr(9).join(titles))}'."
        )
    raw = [title for title in titles[3:] if not title.endswith("-var")]
    position = {title: index for index, title in enumerate(raw)}
    targets = [LENGTH, IGNORED]
    for number, title in enumerate(titles[3:], 4):
        if not title.endswith("-var"):
            targets.append(position[title])
        elif title[:-4] in position:
            targets.append(len(raw) + position[title[:-4]])
        else:
            raise UserError(f"{path}: column {number} ('{title}') is the variance of no sample.")
    samples = tuple(sample_name(title) for title in raw)
    return Layout("jgi", "depth", samples, tuple(targets), True, titles)


def _coverm(path: str, titles: tuple[str, ...], unit: str | None) -> Layout:
    if titles[0].lower() == "sample":
        raise UserError(
            f"{path}: is CoverM's sparse output. Run 'coverm contig' with --output-format dense."
        )
    split = [_split_coverm(path, number, title) for number, title in enumerate(titles[1:], 2)]
    methods = {method for _, method in split}
    for candidate in (unit,) if unit else ("depth", "rpkm"):
        value = next((name for name in _COVERM_UNITS[candidate] if name in methods), None)
        if value is not None:
            break
    else:
        raise UserError(
            f"{path}: has no column of {unit or 'depth or RPKM'}; its columns are "
            f"{', '.join(sorted(methods))}. Run 'coverm contig' with --methods mean "
            "(or metabat, or rpkm)."
        )
    raw = [sample for sample, method in split if method == value]
    position = {sample: index for index, sample in enumerate(raw)}
    targets = []
    for sample, method in split:
        if method == value:
            targets.append(position[sample])
        elif method == "Variance" and value != "RPKM" and sample in position:
            targets.append(len(raw) + position[sample])
        else:
            targets.append(LENGTH if method == "Length" else IGNORED)
    if len(position) < len(raw):
        twice = next(sample for sample in raw if raw.count(sample) > 1)
        raise UserError(f"{path}: sample '{twice}' has two columns. Name them differently.")
    samples = tuple(sample_name(sample) for sample in raw)
    return Layout("coverm", candidate, samples, tuple(targets), True, titles)


def _split_coverm(path: str, number: int, title: str) -> tuple[str, str]:
    for method in sorted(_COVERM_METHODS, key=len, reverse=True):
        if title.endswith(" " + method):
            return title[: -len(method) - 1], method
    raise UserError(
        f"{path}: column {number} ('{title}') is not of CoverM's form '<sample> <method>'."
    )


def _short(line: str) -> str:
    line = line.rstrip("\r\n").replace("\t", " ")
    return line if len(line) <= 60 else line[:60] + "..."
