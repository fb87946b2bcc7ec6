// The tables as cards with lines between them. A card stays in its place through time; only what differs is made anew.

class Diagram {
  constructor(history, choose) {
    this.history = history;
    this.choose = choose;
    this.view = $("view");
    this.stage = $("stage");
    this.drawn = new Map();  // slot -> { key, element, lines: y by row id, card }
    this.scale = 1;
    this.x = this.y = 0;
    this.chosen = null;
    this.stage.style.setProperty("--head", `${history.heights.head}px`);
    this.stage.style.setProperty("--line-height", `${history.heights.line}px`);
    const right = history.boxes.map(([x, , width]) => x + width), below = history.boxes.map(([, y, , height]) => y + height);
    this.width = Math.max(1, ...right);
    this.height = Math.max(1, ...below);
    this.columns = columnsOf(history.boxes);
    this.measure();
    this.listen();
    this.map = new Overview(this);
  }

  /** How large the view is, asked once: asking in the middle of a step would make the browser lay everything out. */
  measure() {
    this.size = { clientWidth: this.view.clientWidth, clientHeight: this.view.clientHeight };
  }

  // --- what is shown --------------------------------------------------------------------------------------------------

  /** Show the schema at a position with what differs from another one; returns the slots that do. */
  show(from, to) {
    const marked = [];
    for (let slot = 0; slot < this.history.boxes.length; slot++) {
      const old = this.history.states[from][slot], now = this.history.states[to][slot];
      const key = `${old} ${now}`;
      if (old !== now) marked.push(slot);
      const was = this.drawn.get(slot);
      if (was?.key === key) continue;
      was?.element.remove();
      if (old < 0 && now < 0) this.drawn.delete(slot);
      else this.drawn.set(slot, { key, ...this.card(slot, this.history.compared(slot, from, to)) });
    }
    this.order();
    this.drawLines();
    this.map.show(this.drawn);
    $("empty").hidden = this.drawn.size > 0;
    return marked;
  }

  /** Cards follow each other in the document as they do for the eye: from left to right, from top to bottom. */
  order() {
    const { boxes } = this.history;
    const slots = [...this.drawn.keys()].sort((a, b) => boxes[a][0] - boxes[b][0] || boxes[a][1] - boxes[b][1]);
    let after = $("edges");
    for (const slot of slots) {
      const { element } = this.drawn.get(slot);
      if (after.nextSibling !== element) after.after(element);
      after = element;
    }
    this.slots = slots;
    const stop = this.drawn.has(this.chosen) ? this.chosen : slots[0];
    for (const slot of slots) this.button(slot).tabIndex = slot === stop ? 0 : -1;
  }

  button(slot) {
    return this.drawn.get(slot).element.querySelector("button");
  }

  card(slot, { mark, old, now, rows }) {
    const { heights, boxes } = this.history;
    const card = this.history.cards[now < 0 ? old : now];
    const keys = keysOf(rows);
    const lines = new Map();
    let y = heights.head + 1;
    const line = (each) => {
      lines.set(each.row, y + heights.line / 2);
      y += heights.line;
      return each.row.kind === "column" ? this.column(each, keys) : this.part(each);
    };
    const columns = rows.filter((each) => each.row.kind === "column").map(line);
    y += heights.gap;
    const parts = rows.filter((each) => each.row.kind !== "column" && each.row.shown !== false).map(line);
    const kind = card.kind === "table" ? "" : card.kind;
    const was = mark === "changed" && this.history.cards[old].name !== card.name ? this.history.cards[old].name : "";
    const words = [kind || "table", card.name, was && `was ${was}`, mark].filter(Boolean).join(", ");
    const element = make(
      "section", { class: `card ${mark}`, "aria-label": words, "data-slot": slot },
      make("div", { class: "head" }, make("h2", {}, make(
        "button", { type: "button", tabindex: "-1", title: [was && `was ${was}`, card.note].filter(Boolean).join("\n") || null, onclick: () => this.choose(slot) },
        mark && make("span", { class: `sign ${mark}`, "aria-hidden": "true" }, SIGNS[mark]),
        kind && make("span", { class: "quiet" }, kind),
        make("span", { class: "label" }, card.name, was && make("span", { class: "was" }, ` was ${was}`)),
        mark && make("span", { class: "hidden" }, `, ${mark}`),
      ))),
      columns.length ? make("ul", {}, ...columns) : null,
      parts.length ? make("ul", { class: "parts" }, ...parts) : null,
    );
    const [left, top, width] = boxes[slot];
    Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
    element.style.height = `${y - (parts.length ? 0 : heights.gap) + heights.padding}px`;
    element.classList.toggle("chosen", slot === this.chosen);
    return { element, lines, rows, mark, was };
  }

