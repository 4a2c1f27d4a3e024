"""No block of code of a page goes unnoticed: it is run or read by a test, or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.pages import PAGES, ROOT, Block, code, prose, text_of
from tests.docs.test_docs_run import NEXTFLOW, WAYS, make_files, run, sheets
from tests.pipeline.conftest import missing

# where blocks are looked at that neither test_docs_run.py nor this file looks at
ELSEWHERE = {
    ("containers/README.md", "text"): "tests/docs/test_docs_blocks.py",
    ("README.md", "text"): "tests/docs/test_docs_run.py",
    ("docs/nf-core.md", "bash"): "tests/pipeline/test_reuse.py",
    ("docs/output.md", "python"): "tests/docs/test_docs_columns.py",
    ("docs/troubleshooting.md", "console"): "tests/docs/test_docs_messages.py",
}
ALL = [block for page in PAGES for block in code(page)]
INCLUDES = [block for block in ALL if "\ninclude {" in f"\n{block.body}"]
CONFIGS = [
    block
    for block in ALL
    if block.language == "groovy" and not block.reason and block not in INCLUDES
]
# those that no page's commands take
SHEETS = [
    block
    for block in ALL
    if block.language == "csv"
    and not block.reason
    and (block.page not in WAYS or WAYS[block.page].pipeline)
    and not (block.page in WAYS and block in sheets(block.page).values())
]


def looked_at(block: Block) -> bool:
    """Whether some test runs or reads the block, or checks that it is printed."""
    if (str(block.page), block.language) in ELSEWHERE:
        return True
    if block.language == "bash":
        return block.page in WAYS
    if block.language == "text":  # of a pipeline that does not run nothing is printed
        return block.page in WAYS and not WAYS[block.page].pipeline
    if block in INCLUDES:
        return block.page == Path("docs/nf-core.md")  # tests/pipeline/test_reuse.py
    return block.language in ("groovy", "csv", "math")  # below, all of them; make docs


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_block_is_looked_at_or_says_why_not(page: Path) -> None:
    fences = re.findall(r"^\s*(?:```|~~~)", text_of(page), re.M)
    assert len(fences) == 2 * len(code(page)), "a block that is not taken apart"
    indented = re.findall(r"(?:\n\n|\A)((?:    |\t).*)", prose(page))
    assert indented == [], "blocks are fenced, with a language"
    for block in code(page):
        if block.reason:
            assert len(block.reason.split()) >= 3, block
        else:
            assert looked_at(block), f"{block}: run it in test_docs_run.py, or say why not"


def test_what_looks_at_them_is_there() -> None:
    for (page, language), test in ELSEWHERE.items():
        assert code(Path(page), language), page
        assert (ROOT / test).exists()
    for page in WAYS:
        assert any(not block.reason for block in code(page, "bash")), page
    assert len(CONFIGS) >= 4
    assert len(SHEETS) >= 2


def test_reasons_stand_above_blocks_only() -> None:
    for page in PAGES:
        reasons = [block for block in code(page) if block.reason]
        assert len(re.findall(r"^\s*<!-- not run", text_of(page), re.M)) == len(reasons), page


def test_the_files_of_the_images_are_there() -> None:
    (drawing,) = code(Path("containers/README.md"), "text")
    for line in drawing.body.splitlines():
        assert list(ROOT.glob(line.split()[0].replace("<method>", "*"))), line


@pytest.mark.slow
@pytest.mark.parametrize("block", SHEETS, ids=str)
def test_the_pipeline_takes_the_samplesheet(block: Block, tmp_path: Path) -> None:
    if not NEXTFLOW.exists():
        missing("Nextflow is not set up: make nextflow")
    (tmp_path / "sheet.csv").write_text(block.body)
    make_files(block.body, tmp_path)
    workflow = {"sample": "binning", "study": "proteomics", "dataset": "taxonomy"}
    of = "proteomics" if "mzml" in block.body else workflow[block.body.split(",")[0]]
    given = f"--workflow {of} --input sheet.csv --outdir results"
    run(f"{NEXTFLOW} run {ROOT} {given} -preview", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_nextflow_reads_the_configs(parser: str, tmp_path: Path) -> None:
    if not NEXTFLOW.exists():
        missing("Nextflow is not set up: make nextflow")
    words = []
    for number, block in enumerate(CONFIGS):
        (tmp_path / f"{number}.config").write_text(block.body)
        words.append(f"-c {number}.config")
    given = f"{NEXTFLOW} {' '.join(words)} config {ROOT} -flat"
    said = run(f"NXF_SYNTAX_PARSER={parser} {given}", tmp_path)
    for block in CONFIGS:
        values = re.findall(r"([\w.]+) += ('[^']*'|\d+\.GB)", block.body)
        assert values or "resourceLimits" in block.body, block
        for name, value in values:
            plain = value if value.startswith("'") else f"'{value.replace('.', ' ')}'"
            assert re.search(rf"[.]{re.escape(f'{name} = {plain}')}$", said, re.M), (block, name)
        if "resourceLimits" in block.body:
            assert re.search(r"process\.resourceLimits\b.*\b500 GB'", said), block
    text = "".join(path.read_text() for path in ROOT.glob("modules/local/**/main.nf"))
    for process in re.findall(r"withName: '(\w+)'", "".join(block.body for block in CONFIGS)):
        assert f"process {process} " in text, process
