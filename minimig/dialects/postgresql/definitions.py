"""Whether the views, functions and triggers of a live PostgreSQL database are as they were said to be.

PostgreSQL prints all of them in words of its own, so it is asked to print both: what is there, and what the definition
would make. That is made for a moment, inside one DO block that takes it back itself: views under another name as
temporary views, triggers on a temporary copy of their table, functions in their own place. Two queries do for all
objects. Where asking is not allowed (a standby, a user without rights) things are taken to be as they were said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from minimig.dialects.objects import or_replace
from minimig.state.definition import Definition
from minimig.state.objects import DefinedState, FunctionState, ObjectState, TriggerState, ViewState

_ASK = """DO {tag}
DECLARE
    item jsonb;
    answers jsonb := '[]';
    live text;
    asked text;
    kind "char";
    known boolean;
    shown text;
BEGIN
    BEGIN
        FOR item IN SELECT value FROM jsonb_array_elements(CAST({items} AS jsonb)) LOOP
            live := NULL; asked := NULL; kind := NULL; known := true;
            BEGIN
                IF item->>'kind' = 'view' THEN
                    SELECT pg_get_viewdef(c.oid), c.relkind INTO live, kind FROM pg_class c
                    WHERE c.oid = to_regclass(item->>'name') AND c.relkind IN ('v', 'm');
                ELSIF item->>'kind' = 'trigger' THEN
                    SELECT pg_get_triggerdef(t.oid, true), c.relkind, CAST(CAST(c.oid AS regclass) AS text)
                    INTO live, kind, shown FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                    WHERE c.oid = to_regclass(item->>'table') AND t.tgname = item->>'trigger' AND NOT t.tgisinternal;
                ELSE
                    {functions}
                    live := asked;
                END IF;
            EXCEPTION WHEN OTHERS THEN live := NULL;
            END;
            asked := NULL;
            IF live IS NOT NULL AND item->>'create' IS NOT NULL THEN
                BEGIN
                    IF item->>'kind' = 'trigger' THEN
                        EXECUTE format(CASE WHEN kind = 'v' THEN 'CREATE TEMPORARY VIEW %I AS SELECT * FROM %s'
                                            ELSE 'CREATE TEMPORARY TABLE %I (LIKE %s)' END,
                                       item->>'probe', item->>'table');
                    END IF;
                    EXECUTE item->>'create';
                    IF item->>'kind' = 'view' THEN
                        asked := pg_get_viewdef(to_regclass('pg_temp.' || (item->>'probe')));
                    ELSIF item->>'kind' = 'trigger' THEN
                        SELECT replace(pg_get_triggerdef(t.oid, true), ' ON ' || (item->>'probe') || ' ',
                                       ' ON ' || shown || ' ')
                        INTO asked FROM pg_trigger t
                        WHERE t.tgrelid = to_regclass('pg_temp.' || (item->>'probe')) AND t.tgname = item->>'trigger';
                    ELSE
                        {functions}
                    END IF;
                EXCEPTION
                    WHEN insufficient_privilege OR read_only_sql_transaction THEN known := false;
                    WHEN OTHERS THEN asked := NULL;
                END;
            END IF;
            known := known AND item->>'create' IS NOT NULL;
            answers := answers || jsonb_build_object('live', live, 'asked', asked, 'kind', kind, 'known', known);
        END LOOP;
        RAISE EXCEPTION 'minimig takes back what it made' USING ERRCODE = 'MM000';
    EXCEPTION WHEN SQLSTATE 'MM000' THEN NULL;
    END;
    PERFORM set_config('minimig.answers', CAST(answers AS text), false);
END {tag}"""
_FUNCTIONS = """SELECT string_agg(pg_get_functiondef(p.oid), E'\\n' ORDER BY p.oid) INTO asked FROM pg_proc p
                    WHERE CASE WHEN item->>'signature' IS NOT NULL
                               THEN p.oid = to_regprocedure(item->>'signature') AND p.prokind <> 'a'
                               ELSE p.proname = item->>'function' AND p.prokind IN ('f', 'p', 'w')
                                    AND p.pronamespace = to_regnamespace(item->>'schema') END;"""
_ANSWERS = "SELECT current_setting('minimig.answers'), set_config('minimig.answers', '', false)"

KINDS = (ViewState, FunctionState, TriggerState)
"""What is compared here."""


def live_objects(connection: sa.Connection, wanted: Mapping[str, ObjectState]) -> Iterator[tuple[str, ObjectState]]:
    """The views, functions and triggers among `wanted` that are there, by key, each as it is."""
    items = {key: item for key, item in wanted.items() if isinstance(item, KINDS)}
    if not items:
        return
    questions = [_question(connection.dialect, number, item) for number, item in enumerate(items.values())]
    for (key, item), answer in zip(items.items(), _asked(connection, questions), strict=True):
        if answer["live"] is None:
            continue
        same = not answer["known"] or answer["asked"] == answer["live"]
        if isinstance(item, ViewState) and answer["kind"] and item.materialized != (answer["kind"] == "m"):
            yield key, replace(item, materialized=not item.materialized)
        else:
            yield key, item if same else replace(item, definition=Definition.of({"postgresql": answer["live"]}))


def _asked(connection: sa.Connection, questions: list[dict[str, str | None]]) -> list[dict[str, Any]]:
    text = json.dumps(questions)
    tag = "$minimig$"
    while tag in text:
        tag = f"{tag[:-1]}_$"
    literal = "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    sql = _ASK.replace("{functions}", _FUNCTIONS).replace("{tag}", tag).replace("{items}", literal)
    answers: list[dict[str, Any]] = [{"live": "", "known": False, "kind": None} for _ in questions]
    autocommit = connection._is_autocommit_isolation()  # noqa: SLF001 (the public way is younger than 2.0)
    with suppress(sa.exc.DBAPIError), nullcontext() if autocommit else connection.begin_nested():
        connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
        answers = json.loads(connection.execute(sa.text(_ANSWERS)).one()[0])
    return answers


def _question(dialect: sa.Dialect, number: int, item: DefinedState) -> dict[str, str | None]:
    quote = dialect.identifier_preparer.quote
    schema = quote(item.schema or dialect.default_schema_name or "public")
    text, probe = item.definition.on("postgresql") or "", f"minimig_probe_{number}"
    if isinstance(item, ViewState):
        create = f"CREATE TEMPORARY VIEW {probe} AS\n{text}"
        return {"kind": "view", "name": f"{schema}.{quote(item.name)}", "probe": probe, "create": create}
    if isinstance(item, TriggerState):
        on = re.compile(
            rf'\bON\s+(?:(?:\w+|"[^"]*")\s*\.\s*)?(?:"{re.escape(item.table)}"|{re.escape(item.table)}\b)',
            re.IGNORECASE,
        )
        create, found = on.subn(lambda _: f"ON {probe}", text, count=1)
        table = f"{schema}.{quote(item.table)}"
        made = create if found else None
        return {"kind": "trigger", "trigger": item.name, "table": table, "probe": probe, "create": made}
    name = f"{schema}.{quote(item.name)}"
    signature = f"{name}({item.arguments})" if isinstance(item, FunctionState) and item.arguments is not None else None
    asked = {"kind": "function", "function": item.name, "schema": schema, "signature": signature}
    return {**asked, "create": or_replace(text)}
