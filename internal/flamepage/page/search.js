// The search: a regular expression over full names.

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");
}

// compile makes a pattern of what was typed: {pattern} or {error}; {} for
// nothing. It is blind to case unless a capital was typed.
function compile(text) {
  if (text === "") return {};
  try {
    return { pattern: new RegExp(text, /[A-Z]/.test(text.replace(/\\./g, "")) ? "u" : "iu") };
  } catch {
    return { error: "This is not a regular expression." };
  }
}

// matcher asks of a node whether its name matches; each name is tried once.
function matcher(model, pattern) {
  const byName = model.data.names.map((name) => pattern.test(name));
  return (i) => model.data.name[i] >= 0 && byName[model.data.name[i]];
}

// newSearch is the box. found(matches) is told what was typed: a function of a
// node, or null.
function newSearch(model, found) {
  const input = element("input", { type: "search", placeholder: "Search: a regular expression", "aria-label": "Search by a regular expression", spellcheck: "false", autocomplete: "off", oninput: apply });
  const output = element("output", { class: "matched" });

  function apply() {
    const { pattern, error } = compile(input.value);
    input.setAttribute("aria-invalid", error ? "true" : "false");
    output.textContent = error || "";
    found(pattern ? matcher(model, pattern) : null);
  }

  return {
    input, output,
    say(text) { output.textContent = text; },
    set(text) {
      input.value = text;
      apply();
    },
    // toggle searches for exactly one name, or ends that search.
    toggle(name) {
      const exact = "^" + escapePattern(name) + "$";
      this.set(input.value === exact ? "" : exact);
    },
    valid: () => input.getAttribute("aria-invalid") !== "true",
  };
}
