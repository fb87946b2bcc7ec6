"""Whose a table is: what the models of each app claim, and which of their foreign keys no database could hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import sqlalchemy as sa

from minimig.autogenerate.hints import Hints
from minimig.config import AppSettings, Settings
from minimig.errors import ModelsError
from minimig.state.objects import CollationState, ExtensionState, NamespaceState, SequenceState
from minimig.state.schema import SchemaState
from minimig.state.written import Convention

FREE = frozenset(kind.kind for kind in (NamespaceState, ExtensionState, CollationState, SequenceState))
"""Kinds of objects that patterns for tables say nothing of. What several apps use belongs to the first of them."""


@dataclass(frozen=True)
class Models:
    """What the models say: one state, which app owns each table and object, by key, and hints of their history."""

    state: SchemaState
    owners: Mapping[str, str]
    hints: Hints


def living(state: SchemaState, owners: Mapping[str, str], apps: Collection[str]) -> SchemaState:
    """What of a state belongs to these apps."""
    tables = (table for key, table in state.tables.items() if owners.get(key) in apps)
    return SchemaState.of(tables, (item for key, item in state.objects.items() if owners.get(key) in apps))


def claims(app: AppSettings, name: str) -> bool:
    """Whether a table or object of this name is an app's, by the patterns that it was configured with."""
    return not app.tables or any(fnmatchcase(name, pattern) for pattern in app.tables)


def shared(states: Mapping[str, SchemaState], owners: Mapping[str, str], key: str, label: str) -> bool:
    """Whether another app has the same already and both may use it: a schema, an extension, a sequence."""
    item = states[label].objects.get(key)
    return item is not None and item.provider and key in owners and states[owners[key]].objects[key] == item


def words_of(key: str) -> str:
    """A key for people: that of a table does not say that it is one."""
    return key if " " in key else f"table {key}"


def refuse_crossing(settings: Settings, state: SchemaState, owner: Callable[[str], str | None]) -> None:
    """Raise ModelsError for a foreign key from a table of one database to one that is not there.

    `owner` gives the app of a table, None for one that is nobody's.
    """
    homes = tuple(_homes(settings))
    if len(homes) < 2:
        return
    for table in state.tables.values():
        app = owner(table.key)
        for key in table.foreign_keys:
            other = owner(key.target)
            lost = next((name for name, apps, reach in homes if app in apps and other and other not in reach), None)
            if lost is not None:
                raise ModelsError(
                    f"foreign key {key.name} of table {table.key} points to table {key.target}, and the app {other}"
                    f" does not live in {lost}: no foreign key leads from one database to another",
                    where=f"app {app}",
                    hint=f"leave out the ForeignKey and keep the column; or name {app} and {other} in the `apps` of"
                    " the same databases",
                )


def _homes(settings: Settings) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Each place with tables: its name, the apps that live there, and those that their foreign keys can reach."""
    for each in settings.databases.values():
        yield f"the database {each.name}", each.apps, each.apps
    tenants = settings.tenants
    if tenants is not None:
        beside = settings.databases[tenants.database].apps if tenants.url is None else ()
        yield "the tenants", tenants.apps, (*tenants.apps, *beside)


def owners_of(states: Mapping[str, SchemaState]) -> dict[str, str]:
    """The app of each table and object, by key; `states` are what the models of each say. Raises ModelsError."""
    owners: dict[str, str] = {}
    for label, state in states.items():
        for key in (*state.tables, *state.objects):
            if shared(states, owners, key, label):
                continue
            if key in owners:
                raise ModelsError(
                    f"{words_of(key)} is claimed by the apps {owners[key]} and {label}",
                    hint=f"say which tables are whose: tables = [...] under [tool.minimig.apps.{label}]",
                    code="MM304",
                )
            owners[key] = label
    return owners


def convention_in(metadata: Iterable[sa.MetaData], label: str) -> Convention:
    """The naming convention of an app's models. Raises ModelsError when they have several."""
    usual = sa.MetaData().naming_convention
    found: list[Convention] = []
    for each in metadata:
        own = each.naming_convention
        if own != usual and own not in found:
            found.append(own)
    if len(found) > 1:
        raise ModelsError(
            f"the models of app {label} have several naming conventions, and one of its files leaves out a name",
            hint="write the names of constraints and indexes in the revision file",
        )
    return found[0] if found else usual
