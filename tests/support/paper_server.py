"""A server on paper: it reads our statements and refuses what SQL Server or Oracle would refuse.

It understands the statements that our schema editors write and no others, and of each only names: which columns a table
has, what is built on them and under which name. That is enough for the rules that decide the order of statements, such
as that a column with an index on it does not change its type. It proves nothing about syntax, values or types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from minimig.state.expressions import names_in

NAME = r"""(?:\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+"|[\w$#]+)"""
TEXT = r"N'((?:[^']|'')*)'"
STRING = re.compile(r"'(?:[^']|'')*'")


class RefusedError(AssertionError):
    """What the server would say."""


@dataclass
class Column:
    """What counts of a column."""

    type: str
    nullable: bool = True
    default: bool = False
    computed: str = ""
    identity: bool = False
    comment: str = ""


@dataclass
class Built:
    """A constraint or an index: over which columns, in which text, pointing where."""

    kind: str
    columns: tuple[str, ...] = ()
    text: str = ""
    target: str = ""
    target_columns: tuple[str, ...] = ()


@dataclass
class Table:
    """A table. The primary key is among `built` under its name, or under none."""

    columns: dict[str, Column] = field(default_factory=dict)
    built: dict[str, Built] = field(default_factory=dict)
    comment: str = ""

    def over(self, column: str) -> Iterator[Built]:
        """What is built on a column, or speaks of it."""
        for item in self.built.values():
            if column in item.columns or names_in(item.text, [column]):
                yield item

    def speaking(self, column: str) -> list[str]:
        """What has a column in SQL text: checks, filters and expressions of indexes, computed columns."""
        texts = [item.kind for item in self.built.values() if names_in(item.text, [column])]
        return texts + [f"computed {n}" for n, c in self.columns.items() if names_in(c.computed, [column])]


class PaperServer:
    """The rules that both share; a subclass reads its own statements."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.rules: list[tuple[re.Pattern[str], Callable[..., None]]] = [
            (re.compile(pattern.replace("NAME", NAME).replace("TEXT", TEXT), re.DOTALL), rule)
            for pattern, rule in self.patterns()
        ]

    def patterns(self) -> list[tuple[str, Callable[..., None]]]:
        """Statements, as patterns of which NAME is a name, and what each does."""
        return [
            (r"CREATE TABLE (NAME) \(\n(.*)\n\)", self.create_table),
            (r"DROP TABLE (NAME)", self.drop_table),
            (r"CREATE (UNIQUE )?INDEX (NAME) ON (NAME) \((.*?)\)( WHERE .*)?", self.create_index),
            (r"ALTER TABLE (NAME) ADD CONSTRAINT (NAME) (.*)", self.add_constraint),
            (r"ALTER TABLE (NAME) ADD (PRIMARY KEY.*)", self.add_key),
            (r"ALTER TABLE (NAME) DROP CONSTRAINT (NAME)", self.drop_constraint),
            (r"ALTER TABLE (NAME) DROP COLUMN (NAME)", self.drop_column),
            (r"ALTER TABLE (NAME) ADD (NAME) (.*)", self.add_column),
            (r"UPDATE .*", lambda: None),
        ]

    def execute(self, statement: str) -> None:
        """Carry a statement out. Raises RefusedError."""
        for pattern, rule in self.rules:
            match = pattern.fullmatch(statement)
            if match is not None:
                rule(*match.groups())
                return
        raise RefusedError(f"not understood: {statement}")

    def demand(self, holds: object, words: str) -> None:
        """Refuse unless it holds."""
        if not holds:
            raise RefusedError(words)

    # --- names --------------------------------------------------------------------------------------------------------

    def plain(self, name: str) -> str:
        """A name without its quotes."""
        if name[0] == "[":
            return name[1:-1].replace("]]", "]")
        return name[1:-1].replace('""', '"') if name[0] == '"' else name

    def names(self, text: str) -> tuple[str, ...]:
        """Names in a list; what is more than a name is left out."""
        return tuple(self.plain(part) for part in re.findall(rf"(?:^|, )({NAME})(?= DESC|,|$)", text))

    def table(self, name: str) -> Table:
        found = self.tables.get(self.plain(name))
        self.demand(found, f"there is no table {name}")
        assert found is not None
        return found

    # --- tables and columns -------------------------------------------------------------------------------------------

    def create_table(self, name: str, body: str) -> None:
        self.demand(self.plain(name) not in self.tables, f"table {name} exists")
        self.tables[self.plain(name)] = Table()
        lines = [part.strip() for part in re.split(r", \n", body)]
        for line in sorted(lines, key=lambda line: "FOREIGN KEY" in line):  # they may stand before what they point to
            constraint = re.fullmatch(rf"CONSTRAINT ({NAME}) (.*)", line, re.DOTALL)
            if constraint is not None:
                self.add_constraint(name, constraint[1], constraint[2])
            elif line.startswith("PRIMARY KEY"):
                self.add_key(name, line)
            else:
                column = re.fullmatch(rf"({NAME}) (.*)", line, re.DOTALL)
                assert column is not None, line
                self.add_column(name, column[1], column[2])

    def drop_table(self, name: str) -> None:
        self.table(name)
        for holder, item in self.pointing_to(self.plain(name)):
            self.demand(holder == self.plain(name), f"{item} points to {name}")
        del self.tables[self.plain(name)]

    def rename_table(self, old: str, new: str) -> None:
        self.demand(new not in self.tables, f"table {new} exists")
        self.table(old)
        self.tables[new] = self.tables.pop(self.plain(old))
        for _, item in self.pointing_to(self.plain(old)):
            item.target = new

    def pointing_to(self, name: str) -> list[tuple[str, Built]]:
        return [(t, i) for t, table in self.tables.items() for i in table.built.values() if i.target == name]

    def add_column(self, table: str, name: str, rest: str) -> None:
        columns, bare = self.table(table).columns, STRING.sub("''", rest)
        self.demand(self.plain(name) not in columns, f"column {name} exists")
        computed = re.search(r"AS \((.*)\)", rest, re.DOTALL)
        identity = "IDENTITY" in bare
        null = "NOT NULL" not in bare and not identity
        type_ = re.split(r" (?:NOT NULL|NULL|DEFAULT|GENERATED|IDENTITY|WITH)\b", bare)[0]
        own = computed[1] if computed and not identity else ""
        columns[self.plain(name)] = Column(type_, null, "DEFAULT" in bare and not identity, own, identity)

    def drop_column(self, table: str, name: str) -> None:
        found, column = self.table(table), self.plain(name)
        self.demand(column in found.columns, f"there is no column {name}")
        users = [item.kind for item in found.over(column)] + found.speaking(column)
        users += [i.kind for _, i in self.pointing_to(self.plain(table)) if column in i.target_columns]
        self.demand(not users, f"{name} is used by {users}")
        del found.columns[column]

    def rename_column(self, table: str, old: str, new: str) -> None:
        """The column in keys and indexes; a subclass says what becomes of SQL text."""
        found, name = self.table(table), self.plain(old)
        self.demand(name in found.columns and new not in found.columns, f"rename {old} to {new}")
        found.columns = {new if n == name else n: c for n, c in found.columns.items()}
        for item in found.built.values():
            item.columns = tuple(new if n == name else n for n in item.columns)
        for _, item in self.pointing_to(self.plain(table)):
            item.target_columns = tuple(new if n == name else n for n in item.target_columns)

    # --- keys, constraints and indexes --------------------------------------------------------------------------------

    def add_constraint(self, table: str, name: str, text: str) -> None:
        found, plain = self.table(table), self.plain(name)
        kind, columns, rest = self.parts(text)
        # Schemas are drawn as for MariaDB, to which the name of a primary key says nothing.
        taken = plain in found.built or (kind != "PRIMARY KEY" and any(plain in t.built for t in self.tables.values()))
        self.demand(not taken, f"{name} exists")
        if kind == "CHECK":
            found.built[plain] = Built(kind, text=columns)
            return
        item = Built(kind, self.names(columns))
        if kind == "FOREIGN KEY":
            target = re.match(rf" REFERENCES ({NAME}) \((.*?)\)", rest)
            assert target is not None, text
            item.target, item.target_columns = self.plain(target[1]), self.names(target[2])
            self.check_key(found, item)
        if kind == "PRIMARY KEY":
            self.check_primary_key(found, item)
        found.built[plain] = item

    def parts(self, text: str) -> tuple[str, str, str]:
        match = re.match(r"(CHECK|UNIQUE|FOREIGN KEY|PRIMARY KEY) ?\(", text)
        assert match is not None, text
        if match[1] == "CHECK":
            return "CHECK", text[match.end() : -1], ""
        columns, _, rest = text[match.end() :].partition(")")
        return match[1], columns, rest

    def add_key(self, table: str, text: str) -> None:
        kind, columns, _ = self.parts(text)
        item = Built(kind, self.names(columns))
        self.check_primary_key(self.table(table), item)
        self.table(table).built[""] = item

    def check_primary_key(self, table: Table, item: Built) -> None:
        self.demand(all(b.kind != "PRIMARY KEY" for b in table.built.values()), "there is a primary key already")

    def check_key(self, holder: Table, item: Built) -> None:
        target = self.tables.get(item.target)
        self.demand(target, f"there is no table {item.target}")
        assert target is not None
        unique = {b.columns for b in target.built.values() if b.kind in ("PRIMARY KEY", "UNIQUE", "UNIQUE INDEX")}
        self.demand(item.target_columns in unique, f"{item.target} has no key {item.target_columns}")

    def drop_constraint(self, table: str, name: str) -> None:
        self.drop_built(table, self.plain(name))

    def drop_built(self, table: str, name: str) -> None:
        found = self.table(table)
        self.demand(name in found.built, f"there is no {name!r} in {table}")
        gone = found.built.pop(name)
        if gone.kind in ("PRIMARY KEY", "UNIQUE", "UNIQUE INDEX"):
            for holder, item in self.pointing_to(self.plain(table)):
                self.check_key(self.tables[holder], item)

    def primary_key(self, table: str) -> str:
        found = [name for name, item in self.table(table).built.items() if item.kind == "PRIMARY KEY"]
        self.demand(found, f"{table} has no primary key")
        return found[0]

    def create_index(self, unique: str | None, name: str, table: str, columns: str, where: str | None) -> None:
        found, plain = self.table(table), self.plain(name)
        self.demand(plain not in found.built, f"index {name} exists")
        named = self.names(columns)
        self.demand(all(column in found.columns for column in named), f"{columns} are no columns of {table}")
        text = (where or "") if len(named) == len(columns.split(", ")) else columns
        found.built[plain] = Built("UNIQUE INDEX" if unique else "INDEX", named, text)

    def rename_built(self, table: str, old: str, new: str) -> None:
        found = self.table(table)
        self.demand(old in found.built, f"there is no {old!r} in {table}")
        found.built = {new if n == old else n: item for n, item in found.built.items()}


class PaperSQLServer(PaperServer):
    """What SQL Server refuses."""

    def patterns(self) -> list[tuple[str, Callable[..., None]]]:
        looked_up = r"DECLARE @sql .*?ALTER TABLE (.*?) DROP CONSTRAINT ' "
        on = r"AND COL_NAME\(parent_object_id, parent_column_id\) = TEXT\s+\);\nEXEC sp_executesql @sql"
        return [
            (r"EXEC sp_rename TEXT, TEXT, N'OBJECT'", self.rename_object),
            (r"EXEC sp_rename TEXT, TEXT, N'COLUMN'", self.rename_column_by_path),
            (r"EXEC sp_rename TEXT, TEXT, N'INDEX'", self.rename_index),
            (r"DROP INDEX (NAME) ON (NAME)", lambda name, table: self.drop_built(table, self.plain(name))),
            (r"ALTER TABLE (NAME) ADD DEFAULT (.*) FOR (NAME)", self.add_default),
            (r"ALTER TABLE (NAME) ALTER COLUMN (NAME) (.*?) (NOT NULL|NULL)", self.alter_column),
            (looked_up + r"\+ QUOTENAME\(name\) FROM sys\.default_constraints.*?" + on, self.drop_default),
            (looked_up + r"\+ QUOTENAME\(name\) FROM sys\.key_constraints.*", self.drop_key),
            (looked_up + r"\+ QUOTENAME\(name\), N'; '\) FROM.*foreign_key_columns.*?= TEXT\n.*", self.drop_on_column),
            (
                (
                    r"DECLARE @schema .*sp_(add|update|drop)extendedproperty N'MS_Description'(?:, TEXT)?,"
                    r" N'SCHEMA', @schema, N'TABLE', TEXT(?:, N'COLUMN', TEXT)?"
                ),
                self.comment,
            ),
            *super().patterns(),
        ]

    def comment(self, procedure: str, text: str | None, table: str, column: str | None) -> None:
        found: Table | Column = self.tables[table.replace("''", "'")]
        if column is not None and isinstance(found, Table):
            found = found.columns[column.replace("''", "'")]
        self.demand(bool(found.comment) == (procedure != "add"), f"{procedure} a comment where {found.comment!r} is")
        found.comment = text or ""

    def rename_object(self, path: str, name: str) -> None:
        old, new = self.plain(path.replace("''", "'")), name.replace("''", "'")
        if old in self.tables:
            self.rename_table(path.replace("''", "'"), new)
            return
        holder = next((t for t, table in self.tables.items() if old in table.built), None)
        self.demand(holder, f"there is no object {old}")
        self.rename_built(f"[{holder}]", old, new)

    def rename_column_by_path(self, path: str, name: str) -> None:
        match = re.fullmatch(rf"({NAME})\.({NAME})", path.replace("''", "'"))
        assert match is not None, path
        speaking = self.table(match[1]).speaking(self.plain(match[2]))
        self.demand(not speaking, f"15336: {path} participates in {speaking}")
        self.rename_column(match[1], match[2], name.replace("''", "'"))

    def rename_index(self, path: str, name: str) -> None:
        match = re.fullmatch(rf"({NAME})\.({NAME})", path.replace("''", "'"))
        assert match is not None, path
        self.rename_built(match[1], self.plain(match[2]), name.replace("''", "'"))

    def add_default(self, table: str, value: str, name: str) -> None:
        column = self.table(table).columns[self.plain(name)]
        self.demand(not column.default, f"{name} has a default already")
        column.default = True

    def drop_default(self, table: str, name: str) -> None:
        column = self.table(table.replace("''", "'")).columns[name.replace("''", "'")]
        self.demand(column.default, f"{name} has no default")
        column.default = False

    def drop_on_column(self, table: str, name: str) -> None:
        self.table(table.replace("''", "'")).columns[name.replace("''", "'")].default = False

    def drop_key(self, table: str) -> None:
        self.drop_built(table.replace("''", "'"), self.primary_key(table.replace("''", "'")))

    def drop_column(self, table: str, name: str) -> None:
        column = self.table(table).columns[self.plain(name)]
        self.demand(not column.default, f"{name} has a default")
        super().drop_column(table, name)

    def alter_column(self, table: str, name: str, type_: str, null: str) -> None:
        found, plain = self.table(table), self.plain(name)
        column = found.columns[plain]
        nullable = null == "NULL"
        old, new = (re.fullmatch(r"(N?VARCHAR|VARBINARY)\((\d+)\)", t) for t in (column.type, type_))
        grows = bool(old and new and old[1] == new[1] and int(old[2]) < int(new[2]))
        retyped = column.type != type_ and not grows
        tightened = column.nullable and not nullable
        kinds = {item.kind for item in found.over(plain)}
        kinds |= {"REFERENCES" for _, i in self.pointing_to(self.plain(table)) if plain in i.target_columns}
        kinds |= {word.split()[0] for word in found.speaking(plain)}
        if not retyped and not tightened:
            kinds -= {"INDEX", "UNIQUE INDEX"} | ({"CHECK", "UNIQUE"} if grows else set())
        self.demand(not kinds, f"5074: {kinds} depend on {name}")
        self.demand(not (retyped and column.default), f"5074: the default depends on {name}")
        column.type, column.nullable = type_, nullable

    def check_primary_key(self, table: Table, item: Built) -> None:
        super().check_primary_key(table, item)
        self.demand(not any(table.columns[c].nullable for c in item.columns), f"8111: {item.columns} are nullable")

    def check_key(self, holder: Table, item: Built) -> None:
        super().check_key(holder, item)
        types = [holder.columns[name].type for name in item.columns]
        target = self.tables[item.target]
        pointed = [target.columns[name].type for name in item.target_columns]
        self.demand(types == pointed, f"1753: {types} points to {pointed}")


class PaperOracle(PaperServer):
    """What Oracle refuses."""

    def patterns(self) -> list[tuple[str, Callable[..., None]]]:
        return [
            (r"ALTER TABLE (NAME) RENAME TO (NAME)", lambda old, new: self.rename_table(old, self.plain(new))),
            (r"ALTER TABLE (NAME) RENAME COLUMN (NAME) TO (NAME)", self.rename_column_in_text),
            (
                r"ALTER TABLE (NAME) RENAME CONSTRAINT (NAME) TO (NAME)",
                lambda table, old, new: self.rename_built(table, self.plain(old), self.plain(new)),
            ),
            (r"ALTER INDEX (NAME) RENAME TO (NAME)", self.rename_index),
            (r"DROP INDEX (NAME)", lambda name: self.drop_built(self.holder(name), self.plain(name))),
            (
                r"ALTER TABLE (NAME) DROP PRIMARY KEY",
                lambda table: self.drop_built(table, self.primary_key(table)),
            ),
            (r"ALTER TABLE (NAME) MODIFY \((NAME) (.*)\)", self.modify),
            (r"COMMENT ON (?:TABLE|COLUMN) .* IS '.*'", lambda: None),
            *super().patterns(),
        ]

    def holder(self, index: str) -> str:
        found = next((t for t, table in self.tables.items() if self.plain(index) in table.built), None)
        self.demand(found, f"there is no index {index}")
        return f"[{found}]"

    def rename_index(self, old: str, new: str) -> None:
        self.rename_built(self.holder(old), self.plain(old), self.plain(new))

    def rename_column_in_text(self, table: str, old: str, new: str) -> None:
        found, name = self.table(table), self.plain(old)
        blocking = [word for word in found.speaking(name) if word != "CHECK"]
        self.demand(not blocking, f"ORA-54032: {old} is used in {blocking}")
        self.rename_column(table, old, self.plain(new))

    def modify(self, table: str, name: str, words: str) -> None:
        found = self.table(table)
        column, bare = found.columns[self.plain(name)], STRING.sub("''", words)
        null = re.search(r"(?:^| )(NOT NULL|NULL)$", bare)
        rest = re.sub(r"(?:^| )(NOT NULL|NULL)$", "", bare) if not bare.endswith("DEFAULT NULL") else bare
        if bare.endswith("DEFAULT NULL"):
            null = None
        if bare == "DROP IDENTITY":
            column.identity = False
            return
        default = re.search(r"DEFAULT (.*)", rest)
        type_ = re.sub(r" ?DEFAULT .*", "", rest)
        if type_ and not type_.startswith("GENERATED"):
            blocking = [word for word in found.speaking(self.plain(name)) if word != "CHECK"]
            self.demand(not blocking, f"ORA-54033: {name} is used in {blocking}")
            column.type = type_
        if default is not None:
            column.default = default[1] != "NULL"
        if null is not None:
            nullable = null[1] == "NULL"
            self.demand(column.nullable != nullable, f"ORA-01442 or ORA-01451: {name} is that already")
            column.nullable = nullable
