"""Each command and step tells what it does, with defaults and with examples that can be typed."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
    "scripts"
]


def parser_of(command: str) -> argparse.ArgumentParser:
    module, _ = COMMANDS[command].split(":")
    return importlib.import_module(module).build_parser()


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for step in action.choices.values():
                yield from parsers(step)


PARSERS = {parser.prog: parser for name in COMMANDS for parser in parsers(parser_of(name))}
STEPS = [prog for prog, parser in PARSERS.items() if not parser._subparsers]


def examples(text: str) -> list[list[str]]:
    """The lines to type, those that go on after a backslash joined, comments left out."""
    block = text.split("examples:\n", 1)[1].split("\n\n")[0]
    lines = block.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.mark.parametrize("prog", PARSERS)
def test_help_says_what_it_does_and_has_examples_that_parse(
    prog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = PARSERS[prog]
    assert parser.description
    text = parser.format_help()
    # as they are written, not wrapped into a paragraph
    assert parser.epilog
    assert parser.epilog.rstrip() in text
    assert (
        text.index("usage:") < text.index(parser.epilog.split("\n")[0]) < text.index("exit status:")
    )
    typed = examples(text)
    mine = [words for words in typed if shlex.join(words).startswith(prog)]
    assert mine, "no example of this command"
    for words in (words for words in typed if words[0] in COMMANDS):
        try:
            parser_of(words[0]).parse_args(words[1:])
        except SystemExit:
            pytest.fail(f"{shlex.join(words)}\n{capsys.readouterr().err}")


@pytest.mark.parametrize("prog", STEPS)
def test_every_option_says_what_it_is_and_its_default(prog: str) -> None:
    for action in PARSERS[prog]._actions:
        name = "/".join(action.option_strings)
        assert action.help, f"{name} says nothing"
        optional = not action.required and action.nargs != 0
        if optional and action.default not in (None, argparse.SUPPRESS, []):
            assert re.search(r"\[[^]]+\]", action.help), f"{name} does not say its default"


@pytest.mark.parametrize("prog", PARSERS)
def test_help_fits_a_terminal(prog: str) -> None:
    parser = PARSERS[prog]
    for line in f"{parser.description}\n{parser.epilog or ''}".splitlines():
        assert len(line) <= 100 or line == parser.description, line
