// Keys for the desk. Everything works without this script, by links and buttons.
//
// A verdict moves on at once: the next values are loaded ahead, and what was decided waits in an outbox
// (localStorage: keyed ids and words, never a text) until the desk has written it. A killed server or a full disk
// leaves it there, and it is sent again. Markup from the server is parsed as a document of its own and its
// nodes are moved over; no text is ever made markup here.
"use strict";
(() => {
  const KEYS = {
    next: "j", previous: "k", real: "y", not_personal: "n", public: "p", unsure: "u", skip: "s",
    undo: "z", reveal: "v", edit: "e", help: "?", left: "l", right: "r", tie: "t", both_bad: "b", other: "o",
    group: "a", page: ">", page_back: "<",
  };
  const OUTBOX = "assay.outbox", BINDINGS = "assay.keys", DRAFT = "assay.draft.";
  const AHEAD = 24;      // fetch more when fewer are left: two seconds of a fast reader
  const SHOWN_MS = 30000; // an unmasked value is masked again
  const token = () => document.body.dataset.token || "";
  const byId = (id) => document.getElementById(id);
  const article = () => document.querySelector("article.item");

  // Bindings: only known actions, only single printable signs, whatever the store holds.
  function bindings() {
    const bound = { ...KEYS, on: true };
    try {
      const stored = JSON.parse(localStorage.getItem(BINDINGS) || "{}");
      for (const action of Object.keys(KEYS)) {
        const sign = Object.hasOwn(stored, action) ? stored[action] : null;
        if (typeof sign === "string" && sign.length === 1 && sign.trim()) bound[action] = sign;
      }
      if (stored.on === false) bound.on = false;
    } catch { /* as they were */ }
    return bound;
  }
  let bound = bindings();
  function hint(root) {
    for (const kbd of root.querySelectorAll("kbd[data-key]")) {
      kbd.textContent = bound.on ? bound[kbd.dataset.key] || "" : "";
    }
  }

  // What was said, and what went wrong.
  function say(text) { const said = byId("said"); if (said) said.textContent = text; }
  function alarm(text, to) {
    const place = byId("alarm");
    if (!place) return;
    const line = document.createElement("p");
    line.textContent = text + " ";
    if (to && to.startsWith("/")) {
      const link = document.createElement("a");
      link.href = to;
      link.textContent = "open it";
      line.append(link);
    }
    place.append(line);
    while (place.childElementCount > 5) place.firstElementChild.remove();
  }

  // The outbox.
  function waiting() {
    try {
      const list = JSON.parse(localStorage.getItem(OUTBOX) || "[]");
      const ours = (one) => one && /^\/(values|rows|compare)\/item\/\w+(\?(group|kind)=\w+)?$/.test(one.to);
      return Array.isArray(list) ? list.filter(ours) : [];
    } catch { return []; }
  }
  function store(list) {
    try { localStorage.setItem(OUTBOX, JSON.stringify(list)); return true; } catch { return false; }
  }
  let unstored = []; // where the browser stores nothing, what waits is held here
  let sending = false, delay = 500, troubled = false;
  const queue = () => waiting().concat(unstored);
  function state() {
    const count = queue().length, place = byId("saved");
    if (!place) return;
    place.textContent = !count ? "All verdicts are written." : troubled
      ? `NOT WRITTEN YET: ${count}. They wait in this browser and are sent again.` : `Writing ${count}…`;
    place.className = troubled && count ? "bad" : "";
  }
  function post(entry) {
    const list = waiting();
    list.push(entry);
    if (!store(list)) unstored.push(entry);
    state();
    pump();
  }
  function drop() {
    const list = waiting();
    if (list.length) { list.shift(); store(list); } else unstored.shift();
  }
  async function pump() {
    if (sending) return;
    sending = true;
    const work = async () => {
      for (let entry = queue()[0]; entry; entry = queue()[0]) {
        let answer = null, told = {};
        try {
          answer = await fetch(entry.to, {
            method: "POST", headers: { "X-Desk": "script" }, redirect: "error", keepalive: true,
            body: new URLSearchParams({ ...entry.fields, form_token: token() }),
          });
          told = await answer.json();
        } catch { answer = null; }
        if (answer && answer.ok) {
          drop(); troubled = false; delay = 500;
          if (told.said) say(told.said);
        } else if (answer && [400, 403, 404, 409, 413, 422].includes(answer.status) && told.problem) {
          drop();
          alarm(told.problem + (told.fix ? ` (${told.fix})` : ""), told.to);
        } else {
          troubled = true;
          if (told.locked) alarm("The desk is locked: the terminal has a fresh address. What waits is sent then.");
          break;
        }
        state();
      }
    };
    try {
      if (navigator.locks) await navigator.locks.request(OUTBOX, work); else await work();
    } finally {
      sending = false;
      state();
    }
    if (troubled && queue().length) { setTimeout(pump, delay); delay = Math.min(15000, delay * 2); }
  }

  // The next items, loaded before they are asked for.
  let buffer = [], exhausted = false, loading = null, steps = [];
  const settledClusters = new Set();
  const asked = (one) => one.dataset.why !== "contradiction" || !settledClusters.has(one.dataset.cluster);
  async function articles(address) {
    const answer = await fetch(address, { headers: { "X-Desk": "script" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...parsed.querySelectorAll("article.item")].map((one) => document.adoptNode(one));
  }
  function preload() {
    if (loading || exhausted || !article() || buffer.length >= AHEAD) return loading;
    const last = buffer.length ? buffer[buffer.length - 1] : article();
    loading = articles(last.dataset.ahead).then((more) => {
      for (const one of more.filter(asked)) { hint(one); buffer.push(one); }
      exhausted = !more.length;
    }).catch(() => {}).finally(() => { loading = null; });
    return loading;
  }
  function show(next) {
    article().replaceWith(next);
    history.pushState(null, "", next.dataset.href);
    const head = next.querySelector("h1");
    document.title = `${head.textContent} · Assay review`;
    head.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    preload();
  }
  async function forward(kind) {
    const from = article().dataset.href;
    if (!buffer.length && !exhausted) await preload();
    const next = buffer.shift();
    if (!next) { await settled(); location.assign(article().dataset.end); return; }
    steps.push({ kind, from });
    show(next);
  }
  async function settled() { // before another page is asked for, what was decided should be written; it is kept anyhow
    for (let tries = 0; queue().length && !troubled && tries < 200; tries++) {
      pump();
      await new Promise((go) => setTimeout(go, 50));
    }
  }
  async function jump(address) {
    if (!address) return;
    await settled();
    try {
      const [one] = await articles(address);
      if (!one || !article()) throw new Error("another page");
      buffer = []; exhausted = false; settledClusters.clear();
      hint(one);
      show(one);
    } catch { location.assign(address); }
  }
  // While an undo is on its way the item on the screen is about to change: a click on it would judge another.
  let undoing = false;
  async function undo() {
    if (undoing) return;
    undoing = true;
    try { await takeBack(); } finally { undoing = false; }
  }
  async function takeBack() {
    const last = steps.pop();
    if (last && last.kind === "skip") { await jump(last.from); say("back from a skip"); return; }
    await settled();
    try {
      const answer = await fetch(article().dataset.undo, {
        method: "POST", headers: { "X-Desk": "script" }, redirect: "error",
        body: new URLSearchParams({ form_token: token() }),
      });
      const told = await answer.json();
      if (!answer.ok) { alarm(told.problem || "not undone", told.to); return; }
      await jump(told.to);
      say(told.said);
    } catch { alarm("not undone: the desk does not answer"); }
  }
  function decide(form, button) {
    const fields = {};
    for (const [name, value] of new FormData(form)) if (name !== "form_token") fields[name] = value;
    fields[button.name] = button.value;
    post({ to: form.getAttribute("action"), fields });
    // To keep a row or give it another output settles its contradiction: its other rows are not asked about.
    const { cluster } = article().dataset;
    if (cluster && /^(keep|relabel)/.test(button.value)) {
      settledClusters.add(cluster);
      buffer = buffer.filter(asked);
    }
    say(`${button.firstChild.textContent.trim()}; ${bound.on ? bound.undo + " takes it back" : "undo takes it back"}`);
    return forward("verdict");
  }

  // Clicks and keys end in the same functions.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("article form.verdict") && event.submitter) {
      event.preventDefault();
      if (undoing) say("not judged: an undo was on its way");
      else decide(form, event.submitter);
    } else if (form.matches("article form.undo")) {
      event.preventDefault();
      undo();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("article a[data-action]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.dataset.action === "skip") { event.preventDefault(); forward("skip"); }
    if (link.dataset.action === "previous") { event.preventDefault(); jump(link.getAttribute("href")); }
  });
  function list(step) {
    const links = [...document.querySelectorAll("a[data-item]")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))].focus();
  }
  let busy = false;
  async function act(action) {
    const item = article();
    if (action === "help") { location.assign("/keys"); return; }
    if (item && (action === "next" || action === "skip")) { await forward("skip"); return; }
    if (item && action === "previous") { await jump(item.dataset.before); return; }
    if (item && action === "undo") { await undo(); return; }
    const named = `[data-action="${CSS.escape(action)}"]`, line = document.activeElement.closest("li");
    const target = (line && line.querySelector(named)) || document.querySelector(named);
    if (target && !target.disabled && item && target.closest("form.verdict")) { await decide(target.form, target); return; }
    if (target && target.disabled) { say("Not yet: see every page of the list first."); return; }
    if (target) { target.click(); return; }
    if (action === "next" || action === "previous") list(action === "next" ? 1 : -1);
  }
  document.addEventListener("keydown", (event) => {
    if (!bound.on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    let action = Object.keys(KEYS).find((one) => bound[one] === event.key);
    if (!action && /^[1-9]$/.test(event.key)) action = `choice-${event.key}`;
    if (!action) return;
    event.preventDefault();
    if (busy || (event.repeat && !["next", "previous"].includes(action))) return;
    busy = true;
    whole.then(() => act(action)).finally(() => { busy = false; });
  });
  window.addEventListener("popstate", () => location.reload());
  // What is stored is sent when the desk is opened again; what could not be stored would be lost with the page.
  window.addEventListener("beforeunload", (event) => { if (unstored.length) event.preventDefault(); });

  // A value that was shown goes with the next glance elsewhere.
  function maskAgain() {
    if (!document.querySelector("article h1 + .notice")) return;
    const away = () => location.replace(article().dataset.href);
    setTimeout(away, SHOWN_MS);
    document.addEventListener("visibilitychange", () => { if (document.hidden) away(); });
  }

  // Drafts of an edit, as long as the tab lives and the row is the one that was opened.
  function keepDrafts() {
    const draft = document.querySelector("form[data-draft]");
    if (!draft) return;
    const version = draft.elements.version.value;
    for (const box of draft.querySelectorAll("textarea:not([disabled])")) {
      const name = DRAFT + draft.dataset.draft + " " + box.name;
      try {
        const kept = JSON.parse(sessionStorage.getItem(name) || "null");
        if (kept && kept.version === version && typeof kept.text === "string" && kept.text !== box.value) {
          box.value = kept.text;
          say("What you had written here was kept.");
        }
      } catch { /* none */ }
      box.addEventListener("input", () => {
        try { sessionStorage.setItem(name, JSON.stringify({ version, text: box.value })); } catch { /* full */ }
      });
    }
  }

  // A box that was opened is there to be written in.
  document.addEventListener("toggle", (event) => {
    const box = event.target.open && event.target.querySelector("textarea");
    if (box) box.focus();
  }, true);

  // The page of keys.
  function settings() {
    const form = document.querySelector("form[data-settings]");
    if (!form) return;
    const draw = () => {
      for (const box of form.querySelectorAll("input[data-bind]")) box.value = bound[box.dataset.bind];
      byId("keys-on").checked = bound.on;
    };
    const keep = () => { try { localStorage.setItem(BINDINGS, JSON.stringify(bound)); } catch { /* not kept */ } };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => {
      const action = event.target.dataset.bind;
      if (action) {
        const sign = event.target.value.trim();
        const other = Object.keys(KEYS).find((one) => one !== action && bound[one] === sign);
        if (sign.length === 1 && !other && !/^[1-9]$/.test(sign)) { bound[action] = sign; say("kept"); }
        else say(other ? "that key is taken" : "one sign, not a digit");
      } else bound.on = byId("keys-on").checked;
      keep(); draw();
    });
    byId("keys-reset").addEventListener("click", () => {
      try { localStorage.removeItem(BINDINGS); } catch { /* none */ }
      bound = { ...KEYS, on: true };
      draw(); say("as they were");
    });
    draw();
  }

  // What is still being made is looked for again, unless somebody is on the way to another page meanwhile.
  function lookAgain() {
    if (!document.querySelector("[data-again]")) return;
    const again = setTimeout(() => location.reload(), 1500);
    window.addEventListener("beforeunload", () => clearTimeout(again));
  }

  // The script stands at the head of the page and is read before anything is shown, so that no key pressed on what
  // can be seen is lost; what looks at the page waits until it is whole.
  function start() {
    hint(document);
    maskAgain();
    keepDrafts();
    settings();
    lookAgain();
    state();
    if (queue().length) pump();
    preload();
  }
  const whole = new Promise((go) => {
    if (document.readyState !== "loading") go();
    else document.addEventListener("DOMContentLoaded", go, { once: true });
  }).then(start);
})();
