// The parts put together: one position in time, perhaps a second one to compare with, perhaps a chosen table.

const POLL = 2000;

function start(history) {
  let position = -1, pinned = null, chosen = null, resting = 0;
  const diagram = new Diagram(history, (slot) => choose(slot === chosen ? null : slot));
  const list = new RevisionList(history, (to) => go(to));
  const panel = new Panel(history, (to) => go(to), (slot) => choose(slot));
  new Search(history, { go, choose: find });
  const slider = $("slider");

  function go(to, { quiet = false } = {}) {
    to = Math.max(0, Math.min(history.length, to));
    if (to === position) return;
    position = to;
    refresh(quiet);
  }

  function refresh(quiet = false) {
    const from = pinned ?? Math.max(0, position - 1);
    const marked = diagram.show(from, position);
    slider.value = position;
    slider.setAttribute("aria-valuetext", nameAt(position));
    $("count").textContent = `${position} of ${history.length}`;
    $("previous").disabled = position === 0;
    $("next").disabled = position === history.length;
    $("pin").setAttribute("aria-pressed", String(pinned !== null));
    $("pin").textContent = pinned === null ? "Compare from here" : `Since ${nameAt(pinned)}`;
    list.select(position, pinned);
    panel.show(position);
    if (chosen !== null) panel.table(chosen);
    showChanges(diagram.drawn);
    if (!quiet) diagram.reveal(marked);
    clearTimeout(resting);
    resting = setTimeout(rest, 250);
  }

  // The address follows, and the reader of a screen hears of a step, once the hand has come to rest: browsers refuse an
  // address that changes too often, and nobody wants to hear of each step on the way.
  function rest() {
    write();
    const each = history.revisions[position - 1];
    const words = each ? each.up.map((one) => one.words).slice(0, 4).join("; ") || "no operations" : "";
    $("spoken").textContent = each ? `${position} of ${history.length}, ${each.revision}: ${words}` : "Before the first revision";
  }

  function nameAt(at) {
    return at === 0 ? "before the first" : history.revisions[at - 1].revision;
  }

  function choose(slot, lit) {
    chosen = slot;
    diagram.select(slot);
    panel.table(slot, lit);
    if (slot !== null) $("table").scrollTop = 0;
  }

  /** Show what was searched for, at the time when it was there if it is not there now. */
  function find(slot, entry) {
    const now = history.states[position][slot];
    const there = now >= 0 && (entry.row ? history.rowsOf(now).some((row) => row.id === entry.row) : history.cards[now].name === entry.name);
    if (!there) go(entry.position, { quiet: true });
    choose(slot, entry.row);
    diagram.reveal([slot], 0.7);
    diagram.button(slot)?.focus({ preventScroll: true });
  }

  function pin(at) {
    pinned = at;
    refresh(true);
  }

  // --- the address ----------------------------------------------------------------------------------------------------

  /** `#blog.0003_x`, or `#blog.0001_initial..blog.0003_x` while two are compared; `zero` is before the first. */
  function write() {
    const name = (at) => (at === 0 ? "zero" : encodeURIComponent(history.revisions[at - 1].revision));
    const address = pinned === null ? `#${name(position)}` : `#${name(pinned)}..${name(position)}`;
    if (location.hash !== address) window.history.replaceState(null, "", address);
  }

  function read() {
    const at = (name) => (name === "zero" ? 0 : history.position.get(name));
    let names = [];
    try {
      names = decodeURIComponent(location.hash.slice(1)).split("..");
    } catch {
      names = [];  // an address that somebody typed by hand
    }
    const places = names.map(at);
    if (places.length === 2 && places.every((place) => place !== undefined)) pinned = places[0];
    else pinned = null;
    return places.at(-1);
  }

  // --- hands ----------------------------------------------------------------------------------------------------------

  slider.max = history.length;
  slider.addEventListener("input", () => go(Number(slider.value)));
  $("previous").addEventListener("click", () => go(position - 1));
  $("next").addEventListener("click", () => go(position + 1));
  $("pin").addEventListener("click", () => pin(pinned === null ? position : null));
  $("fit").addEventListener("click", () => diagram.fit());
  $("in").addEventListener("click", () => diagram.zoom(1.25));
  $("out").addEventListener("click", () => diagram.zoom(0.8));
  window.addEventListener("hashchange", () => { const at = read(); if (at !== undefined) { position = at; refresh(); } });
  new ResizeObserver(() => { diagram.measure(); diagram.map.frame(); }).observe($("view"));

  const keys = {
    ArrowLeft: () => go(position - 1), ArrowRight: () => go(position + 1),
    Home: () => go(0), End: () => go(history.length),
    PageUp: () => go(position - 10), PageDown: () => go(position + 10),
    "/": () => $("search").focus(), c: () => pin(pinned === null ? position : null),
    d: () => panel.nextDialect(), u: () => panel.turn(),
    f: () => diagram.fit(), "+": () => diagram.zoom(1.25), "=": () => diagram.zoom(1.25), "-": () => diagram.zoom(0.8),
    t: () => $("theme").click(), Escape: () => choose(null),
  };
  const upright = { ArrowUp: keys.ArrowLeft, ArrowDown: keys.ArrowRight };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === $("search")) return;
    const scrolls = event.target.closest?.("pre, #table, #revision") && /^(Page|Home|End)/.test(event.key);
    const key = event.target === slider && /^(Arrow|Page|Home|End)/.test(event.key) ? null
      : keys[event.key] ?? (event.target === $("list") ? upright[event.key] : null);
    if (!key || scrolls) return;
    event.preventDefault();
    key();
  });

  position = read() ?? history.length;
  refresh(true);
  diagram.fit();
  if (diagram.scale < 0.5) {
    diagram.scale = 0.8;
    const last = history.revisions[position - 1];
    diagram.reveal(last && Object.keys(last.cards).length ? Object.keys(last.cards) : [0]);
  }
  diagram.stage.classList.remove("glide");
  return { history, marksChanged: () => { list.mark(); drawTicks(history); showStanding(history); showProblems(history); panel.again(); } };
}

