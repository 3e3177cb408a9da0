// The chart: rows of frames as SVG. There is one path for each colour, and a
// text for each frame with room for one, so that a view of thousands of frames
// is a few hundred elements.

const rowHeight = 18, charWidth = 7.23, textMargin = 4, textLeast = 24;

// newChart draws a model. state holds what is shown: {zoom, focus, flame,
// matches}; act is told what the reader does: act.zoom(i), act.hover(i, event).
function newChart(model, state, act) {
  const picture = drawing("svg", { class: "frames", height: 0 });
  const marker = drawing("rect", { class: "focus", height: rowHeight - 1, rx: 1 });
  const hover = drawing("rect", { class: "hover", height: rowHeight - 1, rx: 1 });
  const box = element("div", { class: "chart", tabindex: 0, role: "application", "aria-label": "Flame graph. Arrow keys move, Enter zooms." }, picture);
  let rows = [], width = 0;

  const top = (depth) => rowHeight * (state.flame ? rows.length - 1 - depth : depth);

  function draw() {
    width = box.clientWidth;
    rows = layOut(model, state.zoom, width);
    picture.setAttribute("width", width);
    picture.setAttribute("height", rows.length * rowHeight);
    picture.replaceChildren(hatch(), paths(model, state, rows, top), ...labels(model, state, rows, top), hover, marker);
    hover.setAttribute("visibility", "hidden");
    place(marker, state.focus);
  }

  function find(i) {
    return (rows[model.depth[i]] || []).find((f) => f.i === i);
  }

  function place(rect, i) {
    const frame = i === null ? null : find(i);
    rect.setAttribute("visibility", frame ? "visible" : "hidden");
    if (!frame) return;
    rect.setAttribute("x", frame.x);
    rect.setAttribute("y", top(model.depth[i]));
    rect.setAttribute("width", Math.max(frame.width - gap(frame.width), 1));
  }

  // at is the node under the pointer, or null.
  function at(event) {
    const corner = picture.getBoundingClientRect();
    const row = Math.floor((event.clientY - corner.top) / rowHeight);
    const frame = frameAt(rows[state.flame ? rows.length - 1 - row : row], event.clientX - corner.left);
    return frame ? frame.i : null;
  }

  picture.addEventListener("click", (event) => {
    const i = at(event);
    if (i !== null) act.zoom(i);
  });
  picture.addEventListener("pointermove", (event) => {
    const i = at(event);
    place(hover, i);
    act.hover(i, event);
  });
  picture.addEventListener("pointerleave", (event) => {
    place(hover, null);
    act.hover(null, event);
  });

  return {
    box, draw, find,
    rows: () => rows,
    width: () => width,
    focus: (i) => place(marker, i),
    // reveal scrolls until a node is seen between two bars that stay in place.
    reveal(i, above, below) {
      const y = picture.getBoundingClientRect().top + top(model.depth[i]);
      const high = above.getBoundingClientRect().bottom, low = below.getBoundingClientRect().top - rowHeight;
      const by = y < high ? y - high : y > low ? Math.min(y - low, y - high) : 0;
      if (by !== 0) scroller(box).scrollBy(0, by);
    },
  };
}

// scroller is what scrolls the page: an SVG's window does not.
function scroller(box) {
  const flame = box.closest(".flame");
  return flame.parentNode.namespaceURI === svgNames ? flame : document.scrollingElement;
}

// gap is what a frame leaves free at its right; narrow ones leave less.
function gap(width) {
  return Math.min(0.6, width / 4);
}

// outline is a frame as part of a path, in tenths of a pixel: whole numbers are
// written several times faster.
function outline(frame, y) {
  const w = Math.round(10 * (frame.width - gap(frame.width)));
  return "M" + Math.round(10 * frame.x) + " " + y + "h" + w + "v" + 10 * (rowHeight - 1) + "h-" + w + "z";
}

// standings are what a search or a zoom makes of a frame.
const standings = ["", " above", " match", " above match", " dim", " above dim"];

function standing(state, frame) {
  const found = !state.matches ? 0 : state.matches(frame.i) ? 2 : 4;
  return found + (frame.above ? 1 : 0);
}

// paths are all frames of a look in one path, and the marks on them.
function paths(model, state, rows, top) {
  const looks = []; // paths by colour and standing
  const marks = { hatch: "", inlined: "", "inlined partly": "" };
  rows.forEach((row, depth) => {
    const y = 10 * top(depth);
    for (const frame of row) {
      const shape = outline(frame, y), flag = model.flag(frame.i);
      const look = model.paint(frame.i) * standings.length + standing(state, frame);
      looks[look] = looks[look] === undefined ? shape : looks[look] + shape;
      if (flag === made || model.gone(frame.i)) marks.hatch += shape;
      if (frame.width < 6) continue;
      const edge = `M${Math.round(10 * frame.x + 10)} ${y}v${10 * (rowHeight - 1)}`;
      if (flag === alwaysInlined) marks.inlined += edge;
      if (flag === partlyInlined) marks["inlined partly"] += edge;
    }
  });
  const all = drawing("g", { transform: "scale(.1)" });
  looks.forEach((d, look) => {
    all.append(drawing("path", { class: "p" + Math.floor(look / standings.length) + standings[look % standings.length], d }));
  });
  for (const [name, d] of Object.entries(marks)) if (d) all.append(drawing("path", { class: name, d }));
  return all;
}

function labels(model, state, rows, top) {
  const all = [];
  rows.forEach((row, depth) => {
    for (const frame of row) {
      if (frame.width < textLeast) continue;
      const text = fitText(model.short(frame.i), model.note(frame.i), Math.floor((frame.width - 2 * textMargin) / charWidth));
      if (!text) continue;
      const label = drawing("text", { x: (frame.x + textMargin).toFixed(2), y: top(depth) + rowHeight - 5, "data-frame": frame.i }, text);
      if (state.matches && !state.matches(frame.i)) label.setAttribute("class", "dim");
      else if (frame.above) label.setAttribute("class", "above");
      all.push(label);
    }
  });
  return all;
}

// hatch is the pattern over frames that no program has or that are gone.
function hatch() {
  return drawing("defs", {}, drawing("pattern", { id: "flame-hatch", width: 60, height: 60, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    drawing("rect", { class: "stripe", width: 20, height: 60 })));
}

// fitText is name with note, or name, or name without package and receiver, cut
// to the columns there are; "" if nothing worth reading has room.
function fitText(name, note, columns) {
  if (note && textColumns(name) + 2 + textColumns(note) <= columns) return name + "  " + note;
  if (textColumns(name) <= columns) return name;
  if (columns < 3) return "";
  for (const prefix of [/^[\w-]+\.(?=.)/, /^\(.*?\)\.(?=.)/]) { // package, receiver
    name = name.replace(prefix, "");
    if (textColumns(name) <= columns) return name;
  }
  let used = 0, text = "";
  for (const c of name) {
    used += charColumns(c);
    if (used > columns - 1) break;
    text += c;
  }
  return text + "…";
}

function textColumns(text) {
  if (/^[ -~]*$/.test(text)) return text.length;
  let n = 0;
  for (const c of text) n += charColumns(c);
  return n;
}

// charColumns is 2 for what is written as wide as it is high, as Chinese is.
function charColumns(c) {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(c) ? 2 : 1;
}
