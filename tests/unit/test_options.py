from __future__ import annotations

import argparse
from dataclasses import dataclass

import pytest

from latentbin.options import (
    OptionError,
    Options,
    add_options,
    as_dict,
    flag,
    from_args,
    option,
    value_type,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example(Options):
    latent_size: int = option(32, "width of 100 % of it", low=1, high=512)
    rate: float | None = option(None, "a rate", low=0)
    mode: str = option("fast", "how", choices=("fast", "slow"))
    weights: bool = option(False, "use weights")


def parse(*words, base=None, **more):
    parser = argparse.ArgumentParser()
    add_options(parser, Example, **more)
    return from_args(Example, parser.parse_args(words), base)


def test_defaults_are_those_of_the_dataclass():
    assert parse() == Example()


def test_flags_set_the_fields():
    given = parse("--latent-size", "8", "--rate", "0.5", "--mode", "slow", "--weights")
    assert given == Example(latent_size=8, rate=0.5, mode="slow", weights=True)
    assert parse("--no-weights") == Example()


def test_what_is_not_given_comes_from_the_base():
    base = Example(latent_size=40, mode="slow")
    assert parse("--mode", "fast", base=base) == Example(latent_size=40, mode="fast")


def test_help_shows_defaults():
    parser = argparse.ArgumentParser(prog="x")
    add_options(parser, Example, title="example", note={"rate": "by the data"})
    text = " ".join(parser.format_help().split())
    assert "width of 100 % of it [32]" in text
    assert "a rate [by the data]" in text
    assert "use weights [off]" in text
    assert "example:" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"latent_size": 0}, "--latent-size must be at least 1, got 0"),
        ({"latent_size": 513}, "--latent-size must be at most 512, got 513"),
        ({"rate": -0.5}, "--rate must be at least 0, got -0.5"),
        ({"rate": float("nan")}, "--rate must be a number, got nan"),
        ({"mode": "other"}, "--mode must be one of fast, slow, got 'other'"),
    ],
)
def test_bounds_hold_however_it_was_made(values, said):
    with pytest.raises(OptionError) as error:
        Example(**values)
    assert str(error.value) == said


def test_bounds_hold_for_arguments():
    with pytest.raises(OptionError, match="at least 1"):
        parse("--latent-size", "0")


def test_plain_values_for_the_report():
    assert as_dict(Example()) == {
        "latent_size": 32,
        "rate": None,
        "mode": "fast",
        "weights": False,
    }


def test_names_and_types():
    assert flag("latent_size") == "--latent-size"
    assert value_type(Example, "rate") is float
    assert value_type(Example, "latent_size") is int
