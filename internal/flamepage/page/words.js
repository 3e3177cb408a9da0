// Numbers in words for people, and elements of the page.

// figures shows three digits, or all digits before the point.
function figures(v) {
  const size = Math.abs(v);
  if (size === 0) return "0";
  if (size >= 99.95) return Math.round(v).toLocaleString("en-US");
  if (size >= 9.995) return String(Number(v.toFixed(1)));
  return size >= 1e-4 ? String(Number(v.toPrecision(3))) : v.toPrecision(3);
}

function percent(v) {
  if (v !== 0 && Math.abs(v) < 0.001) return "< 0.001 %";
  return figures(v) + " %";
}

const ladders = {
  time: { base: 1000, units: ["ns", "µs", "ms", "s"] },
  size: { base: 1024, units: ["B", "KiB", "MiB", "GiB"] },
};
const knownUnits = {
  nanoseconds: ["time", 1], ns: ["time", 1], microseconds: ["time", 1e3], us: ["time", 1e3], "µs": ["time", 1e3],
  milliseconds: ["time", 1e6], ms: ["time", 1e6], seconds: ["time", 1e9], s: ["time", 1e9],
  bytes: ["size", 1], B: ["size", 1],
};

// amount is a value with its unit: "1.23 s" for 1230000000 nanoseconds,
// "12.3 µs/request" for 12300 ns/request.
function amount(v, unit) {
  const slash = unit.indexOf("/");
  const per = slash < 0 ? "" : unit.slice(slash);
  const what = slash < 0 ? unit : unit.slice(0, slash);
  const known = knownUnits[what];
  if (known) {
    const ladder = ladders[known[0]];
    let scaled = v * known[1], step = 0;
    while (Math.abs(scaled) >= ladder.base * 0.9995 && step + 1 < ladder.units.length) {
      scaled /= ladder.base;
      step++;
    }
    return figures(scaled) + " " + ladder.units[step] + per;
  }
  if (what === "%") return percent(v) + per;
  if (what === "" || what === "count") return figures(v) + per;
  return figures(v) + " " + what + per;
}

const xhtml = "http://www.w3.org/1999/xhtml";
const svgNames = "http://www.w3.org/2000/svg";

// element makes an element of HTML, also in an SVG document. Strings among the
// children become text, never markup.
function element(tag, attributes, ...children) {
  return fill(document.createElementNS(xhtml, tag), attributes, children);
}

function drawing(tag, attributes, ...children) {
  return fill(document.createElementNS(svgNames, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}
