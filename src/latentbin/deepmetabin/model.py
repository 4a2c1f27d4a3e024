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
from latentbin.learning.training import batch_size_for, one_pass, train
from latentbin.options import as_dict

TERMS = ("reconstruction", "gaussian", "categorical", "neighbours")
_ENCODE_ROWS = 8192
_DOUBLINGS = (1 / 12, 1 / 4, 1 / 2, 3 / 4)  # shares of the training at which batches double
_DRAWN = 3  # neighbours of a contig that a batch fetches


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

    def fit(self, features: Features, graph: Graph) -> GmVaeEncoder:
        """Train on all contigs; ``history_`` gets the mean of `TERMS`, weighted, of each epoch.

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
        neighbours, shares = linked_neighbours(graph)
        rows, precision, linked, share = (
            torch.from_numpy(array).to(device)
            for array in (features.points, features.precision, neighbours, shares)
        )
        of_term = torch.tensor(
            [1.0, options.gaussian_weight, options.categorical_weight, options.graph_weight],
            device=device,
        )
        n_links = _DRAWN if options.graph_weight > 0 else 0

        def loss_terms(chosen: Tensor) -> Tensor:
            others = linked[chosen, :n_links]
            terms = module.loss_terms(
                rows[chosen], precision[chosen], rows[others], precision[others],
                share[chosen, :n_links],
            )  # fmt: skip
            return terms * of_term

        def run_epoch(_epoch: int, batch_size: int) -> list[float]:
            return one_pass(module, optimizer, loss_terms, len(rows), batch_size)

        doublings = [
            sum(epoch >= round(options.epochs * share) for share in _DOUBLINGS)
            for epoch in range(options.epochs)
        ]
        data = data_digest(features.points, features.precision, neighbours, shares)
        self.history_ = train(
            module,
            optimizer,
            run_epoch,
            TERMS,
            [batch_size_for(len(rows), options.batch_size << times) for times in doublings],
            {"seed": self.seed, "data": data, **as_dict(options), "components": self.components},
            self.checkpoint,
            self.checkpoint_every,
        )
        self.module_ = module
        return self

    def transform(self, features: Features) -> NDArray[np.float32]:
        """The latent: mean of ``q(z | x, y)`` at the probabilities of y; (n_contigs, n_latent)."""
        assert self.module_ is not None, "fit first"
        module = self.module_.eval()
        with torch.inference_mode():
            parts = [
                module.encode(part.to(self.device)).mean.cpu()
                for part in torch.from_numpy(features.points).split(_ENCODE_ROWS)
            ]
        return torch.cat(parts).numpy()


def linked_neighbours(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest linked contigs of each contig, as one table from which batches are taken.

    Returns
    -------
    neighbours : (n, 3) rows; the contig itself where it has fewer links
    share : (n, 3) softmax over a contig's links of the edges' weights, the Gaussian kernel
        (eq. 9); rows sum to 1, or to 0 without any link; 0 where there is none
    """
    begin, other, edge = graph.adjacency()
    degree = np.diff(begin)
    row = np.repeat(np.arange(graph.n), degree)
    order = np.lexsort((other, graph.distance[edge], row))
    place = np.arange(len(row)) - begin[row]
    near = place < _DRAWN
    row, place, other, edge = row[near], place[near], other[order][near], edge[order][near]
    neighbours = np.repeat(np.arange(graph.n)[:, None], _DRAWN, axis=1)
    neighbours[row, place] = other
    share = np.zeros((graph.n, _DRAWN), np.float32)
    share[row, place] = np.exp(graph.weight[edge])
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-30)
    return neighbours, share
