"""How much of each protein is in a run: areas of elution peaks, or counts of spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from latentbin.errors import UserError
from latentbin.proteome.spectra.options import QuantifyOptions
from latentbin.proteome.spectra.runs import PROTON, by_scan, load_openms

if TYPE_CHECKING:
    import pandas as pd

# m/z between a PSM's precursor and that of its spectrum: instruments may write down another
# isotope than the one that they selected, and Comet takes the one that they wrote down
MZ_TOLERANCE = 3.0


class Quantity(NamedTuple):
    """Of one protein group: the quantity, and of how many peptides (or spectra) it is made."""

    value: float
    parts: int


def times_of(psms: pd.DataFrame, experiment: Any, source: str) -> list[tuple[float, float]]:
    """Retention time (s) and precursor m/z of each PSM's spectrum.

    Raises
    ------
    UserError : the run has no such spectrum, or one of another precursor
    """
    spectra = by_scan(experiment)
    found = []
    for scan, charge, mass in zip(psms["scan"], psms["charge"], psms["mass"], strict=True):
        spectrum: Any = spectra.get(scan)
        precursors = [] if spectrum is None else spectrum.getPrecursors()
        if not precursors:
            raise UserError(
                f"{source}: has no MS2 spectrum of scan {scan}, in which a peptide was identified. "
                "Give the file that was searched."
            )
        mz = (mass + (charge - 1) * PROTON) / charge
        if abs(precursors[0].getMZ() - mz) > MZ_TOLERANCE:
            raise UserError(
                f"{source}: the precursor of scan {scan} has m/z {precursors[0].getMZ():.4f}, that "
                f"of the identified peptide {mz:.4f}. Give the file that was searched."
            )
        found.append((spectrum.getRT(), mz))
    return found


def spectral_counts(psms: pd.DataFrame) -> dict[str, Quantity]:
    """The number of PSMs of each group."""
    numbers = psms["protein"].value_counts()
    return {str(name): Quantity(int(number), int(number)) for name, number in numbers.items()}


def intensities(
    psms: pd.DataFrame,
    times: list[tuple[float, float]],
    experiment: Any,
    options: QuantifyOptions,
) -> dict[str, Quantity]:
    """The area under the elution peaks of each group's peptides.

    OpenMS's FeatureFinderIdentification extracts the two lightest isotopes of each peptide and
    charge around the times of its PSMs, finds the peak, and fits a Gaussian (Weisser and Choudhary
    2017, doi:10.1021/acs.jproteome.7b00248). Peptides without a peak add nothing.

    Parameters
    ----------
    psms : ``peptide`` (as OpenMS writes it), ``charge``, ``psm_q``, ``protein``
    times : seconds and m/z of each, as ``times_of`` gives them
    experiment : the run, with MS1 spectra
    """
    pyopenms = load_openms()
    survey = pyopenms.MSExperiment()
    for spectrum in experiment:
        if spectrum.getMSLevel() == 1:
            survey.addSpectrum(spectrum)

    group_of: dict[str, str] = {}
    identifications = pyopenms.PeptideIdentificationList()
    for row, (time, mz) in zip(psms.itertuples(), times, strict=True):
        group_of[row.peptide] = row.protein
        evidence = pyopenms.PeptideEvidence()
        evidence.setProteinAccession(row.protein)
        hit = pyopenms.PeptideHit()
        hit.setSequence(pyopenms.AASequence.fromString(row.peptide))
        hit.setCharge(row.charge)
        hit.setScore(row.psm_q)
        hit.setMetaValue("target_decoy", "target")
        hit.setPeptideEvidences([evidence])
        identification = pyopenms.PeptideIdentification()
        identification.setIdentifier("search")
        identification.setRT(time)
        identification.setMZ(mz)
        identification.setScoreType("q-value")
        identification.setHigherScoreBetter(False)
        identification.setHits([hit])
        identifications.push_back(identification)
    proteins = pyopenms.ProteinIdentification()
    proteins.setIdentifier("search")

    finder = pyopenms.FeatureFinderIdentificationAlgorithm()
    settings = finder.getDefaults()
    settings["extract:mz_window"] = options.mz_window
    settings["detect:peak_width"] = options.peak_width
    finder.setParameters(settings)
    features = pyopenms.FeatureMap()
    finder.setMSData(survey)
    finder.run(identifications, [proteins], features)

    sums: dict[str, float] = {}
    peptides: dict[str, set[str]] = {}
    for feature in features:
        if feature.getIntensity() > 0:
            hit = feature.getPeptideIdentifications()[0].getHits()[0]
            peptide = hit.getSequence().toString()
            name = group_of[peptide]
            sums[name] = sums.get(name, 0.0) + feature.getIntensity()
            peptides.setdefault(name, set()).add(peptide)
    return {name: Quantity(value, len(peptides[name])) for name, value in sums.items()}
