"""What a reader must know before trusting the bins, in plain words."""

from __future__ import annotations

import numpy as np

from latentbin.report.group import Group

_FEW_CONTIGS = 1000
_LOW_DEPTH = 3.0
_FEW_READS = 0.001  # share of all mapped bases


def group_notes(group: Group) -> list[str]:
    """Warnings about a group, the gravest first; empty if there is nothing to warn of."""
    notes = []
    values = group.abundance.values.astype(np.float64)
    lengths = group.contigs.lengths
    total = values.sum(axis=0)
    empty = [name for name, found in zip(group.abundance.columns, total, strict=True) if not found]
    n_samples = int((total > 0).sum())
    bins = sum(len(binner.plan) for binner in group.binners)
    if not bins:
        reasons = {binner.plan.reason for binner in group.binners}
        notes.append(f"There is no bin: {'; '.join(sorted(filter(None, reasons)))}.")
    short = lengths < group.min_length
    if short.sum() * 2 > len(lengths):
        contigs, bp = short.sum() / len(lengths), lengths[short].sum() / lengths.sum()
        notes.append(
            f"{contigs:.0%} of the contigs are shorter than {group.min_length:,} bp and cannot be "
            f"binned; they hold {bp:.0%} of the "
            "assembly's base pairs. If that is much, a deeper or better assembly helps more than "
            "any binner."
        )
    if n_samples == 1:
        notes.append(
            "There is one sample only. Genomes are told apart best by how their depth changes "
            "from sample to sample; with one, bins rest on composition and a single depth. Add "
            "samples if you can, also such that were not assembled."
        )
    if len(group.rows) < _FEW_CONTIGS:
        notes.append(
            f"There are few contigs ({len(group.rows):,} that can be binned). Networks that learn "
            "from them (VAMB, DeepMetaBin) have little to learn from: look at the map below "
            "before you trust the bins."
        )
    if group.unit == "depth":
        weight = lengths[group.rows]
        best = float((values.max(axis=1) * weight).sum() / weight.sum())
        if best < _LOW_DEPTH:
            notes.append(
                f"The depth is low: contigs have {best:.1f} reads on each base, on average, in "
                "the sample that has most of them. Depths are then uncertain, and so are bins."
            )
    for name in empty:
        notes.append(f"Sample '{name}' has no reads on any contig, and was left out.")
    if group.unit == "depth" and n_samples > 1:
        mass = (values * lengths[group.rows, None]).sum(axis=0)
        for name, found in zip(group.abundance.columns, mass / mass.sum(), strict=True):
            if 0 < found < _FEW_READS:
                notes.append(
                    f"Sample '{name}' has hardly any reads on the contigs ({found:.2%} of all)."
                )
    judges = {row["judged_by"] for binner in group.binners for row in binner.quality or ()}
    if len(judges) > 1:
        notes.append(
            "Bins of some binners were judged by CheckM2, those of others by single-copy genes: do "
            "not compare how many are good, nor how complete they are."
        )
    if "scg" in judges:
        notes.append(
            "Completeness and contamination rest on single-copy genes, which binners may have "
            "used as well: such bins look somewhat better than they are. For figures to publish, "
            "run CheckM2 on the bins."
        )
    return notes
