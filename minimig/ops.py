"""The operations as revision files name them: `from minimig import ops`."""

from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import ColumnOperation, Operation, TableOperation
from minimig.operations.bulk_insert import BulkDelete, BulkInsert
from minimig.operations.columns import AddColumn, DropColumn, RenameColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey, RenameConstraint
from minimig.operations.custom import CreateCustom, DropCustom, ReplaceCustom
from minimig.operations.functions import CreateFunction, DropFunction, ReplaceFunction
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.noop import NOOP
from minimig.operations.objects import CreateObject, DropObject, ReplaceObject
from minimig.operations.rebuild import RebuildTable
from minimig.operations.run_python import RunPython
from minimig.operations.run_sql import RunSQL
from minimig.operations.separate import SeparateStateAndDatabase
from minimig.operations.tables import AlterTable, CreateTable, DropTable, RenameTable
from minimig.operations.triggers import CreateTrigger, DropTrigger, ReplaceTrigger
from minimig.operations.views import CreateView, DropView, RefreshView, ReplaceView

__all__ = [
    "NOOP",
    "AddColumn",
    "AddConstraint",
    "AlterColumn",
    "AlterTable",
    "BulkDelete",
    "BulkInsert",
    "ColumnOperation",
    "CreateCustom",
    "CreateFunction",
    "CreateIndex",
    "CreateObject",
    "CreateTable",
    "CreateTrigger",
    "CreateView",
    "DropColumn",
    "DropConstraint",
    "DropCustom",
    "DropFunction",
    "DropIndex",
    "DropObject",
    "DropPrimaryKey",
    "DropTable",
    "DropTrigger",
    "DropView",
    "Operation",
    "RebuildTable",
    "RefreshView",
    "RenameColumn",
    "RenameConstraint",
    "RenameIndex",
    "RenameTable",
    "ReplaceCustom",
    "ReplaceFunction",
    "ReplaceObject",
    "ReplaceTrigger",
    "ReplaceView",
    "RunPython",
    "RunSQL",
    "SeparateStateAndDatabase",
    "TableOperation",
]
