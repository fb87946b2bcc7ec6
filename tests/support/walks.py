"""A page that is followed to the letter: its files are written, its edits made, its commands typed.

    python tests/support/walks.py docs/tutorial.md            # compare, with the `minimig` of the PATH
    python tests/support/walks.py docs/tutorial.md --write    # put what was printed into the page

What a page may hold, in the order in which a reader does it:

* a block whose first line is a comment with a path (`# blog/models.py`): the file is written, or with the words
  `# blog/models.py, continued` it grows;
* a `diff` block with `--- path` and `+++ path`: the lines with a minus are replaced by those with a plus;
* a `console` block: each line after `$` is typed, and what it prints must stand below it. A line of three dots stands
  for any number of lines. Durations and dates may differ.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([\w./-]+\.(?:py|toml|sql))(, continued)?\n")
TYPED = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
HOME = "/home/you/blog"
"""What a page calls the folder in which it is followed."""

CHANGING = ((r"\d+\.\d\ds", "0.00s"), (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2000-01-01 00:00:00"))

Type = Callable[[str], str]
"""Types one line in the folder of the walk; returns all that it prints."""


def walk(text: str, folder: Path, type_: Type) -> str:
    """Follow a page in `folder`; returns the page as it should be, which is the same when it tells the truth."""

    def follow(found: re.Match[str]) -> str:
        kind, body = found.groups()
        if kind == "console":
            return f"```console\n{TYPED.sub(answer, body)}```"
        if kind == "diff":
            _edit(folder, body)
        elif named := NAMED.match(body):
            file = folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            former = f"{file.read_text(encoding='utf-8')}\n\n" if named[2] else ""
            file.write_text(former + body[named.end() :].lstrip("\n"), encoding="utf-8")
        return found[0]

    def answer(found: re.Match[str]) -> str:
        command, shown = found.groups()
        said = "".join(f"{line.rstrip()}\n" for line in type_(command).replace(str(folder), HOME).splitlines())
        return f"$ {command}\n{shown if _fits(shown, said) else said}"

    return BLOCK.sub(follow, text)


def in_a_shell(folder: Path, path: str = "", **more: str) -> Type:
    """Types each line as it stands, with `path` searched first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "MINIMIG_"))}
    places = os.pathsep.join(filter(None, [path, str(Path(sys.executable).parent), kept.get("PATH", "")]))
    variables = {**kept, "PATH": places, "NO_COLOR": "1", "COLUMNS": "100", **more}

    def type_(command: str) -> str:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        ).stdout

    return type_


def mostly_here(folder: Path) -> Type:
    """Runs `minimig` inside this process, which saves half a second a line, and the rest in a shell."""
    from support.projects import REPOSITORY, ProjectFolder

    project, shell = ProjectFolder(folder), in_a_shell(folder, PYTHONPATH=str(REPOSITORY))

    def type_(command: str) -> str:
        words = shlex.split(command, comments=True)
        plain = words[0] == "minimig" and not set(words) & {"|", "&&", ";", ">"}
        return project.run(*words[1:], together=True).out if plain else shell(command)

    return type_


def plain(text: str) -> str:
    """The text with what changes from run to run made equal."""
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text


def _edit(folder: Path, body: str) -> None:
    lines = body.splitlines()
    name = lines[0].removeprefix("--- ")
    if lines[:2] != [f"--- {name}", f"+++ {name}"]:
        raise AssertionError(f"a diff begins with the file's name, twice: {lines[:2]}")
    old = "".join(f"{line[1:]}\n" for line in lines[2:] if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in lines[2:] if line[:1] != "-")
    text = (folder / name).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise AssertionError(f"{name} has these lines {text.count(old)} times instead of once:\n{old}\n--\n{text}")
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def _fits(shown: str, said: str) -> bool:
    parts = re.split(r"^\.\.\.\n", plain(shown), flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*".join(map(re.escape, parts)), plain(said)) is not None


def main(words: list[str]) -> int:
    """Walk a page in an empty folder; 1 when it does not tell the truth."""
    page = Path(words[0])
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "project"
        folder.mkdir()
        truth = walk(text, folder, in_a_shell(folder))
    if "--write" in words:
        page.write_text(truth, encoding="utf-8")
    elif plain(truth) != plain(text):
        wrong = [line for line in plain(truth).splitlines() if line not in plain(text).splitlines()]
        print(f"{page}: commands print what the page does not show:", *wrong, sep="\n  ")  # noqa: T201 - a program
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
