"""The rows of a script are what SQLAlchemy would write for each, although it compiles one of them."""

from __future__ import annotations

import pytest

from minimig.dialects.literals import RowText, inlined, literal_dialect
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.runtime.recorder import Applied, Recorder

URLS = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")
TEXTS = ("plain", "it's; 50% of :name\\n", "line\nline -- 'é' \U0001f600", "x" * 5000, None)


@pytest.mark.parametrize("schema", [None, "Some Schema"])
@pytest.mark.parametrize("dialect", URLS)
def test_a_row_is_as_when_it_is_compiled_by_itself(dialect: str, schema: str | None) -> None:
    """Texts of all kinds, and what is not given."""
    literal = literal_dialect(dialect_of(f"{dialect}://"))
    recorder = Recorder(schema=schema)
    text = RowText(recorder.table, recorder.values(Applied("", "")), literal)
    for way_back in TEXTS:
        row = recorder.values(Applied("shop", "0001_it's", checksum="1:ab", seconds=1.5, way_back=way_back))
        assert text.of(row) == inlined(recorder.table.insert().values(**row), None, literal)


def test_a_value_without_a_literal_is_refused() -> None:
    """As in any statement of a script."""
    recorder, literal = Recorder(), literal_dialect(dialect_of("sqlite://"))
    row = recorder.values(Applied("shop", "0001", seconds=float("inf")))
    with pytest.raises(UnsupportedError, match="cannot be written into a script"):
        RowText(recorder.table, row, literal).of(row)
