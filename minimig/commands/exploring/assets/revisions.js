// The revisions as a list with the graph beside it, oldest first.

const COLOURS = [212, 152, 28, 282, 338, 92, 186, 8, 248, 54];
const ROW = 42, LANE = 15;

/** The colour of an app's lanes; the name of the app stands beside it, so that colour says nothing alone. */
function colourOf(number, strength = 1) {
  const hue = COLOURS[number % COLOURS.length];
  return `light-dark(hsl(${hue} 52% ${42 + (1 - strength) * 30}%), hsl(${hue} 55% ${64 - (1 - strength) * 20}%))`;
}

class RevisionList {
  constructor(history, go) {
    this.history = history;
    this.list = $("list");
    this.items = history.revisions.map((each, number) => this.item(each, number, go));
    this.circles = [];
    this.links = [];
    this.touched = [];
    // Kept here, since asking in the middle of a step would make the browser lay everything out.
    this.height = this.list.clientHeight;
    this.scroll = 0;
    this.list.addEventListener("scroll", () => { this.scroll = this.list.scrollTop; }, { passive: true });
    new ResizeObserver(() => { this.height = this.list.clientHeight; }).observe(this.list);
    this.list.append(this.graph(), this.start(go), ...this.items);
    this.mark();
  }

  get indent() {
    return 20 + Math.max(1, this.history.lanes.width) * LANE;
  }

  start(go) {
    this.zero = make("div", { class: "item", role: "option", id: "at-0", "aria-selected": "false", onclick: () => go(0) },
      make("span", { class: "name quiet" }, "before the first"), make("span", { class: "more" }, "an empty database"));
    this.zero.style.paddingLeft = `${this.indent}px`;
    return this.zero;
  }

  item(each, number, go) {
    const name = each.revision.slice(each.app.length + 1);
    const badges = [
      each.replaces.length && ["", `squash of ${each.replaces.length}`],
      each.after.length > 1 && ["", "merge"],
      each.problem && ["bad", "broken"],
    ].filter(Boolean);
    const element = make(
      "div", { class: "item", role: "option", id: `at-${number + 1}`, "aria-selected": "false", title: each.revision, onclick: () => go(number + 1) },
      make("span", { class: "name" }, this.history.apps.length > 1 && make("span", { class: "app" }, `${each.app}.`), name),
      make("span", { class: "more" }, ...badges.map(([kind, words]) => make("span", { class: `badge ${kind}` }, words)), each.title),
      make("span", { class: "hidden mark" }),
    );
    element.style.paddingLeft = `${this.indent}px`;
    return element;
  }

  /** The nodes and lines. A line bends right below a branch point, and right above a merge. */
  graph() {
    const { lanes, revisions, apps } = this.history;
    const at = (number) => ({ x: 8 + lanes.of[number] * LANE, y: ROW * (number + 1) + ROW / 2 });
    const paint = (path, number, strength) => { path.style.stroke = colourOf(apps.indexOf(revisions[number].app), strength); return path; };
    const lines = lanes.lines.map(([parent, child, lane]) => {
      const [from, to, x] = [at(parent), at(child), 8 + lane * LANE];
      const d = `M${from.x} ${from.y}${bent(from.x, from.y, x, 1)}V${to.y - (x === to.x ? 0 : ROW / 2)}${bent(x, to.y - ROW / 2, to.x, 1)}V${to.y}`;
      return paint(draw("path", { d }), child, 0.6);
    });
    revisions.forEach((each, number) => {
      for (const needed of each.needs) {
        const parent = this.history.position.get(needed);
        if (!parent) continue;
        const [from, to] = [at(parent - 1), at(number)];
        const d = `M${from.x} ${from.y}C${from.x} ${from.y + ROW * 0.7} ${to.x} ${to.y - ROW * 0.7} ${to.x} ${to.y}`;
        const path = paint(draw("path", { d, class: "other" }), parent - 1, 0.6);
        this.links.push([parent, number + 1, path]);
      }
    });
    this.circles = revisions.map((each, number) => {
      const { x, y } = at(number);
      const node = draw("g", {}, each.replaces.length ? draw("circle", { cx: x, cy: y, r: 8, class: "ring" }) : null, draw("circle", { cx: x, cy: y, r: 4.5, class: "node" }));
      return node;
    });
    const height = ROW * (revisions.length + 1), width = this.indent;
    return draw("svg", { width, height, "aria-hidden": "true" }, ...this.links.map(([, , path]) => path), ...lines, ...this.circles);
  }

  /** Show what the databases have: full where applied, hollow where not, half where a run was interrupted. */
  mark() {
    this.history.revisions.forEach((each, number) => {
      const mark = this.history.mark(each.revision);
      const colour = each.problem ? "var(--removed)" : colourOf(this.history.apps.indexOf(each.app));
      for (const circle of this.circles[number].children) {
        circle.style.stroke = colour;
        circle.style.fill = circle.classList.contains("ring") ? "none" : mark === "pending" ? "var(--panel)" : colour;
        circle.style.strokeDasharray = mark === "half" ? "3 2" : "";
        circle.style.fillOpacity = mark === "half" ? "0.35" : "1";
      }
      this.items[number].querySelector(".mark").textContent = mark ? `, ${this.history.markWords(each.revision).join(", ")}` : "";
    });
  }

  select(position, pinned) {
    const items = [this.zero, ...this.items];
    for (const at of this.touched) {
      items[at].setAttribute("aria-selected", "false");
      items[at].classList.remove("pin");
    }
    items[position].setAttribute("aria-selected", "true");
    if (pinned !== null) items[pinned].classList.add("pin");
    this.touched = [position, ...(pinned === null ? [] : [pinned])];
    for (const [parent, child, path] of this.links) path.classList.toggle("lit", parent === position || child === position);
    this.list.setAttribute("aria-activedescendant", `at-${position}`);
    const top = position * ROW;
    if (top < this.scroll + ROW) this.scroll = Math.max(0, top - ROW);
    else if (top + 2 * ROW > this.scroll + this.height) this.scroll = top + 2 * ROW - this.height;
    else return;
    this.list.scrollTop = this.scroll;
  }
}

/** From one lane to another within half a row. */
function bent(x, y, to, down) {
  return x === to ? "" : `C${x} ${y + (ROW / 4) * down} ${to} ${y + (ROW / 4) * down} ${to} ${y + (ROW / 2) * down}`;
}

/** The marks below the slider: one for each revision in its app's colour, and how far the database has come. */
function drawTicks(history) {
  const svg = $("ticks"), length = Math.max(1, history.length);
  fill(svg, { viewBox: `0 0 ${length} 22` }, []);
  const bar = (from, to, kind) => draw("line", { x1: from, x2: to, y1: 11, y2: 11, class: kind, "vector-effect": "non-scaling-stroke" });
  const marks = history.revisions.map((each) => history.mark(each.revision));
  const tall = history.length > 150 ? 4 : 6;
  svg.replaceChildren(
    bar(0, length, "rail"),
    ...marks.map((mark, number) => (mark === "applied" ? bar(number, number + 1, "done") : "")).filter(Boolean),
    ...history.revisions.map((each, number) => {
      const tick = draw("line", { x1: number + 1, x2: number + 1, y1: 11 - tall, y2: 11 + tall, class: marks[number] });
      tick.style.stroke = colourOf(history.apps.indexOf(each.app));
      return tick;
    }),
  );
}
