"""The site: ``make docs`` builds it from the Markdown of the whole tree, into ``site/``.

Links and pictures are those that work on the files as they are; nothing is fetched from a network.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

ROOT = Path(__file__).parents[1]
# what stands in the side bar, in this order; a page that is in none of these is an error
PAGES = {
    "Use": [
        "docs/usage",
        "docs/clusters",
        "docs/containers",
        "docs/nf-core",
        "docs/scale",
        "docs/output",
        "docs/troubleshooting",
    ],
    "Tutorials": [
        "docs/tutorials/first-metagenome",
        "docs/tutorials/many-samples",
        "docs/tutorials/galaxy",
        "docs/tutorials/proteomics",
        "docs/tutorials/train-genomeface",
        "docs/tutorials/add-a-binner",
    ],
    "Methods": ["docs/methods", "docs/models", "docs/benchmarks", "CITATIONS"],
    "Develop": [
        "docs/architecture",
        "CONTRIBUTING",
        "containers/README",
        "galaxy_tools/latentbin/README",
        "CHANGELOG",
    ],
}

project = "Latentbin"
author = copyright = "The Latentbin developers"
version = release = re.findall(
    r'^__version__ = "(.+)"', (ROOT / "src/latentbin/__init__.py").read_text(), re.M
)[0]

extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**.md"]
include_patterns += [
    f"{place}/README.md" for place in ("benchmarks/*", "containers", "galaxy_tools/*")
]
exclude_patterns = [".*", "bench", "demo", "results", "site", "src", "tests", "work"]

myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]  # ```math, as GitHub has it
myst_heading_anchors = 4  # the anchors that GitHub makes
highlight_language = "none"
nitpicky = True

html_theme = "furo"
html_title = f"Latentbin {version}"
html_theme_options = {"sidebar_hide_name": True}  # the logo has it
html_logo = html_favicon = "../src/latentbin/report/page/logo.svg"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = html_show_copyright = html_copy_source = False
html_math_renderer = "mathml"


def tree(caption: str, pages: list[str]) -> str:
    """A tree of pages, for the side bar."""
    return f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(pages) + "\n```\n"


def add_side_bar(_: Sphinx, page: str, source: list[str]) -> None:
    """Pages hang below the README and the page of benchmarks, which stay free of the trees."""
    if page == root_doc:
        for caption, pages in PAGES.items():
            there = [name for name in pages if (ROOT / f"{name}.md").exists()]
            source[0] += tree(caption, [f"/{name}" for name in there])
    elif page == "docs/benchmarks":
        names = sorted(path.parent.name for path in ROOT.glob("benchmarks/*/README.md"))
        source[0] += tree("Each", [f"{name} </benchmarks/{name}/README>" for name in names])


def write_math(self: HTML5Translator, node: nodes.Element) -> NoReturn:
    """MathML, which browsers draw themselves: no script, no font to fetch."""
    block = isinstance(node, nodes.math_block)
    mathml = tex2mathml(node.astext().strip(), as_block=block)
    # browsers leave no space behind the name of a function
    mathml = re.sub(
        r"<mo>(?:\u2061|&ApplyFunction;)</mo>(?!\s*<mo[ >])", '<mspace width="0.17em"/>', mathml
    )
    self.body.append(f'<div class="math">{mathml}</div>' if block else mathml)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """What Sphinx calls."""
    app.add_html_math_renderer("mathml", (write_math, None), (write_math, None))
    app.add_lexer("csv", TextLexer)  # Pygments has none; GitHub has
    app.connect("source-read", add_side_bar)
