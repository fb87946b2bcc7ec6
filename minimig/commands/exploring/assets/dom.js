// Making elements. Whatever comes from files and databases becomes text nodes and attributes, never markup.

const $ = (id) => document.getElementById(id);

/** An element: `make("p", { class: "x", onclick: f }, "text", other)`; what is false or null is left out. */
function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child || child === 0));
  return element;
}

const KEY = "M7.2 8a3 3 0 1 1-6 0a3 3 0 1 1 6 0M7.2 8h7.6M11 8v3.4M14.4 8v2.6";
const ARROW = "M2 8h10M8.5 4.5 12 8l-3.5 3.5";

/** A small drawing that stands for a word, which is beside it as a title. */
function sign(path) {
  return draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: path }));
}

const SIGNS = { added: "+", removed: "−", changed: "~", "": "" };

function plural(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : noun.endsWith("x") ? "es" : "s"}`;
}

// --- source text with a little colour -----------------------------------------------------------------------------

const PYTHON = /(#.*)|("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\b(and|as|class|def|elif|else|False|for|from|if|import|in|is|lambda|None|not|or|pass|return|True|with)\b|\b(\d[\d_.]*)\b/g;
const SQL = /(--.*)|('(?:''|[^'])*')|\b(ADD|AFTER|ALTER|AND|AS|ASC|BEGIN|BY|CASCADE|CASE|CHECK|COLUMN|COMMENT|COMMIT|CONSTRAINT|CREATE|CROSS|DATABASE|DECLARE|DEFAULT|DELETE|DESC|DISTINCT|DROP|ELSE|END|EXEC|EXISTS|FOREIGN|FROM|FUNCTION|GENERATED|GRANT|GROUP|HAVING|IDENTITY|IF|IN|INDEX|INNER|INSERT|INTO|IS|JOIN|KEY|LEFT|LIKE|MODIFY|NOT|NULL|ON|OR|ORDER|PRAGMA|PRIMARY|REFERENCES|RENAME|REPLACE|RETURNING|SELECT|SEQUENCE|SET|TABLE|THEN|TO|TRIGGER|TYPE|UNION|UNIQUE|UPDATE|USING|VALUES|VIEW|WHEN|WHERE|WITH)\b|\b(\d[\d.]*)\b/gi;

/** The text in pieces: comments, strings, keywords and numbers in spans. */
function coloured(text, words) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(words)) {
    const kind = found[1] ? "c" : found[2] ? "s" : found[3] ? "k" : "n";
    if (found.index > end) pieces.push(text.slice(end, found.index));
    pieces.push(make("span", { class: kind }, found[0]));
    end = found.index + found[0].length;
  }
  pieces.push(text.slice(end));
  return pieces;
}

function code(text, words, name, more = "") {
  return make("pre", { tabindex: "0", role: "region", "aria-label": name, class: more }, ...coloured(text, words));
}
