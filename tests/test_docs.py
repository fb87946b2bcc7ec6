"""The documentation is held to its word: its Python runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from minimig import ops
from minimig.cli.main import COMMANDS, cli
from minimig.state.schema import SchemaState
from support.commands import check_words
from support.projects import REPOSITORY

PAGES = {
    page.relative_to(REPOSITORY).as_posix(): page.read_text(encoding="utf-8")
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


@pytest.fixture
def namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What a page may take for granted, in an empty folder: a database, and an operation with the state before it."""
    folder = tmp_path / "blog" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("dependencies = []\n\nup = []\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield {
            "connection": connection,
            "before": SchemaState(),
            "operations": [ops.CreateTable("tags", sa.Column("id", sa.Integer, primary_key=True))],
        }
    engine.dispose()


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if "```python\n" in text])
def test_python_blocks_run(page: str, namespace: dict[str, Any]) -> None:
    """Every Python block of a page runs, one after the other in one namespace, and prints what the page says."""
    document = Sybil([PythonCodeBlockParser()]).parse(REPOSITORY / page)
    document.namespace.update(namespace)
    for example in document.examples():
        example.evaluate()


def shown_commands(text: str) -> list[list[str]]:
    """The words after `minimig` in every console block, for lines that a person types."""
    lines = [line for kind, block in FENCE.findall(text) if kind == "console" for line in block.splitlines()]
    typed = [line for line in lines if re.match(r"\$ minimig\b", line)]
    return [shlex.split(line, comments=True)[2:] for line in typed]


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if shown_commands(text)])
def test_shown_commands_exist(page: str) -> None:
    """Every `$ minimig` line names a command and options that there are."""
    for words in shown_commands(PAGES[page]):
        check_words(words)


def test_the_hooks_for_pre_commit_exist() -> None:
    """Each `entry` of .pre-commit-hooks.yaml is a command with options that there are."""
    text = (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"^  entry: minimig (.*)$", text, re.MULTILINE)
    assert len(entries) == text.count("- id:")
    for entry in entries:
        check_words(shlex.split(entry))


@pytest.mark.parametrize("words", [["migrat"], ["migrate", "--fakes"], ["--loud", "migrate"]])
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    """The test above would fail on a misspelled command or option."""
    with pytest.raises(AssertionError):
        check_words(words)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_page(name: str) -> None:
    """`minimig COMMAND --help` says what the command does, in a sentence, and what each option is for."""
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: cli {name}")
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    """Every relative link leads to a file or folder that exists."""
    without_code = FENCE.sub("", PAGES[page])
    for target in LINK.findall(without_code):
        if re.match(r"[a-z]+:|#", target):
            continue
        path = (REPOSITORY / page).parent / target.partition("#")[0]
        assert path.exists(), f"{page} links to {target}, which does not exist"


def test_the_index_leads_to_every_page() -> None:
    """docs/index.md links to each page below docs."""
    linked = {f"docs/{target.partition('#')[0]}" for target in LINK.findall(PAGES["docs/index.md"])}
    assert {page for page in PAGES if page.startswith("docs/")} - linked == {"docs/index.md"}
