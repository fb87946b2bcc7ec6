"""Migrations carried out on paper: which schema there is at each revision.

In: migrations in graph order, each after what it depends on. Out: states. No database is needed, so makemigrations can
say what the schema was before and after every single operation. The same walk tells what runs on the way down, whether
it leads back, and which revision each table comes from.

Django replays files too, on models; Alembic knows no state, and asks the live database instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from minimig.errors import HeadsError, IrreversibleError, MinimigError, StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.footprint import Keys
from minimig.revisions.loader import Migration
from minimig.stages import Stage, Tell, untold
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState


class Change(NamedTuple):
    """An operation, and the schema before and after it."""

    operation: Operation
    before: SchemaState
    after: SchemaState


@dataclass(frozen=True)
class MigrationReplayed(Stage):
    """A migration was carried out on paper: what each operation changed, and the schema after all of them."""

    revision: str
    changes: tuple[Change, ...]
    state: SchemaState


def changes(operations: Sequence[Operation], before: SchemaState) -> tuple[Change, ...]:
    """The operations, each with the states around it. Raises StateError where one does not fit."""
    between = states(operations, before)
    return tuple(Change(*change) for change in zip(operations, between, between[1:], strict=False))


EMPTY = SchemaState()


def replay(migrations: Iterable[Migration], base: SchemaState = EMPTY, tell: Tell = untold) -> SchemaState:
    """The state after these migrations. Raises StateError, with file and operation, where one does not fit."""
    return reduce(lambda _, along: along[1], states_along(migrations, base, tell), base)


def states_along(
    migrations: Iterable[Migration], base: SchemaState = EMPTY, tell: Tell = untold
) -> Iterator[tuple[Migration, SchemaState]]:
    """Each migration with the state after it."""
    state = base
    for migration in migrations:
        found = steps(migration, state)
        state = found[-1].after if found else state
        tell(MigrationReplayed(migration.revision, tuple(found), state))
        yield migration, state


def steps(migration: Migration, before: SchemaState) -> list[Change]:
    """The operations of `up`, each with the states before and after it. Raises StateError."""
    return _along(migration, "up", migration.up, before)


def downward(migration: Migration, before: SchemaState, forward: Sequence[Change] | None = None) -> Sequence[Change]:
    """What runs on the way down, in that order; `before` is the state before the migration, where it should lead back.

    That is the file's own `down`, or else each operation reversed, the last one first. `forward` is what `steps` says,
    where that is known already. Raises IrreversibleError when there is no way back, StateError when an operation does
    not fit.
    """
    path = migration.header.path
    if migration.header.irreversible is not None:
        raise IrreversibleError(
            f"{migration.revision} cannot be taken back: {migration.header.irreversible}",
            where=str(path),
            hint="stop at this revision, or restore a backup",
        )
    forward = steps(migration, before) if forward is None else forward
    state = forward[-1].after if forward else before
    if migration.down is not None:
        return downward_from(migration, state)
    found: list[Change] = []
    for number, change in reversed(list(enumerate(forward))):
        try:
            back = change.operation.reverse(change.before)
            following = back.state_forwards(state)
        except (IrreversibleError, StateError) as error:
            where = f"{path}, the reverse of up[{number}]: {change.operation.describe()}"
            raise type(error)(error.message, where=where, hint=error.hint, code=error.code) from error
        found.append(Change(back, state, following))
        state = following
    return found


def downward_from(migration: Migration, after: SchemaState) -> list[Change]:
    """What the file's own `down` does from a schema that holds the migration. Raises StateError where it does not."""
    return _along(migration, "down", migration.down or (), after)


def place_of(migration: Migration, moves: Sequence[Change], position: int, *, backwards: bool) -> str:
    """Where in its file one of the moves stands that `steps` or, on the way back, `downward` gave."""
    path, described = migration.header.path, moves[position].operation.describe()
    if not backwards:
        return f"{path}, up[{position}]: {described}"
    if migration.down is not None:
        return f"{path}, down[{position}]: {described}"
    return f"{path}, the reverse of up[{len(moves) - 1 - position}]: {described}"


def replay_branches(
    migrations: Iterable[Migration], base: SchemaState, conflicts: Mapping[str, Sequence[str]], tell: Tell = untold
) -> SchemaState:
    """The state behind all migrations, where apps may have several heads (`conflicts`), one branch after the other.

    Raises StateError; HeadsError where it may be branches that do not fit together.
    """
    try:
        return replay(migrations, base, tell)
    except StateError as error:
        if not conflicts:
            raise
        apps = " and ".join(f"{app} has {len(heads)} heads" for app, heads in conflicts.items())
        raise HeadsError(
            f"{apps}, and what they lead to cannot be told: {error.message}",
            where=error.where,
            hint=f"put one branch behind the other: minimig rebase {next(iter(conflicts))} HEAD; or mend that file",
        ) from error


