// The table of functions below the chart: sortable; a row searches for its
// function.

const firstRows = 100;

// newTable shows rows, each with a name, in columns: {title, value(row) to sort
// by, text(row), share(row) for a bar, kind, wideOnly}. The rows come sorted by
// column sorted, or in an order of their own if that is null.
function newTable(title, rows, columns, sorted, pick) {
  let by = sorted, down = true, all = false, matches = null;
  const head = element("tr"), body = element("tbody"), more = element("p", { class: "faint" });
  const box = element("section", { class: "functions" }, element("h2", {}, title),
    element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), body)), more);

  function sortBy(column) {
    down = by === column ? !down : !column.textual;
    by = column;
    draw();
  }

  function ordered() {
    if (!by) return rows;
    const order = (a, b) => (by.textual ? by.value(a).localeCompare(by.value(b)) : by.value(a) - by.value(b));
    return [...rows].sort((a, b) => (down ? -order(a, b) : order(a, b)));
  }

  function draw() {
    head.replaceChildren(...columns.map((c) => element("th", { scope: "col", class: (c.textual ? "" : "number") + narrow(c), "aria-sort": c !== by ? "none" : down ? "descending" : "ascending" },
      element("button", { onclick: () => sortBy(c) }, c.title, element("span", { class: "arrow" }, c !== by ? "" : down ? " ▼" : " ▲")))));
    const shown = all ? ordered() : ordered().slice(0, firstRows);
    body.replaceChildren(...shown.map(line));
    more.replaceChildren();
    if (shown.length < rows.length) {
      more.append(`${shown.length} of ${rows.length} functions. `, element("button", { onclick: () => { all = true; draw(); } }, "Show all"));
    }
  }

  // narrow hides what a telephone has no room for.
  function narrow(c) {
    return c.wideOnly ? " wide-only" : "";
  }

  function line(row) {
    const kind = matches ? (matches.test(row.name) ? "match" : "dim") : "";
    const cells = columns.map((c) => {
      if (c.textual && c.name) return element("td", { class: "name" }, element("button", { title: row.name, onclick: () => pick(row.name) }, c.text(row)));
      const cell = element("td", { class: (c.textual ? "" : "number ") + (c.kind ? c.kind(row) : "") + narrow(c) }, c.text(row));
      if (c.share) {
        cell.classList.add("bar");
        cell.style.setProperty("--share", Math.min(100, Math.max(0, 100 * c.share(row))).toFixed(1) + "%");
      }
      return cell;
    });
    return element("tr", { class: kind }, ...cells);
  }

  draw();
  return {
    box,
    // mark shows which rows a search matches.
    mark(pattern) {
      matches = pattern;
      draw();
    },
  };
}

const nameColumn = { title: "Function", textual: true, name: true, value: (r) => r.name, text: (r) => r.name };

function treeTable(model, pick) {
  const unit = model.unit, of = (v) => (model.all === 0 ? 0 : Math.abs(v) / model.all);
  const self = { title: "Self", value: (r) => r.self, text: (r) => rough(r.self, unit) };
  const rows = treeFunctions(model).sort((a, b) => b.self - a.self);
  return newTable("Functions", rows, [
    self,
    { title: "Self %", value: (r) => r.self, text: (r) => percent(of(r.self)), share: (r) => of(r.self), wideOnly: true },
    { title: "Total", value: (r) => r.total, text: (r) => rough(r.total, unit) },
    { title: "Total %", value: (r) => r.total, text: (r) => percent(of(r.total)), share: (r) => of(r.total), wideOnly: true },
    nameColumn,
  ], self, pick);
}

function diffTable(model, pick) {
  const data = model.data, unit = withoutPer(data.unit), per = data.unit.slice(unit.length).replace("/", ", per "), columns = model.ofSelf ? "functionSelf" : "functionTotal";
  const rows = data.functions.map((name, k) => ({ name: data.names[name], ...changeAt(data, columns, k) }));
  const delta = (r) => r.now - r.old;
  rows.sort((a, b) => (a.verdict === withinNoise) - (b.verdict === withinNoise) || Math.abs(delta(b)) - Math.abs(delta(a)));
  const share = (r) => (r.old === 0 ? (r.now === 0 ? 0 : Infinity) : delta(r) / r.old);
  const direction = (r) => (r.verdict === withinNoise ? "faint" : delta(r) < 0 ? "less" : "more");
  const list = [
    { title: "Before", value: (r) => r.old, text: (r) => rough(r.old, unit), wideOnly: true },
    { title: "After", value: (r) => r.now, text: (r) => rough(r.now, unit), wideOnly: true },
    { title: "Change", value: delta, text: (r) => (delta(r) === 0 ? "0" : moreOrLess(delta(r), unit)), kind: direction },
    { title: "Relative", value: share, text: (r) => (share(r) === Infinity ? "new" : r.now === 0 && r.old !== 0 ? "gone" : r.old === 0 ? "" : change(r.now / r.old)), kind: direction },
  ];
  if (data.evidence !== "none") {
    list.push({ title: "95 % interval, of this function alone", value: (r) => r.low ?? 0, text: (r) => (r.low === undefined ? "" : between(r.low, r.high, unit)), wideOnly: true });
    list.push({ title: "p, corrected for all frames", value: (r) => r.p ?? 1, text: (r) => (r.p === undefined ? "" : pValue(r.p)), wideOnly: true });
  }
  list.push({ title: "Verdict", textual: true, value: (r) => verdictNames[r.verdict], text: (r) => verdictNames[r.verdict], kind: direction }, nameColumn);
  return newTable((model.ofSelf ? "What changed in functions themselves" : "What changed in functions and all below them") + per, rows, list, null, pick);
}
