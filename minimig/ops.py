"""The operations as revision files name them: `from minimig import ops`."""

from minimig.operations.alter_column import AlterColumn
from minimig.operations.backfill import Backfill
from minimig.operations.base import ColumnOperation, ConstraintOperation, Operation, TableOperation
from minimig.operations.bulk_insert import BulkDelete, BulkInsert
from minimig.operations.change_constraints import RenameConstraint, ValidateConstraint
from minimig.operations.collations import CreateCollation, DropCollation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey
from minimig.operations.custom import CreateCustom, DropCustom, ReplaceCustom
from minimig.operations.enums import AddEnumValue, AlterEnum, EnumOperation, RenameEnum, RenameEnumValue
from minimig.operations.extensions import AlterExtension, CreateExtension, DropExtension
from minimig.operations.functions import CreateFunction, DropFunction, ReplaceFunction
from minimig.operations.indexes import CreateIndex, DropIndex, RenameIndex
from minimig.operations.namespaces import CreateSchema, DropSchema
from minimig.operations.noop import NOOP
from minimig.operations.objects import ChangeObject, CreateObject, DropObject, RenameObject, ReplaceObject
from minimig.operations.rebuild import RebuildTable
from minimig.operations.rename_column import RenameColumn
from minimig.operations.run_python import RunPython
from minimig.operations.run_sql import RunSQL
from minimig.operations.separate import SeparateStateAndDatabase
from minimig.operations.sequences import AlterSequence, CreateSequence, DropSequence, RenameSequence
from minimig.operations.tables import AlterTable, CreateTable, DropTable, RenameTable
from minimig.operations.triggers import CreateTrigger, DropTrigger, ReplaceTrigger
from minimig.operations.views import CreateView, DropView, RefreshView, ReplaceView

__all__ = [
    "NOOP",
    "AddColumn",
    "AddConstraint",
    "AddEnumValue",
    "AlterColumn",
    "AlterEnum",
    "AlterExtension",
    "AlterSequence",
    "AlterTable",
    "Backfill",
    "BulkDelete",
    "BulkInsert",
    "ChangeObject",
    "ColumnOperation",
    "ConstraintOperation",
    "CreateCollation",
    "CreateCustom",
    "CreateExtension",
    "CreateFunction",
    "CreateIndex",
    "CreateObject",
    "CreateSchema",
    "CreateSequence",
    "CreateTable",
    "CreateTrigger",
    "CreateView",
    "DropCollation",
    "DropColumn",
    "DropConstraint",
    "DropCustom",
    "DropExtension",
    "DropFunction",
    "DropIndex",
    "DropObject",
    "DropPrimaryKey",
    "DropSchema",
    "DropSequence",
    "DropTable",
    "DropTrigger",
    "DropView",
    "EnumOperation",
    "Operation",
    "RebuildTable",
    "RefreshView",
    "RenameColumn",
    "RenameConstraint",
    "RenameEnum",
    "RenameEnumValue",
    "RenameIndex",
    "RenameObject",
    "RenameSequence",
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
    "ValidateConstraint",
]
