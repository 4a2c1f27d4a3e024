"""The XML of a Galaxy tool with its macros expanded, as far as this suite uses macros."""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

SUITE = Path(__file__).parents[2] / "galaxy_tools/latentbin"


def tools() -> dict[str, ET.Element]:
    """Every tool of the suite by the name of its file, with macros expanded."""
    return {path.stem: load(path) for path in sorted(SUITE.glob("latentbin_*.xml"))}


def load(path: Path) -> ET.Element:
    """A tool with its macros expanded; text is as Galaxy sees it."""
    root = ET.parse(path).getroot()
    tokens: dict[str, str] = {}
    macros: dict[str, ET.Element] = {}
    own = root.find("macros")
    assert own is not None, path
    imported = [
        ET.parse(path.parent / (entry.text or "")).getroot() for entry in own.iter("import")
    ]
    for source in (*imported, own):
        tokens |= {token.attrib["name"]: token.text or "" for token in source.findall("token")}
        macros |= {macro.attrib["name"]: macro for macro in source.findall("xml")}
    root.remove(own)
    _expand(root, macros)
    _replace(root, tokens)
    left = [node.get("macro") for node in root.iter("expand")]
    assert not left, f"{path}: {left}"
    return root


def _expand(parent: ET.Element, macros: Mapping[str, ET.Element]) -> None:
    children = []
    for child in parent:
        if child.tag != "expand":
            _expand(child, macros)
            children.append(child)
            continue
        children.extend(_body(child, macros))
    parent[:] = children


def _body(use: ET.Element, macros: Mapping[str, ET.Element]) -> Iterator[ET.Element]:
    macro = copy.deepcopy(macros[use.attrib["macro"]])
    given = {
        name: use.get(name, default) for name, default in _tokens(macro).items() if name != "macro"
    }
    unknown = set(use.attrib) - {"macro"} - set(given)
    assert not unknown, f"macro {use.get('macro')} has no token {unknown}"
    _replace(macro, {f"@{name.upper()}@": value or "" for name, value in given.items()})
    holder = ET.Element("holder")
    for node in macro:
        holder.append(node)
    _yield(holder, list(use))
    _expand(holder, macros)
    yield from holder


def _tokens(macro: ET.Element) -> dict[str, str | None]:
    """The tokens of a macro with their defaults."""
    listed = {name: None for name in macro.get("tokens", "").split(",") if name}
    return listed | {
        name.removeprefix("token_"): value
        for name, value in macro.attrib.items()
        if name.startswith("token_")
    }


def _yield(parent: ET.Element, given: list[ET.Element]) -> None:
    children = []
    for child in parent:
        if child.tag == "yield":
            children.extend(copy.deepcopy(given))
        else:
            _yield(child, given)
            children.append(child)
    parent[:] = children


def _replace(node: ET.Element, tokens: Mapping[str, str]) -> None:
    for element in node.iter():
        for token, value in tokens.items():
            if element.text and token in element.text:
                element.text = element.text.replace(token, value)
            for name, text in element.attrib.items():
                if token in text:
                    element.attrib[name] = text.replace(token, value)
