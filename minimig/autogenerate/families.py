"""Families of column types: what two types must share for one column to have become the other."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.state.values import SqlType

FAMILIES: tuple[type[TypeEngine[Any]], ...] = (
    sa.Boolean,
    sa.Integer,
    sa.Numeric,
    sa.Enum,
    sa.String,
    sa.LargeBinary,
    sa.DateTime,
    sa.Date,
    sa.Time,
    sa.Interval,
    sa.JSON,
    sa.Uuid,
    sa.ARRAY,
)
_EXAMPLES = {
    sa.Boolean: "false",
    sa.Integer: "0",
    sa.Numeric: "0",
    sa.DateTime: "CURRENT_TIMESTAMP",
    sa.Date: "CURRENT_DATE",
    sa.Time: "CURRENT_TIME",
    sa.JSON: "'{}'",
}


def family(type_: SqlType) -> type[TypeEngine[Any]]:
    """The family of a type; a type that belongs to none is one of its own."""
    return family_of(plain(type_.sa_type))


def plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that reaches the database: what a decorator or a domain stands for.

    An Interval stays one, though SQLAlchemy makes it a decorator of DateTime for databases that have none.
    """
    while isinstance(type_, TypeDecorator | postgresql.DOMAIN) and not isinstance(type_, sa.Interval):
        type_ = type_.impl_instance if isinstance(type_, TypeDecorator) else type_.data_type
    return type_


def family_of(type_: TypeEngine[Any]) -> type[TypeEngine[Any]]:
    """The family of a SQLAlchemy type that decorates no other."""
    if isinstance(type_, sa.Float):  # a Numeric itself only before SQLAlchemy 2.1
        return sa.Numeric
    return next((one for one in FAMILIES if isinstance(type_, one)), type(type_))


def suggested_fill(type_: SqlType) -> str:
    """SQL that could stand in a column of this type, for an example in a question."""
    found = plain(type_.sa_type)
    if isinstance(found, sa.Enum) and found.enums:
        return "'" + str(found.enums[0]).replace("'", "''") + "'"
    return _EXAMPLES.get(family(type_), "''")


def neutral_fill(type_: SqlType) -> str | None:
    """SQL for rows whose own value is gone for good; None for a type that has no plain value."""
    known = family(type_) in _EXAMPLES or isinstance(plain(type_.sa_type), sa.String)
    return suggested_fill(type_) if known else None
