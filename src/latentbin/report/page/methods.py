"""What to write in a paper: a paragraph of what was done, and whom to cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin import __version__

# short name: reference, as in CITATIONS.md
REFERENCES = {
    "VAMB": "Nissen JN, Johansen J, Allesøe RL, et al. Improved metagenome binning and assembly "
    "using deep variational autoencoders. Nature Biotechnology 39, 555-560 (2021). "
    "doi:10.1038/s41587-020-00777-4",
    "DeepMetaBin": "A graph-based Gaussian mixture variational autoencoder improves metagenome "
    "binning for short contigs (2023). https://github.com/mx-ethan-rao/deepmetabin",
    "GenomeFace": "Lettich R, Egan R, Riley R, et al. GenomeFace: a deep learning-based metagenome "
    "binner trained on 43,000 microbial genomes. bioRxiv (2024).",
    "depth": "Kang DD, Li F, Kirton E, et al. MetaBAT 2. PeerJ 7:e7359 (2019). "
    "doi:10.7717/peerj.7359",
    "genes": "Sunagawa S, et al. Metagenomic species profiling using universal phylogenetic marker "
    "genes. Nature Methods 10, 1196-1199 (2013). doi:10.1038/nmeth.2693",
    "MIMAG": "Bowers RM, Kyrpides NC, Stepanauskas R, et al. Minimum information about a single "
    "amplified genome (MISAG) and a metagenome-assembled genome (MIMAG). Nature Biotechnology 35, "
    "725-731 (2017). doi:10.1038/nbt.3893",
    "CheckM2": "Chklovski A, Parks DH, Woodcroft BJ, Tyson GW. Nature Methods 20, 1203-1212 "
    "(2023). doi:10.1038/s41592-023-01940-w",
    "AMBER": "Meyer F, Hofmann P, Belmann P, et al. AMBER: Assessment of Metagenome BinnERs. "
    "GigaScience 7(6), giy069 (2018). doi:10.1093/gigascience/giy069",
    "minimap2": "Li H. Bioinformatics 34(18), 3094-3100 (2018). doi:10.1093/bioinformatics/bty191",
    "strobealign": "Sahlin K. Genome Biology 23, 260 (2022). doi:10.1186/s13059-022-02831-7",
    "samtools": "Danecek P, et al. GigaScience 10(2), giab008 (2021). "
    "doi:10.1093/gigascience/giab008",
    "Nextflow": "Di Tommaso P, et al. Nature Biotechnology 35, 316-319 (2017). "
    "doi:10.1038/nbt.3820",
    "UMAP": "McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection "
    "for dimension reduction. arXiv:1802.03426 (2018).",
    "DBSCAN": "Ester M, Kriegel H-P, Sander J, Xu X. A density-based algorithm for discovering "
    "clusters in large spatial databases with noise. KDD (1996).",
    "LightGBM": "Ke G, Meng Q, Finley T, et al. LightGBM: a highly efficient gradient boosting "
    "decision tree. NeurIPS 30 (2017).",
    "temperature": "Guo C, Pleiss G, Sun Y, Weinberger KQ. On calibration of modern neural "
    "networks. ICML (2017).",
    "Comet": "Eng JK, Hoopmann MR, Jahan TA, et al. A deeper look into Comet—implementation and "
    "features. Journal of the American Society for Mass Spectrometry 26, 1865-1874 (2015). "
    "doi:10.1007/s13361-015-1179-x",
    "mokapot": "Fondrie WE, Noble WS. mokapot: fast and flexible semisupervised learning for "
    "peptide detection. Journal of Proteome Research (2021).",
    "MultiQC": "Ewels P, Magnusson M, Lundin S, Käller M. MultiQC: summarize analysis results for "
    "multiple tools and samples in a single report. Bioinformatics 32(19), 3047-3048 (2016). "
    "doi:10.1093/bioinformatics/btw354",
}
_TITLES = {"vamb": "VAMB", "deepmetabin": "DeepMetaBin", "genomeface": "GenomeFace"}
_HOW = {
    "VAMB": "VAMB (a variational autoencoder of composition and abundance, clustered by iterative "
    "medoids; Nissen 2021)",
    "DeepMetaBin": "DeepMetaBin (an autoencoder of contigs and their links, clustered by peaks of "
    "density; 2023)",
    "GenomeFace": "GenomeFace (pretrained networks of composition and co-abundance, clustered in a "
    "tree by single-copy genes; Lettich 2024)",
}
_JUDGES = {
    "scg": ("from 40 universal single-copy genes", "Sunagawa 2013", "genes"),
    "checkm2": ("with CheckM2", "Chklovski 2023", "CheckM2"),
}
Summaries = Sequence[Mapping[str, Any]]


def methods(
    groups: Summaries,
    studies: Summaries,
    datasets: Summaries,
    versions: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, Any],
) -> tuple[str, list[str]]:
    """A paragraph ready to paste, and the short names of what it cites."""
    programs = {name: found for tools in versions.values() for name, found in tools.items()}
    sentences: list[str] = []
    cited: list[str] = []
    if groups:
        _of_groups(groups, programs, parameters, sentences, cited)
    if studies:
        _of_studies(studies, sentences, cited)
    if datasets:
        _of_datasets(datasets, sentences, cited)
    if "Nextflow" in programs:
        sentences.append(
            f"The steps were run by Nextflow {programs['Nextflow']} (Di Tommaso 2017)."
        )
        cited.append("Nextflow")
    cited.append("MultiQC")
    return " ".join(sentences), list(dict.fromkeys(cited))


def _of_groups(
    groups: Summaries,
    programs: Mapping[str, str],
    parameters: Mapping[str, Any],
    sentences: list[str],
    cited: list[str],
) -> None:
    binners = list(dict.fromkeys(name for group in groups for name in group["binners"]))
    titles = [_TITLES.get(name, name) for name in binners]
    for mapper, paper in (("minimap2", "Li 2018"), ("strobealign", "Sahlin 2022")):
        if mapper in programs:
            text = f"Reads were mapped to the contigs with {mapper} {programs[mapper]} ({paper})"
            cited.append(mapper)
            if "samtools" in programs:
                text += f" and sorted with samtools {programs['samtools']} (Danecek 2021)"
                cited.append("samtools")
            sentences.append(text + ".")
    lengths = sorted({group["contigs"]["min_length"] for group in groups})
    units = {group["samples"]["unit"] for group in groups}
    identities = {group["samples"].get("min_identity") for group in groups}
    identity = identities.pop() if len(identities) == 1 else None
    counted = f"; alignments of at least {identity:g} % identity" if identity else ""
    measure = f"mean depth (as MetaBAT's; Kang 2019{counted})" if units == {"depth"} else "RPKM"
    how = [_HOW.get(title, title) for title in titles]
    sentences.append(
        f"Contigs of at least {' or '.join(f'{length:,}' for length in lengths)} bp were described "
        f"by their tetranucleotide frequencies and by their {measure} in each sample, and binned "
        f"with {_listed(how)} as implemented in Latentbin {__version__}."
    )
    if units == {"depth"}:
        cited.append("depth")
    cited += [title for title in titles if title in REFERENCES]
    size = parameters.get("min_bin_size")
    if isinstance(size, int):
        sentences.append(f"Clusters of fewer than {size:,} bp were left unbinned.")
    _of_judges(groups, sentences, cited)
    if any(b["evaluation"] for g in groups for b in g["binners"].values()):
        sentences.append("Bins were compared with the known genomes as by AMBER (Meyer 2018).")
        cited.append("AMBER")
    if any(each["how"] == "UMAP" for g in groups for each in g["map"]["maps"].values()):
        sentences.append("Latents are shown in two dimensions by UMAP (McInnes 2018).")
        cited.append("UMAP")


def _of_judges(groups: Summaries, sentences: list[str], cited: list[str]) -> None:
    """What bins were judged by; of which binners, if not all by the same."""
    of_judge: dict[str, list[str]] = {}
    for group in groups:
        for name, binner in group["binners"].items():
            names = of_judge.setdefault(binner["judged_by"] or "", [])
            if _TITLES.get(name, name) not in names:
                names.append(_TITLES.get(name, name))
    of_judge.pop("", None)
    if not of_judge:
        return
    means = []
    for judge, (words, paper, reference) in _JUDGES.items():
        if judge in of_judge:
            which = f"; bins of {_listed(of_judge[judge])}" if len(of_judge) > 1 else ""
            means.append(f"{words} ({paper}{which})")
            cited.append(reference)
    sentences.append(
        f"Completeness and contamination of bins were estimated {' and '.join(means)}."
    )
    sentences.append(
        "Bins were called near-complete above 90 % completeness and below 5 % contamination, "
        "of medium quality from 50 % and below 10 % (after MIMAG, without RNA genes; "
        "Bowers 2017)."
    )
    cited.append("MIMAG")


def _of_studies(studies: Summaries, sentences: list[str], cited: list[str]) -> None:
    if any(study.get("spectra") for study in studies):
        sentences.append(
            "Spectra were searched with Comet (Eng 2015) and identifications accepted with mokapot "
            "(Fondrie 2021)."
        )
        cited += ["Comet", "mokapot"]
    sentences.append(
        "Proteomes were embedded by an autoencoder and their samples labelled by DBSCAN (Ester "
        f"1996) in its latent, as implemented in Latentbin {__version__}."
    )
    cited.append("DBSCAN")
    if any(study.get("classifier") for study in studies):
        sentences.append(
            "A network was trained to tell the labels of new samples, its probabilities calibrated "
            "by temperature scaling (Guo 2017)."
        )
        cited.append("temperature")


def _of_datasets(datasets: Summaries, sentences: list[str], cited: list[str]) -> None:
    models = list(dict.fromkeys(name for dataset in datasets for name in dataset["models"]))
    with_models = f" with {_listed(models)}" if models else ""
    sentences.append(
        f"Taxa of contigs were predicted from tetranucleotide frequencies{with_models}, as "
        f"implemented in Latentbin {__version__}; probabilities were calibrated by temperature "
        "scaling (Guo 2017)."
    )
    cited.append("temperature")
    if "lightgbm" in models:
        cited.append("LightGBM")
    splits = {dataset["split_by"] for dataset in datasets if dataset.get("split_by")}
    if splits:
        sentences.append(f"Models were judged by a split by {_listed(sorted(splits))}.")


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
