"""Writes `operations.md`: each operation with its text in a file, its reverse, and its SQL on every dialect.

    python docs/reference/operations.py

The page is made by the writer and the schema editors themselves, and a test compares it with what they say today.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
from operation_examples import BEFORE, EXAMPLES, NAMELESS

import minimig
from minimig import ops
from minimig.dialects.registry import dialect_of
from minimig.errors import IrreversibleError, MinimigError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.schema import SchemaState

PAGE = Path(__file__).with_name("operations.md")
DIALECTS = {
    "SQLite": "sqlite://",
    "PostgreSQL": "postgresql+psycopg://",
    "MariaDB": "mariadb+pymysql://",
    "MySQL": "mysql+pymysql://",
    "SQL Server": "mssql+pyodbc://",
    "Oracle": "oracle+oracledb://",
}
HEAD = """\
# Operations

What stands in the `up` and `down` lists of a revision file. Each operation is shown as it is written, with its reverse
and with the statements that it becomes. The examples start from the tables at the end of this page. This page is made
by `python docs/reference/operations.py`; a test compares it with what the code says. All of them need:

```python
import sqlalchemy as sa

from minimig import ops


def fill_names(conn, tables): ...
```

"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of the page."""
    names = [name for name in ops.__all__ if is_documented(name)]
    index = ", ".join(f"[{name}](#{name.lower()})" for name in names)
    tables = f"## The tables of the examples\n\n```python\n{minimig.source(BEFORE)}\n```\n"
    return HEAD + index + "\n\n" + "\n".join(section(name) for name in names) + "\n" + tables


def is_documented(name: str) -> bool:
    """Whether a name of `ops` is an operation that files use: not a base class, not a constant."""
    value = getattr(ops, name)
    return (
        isinstance(value, type)
        and issubclass(value, Operation)
        and not inspect.isabstract(value)
        and name not in NAMELESS
    )


def section(name: str) -> str:
    """One operation."""
    lines = [f"## {name}", "", inspect.cleandoc(getattr(ops, name).__doc__ or ""), ""]
    for example in EXAMPLES[name]:
        lines += list(_example(example))
    return "\n".join(lines)


def _example(operations: Sequence[Operation]) -> Iterator[str]:
    *setup, operation = operations
    before = states([*BEFORE, *setup], SchemaState())[-1]
    yield from ("```python", _one(operation), "```", "")
    try:
        yield from (f"Reverse: `{' '.join(_one(operation.reverse(before)).split())}`", "")
    except IrreversibleError as error:
        yield from (f"Reverse: none ({error.message}).", "")
    spoken: dict[str, list[str]] = {}
    for title, url in DIALECTS.items():
        spoken.setdefault(_sql(operation, before, url), []).append(title)
    for text, titles in spoken.items():
        yield from (f"{', '.join(titles)}:", "", text, "")


def _one(operation: Operation) -> str:
    """The text of one operation, as it stands in a file."""
    source = minimig.source([operation]).replace("operation_examples.", "")
    *lines, last = source.splitlines()[1:]
    return inspect.cleandoc("\n".join(["", *lines])).removesuffix(",") if last == "]" else last


def _sql(operation: Operation, before: SchemaState, url: str) -> str:
    dialect: sa.Dialect = dialect_of(url)
    try:
        statements = minimig.sql([operation], before, dialect)
    except MinimigError as error:
        return f"> refused: {error.message}" + (f". {error.hint}" if error.hint else "")
    if not statements:
        return "> nothing to do"
    lines = "\n".join(f"{statement};" for statement in statements).expandtabs(4).splitlines()
    return "\n".join(["```sql", *(line.rstrip() for line in lines), "```"])


if __name__ == "__main__":
    main()
