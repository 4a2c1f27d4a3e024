"""What a biologist does in the web client: upload contigs and BAM files, find a tool, run it, look.

Pictures of each step: the folder GALAXY_SCREENSHOTS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
DATA = ROOT / "galaxy_tools/latentbin/test-data"
URL = os.environ.get("GALAXY_URL", "")
PICTURES = Path(os.environ.get("GALAXY_SCREENSHOTS", "."))
SHORT, LONG = 60_000, 300_000  # ms


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A browser that is logged in, with an empty history."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=ROOT / "scripts/galaxy/chromium.sh",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(SHORT)
        expect.set_options(timeout=SHORT)
        page.goto(URL + "/login/start", wait_until="domcontentloaded", timeout=LONG)
        page.fill('input[name="login"]', os.environ["GALAXY_USER"])
        page.fill('input[name="password"]', os.environ["GALAXY_PASSWORD"])
        page.click('button[name="login"]')
        page.wait_for_selector("#activity-upload", timeout=LONG)
        page.click('[data-description="create new history"]')
        page.wait_for_timeout(2000)
        yield page
        browser.close()


@pytest.fixture(autouse=True)
def _picture_of_a_failure(page: Page, request: pytest.FixtureRequest) -> Iterator[None]:
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        picture(page, "failed")


def picture(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


def item(page: Page, number: int) -> Locator:
    """An entry of the history."""
    return page.locator(f'.content-item[data-hid="{number}"]')


def is_green(page: Page, number: int) -> None:
    expect(item(page, number)).to_have_attribute("data-state", "ok", timeout=LONG)


def open_tool(page: Page, name: str) -> None:
    if not page.locator("#toolbox-panel").is_visible():
        page.click("#activity-tools")
    page.fill("#toolbox-panel .search-query", name)
    page.click(f'.toolTitle a:has-text("{name}")')
    page.wait_for_selector("#execute")


def test_upload(page: Page) -> None:
    files = [DATA / name for name in ("catalogue.fna.gz", "S1.bam", "S2.bam")]
    page.click("#activity-upload")
    page.wait_for_timeout(2000)
    picture(page, "1_upload")
    if page.locator("#btn-local").count():
        with page.expect_file_chooser() as chooser:
            page.click("#btn-local")
        chooser.value.set_files(files)
        page.click("#regular #btn-start")
        page.wait_for_timeout(1500)
        page.click("#regular #btn-close")
    else:
        page.click('[data-method-id="local-file"]')
        page.set_input_files("#local-file-input", files)
        page.wait_for_timeout(1000)
        picture(page, "2_files")
        page.click('[data-test-id="start-upload"]')
    for number in (1, 2, 3):
        is_green(page, number)
    picture(page, "3_uploaded")


def test_abundance_of_the_bams(page: Page) -> None:
    open_tool(page, "Latentbin abundance from mapped reads")
    bams = page.locator("#form-element-bam")
    expect(bams).to_contain_text("3: S2.bam")  # Galaxy proposes the last one
    bams.locator(".multiselect").first.click()
    bams.locator('.multiselect__option:has-text("2: S1.bam")').click()
    expect(bams.locator(".multiselect__tags")).to_contain_text("2: S1.bam")
    page.keyboard.press("Escape")
    expect(page.locator("#form-element-catalogue")).to_contain_text("1: catalogue.fna.gz")
    page.fill('[id="form-element-counting|max_edge"] input', "50")
    page.keyboard.press("Shift+Tab")
    page.wait_for_timeout(1500)
    picture(page, "4_abundance_form")
    page.click("#execute")
    is_green(page, 4)
    item(page, 4).locator(".content-title").click()
    expect(item(page, 4)).to_contain_text("npz")
    page.wait_for_timeout(1500)
    picture(page, "5_abundance")


def test_genes_of_the_contigs(page: Page) -> None:
    open_tool(page, "Latentbin single-copy genes")
    expect(page.locator("#form-element-fasta")).to_contain_text("1: catalogue.fna.gz")
    page.fill("#form-element-min_length input", "2000")
    page.keyboard.press("Shift+Tab")
    page.wait_for_timeout(1500)
    picture(page, "6_genes_form")
    page.click("#execute")
    is_green(page, 5)
    item(page, 5).locator(".display-btn").first.click()
    table = page.locator("#center")
    expect(table).to_contain_text("tabular")
    expect(table).to_contain_text("COG0552")  # of the first line: all genes that were searched for
    expect(table).to_contain_text("contig gene score start end strand partial")
    expect(table).to_contain_text("S1~contig")
    picture(page, "7_genes")


def test_advanced_options_are_folded_and_presets_set_their_values(page: Page) -> None:
    open_tool(page, "Latentbin VAMB embedding")
    epochs = page.locator('[id="form-element-settings|epochs"] input').first
    latent = page.locator('[id="form-element-settings|advanced|latent_size"] input').first
    expect(epochs).to_have_value("70")
    expect(latent).not_to_be_visible()
    page.get_by_text("Advanced: network and training").click()
    expect(latent).to_have_value("32")
    picture(page, "8_vamb_form")
    preset = page.locator('[id="form-element-settings|preset"]')
    preset.locator(".multiselect").first.click()
    preset.locator('.multiselect__option:has-text("preprint")').click()
    expect(epochs).to_have_value("500")
    picture(page, "9_vamb_preprint")
