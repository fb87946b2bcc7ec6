"""SQL text of an object's body, for every dialect or for some.

A view's SELECT usually reads the same everywhere; a function never does. `Definition` holds either one text for all, or
one for each dialect that has the object at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from minimig.errors import StateError
from minimig.state.values import GENERIC, compile_expression

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
        return cls(tuple(sorted((name, _text(each)) for name, each in given.items())))

    def on(self, dialect: str) -> str | None:
        """The text for a dialect, or None when the object does not exist there. MariaDB reads what MySQL reads."""
        texts = dict(self.texts)
        fallback = texts.get("mysql") if dialect == "mariadb" else None
        return texts.get(dialect, fallback if fallback is not None else texts.get(ANY))

    @property
    def plain(self) -> str | dict[str, str]:
        """What a file says: the text, or the dictionary."""
        texts = dict(self.texts)
        return texts[ANY] if texts.keys() == {ANY} else texts

    def __str__(self) -> str:
        return "\n".join(text for _, text in self.texts)


def _text(value: str | sa.ClauseElement) -> str:
    if isinstance(value, str):
        lines = [line.rstrip() for line in value.expandtabs(4).strip("\r\n").splitlines()]
        margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
        text = "\n".join(line[margin:] for line in lines).strip()
    else:
        try:
            text = compile_expression(value, GENERIC, tables=True)
        except (sa.exc.CompileError, NotImplementedError) as error:
            raise StateError(f"this query has no plain SQL: {error}", hint="write it as text") from error
    text = text.removesuffix(";").rstrip()
    if not text:
        raise StateError("an object's definition is empty", hint="give its SQL")
    return text


DefinitionArgument = str | sa.ClauseElement | Mapping[str, str | sa.ClauseElement] | Definition
"""How a definition may be given: SQL text, a SQLAlchemy query, or either for each dialect."""
