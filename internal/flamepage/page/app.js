// The page: everything put together.

// newApp makes the page of data and returns its element; start is called when
// that is in the document.
function newApp(data, withTable) {
  const model = data.kind === "diff" ? newDiff(data) : newTree(data);
  const state = { zoom: 0, focus: null, flame: data.flame, matches: null };
  const crumbs = element("nav", { class: "crumbs", "aria-label": "Zoomed frame and its callers" });
  const status = element("div", { class: "status", "aria-live": "polite" });
  const tip = element("div", { class: "tip", hidden: true });
  const legend = element("div", { class: "legend" });
  const help = element("dl", { class: "help", hidden: true }, ...keyHelp.flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
  let table = null, pattern = null;

  const act = {
    zoom(i) {
      state.zoom = state.focus = i;
      tip.hidden = true;
      draw();
      reveal();
    },
    out: () => act.zoom(Math.max(0, model.parent[state.zoom])),
    zoomFocus: () => act.zoom(state.focus ?? state.zoom),
    reset() {
      search.set("");
      act.zoom(0);
      state.focus = null;
      draw();
    },
    turn() {
      state.flame = !state.flame;
      draw();
      reveal();
    },
    step(key) {
      state.focus = state.focus === null ? state.zoom : step(model, state, chart, state.focus, key);
      chart.focus(state.focus);
      reveal();
      say();
    },
    help: () => (help.hidden = !help.hidden),
    hover(i, event) {
      tip.hidden = i === null;
      if (i === null) return;
      tip.replaceChildren(...about(model, i, state.zoom));
      beside(tip, event);
    },
  };

  const chart = newChart(model, state, act);
  const search = newSearch(model, (matches) => {
    state.matches = matches;
    pattern = compile(search.input.value).pattern || null;
    draw();
    if (table) table.mark(pattern);
  });
  const turn = element("button", { class: "turn", title: "Root at the top or at the bottom (i)", onclick: act.turn });
  const tools = element("div", { class: "tools" }, search.input, search.output, element("span", { class: "space" }),
    model.ofSelf === undefined ? null : element("button", { class: "self", onclick: ofSelf }),
    element("button", { class: "reset", title: "End the search and the zoom (Esc)", onclick: act.reset }, "Reset"), turn,
    element("button", { title: "Keys (?)", onclick: act.help }, "?"));
  const functions = element("div");
  const top = element("div", { class: "top" }, tools, help, crumbs);
  const box = element("div", { class: "flame " + data.kind }, head(data, model),
    data.kind === "diff" ? element("section", { class: "causes" }, ...causeList(model, act.zoom)) : null, legend,
    top, chart.box, status, tip, functions);

  function reveal() {
    chart.reveal(state.focus ?? state.zoom, top, status);
  }

  function ofSelf() {
    model.ofSelf = !model.ofSelf;
    draw();
    list();
  }

  function list() {
    legend.replaceChildren(...(data.kind === "diff" ? diffLegend(model) : treeLegend(model, search.set)));
    const self = tools.querySelector(".self");
    if (self) self.textContent = model.ofSelf ? "Colors: frame alone" : "Colors: with all below";
    if (!withTable) return;
    table = data.kind === "diff" ? diffTable(model, search.toggle.bind(search)) : treeTable(model, search.toggle.bind(search));
    functions.replaceChildren(table.box);
    if (pattern) table.mark(pattern);
  }

  function draw() {
    chart.draw();
    turn.textContent = state.flame ? "Icicle" : "Flame";
    crumbs.replaceChildren(...trail(model, state.zoom, act.zoom));
    if (search.valid()) search.say(state.matches ? model.matched(state.matches, state.zoom) : "");
    say();
  }

  function say() {
    if (state.focus === null) status.replaceChildren(element("span", { class: "faint" }, "Click a frame to zoom, / to search, ? for keys."));
    else status.replaceChildren(...about(model, state.focus, state.zoom));
  }

  return {
    box, model, state, chart,
    start() {
      list();
      draw();
      listen(chart, search, act);
      new ResizeObserver(() => { if (chart.box.clientWidth !== chart.width()) draw(); }).observe(chart.box);
    },
  };
}

function head(data, model) {
  const notes = data.kind === "diff" ? [basisWords(data), ...data.notes] : data.notes;
  return element("header", {}, element("h1", {}, data.title), element("p", { class: "subtitle" }, data.subtitle),
    notes.length ? element("ul", { class: "notes" }, ...notes.map((note) => element("li", {}, note))) : null);
}

// about are the lines that tell of a node.
function about(model, i, zoom) {
  return [element("div", { class: "name" }, fullName(model, i)), ...model.lines(i, zoom).map((line) => element("div", {}, line))];
}

const lastCrumbs = 4;

// trail are the zoomed node's callers, each a button; long trails are cut in
// the middle.
function trail(model, zoom, go) {
  const path = [...model.path(zoom)];
  const shown = path.length <= lastCrumbs + 2 ? path : [path[0], null, ...path.slice(-lastCrumbs)];
  return shown.flatMap((i, place) => [
    place > 0 ? element("span", { class: "faint" }, " › ") : null,
    i === null ? element("span", { class: "faint" }, "…")
      : element("button", { title: model.name(i), onclick: () => go(i), "aria-current": i === zoom ? "true" : null }, model.short(i)),
  ]).filter((part) => part !== null);
}

// beside puts the tip near the pointer, inside the window.
function beside(tip, event) {
  const width = tip.offsetWidth, height = tip.offsetHeight;
  const x = event.clientX + 14 + width > innerWidth ? Math.max(4, event.clientX - width - 10) : event.clientX + 14;
  const y = event.clientY + 16 + height > innerHeight ? Math.max(4, event.clientY - height - 10) : event.clientY + 16;
  tip.style.left = x + "px";
  tip.style.top = y + "px";
}

// mount puts the page in place of the script that holds it: into the body of a
// page, or over the still picture of an SVG.
function mount(script) {
  const data = JSON.parse(script.previousElementSibling.textContent);
  const svg = script.ownerSVGElement;
  const app = newApp(data, !svg);
  if (svg) {
    svg.querySelector(".still").remove();
    svg.removeAttribute("viewBox");
    svg.setAttribute("width", "100%");
    svg.setAttribute("height", "100%");
    svg.append(drawing("foreignObject", { width: "100%", height: "100%" }, app.box));
  } else {
    script.before(app.box);
  }
  app.start();
}

mount(document.currentScript);
