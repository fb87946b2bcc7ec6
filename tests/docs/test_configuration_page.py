"""docs/reference/configuration.md names every key, variable and global option that there is, and no other."""

from __future__ import annotations

import re

from minimig.cli.main import cli
from minimig.config import KEYS, VARIABLES, WAITS, Settings
from minimig.runtime.retrying import Patience
from support.projects import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading."""
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> list[str]:
    """The first cell of each row of a section's table."""
    return [line.split("|")[1].strip() for line in section(title).splitlines() if line.startswith("| `")]


def test_every_key_has_a_row() -> None:
    """The keys of the page are those that the code knows, no more and no fewer."""
    assert {cell.strip("`") for cell in first_cells("Keys")} == set(KEYS)


def test_defaults_are_those_of_the_code() -> None:
    """What the page says of a missing key is what the code takes."""
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", section("Keys"), re.MULTILINE))
    assert rows["version_table"] == f"`{Settings.version_table}`"
    assert rows["out_of_order"] == f"`{Settings.out_of_order}`"
    waits = {key: getattr(Settings, key) for key in WAITS}
    assert {key: rows[key] for key in waits if waits[key] is not None} == {
        key: f"`{value:g}`" for key, value in waits.items() if value is not None
    }
    patience = Patience()
    assert (waits["ddl_lock_timeout"], waits["statement_timeout"], waits["attempts"]) == (
        patience.lock,
        patience.statement,
        patience.attempts,
    )


def test_every_variable_is_named() -> None:
    """Each MINIMIG_ variable of a setting, and DATABASE_URL."""
    assert set(re.findall(r"`(MINIMIG_\w+)`", section("Who wins"))) == {"MINIMIG_URL", *VARIABLES.values()}
    assert "`DATABASE_URL`" in section("Who wins")


def test_every_global_option_has_a_row() -> None:
    """The options of `minimig` itself are those of the page."""
    named = {
        word for cell in first_cells("Options of every command") for word in re.findall(r"(?<![\w-])--?\w[\w-]*", cell)
    }
    known = {word for parameter in cli.params for word in (*parameter.opts, *parameter.secondary_opts)}
    assert named == known | {"-h", "--help"}
