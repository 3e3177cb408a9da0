// The difference of two sides: every node has a value on either.

const verdictNames = ["within noise", "grew", "shrank", "appeared", "vanished"];
const withinNoise = 0, appeared = 3, vanished = 4;

// changeAt is element k of the columns of that name.
function changeAt(data, name, k) {
  const known = (column) => (data[name + column] && data[name + column][k] !== null ? data[name + column][k] : undefined);
  return {
    old: data[name + "Old"][k], now: data[name + "New"][k], verdict: data[name + "Verdict"].charCodeAt(k) - 97,
    low: known("Low"), high: known("High"), p: known("P"),
  };
}

const noChange = { old: 0, now: 0, verdict: withinNoise };

function newDiff(data) {
  const model = newModel(data);
  const selfPlace = new Map(data.selfAt.map((i, k) => [i, k]));
  const totalOf = (i) => changeAt(data, "total", i);
  const selfOf = (i) => (selfPlace.has(i) ? changeAt(data, "self", selfPlace.get(i)) : noChange);
  for (let i = 0; i < model.n; i++) model.weight[i] = Math.max(0, (data.totalOld[i] + data.totalNew[i]) / 2);
  const shown = (i) => (model.ofSelf ? selfOf(i) : totalOf(i));
  return Object.assign(model, {
    ofSelf: false, // colours show the change of frames alone, not of what is below too
    paint(i) {
      if (!model.ofSelf) return data.totalPaint.charCodeAt(i) - 97;
      return selfPlace.has(i) ? data.selfPaint.charCodeAt(selfPlace.get(i)) - 97 : 0;
    },
    note: (i) => changeNote(shown(i)),
    gone: (i) => data.totalVerdict.charCodeAt(i) - 97 === vanished,
    lines: (i) => ["With all below: " + changeWords(totalOf(i), data.unit), "By itself: " + changeWords(selfOf(i), data.unit)],
    matched(matches) {
      let old = 0, now = 0;
      outermost(model, 0, matches, (i) => {
        old += data.totalOld[i];
        now += data.totalNew[i];
      });
      const all = data.totalOld[0] + data.totalNew[0];
      return `${percent(all ? (old + now) / all : 0)} matched: ${rough(old, data.unit)} before, ${rough(now, data.unit)} after`;
    },
  });
}

// changeNote is a change in the fewest characters.
function changeNote(c) {
  if (c.verdict === withinNoise) return "";
  if (c.verdict === appeared || c.old === 0) return "new";
  if (c.verdict === vanished) return "gone";
  return change(c.now / c.old);
}

// changeWords is a change as a sentence. What values are divided by ("/request")
// is said once.
function changeWords(c, unit) {
  if (c.old === 0 && c.now === 0) return "nothing on either side";
  const delta = c.now - c.old, short = withoutPer(unit);
  const side = (v, u) => (v === 0 ? "nothing" : rough(v, u));
  let text = `${side(c.old, unit)} before, ${side(c.now, c.old === 0 ? unit : short)} after`;
  if (c.verdict === appeared || c.verdict === vanished) text = `${verdictNames[c.verdict]}: ${text}`;
  else text += ": " + (delta === 0 ? "the same" : moreOrLess(delta, short));
  if (c.old !== 0 && c.now !== 0 && delta !== 0) text += ` (${change(c.now / c.old)})`;
  // The interval is of this change alone, p is corrected for all: they can disagree.
  if (c.low !== undefined && c.high !== undefined) text += ", " + between(c.low, c.high, short);
  if (c.p !== undefined) text += ", " + pText(c.p) + ", corrected for all frames";
  return c.verdict === withinNoise ? text + "; within noise" : text;
}

function withoutPer(unit) {
  return unit.replace(/\/.*/, "");
}

// size is that of a change. Of shares it is in points: 1 % more would be a
// hundredth of the share.
function size(delta, unit) {
  return unit === "%" ? significant(Math.abs(delta), 3) + " points" : rough(Math.abs(delta), unit);
}

function moreOrLess(delta, unit) {
  return delta === 0 ? "nothing" : size(delta, unit) + (delta < 0 ? " less" : " more");
}

function between(low, high, unit) {
  if (low >= 0) return `between ${size(low, unit)} and ${size(high, unit)} more`;
  if (high <= 0) return `between ${size(high, unit)} and ${size(low, unit)} less`;
  return `between ${moreOrLess(low, unit)} and ${moreOrLess(high, unit)}`;
}

// diffLegend explains the colours.
function diffLegend(model) {
  const scale = (paints) => paints.map((p) => element("i", { class: "swatch wide p" + p }));
  return [
    element("span", { class: "scale" }, "less ", ...scale([10, 9, 8, 7, 6]), ...scale([0]), ...scale([1, 2, 3, 4, 5]), " more"),
    element("span", {}, element("i", { class: "swatch wide p0" }), " within noise"),
    element("span", {}, element("i", { class: "swatch wide p8 hatched" }), " vanished: hatched"),
    element("span", { class: "faint" }, "A frame is as wide as the mean of both sides; colors show ",
      model.ofSelf ? "the frame alone" : "the frame and all below it", "."),
  ];
}

// causeList names the frames that describe the changes best; a click zooms.
function causeList(model, zoom) {
  const data = model.data;
  if (data.causes.length === 0) {
    // A function may have changed although no place where it is called has, by itself.
    const changed = (verdicts) => [...verdicts].filter((v) => v.charCodeAt(0) - 97 !== withinNoise).length;
    const functions = Math.max(changed(data.functionTotalVerdict), changed(data.functionSelfVerdict));
    if (functions > 0) return [element("p", {}, `No call path by itself changed significantly, but functions did, whoever called them (${functions}): see the table.`)];
    return [element("p", {}, data.evidence === "none" ? "" : "No significant change: all differences are within the noise.")];
  }
  const line = (i) => {
    const c = changeAt(data, "total", i);
    return element("li", {}, element("i", { class: "swatch p" + (data.totalPaint.charCodeAt(i) - 97) }),
      element("button", { title: "Zoom into this frame", onclick: () => zoom(i) }, model.name(i)), element("span", {}, " " + changeWords(c, data.unit)));
  };
  return [element("ol", {}, ...data.causes.slice(0, mostCauses).map(line))];
}

const mostCauses = 5;

// basisWords say what both sides are divided by and what is known about noise.
function basisWords(data) {
  const basis = {
    request: "Values are per request served",
    second: "Values are per second profiled",
    typical: "Values are shares of the total, scaled so that most of the program is unchanged",
    total: "Values are shares of each side's total",
    profile: "Values are those of one profile",
  }[data.basis] || data.basis;
  const [old, now] = data.profiles;
  const count = (n) => n + (n === 1 ? " profile" : " profiles");
  const evidence = {
    rounds: `${count(old)} before and ${count(now)} after: differences between the profiles of one side are noise; changes within the noise are grey.`,
    samples: "One side has only one profile: only the sampling error counts as noise, not the differences between runs.",
    none: "The noise is not known: colors show only the size of a change.",
  }[data.evidence] || "";
  return `${basis} (${data.unit}). ${evidence}`;
}
