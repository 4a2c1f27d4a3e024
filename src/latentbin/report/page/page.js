"use strict";
// Figures of Latentbin's report: one is drawn at a time, chosen by group and view. Plotly, pako and
// the colour theme are the page's.
(() => {
  const unpack = (text) =>
    JSON.parse(pako.inflate(Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0)), { to: "string" }));
  const escapeText = (text) =>
    String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const look = () => {
    const colour = getComputedStyle(document.body).color;
    return { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
             font: { color: colour, family: "system-ui, sans-serif" }, hovermode: "closest",
             modebar: { bgcolor: "rgba(0,0,0,0)", color: "rgba(128,128,128,.6)", activecolor: colour } };
  };
  const settings = { responsive: true, displaylogo: false, displayModeBar: "hover",
                     modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

  // a box of choices; a single choice is no choice and is not shown
  function chooser(place, label, words, onChange) {
    const box = document.createElement("select");
    words.forEach((word, at) => box.add(new Option(word, at)));
    box.addEventListener("change", onChange);
    const holder = document.createElement("label");
    holder.append(label + " ", box);
    holder.hidden = words.length < 2;
    place.append(holder);
    return box;
  }

  function refill(box, words) {
    const before = box.options[box.selectedIndex] && box.options[box.selectedIndex].text;
    box.replaceChildren(...words.map((word, at) => new Option(word, at)));
    box.selectedIndex = Math.max(0, words.indexOf(before));
    box.parentElement.hidden = words.length < 2;
  }

  // ---- figures that are ready: [{group, view, traces, layout, caption}]
  function gallery(element, data) {
    const groups = [...new Set(data.figures.map((each) => each.group))];
    const of = (group) => data.figures.filter((each) => each.group === group);
    const group = chooser(element.choose, data.groupLabel, groups, () => {
      refill(view, of(groups[group.selectedIndex]).map((each) => each.view));
      draw();
    });
    const view = chooser(element.choose, data.viewLabel, of(groups[0]).map((each) => each.view), () => draw());
    function draw() {
      const figure = of(groups[group.selectedIndex])[view.selectedIndex];
      element.caption.textContent = figure.caption || "";
      const layout = { ...look(), ...figure.layout };
      element.plot.style.height = (layout.height || 450) + "px";
      Plotly.react(element.plot, figure.traces, layout, settings);
    }
    return draw;
  }

  // ---- points in two dimensions: [{group, names, maps: {name: {x, y, caption}}, colours}]
  function pointMap(element, data) {
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
    const group = chooser(element.choose, data.groupLabel, data.groups.map((each) => each.group), () => {
      refill(view, entry().maps.map((each) => each.name));
      refill(colour, colours().map(title));
      draw();
    });
    const view = chooser(element.choose, data.viewLabel, entry().maps.map((each) => each.name), () => {
      const own = colour.selectedIndex === 0;
      refill(colour, colours().map(title));
      if (own) colour.selectedIndex = 0;
      draw();
    });
    const colour = chooser(element.choose, "Coloured by", colours().map(title), () => draw());

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
        const shade = key < 0 ? data.nobody : key === named ? data.others : data.palette[key];
        return points(sets.get(key), { color: shade, opacity: key < 0 ? 0.5 : 0.85 },
                      escapeText(name) + " (" + sets.get(key).length + ")", {});
      });
    }
    function draw() {
      element.caption.textContent = map().caption;
      const axis = { showticklabels: false, zeroline: false, gridcolor: "rgba(128,128,128,.15)", title: { text: "" } };
      const narrow = element.plot.clientWidth < 640;
      element.plot.style.height = narrow ? "520px" : "600px";
      Plotly.react(element.plot, traces(), {
        ...look(), margin: { l: 10, r: 10, t: 10, b: 10 }, xaxis: axis, yaxis: axis,
        legend: { itemsizing: "constant", y: 0.95, ...(narrow ? { orientation: "h", y: -0.02 } : {}) },
      }, settings);
    }
    return draw;
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
    const draw = (root.dataset.kind === "map" ? pointMap : gallery)(element, data);
    let drawn = false;
    // drawn when it is about to be seen: a page of many figures opens at once
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((each) => each.isIntersecting)) return;
      observer.disconnect();
      drawn = true;
      draw();
    }, { rootMargin: "600px" }).observe(root);
    window.addEventListener("beforeprint", () => { if (!drawn) draw(); });
    new MutationObserver(() => { if (drawn) draw(); })
      .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  }

  window.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".lb-figure").forEach(start));
})();
