"""DeepMetaBin's autoencoder as an estimator: arrays in, latent out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latentbin.deepmetabin.features import Features
from latentbin.deepmetabin.module import GmVae
from latentbin.deepmetabin.options import EmbedOptions
from latentbin.graph_file import Graph
from latentbin.learning.checkpoint import data_digest
from latentbin.learning.schedule import batch_sizes, usual_doublings
from latentbin.learning.training import in_blocks, one_pass, train
from latentbin.options import as_dict

TERMS = ("reconstruction", "gaussian", "categorical", "neighbours")


@dataclass
class GmVaeEncoder:
    """The autoencoder as an estimator: `fit`, then `transform`.

    Parameters
    ----------
    options : what shapes the network and its training
    components : K of the mixture
    seed : random seed; same seed, options, data, device and thread count, same latent
    device : where to compute
    checkpoint : file that keeps the state of training, if any; training goes on from it
    """

    options: EmbedOptions
    components: int
    seed: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    checkpoint: Path | None = None
    checkpoint_every: int = 20
    history_: list[list[float]] = field(default_factory=list, init=False)
    module_: GmVae | None = field(default=None, init=False)

    def fit(self, features: Features, graph: Graph, n_links: int) -> GmVaeEncoder:
        """Train on all contigs; ``history_`` gets the mean of `TERMS`, weighted, of each epoch.

        Parameters
        ----------
        graph : must-links of the contigs
        n_links : so many of a contig's, the shortest, are reconstructed

        Raises
        ------
        UserError : the loss is not finite, or the checkpoint belongs to another training
        """
        options, device = self.options, self.device
        torch.manual_seed(self.seed)
        module = GmVae(
            features.points.shape[1],
            components=self.components,
            n_latent=options.latent_size,
            n_hidden=options.hidden_size,
            n_layers=options.hidden_layers,
            dropout=options.dropout,
            temperature=options.temperature,
        ).to(device)
        optimizer = torch.optim.Adam(module.parameters(), lr=options.learning_rate, fused=True)
        neighbours, shares = linked_neighbours(graph, n_links if options.graph_weight > 0 else 0)
        rows, precision, linked, share = (
            torch.from_numpy(array).to(device)
            for array in (features.points, features.precision, neighbours, shares)
        )
        of_term = torch.tensor(
            [1.0, options.gaussian_weight, options.categorical_weight, options.graph_weight],
            device=device,
        )

        def loss_terms(chosen: Tensor) -> Tensor:
            others = linked[chosen]
            terms = module.loss_terms(
                rows[chosen], precision[chosen], rows[others], precision[others], share[chosen]
            )
            return terms * of_term

        def run_epoch(_epoch: int, batch_size: int) -> list[float]:
            return one_pass(module, optimizer, loss_terms, len(rows), batch_size)

        doublings = usual_doublings(options.epochs)
        data = data_digest(features.points, features.precision, neighbours, shares)
        self.history_ = train(
            module,
            optimizer,
            run_epoch,
            TERMS,
            batch_sizes(len(rows), options.batch_size, options.epochs, doublings),
            {"seed": self.seed, "data": data, **as_dict(options), "components": self.components},
            self.checkpoint,
            self.checkpoint_every,
        )
        self.module_ = module
        return self

    def transform(self, features: Features) -> NDArray[np.float32]:
        """The latent: mean of ``q(z | x, y)`` at the probabilities of y; (n_contigs, n_latent)."""
        assert self.module_ is not None, "fit first"
        module = self.module_
        return in_blocks(module, lambda rows: module.encode(rows).mean, features.points)


def linked_neighbours(graph: Graph, n_links: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest linked contigs of each contig, as one table from which batches are taken.

    Parameters
    ----------
    n_links : how many of each contig's, at most

    Returns
    -------
    neighbours : (n, n_links) rows; the contig itself where it has fewer links
    share : (n, n_links) softmax over a contig's links of the edges' weights, the Gaussian kernel
        (eq. 9); rows sum to 1, or to 0 without any link; 0 where there is none
    """
    begin, other, edge = graph.adjacency()
    degree = np.diff(begin)
    row = np.repeat(np.arange(graph.n), degree)
    order = np.lexsort((other, graph.distance[edge], row))
    place = np.arange(len(row)) - begin[row]
    near = place < n_links
    row, place, other, edge = row[near], place[near], other[order][near], edge[order][near]
    neighbours = np.repeat(np.arange(graph.n)[:, None], n_links, axis=1)
    neighbours[row, place] = other
    share = np.zeros((graph.n, n_links), np.float32)
    share[row, place] = np.exp(graph.weight[edge])
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-30)
    return neighbours, share
