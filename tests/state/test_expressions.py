"""Identifiers inside SQL text: found, renamed, requoted, and nothing else touched."""

from __future__ import annotations

import pytest

from minimig.state.expressions import is_constant, mentions, names_in, rename_in, requote


@pytest.mark.parametrize("sql", ["1", " -1.5 ", "'it''s'", "''", "TRUE", "false", "Null"])
def test_constants(sql: str) -> None:
    """Numbers, strings, true, false and null are constants."""
    assert is_constant(sql)


@pytest.mark.parametrize("sql", ["now()", "1 + 1", "'a' || 'b'", "title", "'a", ""])
def test_what_is_not_constant(sql: str) -> None:
    """Calls, operators and names are not."""
    assert not is_constant(sql)


def test_names_are_found_in_order_and_once() -> None:
    """Plain names whatever their case, quoted names exactly, strings never."""
    columns = ["price", "Title", "name"]
    assert names_in("Price > 1 AND \"Title\" <> 'name' OR price < 2", columns) == ("price", "Title")
    assert names_in('"PRICE" > 1', columns) == ()
    assert names_in("prices + old_price + name2", columns) == ()
    assert names_in("`name` = 'it''s price'", columns) == ("name",)


def test_a_call_is_no_column() -> None:
    """`length(x)` does not speak of a column called `length`; whoever looks for words finds it all the same."""
    assert names_in("length(name) > 1", ["length", "name"]) == ("name",)
    assert names_in("length (length) > 1", ["length"]) == ("length",)
    assert mentions("INSERT INTO users(name) VALUES (1)", ["users"])
    assert not mentions("INSERT INTO 'users'", ["users"])


def test_renaming_follows_every_spelling() -> None:
    """Plain, quoted and backquoted names change; strings, longer words and calls do not."""
    sql = "lower(name) <> 'name' AND \"name\" > `name` AND names = name2"
    assert rename_in(sql, "name", "title", "title") == (
        "lower(title) <> 'name' AND \"title\" > `title` AND names = name2"
    )
    assert rename_in("lower(lower) > 1", "lower", "low", "low") == "lower(low) > 1"
    assert rename_in("length (length)", "length", "len", "len") == "length (len)"


def test_a_new_name_that_needs_quotes_gets_them() -> None:
    """A plain place takes the quoted spelling, a quoted place keeps its own quotes, doubled where needed."""
    assert rename_in('a + "a"', "a", "Group By", '"Group By"') == '"Group By" + "Group By"'
    assert rename_in("`a`", "a", "b`c", "x") == "`b``c`"


def test_requoting_touches_names_only() -> None:
    """Only quoted identifiers of the table change their quotes."""
    assert requote('"a b" > \'x "a b"\' AND "c" = 1', ["a b"], "`") == '`a b` > \'x "a b"\' AND "c" = 1'
