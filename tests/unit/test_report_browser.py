"""The page in a browser: it fits the window, a choice holds for all figures, also when dark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.unit.test_report_page import bin_row, binner, group, write

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / "scripts/galaxy/chromium.sh"
# half a minute
pytestmark = pytest.mark.slow
# what a reader does: go to a figure, choose a group, look at others, make it dark
STEPS = """
<script>
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const told = { errors: [] };
window.addEventListener("error", (event) => told.errors.push(String(event.message)));
const figure = (anchor) => document.querySelector(`#mqc-section-wrapper-${anchor} .lb-figure`);
const boxes = (place) => [...place.querySelectorAll("select")];
const top_of = (place) => place.getBoundingClientRect().top;
const words = (box) => box.selectedOptions[0].text;
async function see(anchor) {
  const place = figure(anchor);
  place.scrollIntoView({ behavior: "instant" });
  for (let n = 0; n < 100 && !place.querySelector("table, .main-svg"); n++) await wait(100);
  await wait(1000);
  return place;
}
function choose(box, word) {
  box.selectedIndex = [...box.options].findIndex((each) => each.text === word);
  box.dispatchEvent(new Event("change"));
}
async function steps() {
  await wait(1500);
  told.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  told.groups = [...document.querySelectorAll(".lb-figure")].map((each) => words(boxes(each)[0]));
  // figures between here and there are drawn on the way, and must not push it away
  document.getElementById("single-copy-genes").scrollIntoView({ behavior: "instant" });
  await wait(1500);
  told.landed = top_of(document.getElementById("single-copy-genes"));
  const tall = document.querySelector(".lb-tall");
  tall.scrollIntoView({ behavior: "instant" });
  tall.scrollTop = 300;
  await wait(300);
  told.header = top_of(tall.querySelector("th")) - top_of(tall);
  told.cut = tall.scrollHeight - tall.clientHeight;
  const map = await see("map-of-the-contigs-contigs");
  const top = top_of(boxes(map)[0]);
  choose(boxes(map)[0], "group_11");
  await wait(1000);
  told.moved = Math.abs(top_of(boxes(map)[0]) - top);
  told.followed = [...document.querySelectorAll(".lb-figure")].map((each) => words(boxes(each)[0]));
  const plot = (place) => place.querySelector(".lb-plot");
  const shade = () => plot(map).data.map((trace) => trace.marker.color);
  told.light = shade();
  const genes = await see("single-copy-genes-genes-of-the-best-bins");
  told.bins = plot(genes).data[0].y;
  told.missing = plot(genes).data[0].colorscale[0][1];
  told.table = (await see("bins-the-best-bins")).querySelector("table").innerText;
  const losses = await see("training-losses");
  choose(boxes(losses)[2], "logarithmic");
  await wait(500);
  told.scale = plot(losses).layout.yaxis.type;
  told.legend = plot(losses)._fullLayout.legend.orientation;
  document.documentElement.setAttribute("data-bs-theme", "dark");
  await see("map-of-the-contigs-contigs");
  told.dark = shade();
  await see("single-copy-genes-genes-of-the-best-bins");
  told.darkMissing = plot(genes).data[0].colorscale[0][1];
  // as in the window of a telephone
  for (const place of [genes, losses]) place.style.width = "340px";
  window.dispatchEvent(new Event("resize"));
  document.documentElement.setAttribute("data-bs-theme", "light");
  await see("training-losses");
  told.narrowLegend = plot(losses)._fullLayout.legend.orientation;
  await see("single-copy-genes-genes-of-the-best-bins");
  told.names = plot(genes).querySelectorAll(".xtick text").length;
}
window.addEventListener("load", async () => {
  await steps().catch((error) => told.errors.push(String(error.stack)));
  fetch("http://127.0.0.1:PORT", { method: "POST", mode: "no-cors", body: JSON.stringify(told) });
});
</script>
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict:
    if not (shutil.which("chromium") or (ROOT / ".tools/debian/chromium/usr/bin").exists()):
        assert os.environ.get("CI") != "true", "Chromium is missing"
        pytest.skip("needs Chromium: scripts/setup-debian.sh chromium")
    folder = tmp_path_factory.mktemp("browser")
    groups = []
    for n in range(31):
        rows = [bin_row(f"g{n}_bin{k}") for k in range(2)]
        found = group(f"group_{n:02d}", {"vamb": binner(*rows), "other": binner(*rows)})
        found["map"]["colours"][0] |= {
            "codes": [row % 10 - 1 for row in range(40)],
            "names": [f"bin {k}" for k in range(9)],
        }
        for each in found["binners"].values():
            genes = [f"COG{k:04}" for k in range(40)]
            each["genes"] |= {"genes": genes, "copies": [[1] * 40] * 2}
        groups.append(found)
    code, errors, text = write(folder, *groups)
    assert code == 0, errors
    heard: list[bytes] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        server.timeout = 100
        start, end = text.rsplit("</body>", 1)
        page = folder / "steps.html"
        page.write_text(f"{start}{STEPS.replace('PORT', str(server.server_port))}</body>{end}")
        command = [
            str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", f"--user-data-dir={folder / 'browser'}",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--window-size=1280,800", "--remote-debugging-port=0", page.as_uri(),
        ]  # fmt: skip
        with open(folder / "log", "w") as log:
            browser = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            server.handle_request()
        finally:
            browser.terminate()
            browser.wait(30)
    assert heard, (folder / "log").read_text()[-2000:]
    return json.loads(heard[0])


def test_dozens_of_groups_fit_into_the_window(told):
    assert told["errors"] == []
    assert told["wide"] <= 0


def test_the_page_keeps_its_height_while_it_is_drawn(told):
    assert abs(told["landed"]) < 60
    assert told["cut"] > 300  # the table of all groups scrolls in itself
    assert abs(told["header"]) < 2  # below its header


def test_a_group_is_chosen_in_all_figures_at_once(told):
    assert set(told["groups"]) == {"group_00", "all"}
    assert set(told["followed"]) == {"group_11"}
    assert len(told["followed"]) >= 7
    assert told["moved"] < 2  # the reader still sees what was chosen
    assert told["bins"] == ["g11_bin0", "g11_bin1"]
    assert "g11_bin0" in told["table"]
    assert "g10_bin0" not in told["table"]
    assert told["scale"] == "log"


def test_the_dark_page_has_colours_that_are_seen(told):
    assert "#000000" in told["light"]
    assert "#000000" not in told["dark"]
    assert "#FFFFFF" in told["dark"]
    assert len(set(told["dark"])) == len(told["dark"]) == 10
    # what is missing looks like the page, in either
    assert told["missing"] == "#F2F2F2"
    assert told["darkMissing"] == "#2A2F34"


def test_figures_fit_a_narrow_window(told):
    assert (told["legend"], told["narrowLegend"]) == ("v", "h")
    assert 2 < told["names"] < 40  # of genes: as many as there is room for
