"""INSERTs that give numbers of their own to an identity column that is GENERATED ALWAYS.

SQLAlchemy knows no OVERRIDING SYSTEM VALUE; here its INSERT gets the words between the columns and their values.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

_COLUMNS = re.compile(r"""(?:"(?:[^"]|"")*"|[^"])*?\)(?= VALUES )""")


class OverridingInsert(sa.Insert):
    """INSERT INTO ... (...) OVERRIDING SYSTEM VALUE VALUES (...)."""

    inherit_cache = True


@compiles(OverridingInsert)
def _overriding(insert: OverridingInsert, compiler: Any, **options: Any) -> str:
    text = str(compiler.visit_insert(insert, **options))
    return _COLUMNS.sub(lambda match: f"{match[0]} OVERRIDING SYSTEM VALUE", text, count=1)
