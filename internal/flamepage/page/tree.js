// A profile's call tree.

function newTree(data) {
  const model = newModel(data);
  const total = new Float64Array(model.n), self = new Float64Array(model.n);
  for (let i = model.n - 1; i >= 0; i--) { // children before parents
    self[i] = data.self[i] * data.scale;
    const folded = data.folded[i] * data.scale;
    total[i] += self[i] + folded;
    model.weight[i] += Math.abs(self[i]) + Math.abs(folded);
    const up = model.parent[i];
    if (up >= 0) {
      total[up] += total[i];
      model.weight[up] += model.weight[i];
    }
  }
  const all = data.size ?? Math.abs(total[0]); // of differences the sum without signs, as of every share
  const share = (v, of) => percent(of === 0 ? 0 : Math.abs(v) / of);
  return Object.assign(model, {
    total, self, all, share,
    paint: (i) => (i === 0 ? 0 : data.paint[data.name[i]]),
    lines(i, zoom) {
      const shares = (v) => share(v, all) + " of all" + (zoom > 0 ? ", " + share(v, model.weight[zoom]) + " of the zoomed frame" : "");
      const lines = [
        `Total ${rough(total[i], data.unit)}: ${shares(total[i])}`,
        `Self ${rough(self[i], data.unit)}: ${shares(self[i])}`,
      ];
      if (data.folded[i]) lines.push(`${rough(data.folded[i] * data.scale, data.unit)} of the total in branches too small to be shown`);
      return lines;
    },
    // matched says how much the matching nodes weigh.
    matched(matches, zoom) {
      const sum = (from) => {
        let s = 0;
        outermost(model, from, matches, (i) => (s += total[i]));
        return s;
      };
      const inAll = sum(0);
      const words = `${share(inAll, all)} matched (${rough(inAll, data.unit)})`;
      if (zoom === 0) return words;
      const inside = [...model.path(zoom)].some(matches) ? total[zoom] : sum(zoom);
      return `${words}, ${share(inside, model.weight[zoom])} of the zoomed frame`;
    },
  });
}

// treeFunctions are the functions with what they cost: whoever called them, and
// counted once where one is below itself.
function treeFunctions(model) {
  const count = model.data.names.length;
  const self = new Float64Array(count), total = new Float64Array(count), until = new Int32Array(count);
  const seen = new Uint8Array(count);
  for (let i = 1; i < model.n; i++) {
    const k = model.data.name[i];
    seen[k] = 1;
    self[k] += model.self[i];
    if (i >= until[k]) {
      total[k] += model.total[i];
      until[k] = model.end[i];
    }
  }
  const rows = [];
  for (let k = 0; k < count; k++) if (seen[k]) rows.push({ name: model.data.names[k], self: self[k], total: total[k] });
  return rows;
}

// treeLegend names the packages with the most of their own, in their colours.
function treeLegend(model, search) {
  const data = model.data, own = new Map();
  for (let i = 1; i < model.n; i++) {
    const k = data.name[i];
    const pkg = data.names[k].slice(0, data.package[k]);
    const runtime = /^(internal\/)?runtime(\/|$)/.test(pkg); // one colour, one entry
    const title = runtime ? "runtime" : pkg;
    const entry = own.get(title) || { title, self: 0, paint: data.paint[k], pattern: runtime ? "^(internal/)?runtime[./]" : `^${escapePattern(pkg)}([.:]|/[^/]*\\.go|$)` };
    entry.self += model.self[i];
    own.set(title, entry);
  }
  const most = [...own.values()].filter((e) => e.self > 0).sort((a, b) => b.self - a.self).slice(0, 8);
  return most.map((e) => element("button", { class: "chip", title: "Search for " + e.pattern, onclick: () => search(e.pattern) },
    element("i", { class: "swatch p" + e.paint }), e.title || "?", element("span", { class: "faint" }, " " + model.share(e.self, model.all))));
}