  column({ row, was, mark }, keys) {
    const [primary, foreign] = [keys.primary.get(row.name), keys.foreign.get(row.name)];
    const key = primary ?? foreign;
    const renamed = was && was.name !== row.name ? `was ${was.name}` : "";
    const words = [renamed, was && was.text !== row.text ? `was ${was.text}` : "", row.text, foreign?.row.text].filter(Boolean);
    return make(
      "li", { class: `${mark} ${row.nullable ? "optional" : ""}`, title: words.join("\n") },
      make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mark]),
      make("span", { class: `key ${key?.mark ?? ""} ${primary ? "primary" : ""}` }, key && sign(primary ? KEY : ARROW)),
      make("span", { class: "label" }, row.name, renamed && make("span", { class: "was" }, ` ${renamed}`)),
      key && make("span", { class: "hidden" }, primary ? ", primary key" : `, ${foreign.row.text}`, key.mark && ` ${key.mark}`),
      make("span", { class: "type" }, row.nullable ? `${row.type}?` : row.type),
      make("span", { class: "hidden" }, row.nullable && ", may be null", mark && `, ${mark}`),
    );
  }

  part({ row, was, mark }) {
    const shape = row.kind === "part" ? `${row.name}: ${row.text}` : row.text;
    const renamed = was && was.name !== row.name ? `was ${was.name}` : "";
    return make(
      "li", { class: mark, title: [row.name, renamed, row.text].filter(Boolean).join("\n") },
      make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mark]),
      make("span", { class: "label" }, shape),
      make("span", { class: "hidden" }, `, ${row.name}`, renamed && `, ${renamed}`, mark && `, ${mark}`),
    );
  }

  drawLines() {
    const paths = [];
    for (const [slot, { rows, mark }] of this.drawn)
      for (const each of rows) {
        const target = this.drawn.get(each.row.target);
        if (each.row.kind !== "foreign_key" || !target) continue;
        const lit = slot === this.chosen || each.row.target === this.chosen;
        const d = this.line(this.anchor(slot, each.row.columns), this.anchor(each.row.target, each.row.target_columns), slot);
        paths.push(draw("path", { d, class: each.mark || (mark === "removed" ? "removed" : lit ? "lit" : "") }));
      }
    $("edges").replaceChildren(...paths);
  }

  /** Where a line to a column begins: the card's sides, and the height of the column's row. */
  anchor(slot, columns) {
    const [left, top, width] = this.history.boxes[slot];
    const { lines } = this.drawn.get(slot);
    const row = [...lines.keys()].find((each) => each.kind === "column" && each.name === columns?.[0]);
    return { left, right: left + width, y: top + (row ? lines.get(row) : this.history.heights.head / 2) };
  }

  /** A line from a foreign key to what it points to: a crow's foot where there may be many, a bar where there is one. */
  line(from, to, slot) {
    const leftward = to.right <= from.left, rightward = to.left >= from.right;
    const [x, side] = leftward ? [from.left, -1] : [from.right, 1];
    const [tx, back] = leftward ? [to.right, 1] : rightward ? [to.left, -1] : [to.right, 1];
    const foot = `M${x} ${from.y - 5}L${x + 10 * side} ${from.y}L${x} ${from.y + 5}M${x} ${from.y}H${x + 10 * side}`;
    const bar = `M${tx + 6 * back} ${to.y - 4}v8`;
    if (!leftward && !rightward) {
      const bulge = Math.max(from.right, to.right) + 36 - Math.min(20, Math.abs(to.y - from.y) / 8);
      return `${foot}C${bulge} ${from.y} ${bulge} ${to.y} ${tx + 8} ${to.y}H${tx}${bar}`;
    }
    const points = [[x + 10 * side, from.y], ...this.between(from, to, side, slot), [tx + 8 * back, to.y]];
    const way = points.slice(1).map(([px, py], number) => {
      const [qx, qy] = points[number];
      return `C${(px + qx) / 2} ${qy} ${(px + qx) / 2} ${py} ${px} ${py}`;
    });
    return `${foot}${way.join("")}H${tx}${bar}`;
  }

  /** Where a line crosses the columns that it has to pass: between two cards, next to the straight way. */
  between(from, to, side, slot) {
    const [start, end] = side < 0 ? [to.right, from.left] : [from.right, to.left];
    const passed = this.columns.filter(({ left, right }) => left > start && right < end);
    if (side < 0) passed.reverse();
    const apart = ((slot % 5) - 2) * 3;  // so that two lines through one gap are seen as two
    return passed.flatMap(({ left, right, free }) => {
      const along = ((left + right) / 2 - start) / (end - start);
      const straight = side < 0 ? to.y + (from.y - to.y) * along : from.y + (to.y - from.y) * along;
      const spans = free.map(([low, high]) => Math.min(Math.max(straight, low), high));
      const y = spans.reduce((best, each) => (Math.abs(each - straight) < Math.abs(best - straight) ? each : best)) + apart;
      return side < 0 ? [[right + 12, y], [left - 12, y]] : [[left - 12, y], [right + 12, y]];
    });
  }

  select(slot) {
    this.chosen = slot;
    for (const [each, { element }] of this.drawn) element.classList.toggle("chosen", each === slot);
    this.order();
    this.drawLines();
  }

  // --- where one looks ------------------------------------------------------------------------------------------------

  apply(glide = false) {
    this.stage.classList.toggle("glide", glide);
    this.stage.classList.toggle("far", this.scale < 0.5);
    this.stage.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    if (this.told !== this.scale) this.stage.style.setProperty("--scale", (this.told = this.scale));
    this.view.style.backgroundPosition = `${this.x}px ${this.y}px`;
    this.map.frame();
  }

  fit() {
    const { clientWidth, clientHeight } = this.size;
    this.scale = Math.max(0.06, Math.min(1, (clientWidth - 48) / this.width, (clientHeight - 48) / this.height));
    this.x = (clientWidth - this.width * this.scale) / 2;
    this.y = Math.max(24, (clientHeight - this.height * this.scale) / 2);
    this.apply(true);
  }

  zoom(factor, x = this.size.clientWidth / 2, y = this.size.clientHeight / 2) {
    const scale = Math.min(2, Math.max(0.06, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  /** Bring these slots into sight, moving no more than is needed and keeping the scale while they fit. */
  reveal(slots, least = 0) {
    const boxes = slots.map((slot) => this.history.boxes[slot]);
    if (!boxes.length) return;
    const [left, top] = [Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1]))];
    const [right, bottom] = [Math.max(...boxes.map((b) => b[0] + b[2])), Math.max(...boxes.map((b) => b[1] + b[3]))];
    const { clientWidth, clientHeight } = this.size;
    const most = Math.min((clientWidth - 64) / (right - left), (clientHeight - 64) / (bottom - top));
    const scale = Math.max(0.06, Math.min(Math.max(this.scale, least), most));
    const inside = (low, high, shift, size) => low * scale + shift >= 12 && high * scale + shift <= size - 12;
    if (scale === this.scale && inside(left, right, this.x, clientWidth) && inside(top, bottom, this.y, clientHeight)) return;
    this.scale = scale;
    this.x = clientWidth / 2 - ((left + right) / 2) * scale;
    this.y = clientHeight / 2 - ((top + bottom) / 2) * scale;
    this.apply(true);
  }

  get fits() {
    return this.width * this.scale <= this.size.clientWidth && this.height * this.scale <= this.size.clientHeight;
  }

  listen() {
    const { view } = this;
    let held = null;
    view.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && !event.target.closest("button, .map")) held = { x: event.clientX - this.x, y: event.clientY - this.y, id: event.pointerId };
    });
    view.addEventListener("pointermove", (event) => {
      if (!held || held.id !== event.pointerId) return;
      view.setPointerCapture(held.id);
      view.classList.add("dragging");
      [this.x, this.y] = [event.clientX - held.x, event.clientY - held.y];
      this.apply();
    });
    for (const end of ["pointerup", "pointercancel"])
      view.addEventListener(end, () => { held = null; view.classList.remove("dragging"); });
    view.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = view.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) return this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
      [this.x, this.y] = [this.x - event.deltaX, this.y - event.deltaY];
      this.apply();
    }, { passive: false });
    view.addEventListener("scroll", () => view.scrollTo(0, 0));  // the browser's own way to bring a focused card into sight
    view.addEventListener("focusin", (event) => {
      const card = event.target.closest(".card");
      if (card && event.target.matches(":focus-visible")) this.reveal([Number(card.dataset.slot)]);
    });
    view.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const card = event.target.closest(".card");
      if (!step || !card) return;
      event.preventDefault();
      event.stopPropagation();
      const next = this.slots[(this.slots.indexOf(Number(card.dataset.slot)) + step + this.slots.length) % this.slots.length];
      this.button(next).focus({ preventScroll: true });
    });
  }
}

