"""Alter table logs."""

from minimig import ops

dependencies = []

up = [
    ops.AlterTable("logs", mariadb_engine="MyISAM", mysql_engine="MyISAM"),
]

down = [
    ops.AlterTable("logs", mariadb_engine="InnoDB", mysql_engine="InnoDB"),
]
