"""The operations as revision files name them: `from minimig import ops`."""

from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import ColumnOperation, Operation, TableOperation
from minimig.operations.columns import AddColumn, DropColumn, RenameColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey, RenameConstraint
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.special import NOOP, RunPython, RunSQL, SeparateStateAndDatabase
from minimig.operations.tables import AlterTable, CreateTable, DropTable, RenameTable

__all__ = [
    "NOOP",
    "AddColumn",
    "AddConstraint",
    "AlterColumn",
    "AlterTable",
    "ColumnOperation",
    "CreateIndex",
    "CreateTable",
    "DropColumn",
    "DropConstraint",
    "DropIndex",
    "DropPrimaryKey",
    "DropTable",
    "Operation",
    "RenameColumn",
    "RenameConstraint",
    "RenameIndex",
    "RenameTable",
    "RunPython",
    "RunSQL",
    "SeparateStateAndDatabase",
    "TableOperation",
]
