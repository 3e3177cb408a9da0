// The keyboard.

const keyHelp = [
  ["← →", "to the next frame on the same level"],
  ["↑ ↓", "to the caller, or the heaviest callee"],
  ["Enter", "zoom into the frame"],
  ["Backspace or u", "zoom out by one frame"],
  ["/", "search"],
  ["Esc", "end the search and the zoom"],
  ["i", "root at the top or at the bottom"],
  ["?", "this help"],
];

// step is the node one key press away from i, or i.
function step(model, state, chart, i, key) {
  const inward = state.flame ? "ArrowUp" : "ArrowDown", outward = state.flame ? "ArrowDown" : "ArrowUp";
  if (key === outward) return Math.max(0, model.parent[i]);
  if (key === inward) {
    let heaviest = -1;
    for (const c of model.children(i)) {
      if (chart.find(c) && (heaviest < 0 || model.weight[c] > model.weight[heaviest])) heaviest = c;
    }
    return heaviest < 0 ? i : heaviest;
  }
  // Beside: the next frame of the row, whoever called it.
  const row = chart.rows()[model.depth[i]] || [];
  const place = row.findIndex((f) => f.i === i) + (key === "ArrowRight" ? 1 : -1);
  return row[place] ? row[place].i : i;
}

// listen connects the keys. Those that scroll elsewhere are the chart's only
// while it has the focus.
function listen(chart, search, act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target === search.input;
    const inChart = chart.box.contains(event.target) || event.target === document.body || event.target === document.documentElement;
    const done = typing ? typingKey(event, search, chart, act) : pageKey(event, search, act) || (inChart && chartKey(event, act));
    if (done) event.preventDefault();
  });
}

function typingKey(event, search, chart, act) {
  if (event.key === "Escape") act.reset();
  else if (event.key !== "Enter") return false;
  chart.box.focus({ preventScroll: true });
  return true;
}

function pageKey(event, search, act) {
  switch (event.key) {
    case "/":
      search.input.focus();
      search.input.select();
      return true;
    case "Escape": return act.reset(), true;
    case "i": return act.turn(), true;
    case "?": return act.help(), true;
    case "u": return act.out(), true;
  }
  return false;
}

function chartKey(event, act) {
  switch (event.key) {
    case "ArrowUp": case "ArrowDown": case "ArrowLeft": case "ArrowRight": return act.step(event.key), true;
    case "Enter": return act.zoomFocus(), true;
    case "Backspace": return act.out(), true;
  }
  return false;
}
