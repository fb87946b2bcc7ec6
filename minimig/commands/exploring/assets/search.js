// One field that finds tables, columns and revisions, of now and of earlier.

const MOST = 8;

class Search {
  constructor(history, { go, choose }) {
    this.input = $("search");
    this.found = $("found");
    this.history = history;
    this.go = go;
    this.choose = choose;
    this.results = [];
    this.at = 0;
    this.input.addEventListener("input", () => this.update());
    this.input.addEventListener("focus", () => this.update());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  /** All that can be found, made when it is first needed: each name once, at the last place where it was true. */
  get index() {
    if (this.entries) return this.entries;
    const { history } = this, things = new Map();
    history.life.forEach((life, slot) => life.forEach((start, number) => {
      const state = history.states[start][slot], position = (life[number + 1] ?? history.length + 1) - 1;
      if (state < 0) return;
      const card = history.cards[state];
      things.set(`${slot} ${card.name}`, { kind: card.kind, name: card.name, slot, position, more: card.note.split("\n")[0] });
      for (const row of history.rowsOf(state)) {
        if (row.kind === "part" || row.kind === "key") continue;
        const kind = row.kind.replace("_", " "), column = kind === "column";
        const name = column ? `${card.name}.${row.name}` : row.name;
        const more = column ? row.text : `${card.name}: ${row.text}`;
        things.set(`${slot} ${kind} ${name}`, { kind, name, slot, position, row: row.id, more });
      }
    }));
    const revisions = history.revisions.map((each, number) => ({ kind: "revision", name: each.revision, position: number + 1, more: each.title }));
    const replaced = history.hidden.map((each) => ({ kind: "revision", name: each.revision, position: history.position.get(each.shown_by), more: `now in ${each.shown_by}` }));
    this.entries = [...things.values(), ...revisions, ...replaced];
    for (const each of this.entries) each.text = `${each.name} ${each.kind === "revision" ? each.more : ""}`.toLowerCase();
    return this.entries;
  }

  matches(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const groups = new Map();
    for (const each of this.index) {
      if (!words.every((word) => each.text.includes(word))) continue;
      const name = each.name.toLowerCase(), last = name.slice(name.lastIndexOf(".") + 1);
      const rank = last === words[0] || name === words[0] ? 0 : last.startsWith(words[0]) || name.startsWith(words[0]) ? 1 : name.includes(words[0]) ? 2 : 3;
      const kind = ["table", "column", "revision"].includes(each.kind) ? each.kind : "other";
      groups.set(kind, [...(groups.get(kind) ?? []), { each, rank }]);
    }
    const best = (kind) => (groups.get(kind) ?? []).sort((a, b) => a.rank - b.rank).slice(0, MOST).map(({ each }) => each);
    return [...best("table"), ...best("column"), ...best("revision"), ...best("other")];
  }

  update() {
    this.results = this.matches(this.input.value);
    this.at = 0;
    const asked = this.input.value.trim() !== "";
    const items = this.results.map((each, number) => make(
      "li", { role: "option", id: `found-${number}`, "aria-selected": String(number === 0), onpointerdown: (event) => { event.preventDefault(); this.take(number); } },
      make("span", { class: "kind" }, each.kind), make("span", { class: "name" }, ...emphasized(each.name, this.input.value)), make("span", { class: "more" }, each.more)));
    if (asked && !items.length) items.push(make("li", { class: "none", role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Nothing is called that."));
    this.found.replaceChildren(...items);
    this.found.hidden = !asked;
    this.input.setAttribute("aria-expanded", String(asked));
    this.point();
  }

  point() {
    [...this.found.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === this.at)));
    if (this.results.length) this.input.setAttribute("aria-activedescendant", `found-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.found.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.results.length) {
      event.preventDefault();
      this.at = (this.at + step + this.results.length) % this.results.length;
      this.point();
    } else if (event.key === "Enter" && this.results.length) {
      event.preventDefault();  // else it would press the button that has the focus afterwards
      this.take(this.at);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.close();
      this.input.blur();
    }
    event.stopPropagation();
  }

  take(number) {
    const each = this.results[number];
    this.close();
    this.input.value = "";
    this.input.blur();
    if (each.slot === undefined) {
      this.go(each.position);
      $("list").focus({ preventScroll: true });
    } else this.choose(each.slot, each);
  }

  close() {
    this.found.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function emphasized(name, text) {
  const word = text.trim().split(/\s+/)[0].toLowerCase(), at = name.toLowerCase().indexOf(word);
  return at < 0 ? [name] : [name.slice(0, at), make("mark", {}, name.slice(at, at + word.length)), name.slice(at + word.length)];
}
