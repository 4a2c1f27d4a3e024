"use strict";
// Figures and tables of Latentbin's report: one is shown at a time, chosen by group and view. A group
// that is chosen once is chosen in all of them. Plotly, pako and the colour theme are the page's.
(() => {
  const unpack = (text) =>
    JSON.parse(pako.inflate(Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0)), { to: "string" }));
  const escapeText = (text) =>
    String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const dark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const look = () => {
    const colour = getComputedStyle(document.body).color;
    return { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
             font: { color: colour, family: "system-ui, sans-serif" }, hovermode: "closest",
             modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,128,128,.6)", activecolor: colour } };
  };
  const settings = { responsive: true, displaylogo: false, displayModeBar: "hover",
                     modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
                     toImageButtonOptions: { format: "svg", filename: "latentbin" } };

  // ---- colours: what is nothing looks like the page, what is much stands out from it
  const steps = (shades) => shades.flatMap((shade, at) => [[at / 4, shade], [(at + 1) / 4, shade]]);
  const scales = {
    light: { blues: [[0, "#F4F6F8"], [0.5, "#6BAED6"], [1, "#08306B"]],
             copies: steps(["#F2F2F2", "#009E73", "#E69F00", "#C1272D"]) },
    dark: { blues: [[0, "#24292E"], [0.5, "#2B74B0"], [1, "#D3E6F5"]],
            copies: steps(["#2A2F34", "#009E73", "#E69F00", "#E0454B"]) },
  };
  const scale = (name) => scales[dark() ? "dark" : "light"][name];
  // a colour that is as dark as a dark page is made lighter
  function visible(colour) {
    if (!dark()) return colour;
    if (colour === "#000000") return "#FFFFFF";
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const light = 0.3 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2];
    if (!(light < 80)) return colour;
    return "#" + parts.map((part) => Math.round(part + 0.45 * (255 - part)).toString(16).padStart(2, "0")).join("");
  }
  function dressed(trace) {
    const found = { ...trace };
    if (scales.light[found.colorscale]) found.colorscale = scale(found.colorscale);
    for (const part of ["line", "marker"])
      if (found[part] && found[part].color) found[part] = { ...found[part], color: visible(found[part].color) };
    return found;
  }

  // ---- boxes of choices; a single choice is no choice and is not shown
  function chooser(place, label, words, onChange) {
    const box = document.createElement("select");
    const holder = document.createElement("label");
    box.addEventListener("change", onChange);
    holder.append(label + " ", box);
    place.append(holder);
    refill(box, words);
    return box;
  }

  function refill(box, words) {
    const before = box.options[box.selectedIndex] && box.options[box.selectedIndex].text;
    box.replaceChildren(...words.map((word, at) => new Option(word, at)));
    box.selectedIndex = Math.max(0, words.indexOf(before));
    box.parentElement.hidden = words.length < 2;
  }

  // of groups: all boxes that have the group that is chosen in one of them follow
  const followers = [];
  function groupChooser(place, label, groups, onChange) {
    const box = chooser(place, label, groups.map((name) => name === null ? "all" : name), () => {
      const top = box.getBoundingClientRect().top, name = groups[box.selectedIndex];
      onChange();
      if (name !== null) followers.forEach((follow) => follow(box, name));
      window.scrollBy({ top: box.getBoundingClientRect().top - top, behavior: "instant" });
    });
    followers.push((from, name) => {
      const at = groups.indexOf(name);
      if (from === box || at < 0 || at === box.selectedIndex) return;
      box.selectedIndex = at;
      onChange();
    });
    return box;
  }

  // ---- figures that are ready: [{group, view, traces, layout, caption}]
  function gallery(element, data, redraw) {
    const groups = [...new Set(data.figures.map((each) => each.group))];
    const of = () => data.figures.filter((each) => each.group === groups[group.selectedIndex]);
    const group = groupChooser(element.choose, data.groupLabel, groups, () => {
      refill(view, of().map((each) => each.view));
      redraw();
    });
    const view = chooser(element.choose, data.viewLabel, of().map((each) => each.view), redraw);
    const kind = data.scaleLabel && chooser(element.choose, data.scaleLabel, ["linear", "logarithmic"], redraw);
    const figure = () => of()[view.selectedIndex];
    const settle = () => {
      element.caption.textContent = figure().caption || "";
      element.plot.style.height = figure().layout.height + "px";
    };
    const draw = () => {
      const layout = { ...look(), ...figure().layout };
      if (element.plot.clientWidth < 640) {
        layout.legend ??= { orientation: "h", y: 1, yanchor: "bottom", x: 0 };
        layout.xaxis = { ...layout.xaxis, dtick: null }; // as many names as there is room for
      }
      if (kind && kind.selectedIndex === 1) layout.yaxis = { ...layout.yaxis, type: "log" };
      // Plotly writes into what it is given
      Plotly.react(element.plot, figure().traces.map(dressed), structuredClone(layout), settings);
    };
    return { settle, draw };
  }

  // ---- tables that are ready: [{group, html}]
  function tables(element, data, redraw) {
    const group = groupChooser(element.choose, data.groupLabel, data.tables.map((each) => each.group), redraw);
    return { settle: () => { element.plot.innerHTML = data.tables[group.selectedIndex].html; }, draw() {} };
  }

  // ---- points in two dimensions: [{group, names, maps: {name: {x, y, caption}}, colours}]
  function pointMap(element, data, redraw) {
    const entry = () => data.groups[group.selectedIndex];
    const map = () => entry().maps[view.selectedIndex];
    // the bins of a binner stand first where its own latent is shown
    const colours = () => {
      const own = entry().colours.filter((each) => each.of === map().name);
      const shared = entry().colours.filter((each) => !each.of);
      const others = entry().colours.filter((each) => each.of && each.of !== map().name);
      return [...own, ...shared, ...others];
    };
    const title = (each) => each.of ? `${each.title} (${each.of})` : each.title;
    const group = groupChooser(element.choose, data.groupLabel, data.groups.map((each) => each.group), () => {
      refill(view, entry().maps.map((each) => each.name));
      refill(colour, colours().map(title));
      redraw();
    });
    const view = chooser(element.choose, data.viewLabel, entry().maps.map((each) => each.name), () => {
      const own = colour.selectedIndex === 0;
      refill(colour, colours().map(title));
      if (own) colour.selectedIndex = 0;
      redraw();
    });
    const colour = chooser(element.choose, "Coloured by", colours().map(title), redraw);

    const cell = (each, row) => {
      if (each.values) return each.values[row] === null ? "not known" : each.values[row].toLocaleString();
      return each.codes[row] < 0 ? each.nobody : each.names[each.codes[row]];
    };
    function hover(row) {
      const lines = entry().colours
        .filter((each) => !each.of || each.of === map().name)
        .map((each) => escapeText(title(each)) + ": " + escapeText(cell(each, row)));
      return "<b>" + escapeText(entry().names[row]) + "</b><br>" + lines.join("<br>");
    }
    function points(rows, marker, name, rest) {
      const at = map(), sizes = entry().sizes;
      return { type: "scatter", mode: "markers", name, ...rest,
               x: rows.map((row) => at.x[row]), y: rows.map((row) => at.y[row]),
               text: rows.map(hover), hovertemplate: "%{text}<extra></extra>",
               marker: { size: sizes ? rows.map((row) => sizes[row]) : 7, opacity: 0.8,
                         line: { width: 0 }, ...marker } };
    }
    function traces() {
      const chosen = colours()[colour.selectedIndex];
      const all = entry().names.map((_name, row) => row);
      if (chosen.values) {
        const known = all.filter((row) => chosen.values[row] !== null);
        const value = (row) => chosen.log ? Math.log10(Math.max(chosen.values[row], 1e-3)) : chosen.values[row];
        const colorbar = { title: { text: chosen.title, side: "right" }, thickness: 14, outlinewidth: 0 };
        if (chosen.log) {
          const ends = known.map(value), ticks = [];
          for (let at = Math.floor(Math.min(...ends)); at <= Math.ceil(Math.max(...ends)); at++) ticks.push(at);
          colorbar.tickvals = ticks;
          colorbar.ticktext = ticks.map((at) => (10 ** at).toLocaleString());
        }
        return [points(known, { color: known.map(value), colorscale: "Viridis", showscale: true, colorbar }, "", { showlegend: false })];
      }
      const named = data.palette.length, sets = new Map();
      all.forEach((row) => {
        const key = chosen.codes[row] < 0 ? -1 : Math.min(chosen.codes[row], named);
        if (!sets.has(key)) sets.set(key, []);
        sets.get(key).push(row);
      });
      const many = chosen.names.length > named;
      return [...sets.keys()].sort((a, b) => (a < 0 ? -1 : a) - (b < 0 ? -1 : b)).map((key) => {
        const name = key < 0 ? chosen.nobody : many && key === named ? `${chosen.names.length - named} others` : chosen.names[key];
        const shade = key < 0 ? (dark() ? "#5C6166" : data.nobody) : key === named ? data.others : data.palette[key];
        return points(sets.get(key), { color: visible(shade), opacity: key < 0 ? 0.5 : 0.85 },
                      escapeText(name) + " (" + sets.get(key).length + ")", {});
      });
    }
    const narrow = () => element.plot.clientWidth < 640;
    const settle = () => {
      element.caption.textContent = map().caption;
      element.plot.style.height = narrow() ? "520px" : "600px";
    };
    const draw = () => {
      const axis = { showticklabels: false, zeroline: false, gridcolor: "rgba(128,128,128,.15)", title: { text: "" } };
      Plotly.react(element.plot, traces(), {
        ...look(), margin: { l: 10, r: 10, t: 10, b: 10 }, xaxis: axis, yaxis: axis,
        legend: { itemsizing: "constant", y: 0.95, ...(narrow() ? { orientation: "h", y: -0.02 } : {}) },
      }, settings);
    };
    return { settle, draw };
  }

  function start(root) {
    const data = unpack(root.querySelector("script").textContent);
    const part = (name) => {
      const made = document.createElement("div");
      made.className = "lb-" + name;
      root.append(made);
      return made;
    };
    const element = { choose: part("choose"), plot: part("plot"), caption: part("caption") };
    // settled at once, so that the page keeps its height, and drawn when it is about to be seen, so
    // that a page of many figures opens at once
    let near = false, stale = true;
    const catchUp = () => {
      if (!stale) return;
      stale = false;
      figure.draw();
    };
    const redraw = () => {
      stale = true;
      figure.settle();
      if (near) catchUp();
    };
    const figure = { map: pointMap, tables, gallery }[root.dataset.kind](element, data, redraw);
    figure.settle();
    new IntersectionObserver((seen) => {
      near = seen[seen.length - 1].isIntersecting;
      if (near) catchUp();
    }, { rootMargin: "600px" }).observe(root);
    window.addEventListener("beforeprint", catchUp);
    new MutationObserver(redraw)
      .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  }

  window.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".lb-figure").forEach(start));
})();
