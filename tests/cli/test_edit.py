"""edit: the editor is given the files, and what is wrong with them is told at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.histories import two_apps
from support.projects import ProjectFolder, Result

FILE = "accounts/migrations/0002_nick.py"


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps, and an editor that replaces what stands in $FROM by $TO in every file, and notes its arguments."""
    folder = two_apps(tmp_path, f"sqlite:///{tmp_path / 'app.db'}")
    folder.write(
        "an editor.py",
        "import os, pathlib, sys\n"
        "for path in map(pathlib.Path, sys.argv[2:]):\n"
        "    path.write_text(path.read_text().replace(os.environ['FROM'], os.environ['TO']))\n"
        "names = ' '.join(path.rpartition('/')[2] for path in sys.argv[2:])\n"
        "pathlib.Path(sys.argv[1], 'seen').write_text(names)\n"
        "sys.exit(int(os.environ.get('CODE', 0)))\n",
    )
    return folder


def edit(project: ProjectFolder, *words: str, old: str = "", new: str = "", **env: str) -> Result:
    """Run the command with the editor of the fixture."""
    command = f"{sys.executable} '{project.path}/an editor.py' '{project.path}'"
    return project.run("edit", *words, env={"VISUAL": command, "FROM": old or "nothing such", "TO": new, **env})


def test_the_files_are_opened(project: ProjectFolder) -> None:
    """One or several, by name, by heads, by what the database has."""
    assert edit(project, "accounts.0002").code == 0
    assert project.read("seen") == "0002_nick.py"
    assert edit(project, "heads").code == 0
    assert project.read("seen") == "0002_nick.py 0002_owner.py"
    project.ok("migrate", "accounts", "0001")
    assert edit(project, "current").code == 0
    assert project.read("seen") == "0001_users.py"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dependencies", "dependancies", "did you mean dependencies"),
        ("accounts.0001_users", "accounts.0001_user", "which does not exist"),
        ("up = [", "up = [[", "not valid Python"),
        ("accounts.0001_users", "accounts.0002_nick", "circle"),
    ],
)
def test_what_is_wrong_is_told(project: ProjectFolder, old: str, new: str, said: str) -> None:
    """A header that cannot be read, or leads nowhere, is an error once the editor is left; and the file opens again."""
    result = edit(project, "accounts.0002", old=old, new=new)
    assert (result.code, said in result.text, "0002_nick.py" in result.err) == (1, True, True), result.text
    assert edit(project, "accounts.0002", old=new, new=old).code == 0


def test_editors_that_fail(project: ProjectFolder) -> None:
    """None, one that is not there, one that ends with an error: each is said, and nothing else happens."""
    none = project.run("edit", "accounts.0002", env={"VISUAL": "", "EDITOR": "", "PATH": ""})
    assert (none.code, "set VISUAL or EDITOR" in none.err) == (2, True)
    missing = project.run("edit", "accounts.0002", env={"VISUAL": "", "EDITOR": "no-such-editor -w"})
    assert "'no-such-editor' cannot be found" in missing.err
    open_quote = project.run("edit", "accounts.0002", env={"VISUAL": "'code -w", "EDITOR": ""})
    assert (open_quote.code, "mend the quotes" in open_quote.err) == (2, True), open_quote.text
    assert "ended with code 3" in edit(project, "accounts.0002", CODE="3").err


def test_words_that_name_nothing(project: ProjectFolder) -> None:
    """The editor is not started."""
    assert edit(project, "accounts.0009").code == 2
    assert edit(project, "current").code == 2
    assert not (project.path / "seen").exists()
