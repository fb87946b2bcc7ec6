"""A history that is nobody's: migrations of one to three changes each, in a line, or in eight apps that fork and merge.

A `Change` holds the table as it was before; the modules `as_...` say it in each tool's words. Of ten changes two create
a table, three add a column, one or two alter one, one creates an index; the others drop and rename.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .world import Column, Shape, Table, World

MIX = {
    "create_table": 20,
    "add_column": 32,
    "alter_column": 16,
    "create_index": 14,
    "drop_column": 8,
    "rename_column": 8,
    "rename_table": 2,
}
APPS = ("accounts", "billing", "catalog", "delivery", "editorial", "files", "growth", "helpdesk")


@dataclass(frozen=True)
class Change:
    """One change of `table`, which is as it was before: `old` and `new` are columns, or names."""

    kind: str
    table: Table
    old: Column | str | None = None
    new: Column | str | None = None


@dataclass
class Step:
    """One migration: what it is called, which of its app it follows, which of other apps it needs."""

    number: int
    app: str
    parents: list[Step]
    in_app: int
    needs: list[Step] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name with a number, as Django and minimig give."""
        what = f"{self.changes[0].kind}_{self.changes[0].table.name}" if self.changes else "merge"
        return f"{self.in_app:04}_{what[:40]}"

    @property
    def revision(self) -> str:
        """A name without meaning, as Alembic gives."""
        return f"{(self.number + 1) * 2654435761 % 2**48:012x}"


@dataclass(frozen=True)
class History:
    """The migrations in an order in which they can be applied, and what they lead to."""

    world: World
    steps: list[Step]


def history(size: int, seed: int, *, branchy: bool = False) -> History:
    """So many migrations: of one app in a line, or of eight with cross dependencies, forks and merges."""
    drawing = _Drawing(World(seed, APPS if branchy else ("core",)), renames=not branchy)
    if not branchy:
        for _ in range(size):
            drawing.step("core")
        return History(drawing.world, drawing.steps)
    while len(drawing.steps) < size:
        app = drawing.world.dice.choice(APPS)
        room = size - len(drawing.steps)
        if room >= 6 and len(drawing.world.of_app(app)) >= 6 and drawing.world.dice.random() < 0.06:
            drawing.fork(app, min(drawing.world.dice.randint(1, 3), (room - 1) // 2))
        else:
            drawing.step(app)
    return History(drawing.world, drawing.steps)


def twenty_changes(world: World) -> World:
    """The world as a developer's next edit of the models leaves it."""
    after = world.copy()
    tables = list(after.tables.values())
    after.dice.shuffle(tables)
    kinds = ["add_column"] * 8 + ["drop_column"] * 3 + ["alter_column"] * 5 + ["create_index"] * 4
    for kind, table in zip(kinds, tables, strict=False):
        change(after, kind, table)
    return after


class _Drawing:
    """A history as it grows."""

    def __init__(self, world: World, *, renames: bool) -> None:
        self.world = world
        self.steps: list[Step] = []
        self.tips: dict[str, list[Step]] = {app: [] for app in world.apps}
        self.mix = {kind: often for kind, often in MIX.items() if renames or kind != "rename_table"}

    def step(self, app: str) -> None:
        """A migration on the tip of an app."""
        self.tips[app] = [self._step(app, self.tips[app], self.world.of_app(app), list(self.world.tables.values()))]

    def fork(self, app: str, length: int) -> None:
        """Two branches, of which each changes its own half of the tables, and a merge."""
        tables, all_tables = self.world.of_app(app), list(self.world.tables.values())
        ends = [self.tips[app], self.tips[app]]
        for _ in range(length):
            for arm in (0, 1):
                ends[arm] = [self._step(app, ends[arm], tables[arm::2], all_tables)]
        self.tips[app] = [self._new(app, [*ends[0], *ends[1]])]

    def _new(self, app: str, parents: list[Step]) -> Step:
        in_app = sum(1 for step in self.steps if step.app == app) + 1
        self.steps.append(Step(len(self.steps), app, parents, in_app))
        return self.steps[-1]

    def _step(self, app: str, parents: list[Step], own: list[Table], targets: list[Table]) -> Step:
        step, dice = self._new(app, parents), self.world.dice
        touched: set[str] = set()
        for _ in range(dice.choice([1, 1, 2, 2, 3])):
            found = next(self._tries(step, own, touched, targets))
            touched.add(found.table.key)
            step.changes.append(found)
        return step

    def _tries(self, step: Step, own: list[Table], touched: set[str], targets: list[Table]) -> Iterator[Change]:
        dice = self.world.dice
        while True:
            (kind,) = dice.choices(list(self.mix), list(self.mix.values()))
            if kind == "create_table" or not own:
                yield self._create(step, targets)
                continue
            table = dice.choice(own[-30:] if dice.random() < 0.5 else own)
            found = None if table.key in touched else change(self.world, kind, table)
            if found is not None:
                yield found

    def _create(self, step: Step, targets: list[Table]) -> Change:
        table = self.world.draw_table(step.app, Shape(), targets)
        table.created_in = step.number
        self.world.tables[table.key] = table
        makers = {self.world.tables[c.refers].created_in for c in table.columns.values() if c.refers}
        step.needs += [self.steps[number] for number in sorted(makers) if self.steps[number].app != step.app]
        return Change("create_table", table.clone())


def change(  # noqa: PLR0911 - one answer for each kind of change
    world: World, kind: str, table: Table
) -> Change | None:
    """Change a table, and say how; None when it has nothing that could be changed so."""
    before, dice = table.clone(), world.dice
    free = table.free_columns()
    if kind == "add_column":
        new = world.draw_column(table.columns)
        table.put(new)
        return Change(kind, before, new=new)
    if kind == "create_index":
        taken = table.indexes.values()
        names = [c.name for c in table.columns.values() if c.kind != "text" and c.name not in taken]
        return None if len(names) < 2 else _index(world, table, before, dice.choice(names[1:]))
    if kind == "rename_table":
        table.name = f"{table.name.partition('_v')[0]}_v{world.next_number()}"
        return Change(kind, before, before.name, table.name)
    if not free or (kind == "drop_column" and len(table.columns) < 7):
        return None
    column = dice.choice(free)
    if kind == "drop_column":
        del table.columns[column.name]
        return Change(kind, before, column)
    if kind == "rename_column":
        name = f"{column.name.partition('_r')[0]}_r{world.next_number()}"
        renamed = replace(column, name=name)
        table.columns = {c.name: c for c in (renamed if c is column else c for c in table.columns.values())}
        return Change(kind, before, column, renamed)
    altered = _altered(world, column)
    if altered is not None:
        table.put(altered)
    return None if altered is None else Change(kind, before, column, altered)


def _index(world: World, table: Table, before: Table, column: str) -> Change:
    name = f"ix_{world.next_number()}_x"
    table.indexes[name] = column
    return Change("create_index", before, name, column)  # `old` is the index, `new` its column


def _altered(world: World, column: Column) -> Column | None:
    """The column with a wider type, or another nullability."""
    widen = world.dice.random() < 0.5
    if column.kind == "varchar" and widen:
        return replace(column, size=column.size + 50)
    if column.kind == "int" and widen:
        return replace(column, kind="bigint")
    if not column.nullable:
        return replace(column, nullable=True)
    default = world.draw_default(column.kind)
    return None if default is None else replace(column, nullable=False, default=default)
