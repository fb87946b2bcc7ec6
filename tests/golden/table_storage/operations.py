"""Alter table counters."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("counters", postgresql_with={"fillfactor": 70}),
]

down = [
    ops.AlterTable("counters", postgresql_with=None),
]
