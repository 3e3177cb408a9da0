// The model: nodes in preorder, in columns. The nodes below node i are those
// from i+1 up to, without, end[i].

// newModel makes what trees and diffs have in common.
function newModel(data) {
  const n = data.name.length;
  const depth = new Int32Array(n), parent = new Int32Array(n), end = new Int32Array(n).fill(n);
  const path = []; // the nodes from the root to the one at hand
  for (let i = 0; i < n; i++) {
    depth[i] = i === 0 ? 0 : depth[i - 1] + 1 - data.up[i];
    while (path.length > depth[i]) end[path.pop()] = i;
    parent[i] = path.length ? path[path.length - 1] : -1;
    path.push(i);
  }
  const name = (i) => (data.name[i] < 0 ? "all" : data.names[data.name[i]]);
  return {
    n, depth, parent, end, data, name,
    unit: data.unit,
    weight: new Float64Array(n), // the width of a node
    short: (i) => (data.name[i] < 0 ? "all" : data.names[data.name[i]].slice(data.start[data.name[i]])),
    flag: (i) => data.flags.charCodeAt(i) - 97,
    note: () => "", // what stands behind a name, if there is room
    gone: () => false, // hatched, because only the old side has it
    *path(i) {
      const up = [];
      for (; i >= 0; i = parent[i]) up.push(i);
      yield* up.reverse();
    },
    *children(i) {
      for (let c = i + 1; c < end[i]; c = end[c]) yield c;
    },
  };
}

// flags of a node, see frameFlags in Go.
const partlyInlined = 1, alwaysInlined = 2, made = 3;

// fullName is a node's name with how the compiler treated it.
function fullName(model, i) {
  switch (model.flag(i)) {
    case partlyInlined: return model.name(i) + " (inlined in some of these calls)";
    case alwaysInlined: return model.name(i) + " (inlined)";
  }
  return model.name(i);
}

// outermost goes through the nodes below from (and itself) that match, but not
// through those below one that does: what is spent there is counted already.
function outermost(model, from, matches, see) {
  for (let i = from; i < model.end[from]; ) {
    if (matches(i)) {
      see(i);
      i = model.end[i];
    } else {
      i++;
    }
  }
}