const NOUNS = { column: "column", index: "index", part: "part" };

/** How many tables and parts of tables differ; the signs are those of the cards. */
function showChanges(drawn) {
  const counts = new Map();
  const count = (mark, noun) => counts.set(`${mark} ${noun}`, (counts.get(`${mark} ${noun}`) ?? 0) + 1);
  for (const { mark, rows, was } of drawn.values()) {
    if (was) count("changed", "renamed table");
    if (mark !== "changed" && mark) count(mark, "table");
    else for (const each of rows) if (each.mark) count(each.mark, NOUNS[each.row.kind] ?? "constraint");
  }
  const words = ["added", "removed", "changed"].flatMap((mark) => [...counts].filter(([what]) => what.startsWith(mark)).map(([what, number]) =>
    make("span", { class: mark }, `${SIGNS[mark]} ${plural(number, what.slice(mark.length + 1))}`, make("span", { class: "hidden" }, ` ${mark}`))));
  $("changes").replaceChildren(...(words.length ? words : [make("span", {}, "No table is changed here.")]));
}

function showStanding(history) {
  const { marks } = history;
  const count = (kind) => history.revisions.filter((each) => history.mark(each.revision) === kind).length;
  const lines = (marks ?? []).map((each) => each.problem
    ? make("span", { class: "problem", title: [each.problem.message, each.problem.hint].filter(Boolean).join("\n") }, `${each.name || "the database"} did not answer`)
    : make("span", {}, each.database, each.lost.length ? make("span", { class: "problem", title: each.lost.join("\n") }, ` has ${plural(each.lost.length, "revision")} without a file`) : ""));
  const asked = (marks ?? []).some((each) => !each.problem);
  const numbers = asked ? [make("b", {}, String(count("applied"))), ` of ${history.length} applied · `] : marks?.length ? [] : ["no database was asked"];
  $("standing").replaceChildren(...numbers, ...lines.flatMap((each, number) => (number ? [" · ", each] : [each])));
}

/** What is wrong with files and, on a live page, with databases: half-done revisions, drift, edited files. */
function showProblems(history) {
  const broken = history.problems.map((each) => make("p", { title: each.hint }, [each.message, each.where].filter(Boolean).join(" · ")));
  const findings = (history.findings ?? []).map((each) => make("details", {},
    make("summary", {}, `${each.kind}: ${each.message}`), make("pre", { tabindex: "0" }, each.details.join("\n")), make("p", {}, each.hint)));
  $("problems").replaceChildren(...broken, ...findings);
}

/** Keep a page that a server gave up to date: marks change in place, other files mean another page. */
function follow(page, version) {
  const { history } = page;
  let known = JSON.stringify([history.marks, history.findings]);
  const ask = async () => {
    try {
      const answer = await fetch("state", { cache: "no-store" });
      const state = await answer.json();
      if (state.version !== version) return location.reload();
      const told = JSON.stringify([state.marks, state.findings]);
      if (told !== known) {
        known = told;
        Object.assign(history, { marks: state.marks, findings: state.findings });
        page.marksChanged();
      }
    } catch {
      $("standing").textContent = "the server of this page has stopped";
      known = "";
    }
    setTimeout(ask, POLL);
  };
  setTimeout(ask, POLL);
}

function listenToTheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  $("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  });
}

listenToTheme();
if (typeof DecompressionStream === "undefined") {
  $("sorry").textContent = "This page needs a browser of 2023 or later.";
  $("sorry").hidden = false;
} else {
  const history = new History(await unpacked($("data").textContent.trim()));
  $("project").textContent = history.project;
  $("version").textContent = history.minimig;
  showProblems(history);
  showStanding(history);
  drawTicks(history);
  const page = start(history);
  if (history.version) follow(page, history.version);
  document.documentElement.dataset.ready = "";
}
