"""Where a schema editor sends its statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import sqlalchemy as sa

REASON = "minimig_reason"
"""The execution option in which a statement carries along why it is needed on this database."""

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a statement is sent with: one set of values, or several, for each of which it is carried out."""


class Output(Protocol):
    """A live connection, or a script that is being written."""

    @property
    def connection(self) -> sa.Connection | None:
        """The connection, or None while a script is written: only with one may an editor look at the database."""

    def execute(
        self,
        statement: str | sa.ClauseElement,
        parameters: Values | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Send one statement. Text without parameters is sent as it stands, percent signs and colons included.

        `options` are SQLAlchemy's execution options; a script has no use for them.
        """

    def sync(self) -> None:
        """Let everything sent so far take effect: who looks at the database next, in the same operation, wants that."""

    def outside_transaction(self) -> AbstractContextManager[None]:
        """Leave the migration's transaction for as long as the block lasts: commit before, begin again after."""
