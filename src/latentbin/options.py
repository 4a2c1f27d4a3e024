"""Each default lives in one frozen dataclass; the command line is built from it.

``option()`` declares a field with its help and bounds, ``add_options`` writes the flags,
``from_args`` rebuilds the object. Bounds are checked once, when the object is made.
"""

from __future__ import annotations

import argparse
import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

_HELP, _LOW, _HIGH, _CHOICES = "help", "low", "high", "choices"
_O = TypeVar("_O", bound="Options")


class OptionError(ValueError):
    """A value outside its bounds: a usage error (exit code 2)."""


def option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    """Declare an option: a dataclass field that knows its help, bounds and choices."""
    metadata = {_HELP: help, _LOW: low, _HIGH: high, _CHOICES: choices}
    return dataclasses.field(default=default, metadata=metadata)


class Options:
    """Base of the option dataclasses: bounds hold for every instance, however it was made."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            _check(field, getattr(self, field.name))


def flag(field_name: str) -> str:
    """The command-line flag of a field: ``latent_size`` is ``--latent-size``."""
    return "--" + field_name.replace("_", "-")


def value_type(cls: type, field_name: str) -> type:
    """The plain type of a field, ``X | None`` reduced to ``X``."""
    hint = typing.get_type_hints(cls)[field_name]
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return typing.cast("type", hint)


def _check(field: dataclasses.Field[Any], value: Any) -> None:
    low, high = field.metadata.get(_LOW), field.metadata.get(_HIGH)
    choices = field.metadata.get(_CHOICES)
    if value is None:
        return
    if choices is not None and value not in choices:
        raise OptionError(f"{flag(field.name)} must be one of {', '.join(choices)}, got {value!r}")
    if isinstance(value, float) and value != value:
        raise OptionError(f"{flag(field.name)} must be a number, got {value}")
    if low is not None and value < low:
        raise OptionError(f"{flag(field.name)} must be at least {low:g}, got {value:g}")
    if high is not None and value > high:
        raise OptionError(f"{flag(field.name)} must be at most {high:g}, got {value:g}")


def add_options(
    parser: argparse.ArgumentParser,
    cls: type[Options],
    *,
    title: str | None = None,
    note: Mapping[str, str] | None = None,
) -> None:
    """Write the flags of an option dataclass into a parser, each default shown as ``[32]``.

    A flag that is not given is left out of the namespace, so that a preset can tell
    "not given" from "given with the default's value". ``note`` replaces the shown default
    where it depends on something else.
    """
    group = parser.add_argument_group(title) if title else parser
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        kind = value_type(cls, field.name)
        plain = ("on" if field.default else "off") if kind is bool else field.default
        shown = (note or {}).get(field.name, plain)
        text = f"{field.metadata[_HELP]} [{shown}]".replace("%", "%%")
        common: dict[str, Any] = {"dest": field.name, "help": text, "default": argparse.SUPPRESS}
        if kind is bool:
            group.add_argument(flag(field.name), action=argparse.BooleanOptionalAction, **common)
        else:
            choices = field.metadata.get(_CHOICES)
            metavar = None if choices else {int: "N", float: "X"}.get(kind, "TEXT")
            group.add_argument(
                flag(field.name), type=kind, choices=choices, metavar=metavar, **common
            )


def from_args(cls: type[_O], args: argparse.Namespace, base: _O | None = None) -> _O:
    """Build the options from parsed arguments; what was not given comes from ``base``."""
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    given = {name: getattr(args, name) for name in names if hasattr(args, name)}
    return dataclasses.replace(base, **given) if base is not None else cls(**given)  # type: ignore[type-var]


def as_dict(options: Options) -> dict[str, Any]:
    """Plain values, for the JSON report that goes into every output."""
    return dataclasses.asdict(options)  # type: ignore[call-overload]
