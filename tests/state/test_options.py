"""Dialect options as comparable values."""

from __future__ import annotations

from minimig.state.options import Pairs, freeze_options
from minimig.state.to_metadata import thaw_options


def test_freezing_twice_changes_nothing() -> None:
    """A dictionary among the options is still one after its frozen form has been frozen again."""
    once = freeze_options({"postgresql_ops": {"title": "text_pattern_ops", "body": "x"}})
    again = freeze_options(dict(once))
    assert again == once
    assert isinstance(dict(again)["postgresql_ops"], Pairs)
    assert thaw_options(again) == {"postgresql_ops": {"body": "x", "title": "text_pattern_ops"}}
