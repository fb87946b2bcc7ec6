"""history, heads, branches, show, current and graph, as a user calls them, also where something is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.projects import ProjectFolder

CONFIG = """
url = "sqlite:///project.db"
[apps.blog]
metadata = "models:metadata"
migrations = "blog"
[apps.shop]
metadata = "models:empty"
migrations = "shop"
"""
MODELS = "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\nempty = sa.MetaData()\n"
FILE = '"""{title}\n\nMore.\n"""\n\ndependencies = {dependencies}\nlabels = {labels}\n\nup = []\n'


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    r"""Two apps; the history of `blog` parts and is joined.

    blog   1 --- 2 --- 4 --- 5
            \--- 3 ---/
    shop   1 (needs blog 2)
    """
    folder = ProjectFolder(tmp_path)
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", MODELS)
    revision(folder, "blog/0001_one")
    revision(folder, "blog/0002_two", "0001_one", labels=("red",))
    revision(folder, "blog/0003_three", "0001_one")
    revision(folder, "blog/0004_four", "0002_two", "0003_three")
    revision(folder, "blog/0005_five", "0004_four")
    revision(folder, "shop/0001_one", "blog.0002_two")
    return folder


def revision(folder: ProjectFolder, place: str, *dependencies: str, labels: tuple[str, ...] = ()) -> None:
    """A revision file without operations."""
    title = place.partition("_")[2].capitalize()
    folder.write(f"{place}.py", FILE.format(title=title, dependencies=list(dependencies), labels=list(labels)))


def test_history_is_read_without_a_database(project: ProjectFolder) -> None:
    """Newest first, in columns: name, marks, first line of the text; parents that are not next below; no database."""
    result = project.run("history", "blog")
    assert result.code == 0, result.err
    assert result.out.splitlines() == [
        "blog.0005_five   head          Five",
        "blog.0004_four   merge point   Four",
        "    after blog.0002_two, blog.0003_three",
        "blog.0003_three                Three",
        "    after blog.0001_one",
        "blog.0002_two    label red     Two",
        "blog.0001_one    branch point  One",
    ]
    assert not (project.path / "project.db").exists()


@pytest.mark.parametrize(
    ("span", "names"),
    [
        ("blog.0002:blog.0005", ["0005", "0004", "0002"]),
        ("blog.0004:", ["0005", "0004"]),
        (":blog.0002", ["0002", "0001"]),
        ("base:red", ["0002", "0001"]),
        ("blog.0004:+1", ["0005", "0004"]),
        ("-1:blog.0005", ["0005", "0004"]),
        ("red:current", ["0004", "0002"]),
    ],
)
def test_history_of_a_range(project: ProjectFolder, span: str, names: list[str]) -> None:
    """Both ends count; either may be left out, counted, a label, or where the database stands."""
    assert project.run("migrate", "blog", "0004").code == 0
    result = project.run("history", "-r", span)
    assert result.code == 0, result.err
    assert [line[5:9] for line in result.out.splitlines() if line.startswith("blog.")] == names


def test_a_range_with_nothing_between_is_refused(project: ProjectFolder) -> None:
    """Two sides of a branch have nothing between them; a word without a colon is no range."""
    assert project.run("history", "-r", "blog.0002:blog.0003").code == 2
    result = project.run("history", "-r", "blog.0002")
    assert result.code == 2
    assert "is no range" in result.err


def test_marks_where_the_database_stands(project: ProjectFolder) -> None:
    """`-i` asks the database; `current` tells the same alone and creates nothing."""
    assert project.run("current").out == ""
    assert project.run("migrate", "blog", "0004").code == 0
    assert "blog.0004_four   current, merge point  Four" in project.run("history", "blog", "-i").out
    assert project.run("current").out == "blog.0004_four  current, merge point  Four\n"


def test_current_tells_by_its_exit_code(project: ProjectFolder) -> None:
    """`--check-heads` exits 4 until the database stands at every head."""
    assert project.run("current", "--check-heads").code == 4
    assert project.run("migrate").code == 0
    assert project.run("current", "--check-heads").code == 0


def test_heads_branches_and_show(project: ProjectFolder) -> None:
    """Each head, each point where a history parts with its children, and all of one file."""
    assert [line.split()[0] for line in project.run("heads").out.splitlines()] == ["blog.0005_five", "shop.0001_one"]
    assert project.run("branches").out.splitlines()[1:] == ["    -> blog.0002_two", "    -> blog.0003_three"]
    shown = project.run("show", "red").out
    assert "blog.0002_two (label red)" in shown
    assert "before    blog.0004_four" in shown
    assert "More." in shown


def test_heads_that_others_depend_on_can_be_left_out(project: ProjectFolder) -> None:
    """An effective head is one that no revision of another app needs."""
    revision(project, "shop/0002_two", "0001_one", "blog.0005_five")
    names = [line.split()[0] for line in project.run("heads", "--resolve-dependencies").out.splitlines()]
    assert names == ["shop.0002_two"]


def test_graph_is_drawn_in_lanes(project: ProjectFolder) -> None:
    """A branch opens a lane and a merge closes it."""
    assert project.run("graph", "blog").out.splitlines() == [
        "* blog.0005_five (head)  Five",
        "* blog.0004_four (merge point)  Four",
        "|\\",
        "| * blog.0003_three  Three",
        "* | blog.0002_two (label red)  Two",
        "|/",
        "* blog.0001_one (branch point)  One",
    ]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("mermaid", "    blog.0002_two -.-> shop.0001_one"),
        ("dot", '    "blog.0002_two" -> "shop.0001_one" [style=dashed];'),
    ],
)
def test_graph_for_other_programs(project: ProjectFolder, form: str, line: str) -> None:
    """Dependencies on another app are dashed."""
    assert line in project.run("graph", "--format", form).out.splitlines()


def test_json_has_a_version_and_every_fact(project: ProjectFolder) -> None:
    """`--json` prints one object with the version of its shape."""
    told = json.loads(project.run("show", "blog.0004", "--json").out)
    assert (told["format"], told["command"]) == (1, "show")
    (entry,) = told["entries"]
    assert entry["after"] == ["blog.0002_two", "blog.0003_three"]
    assert entry["merge_point"] is True
    assert json.loads(project.run("graph", "--format", "json").out)["entries"][0]["revision"] == "shop.0001_one"


def test_a_broken_history_is_shown_with_its_problems(project: ProjectFolder) -> None:
    """A circle, a missing parent and a broken file stop no command that only looks; the exit code says 1."""
    revision(project, "blog/0006_six", "0007_seven")
    revision(project, "blog/0007_seven", "0006_six")
    revision(project, "shop/0002_two", "0009_gone")
    project.write("shop/0003_three.py", "up = [")
    for command in (["history"], ["heads"], ["graph"], ["branches"], ["show", "blog.0005"]):
        result = project.run(*command)
        assert result.code == 1, command
        assert "in a circle" in result.err
        assert "shop.0009_gone" in result.err
        assert "0003_three.py:1" in result.err
        assert "blog.000" in result.out


def test_rows_without_a_file_are_named(project: ProjectFolder) -> None:
    """What the database has and no file describes is shown as such."""
    assert project.run("migrate").code == 0
    (project.path / "shop" / "0001_one.py").unlink()
    assert "shop.0001_one  no such file" in project.run("current").out


def test_an_unknown_app_is_refused(project: ProjectFolder) -> None:
    """The error offers the near miss."""
    for command in ("history", "heads", "branches", "current", "graph"):
        result = project.run(command, "blogg")
        assert result.code == 2
        assert "did you mean blog?" in result.err
