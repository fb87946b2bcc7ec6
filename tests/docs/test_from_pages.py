"""The pages for those who come from Alembic or Django: complete, and each thing that they name is there."""

from __future__ import annotations

import re
import shlex

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint

import minimig
from minimig import ops
from support.commands import check_words
from support.projects import REPOSITORY

PAGES = {
    name: (REPOSITORY / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("from-alembic", "from-django")
}
CODE = re.compile(r"`([^`]+)`")
PROSE = {name: re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL) for name, text in PAGES.items()}
ALEMBIC_COMMANDS = (
    "branches check current downgrade edit ensure_version heads history init list_templates merge revision show"
    " stamp upgrade"
)
ALEMBIC_DIRECTIVES = (
    "add_column alter_column batch_alter_table bulk_insert create_check_constraint create_exclude_constraint"
    " create_foreign_key create_index create_primary_key create_table create_table_comment create_unique_constraint"
    " drop_column drop_constraint drop_index drop_table drop_table_comment execute f get_bind get_context"
    " implementation_for inline_literal invoke register_operation rename_table run_async"
)
DJANGO_COMMANDS = (
    "flush inspectdb makemigrations migrate optimizemigration showmigrations sqlflush sqlmigrate sqlsequencereset"
    " squashmigrations testserver"
)
DJANGO_OPERATIONS = (
    "AddConstraint AddConstraintNotValid AddField AddIndex AddIndexConcurrently AlterConstraint AlterField"
    " AlterIndexTogether AlterModelManagers AlterModelOptions AlterModelTable AlterModelTableComment"
    " AlterOrderWithRespectTo AlterUniqueTogether CreateCollation CreateExtension CreateModel DeleteModel"
    " RemoveCollation RemoveConstraint RemoveField RemoveIndex RemoveIndexConcurrently RenameField RenameIndex"
    " RenameModel RunPython RunSQL SeparateDatabaseAndState ValidateConstraint"
)


def rows(page: str, heading: str) -> list[tuple[str, str]]:
    """The two cells of each row below a heading."""
    section = PAGES[page].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    assert len(found) > 3, heading
    return found[1:]


@pytest.mark.parametrize(
    ("page", "heading", "before", "names"),
    [
        ("from-alembic", "Commands", "alembic ", ALEMBIC_COMMANDS),
        ("from-alembic", "Directives", "", ALEMBIC_DIRECTIVES),
        ("from-django", "Commands", "", DJANGO_COMMANDS),
        ("from-django", "Operations", "", DJANGO_OPERATIONS),
    ],
)
def test_everything_has_a_row(page: str, heading: str, before: str, names: str) -> None:
    """Each command, directive and operation of the other tool stands on the left of a row."""
    code = " ".join(word for left, _ in rows(page, heading) for word in CODE.findall(left))
    assert [name for name in names.split() if not re.search(rf"(?<![\w.]){re.escape(before + name)}\b", code)] == []


@pytest.mark.parametrize("page", PAGES)
def test_shown_commands_exist(page: str) -> None:
    """Each command of ours in a table has the options that it is shown with."""
    shown = [code for code in CODE.findall(PROSE[page]) if code.startswith("minimig ")]
    assert len(shown) > 30
    for code in shown:
        check_words(shlex.split(code)[1:])


@pytest.mark.parametrize("page", PAGES)
def test_shown_operations_can_be_made(page: str) -> None:
    """Each operation is written with arguments that it takes."""

    def step(conn, tables) -> None:
        """A data step."""

    names = {"ops": ops, "sa": sa, "ExcludeConstraint": ExcludeConstraint, "fill_slugs": step, "fill_later": step}
    shown = {code for code in CODE.findall(PROSE[page]) if re.match(r"ops\.\w+\(", code) and "(...)" not in code}
    assert len(shown) > 25
    for code in shown:
        assert isinstance(eval(code, dict(names)), ops.Operation), code


@pytest.mark.parametrize("page", PAGES)
def test_shown_functions_exist(page: str) -> None:
    """Each function of the library that is named is one."""
    shown = {name for code in CODE.findall(PROSE[page]) for name in re.findall(r"(?<![\w.])minimig\.(\w+)\(", code)}
    assert shown
    assert [name for name in shown if name not in minimig.__all__] == []
