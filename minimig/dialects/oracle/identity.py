"""Identity columns of Oracle: made with the column, changed and taken away later, never given to one that exists."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from minimig.dialects.spelling import Spelling
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState, IdentityState
from minimig.state.tables import TableState
from minimig.state.to_metadata import sa_identity

_RESET: dict[str, dict[str, Any]] = {
    "increment": {"increment": 1},
    "minvalue": {"nominvalue": True},
    "maxvalue": {"nomaxvalue": True},
    "cycle": {"cycle": False},
    "cache": {"cache": 20},
    "order": {"order": False},
}
"""What takes an option back that is no longer given."""


def identity_clause(spelling: Spelling, table: TableState, old: ColumnState, new: ColumnState) -> str | None:
    """What MODIFY says to lead from one identity to the other; None when nothing changes.

    Raises UnsupportedError when the column had none.
    """
    if old.identity == new.identity:
        return None
    if new.identity is None:
        return "DROP IDENTITY"
    if old.identity is None:
        raise UnsupportedError(
            f"{table.key}.{new.name} would number itself from now on, and Oracle makes only new columns do that",
            hint="add another column with the identity, or give this one a sequence: "
            "ops.RunSQL('CREATE SEQUENCE s') and server_default=sa.text('s.nextval')",
        )
    text: str = spelling.ddl_compiler().process(_changed(old.identity, new.identity))
    return text


def _changed(old: IdentityState, new: IdentityState) -> sa.Identity:
    """Told again, START WITH would start again; what was said before and is not now must be taken back."""
    before, after = dict(old.options), dict(new.options)
    options = {k: v for k, v in after.items() if k != "start" or before.get(k) != v}
    for name in before.keys() - after.keys():
        options.update(_RESET.get(name, {}))
    return sa_identity(IdentityState(new.always, tuple(options.items())))
