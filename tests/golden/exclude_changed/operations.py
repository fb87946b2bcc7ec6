"""Drop constraint ex_stays from stays, and 1 more."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from minimig import ops

dependencies = []

up = [
    ops.DropConstraint("ex_stays", "stays"),
    ops.AddConstraint(
        "stays",
        postgresql.ExcludeConstraint(
            ("days", "&&"),
            name="ex_stays",
            where=sa.text("id > 0"),
        ),
    ),
]

down = [
    ops.DropConstraint("ex_stays", "stays"),
    ops.AddConstraint(
        "stays",
        postgresql.ExcludeConstraint(("days", "&&"), name="ex_stays"),
    ),
]
