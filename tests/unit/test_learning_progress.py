"""What is said while a network is trained."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from latentbin.errors import UserError
from latentbin.learning.progress import Progress


def test_a_log_has_about_ten_lines_with_the_terms_of_the_loss(lines, capsys):
    with Progress("epoch", 40) as progress:
        for epoch in range(40):
            progress.add(1.5 + epoch, {"tnf": 1.5, "kl": float(epoch)})
    assert len(lines) == 10
    assert lines[0] == "epoch 4 of 40: loss 4.5000 tnf 1.5000 kl 3.0000"
    assert lines[-1].startswith("epoch 40 of 40: ")
    assert capsys.readouterr().err == ""


def test_without_terms_a_line_has_the_mean_since_the_last(lines):
    losses = np.random.default_rng(1).random(30)
    with Progress("step", 30) as progress:
        for loss in losses:
            progress.add(loss)
    assert lines[1] == f"step 6 of 30: mean loss {losses[3:6].mean():.4f}"


def test_what_a_checkpoint_has_counts(lines):
    with Progress("step", 20, [8.0, 4.0, 2.0]) as progress:
        progress.add(0.0)
    assert lines == ["step 4 of 20: mean loss 1.0000"]


def test_the_state_is_kept_now_and_then_and_at_the_end():
    due = []
    with Progress("step", 8, [1.0]) as progress:
        for done in range(2, 9):
            progress.add(1.0)
            due += [done] if progress.is_due(3) else []
    assert due == [3, 6, 8]


def test_a_terminal_gets_a_bar_and_no_lines(lines, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Progress("step", 2) as progress:
        progress.add(0.5)
        progress.add(0.25)
    assert lines == []
    shown = capsys.readouterr().err
    assert "training" in shown
    assert "2/2" in shown
    assert "loss 0.2500" in shown


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_that_is_not_finite_stops(bad):
    with (
        pytest.raises(UserError, match=rf"stopped in step 2: .* not finite \({bad}\)\. Do so\."),
        Progress("step", 5, [1.0], advice="Do so.") as progress,
    ):
        progress.add(bad)
