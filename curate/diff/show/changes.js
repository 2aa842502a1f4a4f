
"use strict";
// Everything from the data set reaches the page as text nodes, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const at = id => document.getElementById(id);
const PAGE = 100;
function element(name, text, ...classes) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const one of classes) if (one) made.classList.add(one);
  return made;
}
// changes: [kind, row, field, cause, text]: three are places in `names`; text is a list of [op, words], or absent
const changes = data.changes.map(([kind, row, field, cause, text]) => ({
  kind: data.names[kind], row, field: data.names[field], cause: data.names[cause], text,
  all: (row + "\n" + data.names[cause] + "\n" + (text || []).map(part => part[1]).join("")).toLowerCase(),
}));
const short = cause => cause.replace(/ \(.*$/s, "");
const unexplained = change => short(change.cause) === "unexplained";
function options(id, label, values) {
  at(id).append(new Option(label, ""));
  for (const [value, rows] of values) at(id).append(new Option(value + " (" + rows.toLocaleString("en") + ")", value));
}
function counted(of) {
  const found = new Map();
  for (const change of changes) { const name = of(change); if (name) found.set(name, (found.get(name) || 0) + 1); }
  return [...found].sort((a, b) => b[1] - a[1]).slice(0, 200);
}
options("kind", "every change", counted(change => change.kind));
options("field", "every field", counted(change => change.field));
options("cause", "every cause", counted(change => short(change.cause)));

let shown = [], page = 0, here = 0;
function filter() {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = at("kind").value, field = at("field").value, cause = at("cause").value;
  shown = changes.filter(change => (!kind || change.kind === kind) && (!field || change.field === field)
    && (!cause || short(change.cause) === cause) && words.every(word => change.all.includes(word)));
  page = here = 0;
  draw();
}
function draw() {
  const lines = shown.slice(page * PAGE, (page + 1) * PAGE).map(change => {
    const line = element("li"), head = element("div", null, "head");
    head.append(element("span", change.kind, "kind", change.kind), element("span", change.row, "id"));
    if (change.field) head.append(element("span", change.field, "soft"));
    head.append(element("span", change.cause, "cause", unexplained(change) ? "unexplained" : ""));
    line.append(head);
    if (change.text) {
      const text = element("div", null, "text");
      for (const [op, words] of change.text)
        text.append(op === "=" ? words : op === "~" ? element("div", words, "beside") : element(op === "-" ? "del" : "ins", words));
      line.append(text);
    }
    return line;
  });
  at("list").replaceChildren(...lines);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE)), number = count => count.toLocaleString("en");
  at("count").textContent = number(shown.length) + " of " + number(data.total) + " changes"
    + (data.total > changes.length ? " (" + number(changes.length) + " in this file)" : "") + ", page " + (page + 1) + " of " + pages;
  mark(false);
}
function mark(scroll) {
  [...at("list").children].forEach((line, i) => line.classList.toggle("here", i === here));
  if (scroll && at("list").children[here]) at("list").children[here].scrollIntoView({block: "center"});
}
function turn(by) {
  const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1), to = Math.min(last, Math.max(0, page + by));
  if (to === page) return false;
  page = to; here = 0; draw(); mark(true);
  return true;
}
function step(by) {
  const count = at("list").children.length;
  if (here + by >= 0 && here + by < count) here += by;
  else if (turn(by) && by < 0) here = at("list").children.length - 1;
  mark(true);
}
function clear() { for (const id of ["find", "kind", "field", "cause"]) at(id).value = ""; filter(); }
const keys = {
  j: () => step(1), k: () => step(-1), n: () => turn(1), p: () => turn(-1),
  "/": () => { at("find").focus(); at("find").select(); }, "?": () => at("keys").showModal(),
  f: () => { at("kind").selectedIndex = (at("kind").selectedIndex + 1) % at("kind").length; filter(); },
  u: () => { const on = at("cause").value !== "unexplained"; clear(); if (on) { at("cause").value = "unexplained"; if (at("cause").selectedIndex < 0) at("cause").selectedIndex = 0; filter(); } },
  Escape: clear,
};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
  const typing = event.target.matches("input, select");
  if (typing && !(event.key === "Escape" || (event.key === "Enter" && event.target.id === "find"))) return;
  if (event.key === "Enter" && typing) { event.target.blur(); mark(true); return; }
  if (typing) event.target.blur();
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
let waiting;
at("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
for (const id of ["kind", "field", "cause"]) at(id).addEventListener("change", filter);
at("back").addEventListener("click", () => turn(-1));
at("next").addEventListener("click", () => turn(1));
at("ask").addEventListener("click", () => at("keys").showModal());
filter();
// #q=words in the address opens the page with a search, so that a reviewer can link to one
if (location.hash.startsWith("#q=")) { at("find").value = decodeURIComponent(location.hash.slice(3)); filter(); }
