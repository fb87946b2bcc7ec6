"""How results look on terminals: wide, narrow, dumb, without colours, with few characters; and in a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimig.cli.main import COMMANDS
from support.projects import REPOSITORY, ProjectFolder
from support.screens import look

CONFIG = """
url = "sqlite:///project.db"
[apps.blog]
metadata = "models:metadata"
migrations = "blog"
[apps.shop]
metadata = "models:metadata"
migrations = "shop"
"""
ROCKETS = """
from minimig import ops

dependencies = ["0001_initial"]

up = [ops.RunSQL("INSERT INTO words VALUES ('\N{ROCKET}')")]
"""
MODELS = "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n"


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Two apps; the history of `blog` parts and is joined, and one of its texts has a rocket in it."""
    folder = ProjectFolder(tmp_path)
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", MODELS)
    revision(folder, "blog", "0001_initial", "Posts, and nothing else.")
    revision(folder, "blog", "0002_left", "What one of us thought of on a long and rainy afternoon.", "0001_initial")
    revision(
        folder, "blog", "0002_right", "Ship it \N{ROCKET} with everything that the others asked for.", "0001_initial"
    )
    revision(folder, "blog", "0003_merge_left_and_right", "Join the two sides.", "0002_left", "0002_right")
    revision(folder, "shop", "0001_initial", "A shop.", "blog.0001_initial")
    return folder


def revision(folder: ProjectFolder, app: str, name: str, title: str, *dependencies: str) -> None:
    """A revision file without operations."""
    folder.write(f"{app}/{name}.py", f'"""{title}"""\n\ndependencies = {list(dependencies)}\n\nup = []\n')


def test_texts_end_where_the_terminal_does(project: ProjectFolder) -> None:
    """Names, marks and texts in columns; a rocket is two wide; parents only where they are not the next line."""
    assert look(project, "history", columns=72).lines == [
        "shop.0001_initial               head               A shop.",
        "    needs blog.0001_initial",
        "blog.0003_merge_left_and_right  head, merge point  Join the two sides.",
        "    after blog.0002_left, blog.0002_right",
        "blog.0002_right                                    Ship it \N{ROCKET} with ever…",
        "    after blog.0001_initial",
        "blog.0002_left                                     What one of us thoug…",
        "blog.0001_initial               branch point       Posts, and nothing e…",
    ]


def test_texts_stand_below_on_a_narrow_terminal(project: ProjectFolder) -> None:
    """On 40 columns no name is cut, no text is lost, and no line but that of a long name is wider."""
    looked = look(project, "history", columns=40)
    assert looked.lines == [
        "shop.0001_initial  head",
        "    A shop.",
        "    needs blog.0001_initial",
        "blog.0003_merge_left_and_right  head, merge point",
        "    Join the two sides.",
        "    after blog.0002_left,",
        "          blog.0002_right",
        "blog.0002_right",
        "    Ship it \N{ROCKET} with everything that the…",
        "    after blog.0001_initial",
        "blog.0002_left",
        "    What one of us thought of on a long…",
        "blog.0001_initial  branch point",
        "    Posts, and nothing else.",
    ]


def test_a_pipe_gets_every_word(project: ProjectFolder) -> None:
    """The same columns, nothing cut, no colour and no sign of a terminal, whatever COLUMNS says."""
    result = project.run("history", "blog", env={"COLUMNS": "40"})
    assert (
        "blog.0002_left                                     What one of us thought of on a long and rainy" in result.out
    )
    assert "Ship it \N{ROCKET} with everything that the others asked for.\n" in result.out
    assert not re.search(r"[\x1b\r…]", result.text)


def test_current_and_heads_name_the_revision_first(project: ProjectFolder) -> None:
    """Aligned, whatever marks one of them has; a database without revisions prints nothing."""
    assert look(project, "current").lines == []
    project.ok("migrate")
    assert look(project, "current").lines == [
        "blog.0003_merge_left_and_right  head, current, merge point  Join the two sides.",
        "shop.0001_initial               head, current               A shop.",
    ]
    assert look(project, "heads").lines == [
        "blog.0003_merge_left_and_right  head, merge point  Join the two sides.",
        "shop.0001_initial               head               A shop.",
    ]


