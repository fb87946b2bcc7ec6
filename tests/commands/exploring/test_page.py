"""The page as a file: whole, closed to the outside, and without secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minimig.commands.exploring.exploration import ExploreOptions, exploration
from minimig.commands.exploring.page import page
from minimig.library import open_project
from minimig.masking import mask_data
from support.databases import Database
from support.explored import data_of
from support.histories import add, two_apps


@pytest.fixture
def written(tmp_path: Path, sqlite_database: Database) -> tuple[str, object]:
    """A page with a revision that speaks of `</script>`, and its data."""
    project = two_apps(tmp_path, sqlite_database.url)
    evil = "</script><script>alert(1)</script>"
    add(project, "shop.0003_evil", ["0002_owner"], f'ops.AddColumn("carts", sa.Column("{evil}", sa.Integer))')
    data = exploration(open_project(project.path), ExploreOptions(dialects=("sqlite",))).to_dict()
    return page(data), data


def test_the_data_comes_out_as_it_went_in(written: tuple[str, object]) -> None:
    """What is packed in the page is the JSON of the exploration, to the letter."""
    assert data_of(written[0]) == written[1]


def test_no_text_of_the_project_is_markup(written: tuple[str, object]) -> None:
    """A `</script>` in a file ends nothing: the page has its own two scripts and no third."""
    assert written[0].count("</script>") == 2
    assert "alert(1)" not in written[0]


def test_the_page_asks_for_nothing(written: tuple[str, object]) -> None:
    """No address leads outside, the policy forbids to follow one, and what may run is named by its hash."""
    text = written[0]
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []
    addresses = set(re.findall(r"https?://[^\s'\"]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "connect-src 'none'" in policy
    assert "connect-src 'self'" in page({"project": "x"}, live=True)


def test_a_title_is_escaped() -> None:
    """The name of the project's folder is the one text outside the data."""
    assert "<title>&lt;b&gt; · minimig explore</title>" in page({"project": "<b>"})


def test_secrets_are_left_out_wherever_they_stand() -> None:
    """Passwords of URLs and secrets of the configuration, in texts, lists and names alike."""
    data = {"a": ["postgresql://u:hidden@h/d", {"word-x": "it is word-x."}], "n": 3}
    assert mask_data(data, frozenset({"word-x"})) == {"a": ["postgresql://u:***@h/d", {"***": "it is ***."}], "n": 3}
