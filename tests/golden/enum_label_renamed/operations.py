"""Rename value 'live' of enum state to 'public'."""

from minimig import ops

dependencies = []

up = [
    ops.RenameEnumValue("state", "live", "public"),
]

down = [
    ops.RenameEnumValue("state", "public", "live"),
]
