"""The operations as revision files name them: `from minimig import ops`."""

from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import ColumnOperation, Operation, TableOperation
from minimig.operations.columns import AddColumn, DropColumn, RenameColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey, RenameConstraint
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rebuild import RebuildTable
from minimig.operations.special import NOOP, RunPython, RunSQL, SeparateStateAndDatabase
from minimig.operations.tables import AlterTable, CreateTable, DropTable, RenameTable
from minimig.operations.views import CreateView, DropView, ReplaceView

__all__ = [
    "NOOP",
    "AddColumn",
    "AddConstraint",
    "AlterColumn",
    "AlterTable",
    "ColumnOperation",
    "CreateIndex",
    "CreateObject",
    "CreateTable",
    "CreateView",
    "DropColumn",
    "DropConstraint",
    "DropIndex",
    "DropObject",
    "DropPrimaryKey",
    "DropTable",
    "DropView",
    "Operation",
    "RebuildTable",
    "RenameColumn",
    "RenameConstraint",
    "RenameIndex",
    "RenameTable",
    "ReplaceObject",
    "ReplaceView",
    "RunPython",
    "RunSQL",
    "SeparateStateAndDatabase",
    "TableOperation",
]
