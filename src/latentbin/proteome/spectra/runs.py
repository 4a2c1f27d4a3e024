"""mzML files: what is in them, and their spectra by scan number."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from latentbin.errors import UserError
from latentbin.files import open_binary_reader

PROTON = 1.007276466
SCAN = re.compile(r"\bscan=(\d+)")
ENDINGS = (".mzml.gz", ".mzml")


class Contents(NamedTuple):
    """Numbers of spectra of a run."""

    ms1: int
    ms2: int


def sample_of(path: str | os.PathLike[str]) -> str:
    """The name of a run's sample where none is given: that of the file, without .mzML."""
    name = Path(path).name
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)] or name


def load(path: str | os.PathLike[str], *, peaks: bool = True) -> Any:
    """A ``pyopenms.MSExperiment`` of an mzML file, plain or gzip'd.

    Parameters
    ----------
    peaks : False to leave out the peaks, where the rest is enough

    Raises
    ------
    UserError : not an mzML file, or truncated, or without MS2 spectra, or profile MS2 spectra
    """
    with open_binary_reader(path, "mzML file") as handle:
        if b"mzML" not in handle.read(4096):
            raise UserError(
                f"{path}: is not an mzML file. Convert raw files first, e.g. with msconvert of "
                "ProteoWizard."
            )
    pyopenms = load_openms()
    experiment = pyopenms.MSExperiment()
    file = pyopenms.MzMLFile()
    options = file.getOptions()
    options.setFillData(peaks)
    file.setOptions(options)
    try:
        file.load(str(path), experiment)
    except RuntimeError as error:
        raise UserError(
            f"{path}: is not a whole mzML file; it may be truncated. Copy or convert it again."
        ) from error
    found = contents(experiment)
    if not found.ms2:
        raise UserError(
            f"{path}: has no MS2 spectra (of {found.ms1} MS1 spectra), so no peptide can be "
            "identified. Give a run of data-dependent acquisition."
        )
    profile = pyopenms.SpectrumSettings.SpectrumType.PROFILE
    if any(item.getType() == profile for item in experiment):
        raise UserError(
            f"{path}: has profile spectra, expected centroids. Convert it with peak picking, e.g. "
            'msconvert --filter "peakPicking vendor msLevel=1-".'
        )
    return experiment


def contents(experiment: Any) -> Contents:
    """How many spectra there are of each level."""
    levels = [spectrum.getMSLevel() for spectrum in experiment]
    return Contents(levels.count(1), levels.count(2))


def by_scan(experiment: Any) -> dict[int, Any]:
    """MS2 spectra by the numbers that Comet has for them.

    These are the ``scan=`` of the spectra's identifiers; where identifiers have none, the places
    in the file, from 1.
    """
    found = {}
    for place, spectrum in enumerate(experiment, 1):
        if spectrum.getMSLevel() == 2:
            number = SCAN.search(spectrum.getNativeID())
            found[int(number[1]) if number else place] = spectrum
    return found


def load_openms() -> Any:
    """The module ``pyopenms``, told to be silent: stdout is for data, stderr for what matters."""
    import pyopenms

    pyopenms.LogConfigHandler.getInstance().setLogLevel("FATAL_ERROR")
    return pyopenms
