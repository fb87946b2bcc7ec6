// The history as the page thinks of it. Position 0 is before the first revision, position n is after revision n.

/** What is packed in the page: base64 of gzip of JSON. */
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

class History {
  constructor(data) {
    Object.assign(this, data);
    this.length = this.revisions.length;
    this.position = new Map(this.revisions.map((each, number) => [each.revision, number + 1]));
    this.apps = [...new Set(this.revisions.map((each) => each.app))];
    this.children = new Map(this.revisions.map((each) => [each.revision, []]));
    for (const each of this.revisions)
      for (const parent of [...each.after, ...each.needs]) this.children.get(parent)?.push(each.revision);
    // For each position the card of each slot, -1 where there is none; a slot that did not change costs four bytes.
    this.states = [new Int32Array(this.boxes.length).fill(-1)];
    this.life = this.boxes.map(() => []);
    this.revisions.forEach((each, number) => {
      const state = this.states[number].slice();
      for (const [slot, card] of Object.entries(each.cards)) {
        state[slot] = card ?? -1;
        this.life[slot].push(number + 1);
      }
      this.states.push(state);
    });
  }

  rowsOf(card) {
    return card < 0 ? [] : this.cards[card].rows.map((number) => this.rows[number]);
  }

  /** The last card that a slot had at or before a position, or else its first one ever. */
  cardNear(slot, position) {
    for (let at = position; at > 0; at--) if (this.states[at][slot] >= 0) return this.states[at][slot];
    const first = this.states.find((state) => state[slot] >= 0);
    return first ? first[slot] : -1;
  }

  /** How one slot differs between two positions: a mark for the card, and its rows, each with a mark of its own. */
  compared(slot, from, to) {
    const [old, now] = [this.states[from][slot], this.states[to][slot]];
    const mark = old === now ? "" : old < 0 ? "added" : now < 0 ? "removed" : "changed";
    const before = this.rowsOf(old), after = this.rowsOf(now);
    if (mark !== "changed") {
      const rows = now < 0 ? before : after;
      return { mark, old, now, rows: rows.map((row) => ({ row, mark: mark === "changed" ? "" : mark })) };
    }
    const known = new Map(before.map((row) => [row.id, row]));
    const kept = new Set(after.map((row) => row.id));
    const gone = before.filter((row) => !kept.has(row.id));
    const rows = after.map((row) => {
      let was = known.get(row.id);
      if (!was && row.kind !== "column") {
        // A constraint or an index that differs in nothing but its name was renamed.
        const place = gone.findIndex((other) => other.kind === row.kind && other.text === row.text);
        if (place >= 0) [was] = gone.splice(place, 1);
      }
      return { row, was, mark: !was ? "added" : was === row || same(was, row) ? "" : "changed" };
    });
    for (const row of gone) {
      const above = before[before.indexOf(row) - 1];
      const place = above ? rows.findIndex((each) => each.row.id === above.id) + 1 : 0;
      rows.splice(place, 0, { row, mark: "removed" });
    }
    return { mark, old, now, rows };
  }

  // --- what databases say -------------------------------------------------------------------------------------------

  /** Whether a revision is applied: "applied", "pending", "half" or "", where no database was asked or none answered. */
  mark(revision) {
    const app = revision.split(".", 1)[0];
    const asked = (this.marks ?? []).filter((each) => !each.problem && each.apps.includes(app));
    if (!asked.length) return "";
    if (asked.some((each) => revision in each.half_done)) return "half";
    const has = (each) => revision in each.applied || each.counted.includes(revision);
    return asked.every(has) ? "applied" : "pending";
  }

  /** In words, database by database where there are several. */
  markWords(revision) {
    const app = revision.split(".", 1)[0];
    const asked = (this.marks ?? []).filter((each) => !each.problem && each.apps.includes(app));
    return asked.map((each) => {
      const when = each.applied[revision];
      const half = each.half_done[revision];
      const words = half ? `half ${half === "forward" ? "applied" : "taken back"}`
        : revision in each.applied ? `applied${when ? ` ${when}` : ""}`
        : each.counted.includes(revision) ? "counts as applied" : "pending";
      return asked.length > 1 ? `${each.name}: ${words}` : words;
    });
  }
}

/** Whether two rows say the same; equal rows are stored once, but a renamed column has another text. */
function same(one, other) {
  return one.name === other.name && one.text === other.text && one.target === other.target;
}
