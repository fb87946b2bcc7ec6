"""Alter table logs."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("logs", mariadb_charset="utf8mb4", mysql_charset="utf8mb4"),
]

down = [
    ops.AlterTable("logs", mariadb_charset="latin1", mysql_charset="latin1"),
]
