"""Whether the views, routines and triggers of a live MySQL or MariaDB database are as they were said to be.

Bodies of routines and triggers are kept word for word, and so is little else: their heads are compared by what the
catalog tells of them. A view is kept in words of the server. Those are evened out first; where that leaves a doubt the
server is asked to explain both SELECTs (it prints each as it understands it), which changes nothing and commits
nothing. What even that cannot tell apart is taken to be the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlalchemy as sa

from minimig.dialects.mysql.text import object_text
from minimig.dialects.sqltext import canonical
from minimig.state.definition import Definition
from minimig.state.objects import DefinedState, FunctionState, ObjectState, TriggerState, ViewState

_VIEWS = sa.text("""
    SELECT table_schema AS `schema`, table_name AS name, view_definition AS definition, database() AS own
    FROM information_schema.views
""")
_ROUTINES = sa.text("""
    SELECT r.routine_schema AS `schema`, r.routine_name AS name, r.routine_type AS kind,
           r.routine_definition AS definition, r.is_deterministic AS fixed, database() AS own,
           (SELECT group_concat(p.parameter_name ORDER BY p.ordinal_position SEPARATOR ' ')
            FROM information_schema.parameters p
            WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.specific_name
              AND p.routine_type = r.routine_type AND p.ordinal_position > 0) AS parameters
    FROM information_schema.routines r
    WHERE r.routine_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')
""")
_TRIGGERS = sa.text("""
    SELECT trigger_schema AS `schema`, trigger_name AS name, event_object_table AS `table`, action_timing AS timing,
           event_manipulation AS event, action_statement AS definition, database() AS own
    FROM information_schema.triggers
""")
_LITERAL = re.compile(r"'(?:[^'\\]|''|\\.)*'|\b\d+(?:\.\d+)?\b")
_ARGUMENTS = re.compile(r"\(((?:[^()]|\([^()]*\))*)\)")
_COMMA = re.compile(r",(?![^()]*\))")
_ESCAPED = re.compile(r"\\(.)")
_STYLE = re.compile(r"[()`]|\b_utf8(?:mb[34])?(?=')|\bas \S+|\b(?:inner|outer)\b")
_QUALIFIER = re.compile(r"(?:`[^`]*`|\"[^\"]*\"|\b[^\W\d]\w*)\s*\.\s*")

KINDS = (ViewState, FunctionState, TriggerState)
"""What is compared here."""


def live_objects(connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> Iterator[tuple[str, ObjectState]]:
    """The views, routines and triggers among `wanted` that are there, by key, each as it is."""
    for cls, query in ((ViewState, _VIEWS), (FunctionState, _ROUTINES), (TriggerState, _TRIGGERS)):
        items = {key: item for key, item in wanted.items() if isinstance(item, cls)}
        if not items:
            continue
        rows = {
            (row.schema if row.schema != row.own else None, row.name, _kind(row)): row
            for row in connection.execute(query)
        }
        for key, item in items.items():
            row = rows.get((item.schema, item.name, _kind_of(item)))
            if row is not None:
                yield key, _as_it_is(connection, item, row)


def _kind(row: sa.Row[tuple[object, ...]]) -> str:
    """What else tells two rows of one name apart: functions and procedures have names of their own."""
    return str(row._mapping.get("kind", row._mapping.get("table", "")))  # noqa: SLF001 - the public way to a mapping


def _kind_of(item: ObjectState) -> str:
    if isinstance(item, FunctionState):
        return "PROCEDURE" if item.procedure else "FUNCTION"
    return item.table if isinstance(item, TriggerState) else ""


def _as_it_is(connection: sa.Connection, item: DefinedState, row: sa.Row[tuple[object, ...]]) -> ObjectState:
    dialect = connection.dialect.name
    said = object_text(item.definition, dialect) or ""
    if row.definition is None:  # not ours to see
        return item
    if isinstance(item, ViewState):
        same = _same_select(connection, said, str(row.definition))
        text = str(row.definition)
    else:
        same, text = _same_routine(said, row), _statement(item, row)
    return item if same else replace(item, definition=Definition.of({dialect: text}))


# --- routines and triggers --------------------------------------------------------------------------------------------


def _same_routine(said: str, row: sa.Row[tuple[object, ...]]) -> bool:
    head, found, rest = _plain(said).rpartition(_plain(str(row.definition)))
    if not found or rest:
        return False
    facts = row._mapping  # noqa: SLF001 - the public way to a mapping
    if "timing" in facts:
        return all(re.search(rf"\b{word}\b", head) for word in (str(row.timing).lower(), str(row.event).lower()))
    words = " ".join(re.findall(r"\w+", head))
    deterministic = " deterministic" in words and " not deterministic" not in words
    return _parameters(head) == str(row.parameters or "").lower().split() and deterministic == (row.fixed == "YES")


def _parameters(head: str) -> list[str]:
    """The names of a routine's parameters, from the first parenthesis of its head."""
    listed = _ARGUMENTS.search(head)
    each = _COMMA.split(listed[1]) if listed and listed[1].strip() else []
    return [re.sub(r"^(?:in|out|inout) ", "", one.strip()).split()[0].strip('`"') for one in each]


def _statement(item: DefinedState, row: sa.Row[tuple[object, ...]]) -> str:
    """What stands in place of the definition that was expected: the body, after a line that says what it is."""
    return f"-- {item.key}, as the database has it\n{row.definition}"


def _plain(sql: str) -> str:
    return canonical(sql.strip().rstrip(";"))


# --- views ------------------------------------------------------------------------------------------------------------


def _same_select(connection: sa.Connection, said: str, live: str) -> bool:
    if _skeleton(said) == _skeleton(live):
        return True
    if _literals(said) != _literals(live):
        return False
    understood = [_explained(connection, sql) for sql in (said, live)]
    return understood[0] == understood[1] and understood[1] is not None


def _skeleton(sql: str) -> str:
    """A SELECT without what the server writes out: qualified names, aliases, parentheses, words that mean nothing."""
    text = _QUALIFIER.sub("", sql)
    text = _STYLE.sub(" ", re.sub(r"\s+", " ", text.replace('"', "`")).lower())
    return canonical(text)


def _literals(sql: str) -> Counter[str]:
    """The values in a SELECT; 0 and 1 may be the server's own words for `*` and for true and false."""
    values = (_ESCAPED.sub(r"\1", value.strip("'").replace("''", "'")) for value in _LITERAL.findall(sql))
    return Counter(value for value in values if value not in ("0", "1"))


def _explained(connection: sa.Connection, sql: str) -> str | None:
    """A SELECT in the words of the server, or None when it cannot be run as things are."""
    extended = "EXTENDED " if getattr(connection.dialect, "is_mariadb", False) else ""
    plain = {"no_parameters": True}
    try:
        connection.exec_driver_sql(f"EXPLAIN {extended}{sql}", execution_options=plain).close()
        notes = connection.exec_driver_sql("SHOW WARNINGS", execution_options=plain).all()
    except sa.exc.DBAPIError:
        return None
    return next((str(message) for _, code, message in notes if code == 1003), None)
