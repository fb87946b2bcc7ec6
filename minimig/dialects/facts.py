"""What a dialect knows that may show in the words said in it: two with the same facts say the same.

That is all that it was made with and all that its server told it: version, modes, how names are folded. Names of the
default schema differ from tenant to tenant and are told only where a state speaks of a schema of that name.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import memoized_property

_PLAIN = (str, int, float, bool, bytes, type(None))


def facts_of(dialect: Any, schemas: Collection[str]) -> Hashable:
    """The facts, as a value to compare; `schemas` are those that the states name."""
    kind, default = type(dialect), dialect.default_schema_name
    told = {name: value for name, value in vars(dialect).items() if _is_plain(value) and not _is_derived(kind, name)}
    told["default_schema_name"] = default if default is None or default in schemas else ""
    quote = dialect.identifier_preparer.initial_quote
    return kind, quote, frozenset(told.items())


def _is_plain(value: object) -> bool:
    return isinstance(value, _PLAIN) or (isinstance(value, tuple) and all(map(_is_plain, value)))


def _is_derived(kind: type[sa.Dialect], name: str) -> bool:
    """Whether it is worked out from the others, when it is first asked for."""
    return isinstance(getattr(kind, name, None), memoized_property)
