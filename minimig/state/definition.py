"""SQL text of an object's body, for every dialect or for some.

A view's SELECT usually reads the same everywhere; a function never does. `Definition` holds either one text for all, or
one for each dialect that has the object at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from minimig.errors import StateError
from minimig.state.compiling import compile_expression, plain_sql, why_not
from minimig.state.expressions import rename_in, requote
from minimig.state.values import GENERIC

ANY = ""
"""The name that stands for every dialect."""


@dataclass(frozen=True)
class Definition:
    """Sorted pairs of dialect and text; texts have no margin, no trailing semicolon and no spaces at line ends."""

    texts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, value: DefinitionArgument) -> Definition:
        """Wrap what a user gives. Raises StateError for an empty text or a query that has no plain SQL."""
        if isinstance(value, Definition):
            return value
        given = value if isinstance(value, Mapping) else {ANY: value}
        if not given:
            raise StateError("a definition for no dialect at all", hint="give the SQL, or a dictionary by dialect")
        texts = {name: _text(each) for name, each in given.items()}
        query = given.get(ANY)
        if isinstance(query, sa.ClauseElement) and "mysql" not in given:
            texts.update(_other_meaning(query, texts[ANY]))
        return cls(tuple(sorted(texts.items())))

    def on(self, dialect: str) -> str | None:
        """The text for a dialect, or None when the object does not exist there. MariaDB reads what MySQL reads."""
        texts = dict(self.texts)
        fallback = texts.get("mysql") if dialect == "mariadb" else None
        return texts.get(dialect, fallback if fallback is not None else texts.get(ANY))

    def is_generic(self, dialect: str) -> bool:
        """Whether a dialect gets the text that is for all, in which double quotes stand around names."""
        texts = dict(self.texts)
        return dialect not in texts and not (dialect == "mariadb" and "mysql" in texts)

    def renamed(self, old: str, new: str) -> Definition:
        """The same SQL with another name for a table."""
        return Definition(tuple((dialect, _renamed(text, old, new, dialect)) for dialect, text in self.texts))

    @property
    def plain(self) -> str | dict[str, str]:
        """What a file says: the text, or the dictionary."""
        texts = dict(self.texts)
        return texts[ANY] if texts.keys() == {ANY} else texts

    def __str__(self) -> str:
        return "\n".join(text for _, text in self.texts)


def _text(value: str | sa.ClauseElement) -> str:
    if isinstance(value, str):
        text = _clean(value)
    else:
        try:
            text = _clean(plain_sql(value, GENERIC, tables=True))
        except (sa.exc.CompileError, NotImplementedError) as error:
            raise StateError(f"this query has no plain SQL: {why_not(error)}", hint="write it as text") from error
    if not text:
        raise StateError("an object's definition is empty", hint="give its SQL")
    return text


def _clean(sql: str) -> str:
    """SQL without margin, blanks at line ends and a semicolon after the last word; cleaned again it is the same."""
    lines = [line.rstrip() for line in sql.expandtabs(4).strip("\r\n").split("\n")]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return "\n".join(line[margin:] for line in lines).strip().rstrip(";").rstrip()


def _other_meaning(query: sa.ClauseElement, generic: str) -> dict[str, str]:
    """MySQL's own text of a query, where the text for all would say something else there: `||` is OR, for example."""
    dialect = mysql.dialect(paramstyle="named")
    try:
        own = _clean(compile_expression(query, dialect, tables=True))
    except (sa.exc.CompileError, NotImplementedError):
        return {}
    return {} if requote(own, None, "`") == requote(generic, None, "`") else {"mysql": own}


def _renamed(text: str, old: str, new: str, dialect: str) -> str:
    preparer = (mysql.dialect() if dialect in ("mysql", "mariadb") else GENERIC).identifier_preparer
    needed = preparer.quote(old) if preparer.quote(old) != old else None
    return rename_in(text, old, new, preparer.quote(new), needed)


DefinitionArgument = str | sa.ClauseElement | Mapping[str, str | sa.ClauseElement] | Definition
"""How a definition may be given: SQL text, a SQLAlchemy query, or either for each dialect."""
