"""A domain asked about: made under another name among the temporary objects, and read back.

PostgreSQL prints a domain's CHECK and default in words of its own, like those of a table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from minimig.state.tables import TableState
from minimig.state.values import Call, Reference, SqlType

_HEAD = " DOMAIN "
_TEMPORARY = "pg_temp"


def with_domains(probe: TableState, asked: Collection[str], dialect: sa.Dialect) -> TableState:
    """The probe, with a domain of its own for each column that is asked about and has one."""
    columns = dict(probe.columns)
    for place, name in enumerate(asked):
        domain = _domain_in(columns[name].type.sa_type, dialect)
        if domain is not None:
            own = postgresql.DOMAIN(
                f"{probe.name}_{place}",
                domain.data_type,
                collation=domain.collation,
                default=domain.default,
                not_null=domain.not_null,
                check=domain.check,
                schema=_TEMPORARY,
            )
            columns[name] = replace(columns[name], type=SqlType.of(own))
    return replace(probe, columns=columns)


def domains_of(probe: TableState) -> Iterator[postgresql.DOMAIN]:
    """The domains that a probe needs."""
    for column in probe.columns.values():
        type_ = column.type.sa_type
        if isinstance(type_, postgresql.DOMAIN) and type_.schema == _TEMPORARY:
            yield type_


def retold(wanted: SqlType, answer: SqlType) -> SqlType:
    """A normalized type in the words of the answer; of a domain all but its name, and that it is an array."""
    name, domain, _ = wanted.call.target.name.partition(_HEAD)
    _, asked, definition = answer.call.target.name.partition(_HEAD)
    if not (domain and asked):
        return replace(wanted, call=answer.call)
    text = f"{name}{_HEAD}{definition}{'[]' if wanted.call.target.name.endswith('[]') else ''}"
    return replace(wanted, call=Call(Reference("sql", text)))


def _domain_in(type_: TypeEngine[Any], dialect: sa.Dialect) -> postgresql.DOMAIN | None:
    impl = type_.dialect_impl(dialect)
    while isinstance(impl, TypeDecorator):
        impl = impl.impl_instance
    if isinstance(impl, sa.ARRAY):
        return _domain_in(impl.item_type, dialect)
    return impl if isinstance(impl, postgresql.DOMAIN) else None
