// Elements of the page.

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