def test_verbose_and_json_lose_nothing(project: ProjectFolder) -> None:
    """All parents and whole texts are there with -v and with --json, on the narrowest terminal."""
    shown = "\n".join(look(project, "history", "-v", columns=40).lines)
    assert "  after     blog.0001_initial\n" in shown
    assert "Ship it \N{ROCKET} with everything that the others asked for." in shown
    told = json.loads(look(project, "history", "--json", columns=40).screen.written)
    assert [entry["after"] for entry in told["entries"]][2] == ["blog.0001_initial"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_characters_that_a_terminal_lacks(project: ProjectFolder, encoding: str) -> None:
    """An emoji is told by its number, an ellipsis has three points; nothing fails."""
    lines = look(project, "graph", "blog", columns=66, encoding=encoding).lines
    assert lines == [
        "* blog.0003_merge_left_and_right (head, merge point)  Join the...",
        "|\\",
        "| * blog.0002_right  Ship it \\U0001f680 with everything that th...",
        "* | blog.0002_left  What one of us thought of on a long and rai...",
        "|/",
        "* blog.0001_initial (branch point)  Posts, and nothing else.",
    ]


def test_the_drawing_keeps_its_lanes(project: ProjectFolder) -> None:
    """On 40 columns a text without room is left out, so that no lane is broken by half a line."""
    lines = look(project, "graph", "blog", columns=40).lines
    assert lines[0] == "* blog.0003_merge_left_and_right (head, merge point)"
    assert lines[2] == "| * blog.0002_right  Ship it \N{ROCKET} with ev…"


def test_an_error_has_aligned_parts(project: ProjectFolder) -> None:
    """What happened, where, what next: long ones go on below where they began, between words."""
    project.write("blog/0004_broken.py", 'dependencies = ["0003_merge_left_and_right"]\n\nupp = []\n')
    looked = look(project, "migrate", columns=44)
    assert looked.code == 1
    assert looked.lines[0].startswith("error MM")
    assert all(line.startswith(("  where: ", "  next:  ", " " * 7)) for line in looked.lines[1:])
    assert any(line.startswith("  next:  ") for line in looked.lines)


def test_an_error_in_a_log_is_one_line_a_part(project: ProjectFolder) -> None:
    """A pipe gets no line breaks of ours: a log is searched by lines."""
    result = project.run("sqlmigrate", "blog", "0009", env={"COLUMNS": "40"})
    assert result.err == (
        "error MM205: blog has no revision '0009'\n"
        "  next:  type `blog zero`, `blog.0003_merge_left_and_right`, or a name between them\n"
    )


@pytest.mark.parametrize(
    ("words", "message", "called"),
    [
        (["sqlmigrate"], "Missing argument 'APP'.", "minimig sqlmigrate [OPTIONS] APP [NAME]"),
        (["migrate", "--lock-timeout", "x"], "Invalid value for '--lock-timeout': ", "minimig migrate [OPTIONS] [APP]"),
        (["--bogus"], "No such option", "minimig [OPTIONS] COMMAND [ARGS]...; more: minimig --help"),
    ],
)
def test_wrong_words_look_like_every_error(project: ProjectFolder, words: list[str], message: str, called: str) -> None:
    """What click itself refuses has the same two parts, and exit code 2."""
    result = project.run(*words)
    assert (result.code, result.out) == (2, "")
    first, second = result.err.splitlines()
    assert re.sub(r" MM\d+", "", first).startswith(f"error: {message}")
    assert second.startswith(f"  next:  {called}")
    assert "\x1b" not in look(project, *words).screen.written


def test_no_color_holds_for_every_word(project: ProjectFolder) -> None:
    """NO_COLOR, also for an error that comes before any command is known; without it the error is red."""
    assert "\x1b" not in look(project, "histroy").screen.written
    assert "\x1b[31m" in look(project, "histroy", env={"NO_COLOR": ""}).screen.written
    assert "\x1b" not in look(project, "--no-color", "history", env={"NO_COLOR": ""}).screen.written


def test_what_nobody_has_set_stands_back(project: ProjectFolder) -> None:
    """`config` on a terminal has the defaults dim; a pipe gets the same words."""
    shown = look(project, "config", env={"NO_COLOR": ""}).screen.written
    assert "\x1b[2m  env" in shown
    assert re.sub(r"\x1b\[\d*m", "", shown) == project.ok("config").out


def test_applied_revisions_in_columns(project: ProjectFolder) -> None:
    """`showmigrations -v` says in a column when each was applied."""
    project.ok("migrate")
    lines = [line.partition("applied") for line in look(project, "-q", "showmigrations", "-v").lines]
    assert {len(front) for front, found, _ in lines if found} <= {33, 20}


def test_help_fits_a_narrow_terminal(project: ProjectFolder) -> None:
    """At 40 columns the words of `--help` stay within it, and no word is broken; examples stand as they are."""
    lines = look(project, "migrate", "--help", columns=40).lines
    options = lines[lines.index("Options:") :]
    assert max(map(len, options)) <= 40
    assert "                operations; change" in options


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_fits_a_terminal(project: ProjectFolder, command: str) -> None:
    """No line of any command's help is wider than 80 columns."""
    looked = look(project, command, "--help")
    assert looked.code == 0
    assert [line for line in looked.lines if len(line) > 80] == []


def test_a_stream_without_the_character_is_no_crash(project: ProjectFolder) -> None:
    """A process with a Latin-1 stdout prints a text with a rocket, and refuses SQL that it would have to change."""
    for encoding in ("latin-1", "ascii"):
        result = project.spawn("history", "-v", env={"PYTHONIOENCODING": encoding})
        assert (result.code, "\\U0001f680" in result.out) == (0, True), result.text
    project.write("shop/0002_words.py", ROCKETS)
    refused = project.spawn("sqlmigrate", "shop", "0002", env={"PYTHONIOENCODING": "latin-1"})
    assert (refused.code, refused.out) == (1, "")
    assert "has characters that the encoding latin-1 lacks" in refused.err.replace("iso8859-1", "latin-1")
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("words", [["history"], ["showmigrations"], ["graph"], ["config"], ["migrate", "--plan"]])
def test_a_reader_that_leaves_is_no_error(project: ProjectFolder, words: list[str]) -> None:
    """`minimig ... | head`: exit code 0, no traceback."""
    done = subprocess.run(
        f"{sys.executable} -m minimig {' '.join(words)} 2> said | true; cat said; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        cwd=project.path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["0"]
