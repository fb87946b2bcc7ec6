"""The operations as revision files name them: `from minimig import ops`."""

from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import ColumnOperation, ConstraintOperation, Operation, TableOperation
from minimig.operations.bulk_insert import BulkDelete, BulkInsert
from minimig.operations.change_constraints import RenameConstraint, ValidateConstraint
from minimig.operations.collations import CreateCollation, DropCollation
from minimig.operations.columns import AddColumn, DropColumn
from minimig.operations.constraints import AddConstraint, DropConstraint, DropPrimaryKey
from minimig.operations.enums import AddEnumValue, AlterEnum, EnumOperation, RenameEnum, RenameEnumValue
from minimig.operations.extensions import AlterExtension, CreateExtension, DropExtension
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
from minimig.operations.views import CreateView, DropView, ReplaceView

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
    "BulkDelete",
    "BulkInsert",
    "ChangeObject",
    "ColumnOperation",
    "ConstraintOperation",
    "CreateCollation",
    "CreateExtension",
    "CreateIndex",
    "CreateObject",
    "CreateSchema",
    "CreateSequence",
    "CreateTable",
    "CreateView",
    "DropCollation",
    "DropColumn",
    "DropConstraint",
    "DropExtension",
    "DropIndex",
    "DropObject",
    "DropPrimaryKey",
    "DropSchema",
    "DropSequence",
    "DropTable",
    "DropView",
    "EnumOperation",
    "Operation",
    "RebuildTable",
    "RenameColumn",
    "RenameConstraint",
    "RenameEnum",
    "RenameEnumValue",
    "RenameIndex",
    "RenameObject",
    "RenameSequence",
    "RenameTable",
    "ReplaceObject",
    "ReplaceView",
    "RunPython",
    "RunSQL",
    "SeparateStateAndDatabase",
    "TableOperation",
    "ValidateConstraint",
]
