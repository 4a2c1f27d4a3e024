"""The flags that commands with a network share."""

from __future__ import annotations

import argparse
import os

import pytest
import torch

from latentbin.errors import UserError
from latentbin.learning.cli import add_checkpoint, add_device, check_outputs, load_torch


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output")
    add_device(parser)
    add_checkpoint(parser, "epochs", 20)
    return parser


def test_defaults_and_what_is_given(parser):
    args = parser.parse_args([])
    assert (args.device, args.checkpoint, args.checkpoint_every) == ("auto", None, 20)
    args = parser.parse_args(["--device", "cpu", "--checkpoint", "x.pt", "--checkpoint-every", "3"])
    assert (args.device, str(args.checkpoint), args.checkpoint_every) == ("cpu", "x.pt", 3)
    assert "in epochs [20]" in parser.format_help()


@pytest.mark.parametrize("given", [["--device", "gpu"], ["--checkpoint-every", "0"]])
def test_other_values_are_wrong_usage(parser, given):
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(given)


@pytest.mark.parametrize("missing", ["output", "checkpoint"])
def test_outputs_in_a_missing_folder_are_refused(parser, missing, tmp_path):
    paths = {"output": tmp_path / "a", "checkpoint": tmp_path / "b"}
    paths[missing] = tmp_path / "none" / "file"
    flags = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    with pytest.raises(UserError, match="none/file: its folder does not exist"):
        check_outputs(parser.parse_args(flags))
    check_outputs(parser.parse_args(["--output", str(tmp_path / "a")]))


def test_torch_gets_its_threads_and_waits_without_spinning(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    before = torch.get_num_threads()
    try:
        load_torch(1)
        assert torch.get_num_threads() == 1
        assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    finally:
        torch.set_num_threads(before)
