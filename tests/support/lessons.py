"""The example of an error's page, carried out: files are written, commands run, and their output compared.

In a fence called `py`, `toml` or `text` behind a line that names a file stands the text of that file. In one called
`console` stands what a person types behind a `$`, and what is shown then. One called `pycon` is Python, as doctest has
it. Before all of that there is the project that `base_project` writes.
"""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from minimig.lessons.catalogue import blog
from support.projects import ProjectFolder, Result

BLOCK = re.compile(r"^(?:`([^`\n]+)`:\n\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROJECT = "/project"


@dataclass(frozen=True)
class Typed:
    """A command line of an example, what the page shows, and what came of it."""

    line: str
    shown: str
    result: Result


def base_project(path: Path) -> ProjectFolder:
    """A blog with one table and its first revision file, which is not applied yet."""
    project = ProjectFolder(path)
    for name, _, text in BLOCK.findall(blog()):
        project.write(name, text)
    project.write("blog/__init__.py", "")
    return project


def carried_out(text: str, project: ProjectFolder) -> Iterator[Typed | doctest.TestResults]:
    """Do what the example of a page says, one block after the other."""
    for name, kind, body in BLOCK.findall(text):
        if kind == "pycon":
            yield python(body, project)
        elif name:
            project.write(name, body)
        else:
            for line, shown in re.findall(r"^\$ ([^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", body, re.MULTILINE):
                yield Typed(line, shown, typed(line, project))


def typed(line: str, project: ProjectFolder) -> Result:
    """One line that a person types: minimig, or one of a few commands of a shell."""
    words = shlex.split(line)
    variables = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if words[0] == "minimig":
        found = project.run(*words[1:], env=variables)
        place = str(project.path)
        return Result(found.code, found.out.replace(place, PROJECT), found.err.replace(place, PROJECT))
    _shell(words, project.path)
    return Result(0, "", "")


def _shell(words: list[str], folder: Path) -> None:
    match words:
        case ["rm", name]:
            (folder / name).unlink()
        case ["mkdir", name]:
            (folder / name).mkdir()
        case ["mv", old, new]:
            (folder / old).rename(folder / new)
        case ["sqlite3", name, sql]:
            engine = sa.create_engine(f"sqlite:///{folder / name}", poolclass=NullPool)
            with engine.begin() as connection:
                connection.execute(sa.text(sql))
        case _:
            raise AssertionError(f"nobody knows how to do this: {words}")


def python(body: str, project: ProjectFolder) -> doctest.TestResults:
    """The doctest of a block; `folder` is where the revision files are, `url` the database."""
    names = {"folder": project.path / "blog/migrations", "url": f"sqlite:///{project.path / 'blog.db'}"}
    test = doctest.DocTestParser().get_doctest(body, names, "page", None, 0)
    return doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
