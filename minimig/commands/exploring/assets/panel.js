// What there is to read: the chosen revision, and the chosen table.

const FULL = { postgresql: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB", sqlite: "SQLite", mssql: "SQL Server", oracle: "Oracle" };

class Panel {
  constructor(history, go, choose) {
    this.history = history;
    this.go = go;
    this.choose = choose;
    this.dialect = history.dialects[0];
    this.down = false;
    this.position = 0;
  }

  // --- a revision -----------------------------------------------------------------------------------------------------

  show(position) {
    const moved = this.position !== position;
    this.position = position;
    const parts = position === 0 ? this.before() : this.revision(this.history.revisions[position - 1]);
    $("revision").replaceChildren(...parts.filter(Boolean));
    if (moved) $("revision").scrollTop = 0;
  }

  before() {
    const marks = this.history.length ? "Step to the right, or choose a revision." : "There are no revision files yet: minimig makemigrations writes them.";
    return [make("h2", {}, "Before the first revision"), make("p", { class: "title" }, "An empty database."), make("p", { class: "doc" }, marks)];
  }

  revision(each) {
    const doc = flowing(each.doc.trim().split("\n").slice(1).join("\n").trim());
    return [
      make("h2", {}, each.revision),
      this.badges(each),
      each.title && make("p", { class: "title" }, each.title),
      doc && make("p", { class: "doc" }, doc),
      each.problem && make("p", { class: "doc sign removed" }, [each.problem.message, each.problem.where].filter(Boolean).join("\n")),
      this.place(each),
      make("h3", {}, "Operations"),
      each.up.length ? said(each.up) : make("p", { class: "quiet" }, each.after.length > 1 ? "None: this revision joins two branches." : "None."),
      this.wayBack(each),
      ...this.sql(each),
      make("h3", {}, "File", make("span", { class: "quiet" }, each.path), copyOf(each.source, "Copy the file")),
      code(each.source, PYTHON, `Source of ${each.revision}`, "file"),
    ];
  }

  badges(each) {
    const mark = this.history.mark(each.revision);
    const kind = { applied: "good", half: "bad" }[mark] ?? "";
    const own = this.history.children.get(each.revision).filter((child) => child.startsWith(`${each.app}.`));
    const words = [
      ...this.history.markWords(each.revision).map((text) => [kind, text]),
      ...(own.length === 0 ? [["", "head"]] : own.length > 1 ? [["", "branch point"]] : []),
      ...(each.after.length > 1 ? [["", "merge"]] : []),
      ...(each.replaces.length ? [["", "squash"]] : []),
      ...each.tags.map((tag) => ["", `tag ${tag}`]),
      ...each.labels.map((label) => ["", `label ${label}`]),
    ];
    return make("div", { class: "badges" }, ...words.map(([good, text]) => make("span", { class: `badge ${good}` }, text)));
  }

  place(each) {
    const children = this.history.children.get(each.revision);
    const [own, others] = [true, false].map((mine) => children.filter((child) => child.startsWith(`${each.app}.`) === mine));
    const hidden = this.history.hidden.filter((other) => other.shown_by === each.revision);
    const rows = [
      ["after", each.after], ["needs", each.needs], ["before", own], ["needed by", others],
      ["stands for", each.replaces],
      ["in place of", each.replaces.length ? [] : hidden.map((other) => other.revision)],
    ];
    const links = (names) => names.flatMap((name, number) => [number ? ", " : "", this.linkTo(name)]);
    return make("dl", {}, ...rows.filter(([, names]) => names.length).flatMap(([word, names]) => [make("dt", {}, word), make("dd", {}, ...links(names))]));
  }

  linkTo(revision) {
    const position = this.history.position.get(revision);
    return position ? make("button", { type: "button", class: "link", onclick: () => this.go(position) }, revision) : revision;
  }

  wayBack(each) {
    if (each.problem) return null;
    const words = each.no_way_back ? make("p", { class: "quiet" }, each.no_way_back) : said(each.down);
    return each.no_way_back || each.down.length ? make("details", {}, make("summary", {}, each.no_way_back ? "No way back" : "On the way back"), words) : null;
  }

  sql(each) {
    const pair = each.sql[this.dialect];
    if (!pair) return [];
    const text = this.history.texts[pair[this.down ? 1 : 0]];
    const choose = (change) => () => { change(); this.again(); };
    const toggle = (words, on, change, more = {}) => make("button", { type: "button", "aria-pressed": String(on), onclick: choose(change), ...more }, words);
    const name = FULL[this.dialect] ?? this.dialect;
    return [
      make("h3", {}, "SQL", copyOf(text, "Copy the SQL")),
      make("div", { class: "choice", role: "group", "aria-label": "Dialect and direction" },
        toggle("up", !this.down, () => { this.down = false; }), toggle("down", this.down, () => { this.down = true; }),
        make("span", { class: "gap" }),
        ...this.history.dialects.map((dialect) => toggle(FULL[dialect] ?? dialect, dialect === this.dialect, () => { this.dialect = dialect; }))),
      code(text, SQL, `${this.down ? "Down" : "Up"} on ${name}`),
    ];
  }

  /** The same revision once more; what had the focus has it again, since it was made anew. */
  again() {
    const focused = document.activeElement?.closest("#revision button")?.textContent;
    const top = $("revision").scrollTop;
    this.show(this.position);
    $("revision").scrollTop = top;
    if (focused) [...$("revision").querySelectorAll("button")].find((button) => button.textContent === focused)?.focus({ preventScroll: true });
  }

  turn() {
    this.down = !this.down;
    this.again();
  }

  nextDialect() {
    const { dialects } = this.history;
    this.dialect = dialects[(dialects.indexOf(this.dialect) + 1) % dialects.length];
    this.again();
  }

  // --- a table --------------------------------------------------------------------------------------------------------

  table(slot, lit) {
    const place = $("table");
    place.hidden = slot === null;
    if (slot === null) return place.replaceChildren();
    const { history } = this;
    const now = history.states[this.position][slot];
    const number = now >= 0 ? now : history.cardNear(slot, this.position);
    const card = history.cards[number];
    place.setAttribute("aria-label", `${card.kind} ${card.name}`);
    place.replaceChildren(
      make("div", { class: "first" }, make("h2", {}, make("span", { class: "quiet" }, `${card.kind} `), card.name),
        make("button", { type: "button", class: "icon", "aria-label": "Close", title: "Close (Esc)", onclick: () => this.choose(null) }, sign("M4 4l8 8M12 4l-8 8"))),
      now < 0 ? make("p", { class: "quiet" }, "Not there at this revision.") : "",
      card.note && make("p", { class: "doc" }, card.note),
      make("ul", { class: "rows" }, ...history.rowsOf(number).map((row) => make("li", { class: row.id === lit ? "lit" : "" }, make("span", {}, row.name), make("span", { class: "text" }, row.text)))),
      make("h3", {}, `Changed by ${plural(history.life[slot].length, "revision")}`),
      make("ul", { class: "life" }, ...history.life[slot].map((at) => make("li", {}, make("button",
        { type: "button", class: "link", "aria-current": at === this.position ? "true" : null, onclick: () => this.go(at) }, history.revisions[at - 1].revision)))),
    );
  }
}

/** A docstring without the line ends that only keep a file narrow; paragraphs, lists and indented lines stay. */
function flowing(text) {
  return text.replace(/([^\n])\n(?![\n\s*-])/g, "$1 ");
}

function said(operations) {
  const kinds = { "+": "added", "-": "removed", "~": "changed" };
  return make("ul", { class: "said" }, ...operations.map((each) => make("li", {},
    make("span", { class: `sign ${kinds[each.symbol] ?? ""}`, "aria-hidden": "true" }, each.symbol === "-" ? "−" : each.symbol),
    make("span", {}, each.words, ...each.details.map((line) => make("small", {}, line))))));
}

function copyOf(text, name) {
  if (!navigator.clipboard) return null;
  return make("button", { type: "button", class: "copy push", "aria-label": name, onclick: (event) => {
    const button = event.currentTarget;
    navigator.clipboard.writeText(text).then(() => { button.textContent = "copied"; }, () => { button.textContent = "not allowed"; });
  } }, "copy");
}
