"""No method imports another, and what is shared imports none; heavy libraries come late."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import latentbin

PACKAGE = Path(latentbin.__file__).parent
METHODS = {"vamb", "genomeface", "deepmetabin", "proteome", "explore", "taxonomy"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p)[-30:])
def test_no_method_is_imported_from_outside(path):
    imported = set(re.findall(r"(?:from|import) latentbin\.(\w+)", path.read_text()))
    own = path.relative_to(PACKAGE).parts[0]
    assert not (imported & METHODS) - {own}


def test_commands_start_without_heavy_libraries():
    heavy = {"torch", "tensorflow", "keras", "tqdm", "scipy", "numba", "faiss", "sklearn"}
    heavy |= {
        "pandas",
        "matplotlib",
        "anndata",
        "pyopenms",
        "mokapot",
        "lightgbm",
        "optuna",
        "umap",
        "plotly",
        "multiqc",
    }
    code = (
        "import sys, latentbin.vamb.cli, latentbin.genomeface.cli, latentbin.deepmetabin.cli;"
        "import latentbin.learning.cli, latentbin.proteome.cli;"
        "import latentbin.taxonomy.cli, latentbin.explore.cli, latentbin.report.cli;"
        f"sys.exit(' '.join({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == ""
    code = "import sys, latentbin.learning.progress as _; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
