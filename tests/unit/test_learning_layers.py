"""Layers that networks share."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from latentbin.learning.layers import ByteDropout, fully_connected


@pytest.mark.parametrize("probability", [0.05, 0.2, 0.5])
def test_dropout_drops_the_share_it_should_and_keeps_the_mean(probability):
    torch.manual_seed(3)
    dropout = ByteDropout(probability)
    values = torch.ones(1003, 301)
    out = dropout(values)
    share = (out == 0).float()
    assert share.mean().item() == pytest.approx(probability, abs=0.004)
    assert out.mean().item() == pytest.approx(1, abs=0.01)
    # no row and no column is favoured
    spread = math.sqrt(probability * (1 - probability))
    assert share.mean(dim=1).std().item() == pytest.approx(spread / math.sqrt(301), rel=0.15)
    assert share.mean(dim=0).std().item() == pytest.approx(spread / math.sqrt(1003), rel=0.15)


def test_dropout_is_off_in_evaluation():
    values = torch.randn(5, 7)
    assert ByteDropout(0.5).eval()(values) is values


def test_layers_stand_in_their_order():
    stack = fully_connected(5, [7, 3], dropout=0.1)
    kinds = [nn.Linear, nn.LeakyReLU, ByteDropout, nn.BatchNorm1d] * 2
    assert [type(part) for part in stack] == kinds
    assert stack(torch.randn(4, 5)).shape == (4, 3)


def test_layers_without_dropout_and_normalisation():
    stack = fully_connected(5, [7], activation=nn.ReLU, batch_norm=False)
    assert [type(part) for part in stack] == [nn.Linear, nn.ReLU]
    assert list(fully_connected(5, [])) == []
