"""What prepared steps speak of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.operations.base import Operation
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.revisions.replay import steps
from minimig.runtime.plan import Direction, Step
from minimig.runtime.prepare import PreparedStep, schemas_of
from minimig.state.schema import SchemaState


def words(schema: str | None = None, target: str = "words.id") -> Operation:
    """A table in a schema, which points to another one."""
    key = sa.ForeignKeyConstraint(["last"], [target], name="fk_words")
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("last", sa.Integer))
    return ops.CreateTable("words", *columns, *([] if target == "words.id" else [key]), schema=schema)


@pytest.mark.parametrize(
    ("operations", "named"),
    [
        ([words()], set()),
        ([words("a"), ops.DropTable("words", schema="a")], {"a"}),
        ([words("a"), words("b", "a.words.id")], {"a", "b"}),
        ([words(), ops.CreateSequence("numbers", schema="c")], {"c"}),
        ([words(target="other.words.id")], {"other"}),
    ],
)
def test_the_schemas_that_steps_name(operations: Sequence[Operation], named: set[str]) -> None:
    """Those of tables, of what a key points to and of other objects, at any moment of the steps."""
    migration = Migration(Header("shop", "0001_words", Path("0001_words.py")), tuple(operations), None)
    step = PreparedStep(Step(migration.revision, Direction.FORWARD), migration, tuple(steps(migration, SchemaState())))
    assert schemas_of([step]) == named
