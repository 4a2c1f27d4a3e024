"""Small mzML files with planted peptides: elution peaks in MS1, theoretical spectra in MS2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

RESIDUES = "ADEFGHILNQSTVWY"  # no P, before which trypsin does not cut; no M, which is oxidised
SIGMA = 5.0  # seconds, of each elution peak
PROTON = 1.007276


def peptides_of(protein: int, count: int = 4) -> list[str]:
    """Tryptic peptides of a protein, the same at every call; one of each has a cysteine."""
    rng = np.random.default_rng(protein)
    peptides = ["".join(rng.choice(list(RESIDUES), rng.integers(8, 14))) for _ in range(count)]
    peptides[0] = "C" + peptides[0]
    return [peptide + "KR"[row % 2] for row, peptide in enumerate(peptides)]


def write_fasta(path: Path, n_proteins: int, decoy_prefix: str | None = None) -> None:
    """Proteins P0, P1, ...; with a prefix also decoys, of reversed peptides."""
    with open(path, "w") as handle:
        for protein in range(n_proteins):
            peptides = peptides_of(protein)
            handle.write(f">P{protein} planted\nMK{''.join(peptides)}\n")
            if decoy_prefix is not None:
                turned = "".join(peptide[-2::-1] + peptide[-1] for peptide in peptides)
                handle.write(f">{decoy_prefix}P{protein}\nMK{turned}\n")


def write_mzml(
    path: Path, amounts: Mapping[int, float], *, with_ms1: bool = True, seed: int = 0
) -> None:
    """A run in which protein P<key> has amount <value>.

    Each peptide of a protein answers with a factor of its own, the same in every run; the area of
    its elution peaks (intensity x seconds) over all isotopes is factor x amount. ``seed`` is of
    the noise: 2 % of each peak.
    """
    import pyopenms as oms

    planted = []
    for protein, amount in amounts.items():
        factors = np.random.default_rng(1000 + protein).uniform(1, 5, 4)
        for row, (peptide, factor) in enumerate(zip(peptides_of(protein), factors, strict=True)):
            sequence = oms.AASequence.fromString(peptide.replace("C", "C(Carbamidomethyl)"))
            apex = 60.0 + 40.0 * ((protein * 4 + row) % 30)
            planted.append((apex, sequence, factor * amount))

    rng = np.random.default_rng(seed)
    spectra = []
    for time in np.arange(20.0, 1300.0, 1.0) if with_ms1 else ():
        peaks = []
        for apex, sequence, area in planted:
            height = area * np.exp(-((time - apex) ** 2) / (2 * SIGMA**2)) / (SIGMA * 2.5066)
            if height > 1e-4 * area:
                isotopes = sequence.getFormula().getIsotopeDistribution(
                    oms.CoarseIsotopePatternGenerator(4)
                )
                for number, isotope in enumerate(isotopes.getContainer()):
                    mz = sequence.getMZ(2) + number * 1.003355 / 2
                    noise = rng.normal(1, 0.02)
                    peaks.append((mz, height * isotope.getIntensity() * noise))
        spectra.append((time, 1, 0.0, sorted(peaks)))
    generator = oms.TheoreticalSpectrumGenerator()
    for apex, sequence, area in planted:
        fragments = oms.MSSpectrum()
        generator.getSpectrum(fragments, sequence, 1, 1)
        masses = fragments.get_peaks()[0]
        heights = area * rng.uniform(0.2, 1, len(masses))
        spectra.append((apex + 0.5, 2, sequence.getMZ(2), list(zip(masses, heights, strict=True))))

    run = oms.MSExperiment()
    for number, (time, level, precursor_mz, peaks) in enumerate(sorted(spectra), 1):
        spectrum = oms.MSSpectrum()
        spectrum.setRT(time)
        spectrum.setMSLevel(level)
        spectrum.setNativeID(f"controllerType=0 controllerNumber=1 scan={number}")
        spectrum.setType(oms.SpectrumSettings.SpectrumType.CENTROID)
        masses, heights = (
            (np.array(values) for values in zip(*peaks, strict=True)) if peaks else ([], [])
        )
        spectrum.set_peaks((masses, heights))
        if level == 2:
            precursor = oms.Precursor()
            precursor.setMZ(precursor_mz)
            precursor.setCharge(2)
            spectrum.setPrecursors([precursor])
        run.addSpectrum(spectrum)
    oms.MzMLFile().store(str(path), run)
