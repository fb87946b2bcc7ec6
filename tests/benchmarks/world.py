"""A schema that is nobody's: tables, columns, keys and indexes drawn from a seed, in no tool's words.

In go a seed and a size; out comes a `World`. What it holds is written in each tool's own words by the modules `as_...`,
so that all of them get the same work.
"""

from __future__ import annotations

import copy
import hashlib
import random
from dataclasses import dataclass, field, replace


def _words(text: str) -> list[str]:
    return text.split()


NOUNS = _words(
    "customer order invoice payment product category shipment address account ledger ticket comment message thread "
    "project task sprint user role permission session token event metric report dashboard widget asset file folder "
    "label note contract vendor supplier warehouse stock batch lot recipe plan coupon refund review rating lead"
)
ATTRIBUTES = _words(
    "name title code status kind slug description amount total price quantity weight rank position email phone locale "
    "currency country city notes summary source channel score level started_at ended_at due_on expires_at is_active "
    "is_public is_archived retries version checksum"
)
KINDS = {  # how often a column is of a kind
    "varchar": 30,
    "int": 18,
    "bigint": 8,
    "text": 10,
    "bool": 9,
    "timestamp": 10,
    "numeric": 7,
    "date": 4,
    "float": 4,
}
NOW = "now"
"""The default of a time; every other default is a plain value."""


@dataclass(frozen=True)
class Column:
    """One column; `size` is a VARCHAR's, `labels` are an enum's, `refers` is the key of a table."""

    name: str
    kind: str
    nullable: bool = True
    default: int | str | bool | None = None
    refers: str | None = None
    size: int = 0
    labels: tuple[str, ...] = ()
    primary_key: bool = False


@dataclass
class Table:
    """One table. `key` stays when the name changes; `indexes` are of one column each, `checks` are `column >= 0`."""

    key: str
    name: str
    app: str
    columns: dict[str, Column] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    uniques: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    created_in: int = 0

    def clone(self) -> Table:
        """The table as it is now, whatever becomes of this one."""
        return replace(
            self,
            columns=dict(self.columns),
            indexes=dict(self.indexes),
            uniques=dict(self.uniques),
            checks=dict(self.checks),
        )

    def put(self, column: Column) -> None:
        """Add a column, or replace the one of that name."""
        self.columns[column.name] = column

    def free_columns(self) -> list[Column]:
        """Those that no key, constraint or index needs."""
        used = {*self.indexes.values(), *self.uniques.values(), *self.checks.values()}
        return [c for c in self.columns.values() if not (c.primary_key or c.refers or c.name in used)]

    def foreign_keys(self) -> dict[str, Column]:
        """The columns that point to other tables, by the name of their constraint."""
        return {
            "fk_" + hashlib.md5(f"{self.key}.{c.name}".encode(), usedforsecurity=False).hexdigest()[:12]: c
            for c in self.columns.values()
            if c.refers
        }


@dataclass(frozen=True)
class Shape:
    """What a new table is to have; None is drawn."""

    columns: int | None = None
    foreign_keys: int | None = None
    indexes: int | None = None
    unique: bool | None = None
    check: bool | None = None
    enum: bool = False


FULL = Shape(columns=10, foreign_keys=2, indexes=2, unique=True, check=True, enum=True)


class World:
    """Tables by key, and the dice."""

    def __init__(self, seed: int, apps: tuple[str, ...]) -> None:
        self.dice = random.Random(seed)
        self.apps = apps
        self.tables: dict[str, Table] = {}
        self._serial = 0

    def of_app(self, app: str) -> list[Table]:
        """The tables of an app, the oldest first."""
        return [table for table in self.tables.values() if table.app == app]

    def names(self) -> dict[str, str]:
        """What each table is called now, by its key."""
        return {table.key: table.name for table in self.tables.values()}

    def next_number(self) -> int:
        """A number that no name has yet."""
        self._serial += 1
        return self._serial

    def draw_column(self, taken: dict[str, Column]) -> Column:
        """A column of a name that is not taken."""
        (kind,) = self.dice.choices(list(KINDS), list(KINDS.values()))
        base = self.dice.choice(ATTRIBUTES)
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        column = Column(name, kind, size=self.dice.choice([30, 50, 100, 200, 255]) if kind == "varchar" else 0)
        default = self.draw_default(kind) if self.dice.random() < 0.4 else None
        return column if default is None else replace(column, nullable=False, default=default)

    def draw_default(self, kind: str) -> int | str | bool | None:
        """A default for a column of this kind, where there is a usual one."""
        if kind in ("int", "bigint"):
            return self.dice.choice([0, 1, 10])
        if kind == "varchar":
            return self.dice.choice(["new", "n-a", "x"])
        if kind == "bool":
            return self.dice.random() < 0.5
        return NOW if kind == "timestamp" else None

    def draw_table(self, app: str, shape: Shape, targets: list[Table]) -> Table:
        """A table of an app; its foreign keys lead to some of `targets`, mostly the youngest."""
        number = self.next_number()
        noun = NOUNS[number % len(NOUNS)]
        table = Table(f"{noun.capitalize()}{number}", f"{app}_{noun}_{number}", app)
        table.put(Column("id", "int", nullable=False, primary_key=True))
        count = shape.columns or self.dice.randint(6, 12)
        keys = self.dice.choice([0, 1, 1, 2]) if shape.foreign_keys is None else shape.foreign_keys
        for _ in range(keys if targets else 0):
            target = self.dice.choice(targets[-40:] if self.dice.random() < 0.7 else targets)
            table.put(Column(f"{target.key.lower()}_id", "int", self.dice.random() < 0.5, refers=target.key))
        table.put(Column("code", "varchar", nullable=False, default="x", size=50))
        table.put(Column("quantity", "int", nullable=False, default=0))
        if shape.enum:
            labels = ("draft", "open", "paid", "closed")
            table.put(Column("state", "enum", nullable=False, default="draft", labels=labels))
        table.put(Column("created_at", "timestamp", nullable=False, default=NOW))
        while len(table.columns) < count:
            table.put(self.draw_column(table.columns))
        self._add_items(table, number, shape)
        return table

    def _add_items(self, table: Table, number: int, shape: Shape) -> None:
        count = shape.indexes or self.dice.choice([1, 1, 2])
        own = ("code", "quantity", "state")
        plain = [c for c in table.columns.values() if not c.primary_key and c.kind != "text" and c.name not in own]
        for place, column in enumerate(sorted(plain, key=lambda c: c.refers is None)[:count]):
            table.indexes[f"ix_{number}_{place}"] = column.name
        if self.dice.random() < 0.5 if shape.unique is None else shape.unique:
            table.uniques[f"uq_{number}"] = "code"
        if self.dice.random() < 0.3 if shape.check is None else shape.check:
            table.checks[f"ck_{number}"] = "quantity"

    def copy(self) -> World:
        """A world that goes its own way from here."""
        other = copy.copy(self)
        other.tables = {key: table.clone() for key, table in self.tables.items()}
        other.dice = random.Random()
        other.dice.setstate(self.dice.getstate())
        return other


def schema(tables: int, seed: int) -> World:
    """Tables of ten columns, two foreign keys, two indexes, an enum, a unique constraint and a CHECK each."""
    world = World(seed, ("core",))
    for _ in range(tables):
        table = world.draw_table("core", FULL, list(world.tables.values()))
        world.tables[table.key] = table
    return world