/** The single-column keys of a table by column, each with the mark of its row. */
function keysOf(rows) {
  const found = { primary: new Map(), foreign: new Map() };
  for (const each of rows) {
    const group = { key: found.primary, foreign_key: found.foreign }[each.row.kind];
    for (const column of (group && each.row.columns) ?? []) if (each.mark !== "removed" || !group.has(column)) group.set(column, each);
  }
  return found;
}

/** The columns that the cards stand in, each with the heights at which a line can pass it. */
function columnsOf(boxes) {
  const found = new Map();
  for (const box of boxes) found.set(box[0], [...(found.get(box[0]) ?? []), box]);
  return [...found].sort(([one], [other]) => one - other).map(([left, own]) => {
    own.sort((one, other) => one[1] - other[1]);
    const edges = [-Infinity, ...own.flatMap(([, y, , height]) => [y - 13, y + height + 13]), Infinity];
    const free = [];
    for (let at = 0; at < edges.length; at += 2) free.push([edges[at], Math.max(edges[at], edges[at + 1])]);
    return { left, right: left + Math.max(...own.map(([, , width]) => width)), free };
  });
}

/** All tables at a glance, and the part of them that is in sight; only where not all of them are. */
class Overview {
  constructor(diagram) {
    this.diagram = diagram;
    this.svg = $("map");
    this.size = 150 / Math.max(diagram.width, diagram.height);
    const [width, height] = [diagram.width, diagram.height].map((each) => Math.max(12, each * this.size));
    fill(this.svg, { width, height, viewBox: `0 0 ${width / this.size} ${height / this.size}` }, []);
    this.window = draw("rect", { class: "window" });
    this.rects = diagram.history.boxes.map(([x, y, w, h]) => draw("rect", { x, y, width: w, height: h, class: "gone" }));
    this.svg.append(...this.rects, this.window);
    const go = (event) => {
      if (!event.buttons) return;
      const box = this.svg.getBoundingClientRect();
      diagram.x = diagram.size.clientWidth / 2 - ((event.clientX - box.left) / this.size) * diagram.scale;
      diagram.y = diagram.size.clientHeight / 2 - ((event.clientY - box.top) / this.size) * diagram.scale;
      diagram.apply();
    };
    this.svg.addEventListener("pointerdown", go);
    this.svg.addEventListener("pointermove", go);
  }

  show(drawn) {
    this.rects.forEach((rect, slot) => {
      const kind = drawn.get(slot)?.mark ?? "gone";
      if (rect.getAttribute("class") !== kind) rect.setAttribute("class", kind);
    });
  }

  frame() {
    const { x, y, scale, size, fits } = this.diagram;
    this.svg.style.display = fits ? "none" : "";
    fill(this.window, { x: -x / scale, y: -y / scale, width: size.clientWidth / scale, height: size.clientHeight / scale }, []);
  }
}
