"""Alter table sessions."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("sessions", prefixes=["UNLOGGED"]),
]

down = [
    ops.AlterTable("sessions", prefixes=None),
]
