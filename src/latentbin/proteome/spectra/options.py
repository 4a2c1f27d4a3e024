"""The defaults of the steps from spectra to protein quantities."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

# what Comet calls decoys that it makes itself, and what others call theirs in a FASTA
COMET_DECOYS = "DECOY_"
USUAL_DECOYS = (COMET_DECOYS, "decoy_", "rev_", "REV_", "REV__", "XXX_", "##")

INTENSITY, COUNTS = "intensity", "spectral-counts"
PLUS_ONE, PLAIN = "plus-one", "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchOptions(Options):
    """What Comet is told; all else stays as in the parameters that it prints itself."""

    precursor_tolerance: float = option(20.0, "ppm by which a precursor may be off", low=0.01)
    fragments: str = option(
        "low",
        "resolution of the MS2 spectra: low (ion trap; bins of 1.0005 Da) or high (0.02 Da)",
        choices=("low", "high"),
    )
    enzyme: str = option("Trypsin", "by the name that Comet has for it")
    missed_cleavages: int = option(2, "cleavages that may be missed in a peptide", low=0, high=5)
    oxidation: bool = option(True, "methionine may be oxidised")
    carbamidomethyl: bool = option(True, "all cysteines are carbamidomethylated")
    decoy_prefix: str | None = option(
        None,
        "what names of decoys in the FASTA begin with; 'none': it has no decoys, and Comet makes "
        "them by reversing peptides",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifyOptions(Options):
    """Which peptide-spectrum matches and proteins are taken."""

    fdr: float = option(0.01, "false-discovery rate: of PSMs, peptides and proteins", low=0, high=1)
    fdr_estimate: str = option(
        PLUS_ONE,
        "(decoys + 1) / targets, which holds for few as well, or plain decoys / targets",
        choices=(PLUS_ONE, PLAIN),
    )
    train_from: int = option(
        1000,
        "PSMs from which on mokapot trains a model to score them; fewer are ranked by Comet's "
        "expectation value",
        low=1,
    )
    decoy_prefix: str = option(
        COMET_DECOYS, "what names of decoys begin with, where no --search file says it"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class QuantifyOptions(Options):
    """How much there is of a protein."""

    method: str = option(
        "auto",
        f"{INTENSITY} (areas of the peptides' elution peaks in MS1) or {COUNTS} (identified "
        f"spectra); auto: {INTENSITY} if there are MS1 spectra",
        choices=("auto", INTENSITY, COUNTS),
    )
    peak_width: float = option(60.0, "seconds that a peptide takes to elute", low=1)
    mz_window: float = option(10.0, "ppm around a peptide's m/z in MS1", low=0.1)
