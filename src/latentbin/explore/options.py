"""Every default of the exploration."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import OptionError, Options, option

EMBEDDINGS = {"pca": "PCA", "umap": "UMAP", "vae": "VAE"}
CLUSTERINGS = {"kmeans": "k-means", "dbscan": "DBSCAN", "hdbscan": "HDBSCAN", "gmm": "GMM"}
AUTO, CLASSES = "auto", "classes"
NONE, BALANCED, UNBALANCED = "none", "balanced", "unbalanced"
BY_KIND, BY_COLUMN, BY_MATRIX = "auto", "columns", "matrix"
FEWEST_ROWS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class InputOptions(Options):
    """Which rows are explored, and how their values are scaled."""

    scale: str = option(
        BY_KIND,
        "columns: each to mean 0 and deviation 1; matrix: columns centred, one scale for all; "
        "auto: matrix for latents and embeddings, columns for other matrices.",
        choices=(BY_KIND, BY_COLUMN, BY_MATRIX, "none"),
    )
    equal_parts: bool = option(
        True, "Give each --matrix the same part of the variance, however many columns it has."
    )
    sub_sample: str = option(
        NONE,
        "balanced: --per-class rows of each class; unbalanced: all rows of classes of at least "
        "--min-per-class; smaller classes, and rows without a class, are left out.",
        choices=(NONE, BALANCED, UNBALANCED),
    )
    per_class: int = option(1000, "Rows of each class in a balanced sub-sample.", low=1)
    min_per_class: int = option(30, "Rows of the smallest class of an unbalanced one.", low=1)
    max_rows: int | None = option(
        None, "Explore at most so many rows, drawn at random.", low=FEWEST_ROWS
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddingOptions(Options):
    """The three embeddings."""

    embeddings: str = option(",".join(EMBEDDINGS), "Which, with commas between.")
    pca_size: int = option(10, "Dimensions of PCA.", low=1)
    umap_size: int = option(3, "Dimensions of UMAP.", low=1)
    umap_neighbours: int = option(15, "Neighbours of each row in UMAP.", low=2)
    umap_min_dist: float = option(
        0.1, "Least distance of rows in UMAP; 0 packs groups tightly.", low=0, high=1
    )
    umap_limit: int = option(
        300_000, "More rows than this are refused where UMAP is asked for.", low=FEWEST_ROWS
    )
    latent_size: int = option(8, "Dimensions of the VAE's latent.", low=1)
    hidden_size: int = option(256, "Units of each of the VAE's two hidden layers.", low=1)
    epochs: int | None = option(
        None, "Of the VAE; not given: as many as make 6,000 steps, 20 to 300.", low=1
    )
    batch_size: int = option(256, "Rows in a batch of the VAE.", low=2)
    learning_rate: float = option(0.001, "Of the VAE.", low=1e-9, high=1)
    held_out: float = option(
        0.1, "Share of rows that the VAE does not learn from, but is judged by.", low=0.01, high=0.5
    )
    elbow: str | None = option(
        None, "Latent sizes to train a VAE with, to see which is enough: 2,4,8,16,32."
    )

    def __post_init__(self) -> None:
        Options.__post_init__(self)
        chosen("--embeddings", self.embeddings, EMBEDDINGS)
        self.elbow_sizes()

    def chosen(self) -> tuple[str, ...]:
        """Keys of the embeddings that are wanted, in our order."""
        return chosen("--embeddings", self.embeddings, EMBEDDINGS)

    def elbow_sizes(self) -> tuple[int, ...]:
        """The latent sizes to try, rising; none if the elbow is not wanted."""
        if self.elbow is None:
            return ()
        try:
            sizes = sorted({int(word) for word in self.elbow.split(",")})
        except ValueError:
            sizes = []
        if len(sizes) < 2 or sizes[0] < 1:
            raise OptionError(
                f"--elbow must be two or more latent sizes with commas between, got '{self.elbow}'"
            )
        return tuple(sizes)

    def n_epochs(self, n_rows: int) -> int:
        """Epochs of the VAE for so many rows."""
        if self.epochs is not None:
            return self.epochs
        return min(300, max(20, round(6_000 * self.batch_size / n_rows)))


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterOptions(Options):
    """The four clusterings, and their scores."""

    clusterings: str = option(",".join(CLUSTERINGS), "Which, with commas between.")
    clusters: str = option(
        AUTO,
        "Clusters of k-means and GMM: a number; classes: as many as the truth has; auto: that of "
        "largest silhouette (k-means) and least BIC (GMM).",
    )
    max_clusters: int = option(
        64, "The most that auto tries; at most the root of the number of rows.", low=2
    )
    eps: float | None = option(
        None,
        "Radius of DBSCAN, in units of the embedding; not given: the knee of the k-distances.",
        low=1e-12,
    )
    min_samples: int | None = option(
        None,
        "Rows within eps that make one a core row, for DBSCAN and HDBSCAN; not given: a fortieth "
        "of the rows, at least 3 and at most 10.",
        low=2,
    )
    min_cluster_size: int | None = option(
        None,
        "Rows of HDBSCAN's smallest cluster; not given: a fortieth of the rows, at least 5 and at "
        "most 30.",
        low=2,
    )
    fit_rows: int = option(
        50_000,
        "Clusters are found on at most so many rows, drawn at random, and the others assigned.",
        low=FEWEST_ROWS,
    )
    score_rows: int = option(
        5_000,
        "Numbers of clusters are chosen on, and silhouettes are of, at most so many rows, drawn at "
        "random.",
        low=FEWEST_ROWS,
    )
    drawn_rows: int = option(20_000, "Plots show at most so many rows, drawn at random.", low=1)

    def __post_init__(self) -> None:
        Options.__post_init__(self)
        chosen("--clusterings", self.clusterings, CLUSTERINGS)
        if self.clusters not in (AUTO, CLASSES) and not (
            self.clusters.isdecimal() and int(self.clusters) >= 1
        ):
            raise OptionError(
                f"--clusters must be a number, {CLASSES} or {AUTO}, got '{self.clusters}'"
            )

    def chosen(self) -> tuple[str, ...]:
        """Keys of the clusterings that are wanted, in our order."""
        return chosen("--clusterings", self.clusterings, CLUSTERINGS)

    def min_samples_for(self, n_rows: int) -> int:
        """The number in force for so many rows."""
        return self.min_samples or min(10, max(3, n_rows // 40))

    def min_cluster_size_for(self, n_rows: int) -> int:
        """The number in force for so many rows."""
        return self.min_cluster_size or min(30, max(5, n_rows // 40))


def chosen(flag: str, text: str, known: dict[str, str]) -> tuple[str, ...]:
    """The keys that a list with commas names, in the order of ``known``."""
    words = [word.strip().lower() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise OptionError(f"{flag} must be of {', '.join(known)}, got '{word}'")
    return tuple(key for key in known if key in words)
