// Figures for people, written as the Go package analyze/units writes them; a
// test in the browser compares the two.

const unknown = "-";

// fixed rounds halves to even, as Go does. toFixed rounds them away from zero.
function fixed(v, decimals) {
  const text = v.toFixed(decimals);
  const tie = /^50*$/.test(v.toFixed(60).split(".")[1].slice(decimals));
  if (!tie || "02468".includes(text[text.length - 1])) return text;
  return text.slice(0, -1) + (text[text.length - 1] - 1); // which was odd
}

function grouped(number) {
  const [whole, fraction] = number.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : apart + "." + fraction;
}

function infinite(v) {
  return v < 0 ? "-∞" : "∞";
}

// exact has so many significant digits, or all before the point; a whole number
// has no fraction.
function exact(v, digits) {
  const size = Math.abs(v);
  if (Number.isNaN(v)) return unknown;
  if (size === Infinity) return infinite(v);
  if (size === 0) return "0";
  if (size < 1e15 && Number.isInteger(v)) return grouped(v.toFixed(0));
  if (size < 1e-4 || size >= 1e15) return v.toExponential(digits - 1).replace(/\.?0*e/, "e").replace(/e([+-])(\d)$/, "e$10$2");
  return grouped(fixed(v, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded(size, digits)) + 1e-12))));
}

// significant is exact without zeros at the end of a fraction.
function significant(v, digits) {
  const text = exact(v, digits);
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

function rounded(v, digits) {
  return Number(v.toExponential(digits - 1));
}

const steps = {
  time: [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"]],
  bytes: [[1, "B"], [2 ** 10, "KiB"], [2 ** 20, "MiB"], [2 ** 30, "GiB"], [2 ** 40, "TiB"]],
};
const measures = {
  ns: ["time", 1e-9], nanoseconds: ["time", 1e-9], us: ["time", 1e-6], "µs": ["time", 1e-6], microseconds: ["time", 1e-6],
  ms: ["time", 1e-3], milliseconds: ["time", 1e-3], s: ["time", 1], sec: ["time", 1], seconds: ["time", 1],
  B: ["bytes", 1], bytes: ["bytes", 1], MB: ["bytes", 1e6], "%": ["share", 1],
};

// rough is a value with its unit to three digits: "1.23 s" for 1230000000
// nanoseconds, "12.3 µs/request" for 12300 ns/request.
function rough(v, unit) {
  const slash = unit.indexOf("/");
  const name = slash < 0 ? unit : unit.slice(0, slash);
  const of = slash < 0 ? "" : unit.slice(slash + 1), per = of === "" || of === "op" ? "" : "/" + of;
  const measure = measures[name.slice(name.lastIndexOf("-") + 1)];
  if (Number.isNaN(v)) return unknown;
  if (measure === undefined) {
    const titled = unit.includes("/op") || name === "" || name === "count" || name.includes("-");
    return significant(v, 3) + (titled ? "" : " " + name) + per;
  }
  if (measure[0] === "share") return significant(v, 3) + " %" + per;
  return scaled(v * measure[1], measure[0], 3) + per;
}

function scaled(v, kind, digits) {
  const ladder = steps[kind];
  if (v === 0 || Math.abs(v) === Infinity) return significant(v, digits) + " " + (kind === "time" ? "s" : "B");
  let at = 0;
  for (; at + 1 < ladder.length; at++) {
    // What rounds up to the next step is written as one of it.
    if (Math.abs(rounded(v / ladder[at][0], digits)) * ladder[at][0] < ladder[at + 1][0] * (1 - 1e-12)) break;
    v = Math.sign(v) * Math.max(Math.abs(v), ladder[at + 1][0]);
  }
  return significant(v / ladder[at][0], digits) + " " + ladder[at][1];
}

// percent is a share, 1 being all.
function percent(share) {
  const p = 100 * share;
  if (Number.isNaN(p)) return unknown;
  if (p !== 0 && Math.abs(p) < 0.001) return "<0.001 %";
  return significant(p, 3) + " %";
}

// change is a ratio new/old: "+4.2 %", or "×2.42" from a factor of two on.
function change(ratio) {
  if (ratio >= 2) return "×" + threeDigits(ratio);
  if (ratio > 0 && ratio <= 0.5) return "÷" + threeDigits(1 / ratio);
  const p = 100 * (ratio - 1);
  if (Number.isNaN(p)) return unknown;
  const text = fixed(p, 1);
  if (Number(text) === 0) return "+0.0 %";
  return (p > 0 ? "+" : "") + text + " %";
}

function threeDigits(x) {
  if (x === Infinity) return "∞";
  if (x >= 999999.5) return x.toExponential(2).replace(/\.?0*e/, "e").replace(/e([+-])(\d)$/, "e$10$2");
  return x >= 99.95 ? grouped(fixed(x, 0)) : fixed(x, x >= 9.995 ? 1 : 2);
}

// pValue is for a column with a title, pText for a sentence.
function pValue(p) {
  if (Number.isNaN(p)) return unknown;
  if (p < 0.0001) return "<0.0001";
  return fixed(p, p < 0.001 ? 4 : 3);
}

function pText(p) {
  if (Number.isNaN(p)) return unknown;
  return p < 0.0001 ? "p < 0.0001" : "p = " + pValue(p);
}
