// The layout: which frames are seen, and where. The cost is that of what is
// seen, whatever the size of the tree.

const leastWidth = 0.5; // pixels; narrower frames are not drawn

// layOut returns the rows of a view of the node zoom: for each depth the frames
// from left to right, {i, x, width, above}. The ancestors of zoom fill their
// rows.
function layOut(model, zoom, width) {
  const rows = [];
  for (const i of model.path(model.parent[zoom])) rows.push([{ i, x: 0, width, above: true }]);
  const scale = model.weight[zoom] > 0 ? width / model.weight[zoom] : 0;
  const left = new Float64Array(2 + deepest(model, zoom)); // where the next frame of each depth begins
  for (let i = zoom; i < model.end[zoom]; ) {
    const depth = model.depth[i], x = left[depth];
    const w = i === zoom ? width : model.weight[i] * scale;
    left[depth] += w;
    if (w < leastWidth) {
      i = model.end[i];
      continue;
    }
    left[depth + 1] = x;
    (rows[depth] ||= []).push({ i, x, width: w, above: false });
    i++;
  }
  return rows;
}

// deepest is a bound on the depth below a node: that of the whole tree.
function deepest(model) {
  return (model.deepest ??= model.depth.reduce((a, b) => Math.max(a, b), 0));
}

// frameAt is the frame at x in a row, or null.
function frameAt(row, x) {
  let low = 0, high = (row || []).length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row[middle].x + row[middle].width <= x) low = middle + 1;
    else high = middle;
  }
  return row && row[low] && row[low].x <= x ? row[low] : null;
}
