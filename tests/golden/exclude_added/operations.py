"""Add exclude constraint ex_stays on stays."""

from sqlalchemy.dialects import postgresql

from minimig import ops

dependencies = []

up = [
    ops.AddConstraint(
        "stays",
        postgresql.ExcludeConstraint(("days", "&&"), name="ex_stays"),
    ),
]

down = [
    ops.DropConstraint("ex_stays", "stays"),
]
