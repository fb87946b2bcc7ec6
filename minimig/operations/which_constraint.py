"""A constraint said by what it is instead of by its name: `kind="unique", columns=["slug"]`.

The name is found in the state, so it does not matter who gave it: a naming convention that has changed since, minimig,
or a person. (Alembic works the name out again from the convention of the day, and drops what is not there.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from minimig.errors import StateError
from minimig.state.parts import ConstraintState
from minimig.state.tables import TableState, columns_of

Kind = Literal["unique", "foreign_key", "check", "exclude"]

_KINDS: tuple[Kind, ...] = get_args(Kind)


def refuse_vague(table: str, kind: str | None, columns: Sequence[str]) -> None:
    """Raise StateError unless kind and columns say which constraint is meant."""
    if kind not in _KINDS or not columns:
        raise StateError(
            f"DropConstraint on {table} does not say which constraint",
            hint=f"give its name, or kind= (one of {', '.join(_KINDS)}) and columns=",
        )


def meant(table: TableState, kind: Kind | None, columns: Sequence[str]) -> ConstraintState:
    """The one constraint of this kind over these columns. Raises StateError when there is none, or more than one."""
    alike = [c for c in table.constraints.values() if c.kind == kind]
    found = [c for c in alike if set(columns_of(c, table)) == set(columns)]
    if len(found) != 1:
        names = ", ".join(c.name for c in found or alike)
        how_many = f"{len(found)} constraints" if found else "no constraint"
        raise StateError(
            f"table {table.key} has {how_many} of the kind {kind} over {', '.join(columns)}",
            hint=f"name one of {names}" if names else None,
        )
    return found[0]