def leads_back(migration: Migration, before: SchemaState, forward: Sequence[Change] | None = None) -> list[str]:
    """In words, how the schema differs from `before` once the migration was applied and taken back.

    `forward` is what `steps` says, where that is known already. A migration that says it is irreversible, or whose
    operations are, leads nowhere and differs in nothing.
    """
    try:
        way = downward(migration, before, forward)
    except IrreversibleError:
        return []
    except StateError as error:
        return [f"{error.message} ({error.where})"]
    last = way or (steps(migration, before) if forward is None else forward)
    return differences(last[-1].after if last else before, before)


def creators(migrations: Iterable[Migration]) -> Mapping[str, str]:
    """For each table and object there is at the end, by key, the revision that gave it this key, by its name or anew.

    That is the revision another app has to depend on before it can point to the table.
    """
    found: dict[str, str] = {}
    state = EMPTY
    for migration in migrations:
        for change in steps(migration, state):
            gone, fresh = _keys_changed(change)
            for key in gone:
                del found[key]
            found.update(dict.fromkeys(sorted(fresh), migration.revision))
            state = change.after
    return found


def last_users(migrations: Iterable[Migration], keys: Collection[str]) -> Mapping[str, str]:
    """For each app, the last revision that has to do with any of these tables and objects.

    When one of them goes for good, that has to come after all of these.
    """
    found: dict[str, str] = {}
    state = EMPTY
    for migration in migrations:
        for change in steps(migration, state):
            touched = change.operation.footprint(change.before).touches
            if any(key in keys for key, _ in touched):
                found[migration.header.app] = migration.revision
            state = change.after
    return found


def _keys_changed(change: Change) -> tuple[Collection[str], Collection[str]]:
    """The keys that an operation takes away and brings: its footprint knows, without a look at the other tables."""
    footprint = change.operation.footprint(change.before)
    if not footprint.everything:
        return _wholes(footprint.drops), _wholes(footprint.creates)
    before, after = (state.tables.keys() | state.objects.keys() for state in (change.before, change.after))
    return before - after, after - before


def _wholes(keys: Keys) -> Collection[str]:
    """Those keys that are a table's or an object's own."""
    return {key for key, member in keys if not member}


def differences(found: SchemaState, wanted: SchemaState) -> list[str]:
    """What must change in `found` to make it `wanted`, in words."""
    if found == wanted:  # as a rule; said without a look at each table
        return []
    out = [f"table {key} is missing" for key in wanted.tables if key not in found.tables]
    out += [f"table {key} is left over" for key in found.tables if key not in wanted.tables]
    out += [f"{key} is missing" for key in wanted.objects if key not in found.objects]
    out += [f"{key} is left over" for key in found.objects if key not in wanted.objects]
    out += [f"{key} differs" for key, item in wanted.objects.items() if found.objects.get(key, item) != item]
    for key, table in wanted.tables.items():
        if key in found.tables and found.tables[key] != table:
            out += _table_differences(found.tables[key], table)
    return out


def _table_differences(found: TableState, wanted: TableState) -> list[str]:
    key = wanted.key
    out = _item_differences("column", key, found.columns, wanted.columns)
    out += _item_differences("constraint", key, found.constraints, wanted.constraints)
    out += _item_differences("index", key, found.indexes, wanted.indexes)
    for name in ("primary_key", "comment", "options"):
        if getattr(found, name) != getattr(wanted, name):
            out.append(f"the {name.replace('_', ' ')} of table {key} differs")
    return out


def _item_differences(kind: str, table: str, found: Mapping[str, object], wanted: Mapping[str, object]) -> list[str]:
    out = [f"{kind} {table}.{name} is missing" for name in wanted if name not in found]
    out += [f"{kind} {table}.{name} is left over" for name in found if name not in wanted]
    for name, item in wanted.items():
        if name in found and found[name] != item:
            out.append(f"{kind} {table}.{name} differs{_fields(found[name], item)}")
    return out


def _fields(found: object, wanted: object) -> str:
    """The fields in which two columns differ: ` (type, nullable)`."""
    if not isinstance(found, ColumnState) or not isinstance(wanted, ColumnState):
        return ""
    names = [name for name in vars(wanted) if getattr(found, name) != getattr(wanted, name)]
    return f" ({', '.join(names)})"


def _along(migration: Migration, name: str, operations: Sequence[Operation], before: SchemaState) -> list[Change]:
    found: list[Change] = []
    state = before

    def where() -> str:  # described only for an error: a plan of thousands has as many descriptions
        return f"{migration.header.path}, {name}[{len(found)}]: {operations[len(found)].describe()}"

    for operation in operations:
        try:
            after = operation.state_forwards(state)
        except MinimigError as error:
            raise StateError(error.message, where=where(), hint=error.hint, code=error.code) from error
        except Exception as error:  # an operation of the project's own
            raise StateError(f"the operation failed: {type(error).__name__}: {error}", where=where()) from error
        found.append(Change(operation, state, after))
        state = after
    return found
