"""Add value 'gone' to enum ck_state."""

from minimig import ops

dependencies = []

up = [
    ops.AddEnumValue("ck_state", "gone"),
]

down = [
    ops.AlterEnum("ck_state", ["draft", "live"]),
]
