"""The pages about errors: what a code means, an example that provokes it, and the cure.

They are Markdown files beside this module, one for each code. `minimig explain CODE` prints one, the documentation is
made of all of them, and the tests carry out what their examples say.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from importlib.resources import files

from minimig.errors import TargetError, nearest

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_HEADING = re.compile(r"# (MM\d{3}): (.+)\n")


@dataclass(frozen=True)
class Page:
    """One code: its title, and the whole page."""

    code: str
    title: str
    text: str

    @property
    def plain(self) -> str:
        """The page for a terminal: links say which page of the documentation they lead to."""
        return _LINK.sub(lambda link: f"{link[1]} (docs/{posixpath.normpath(f'reference/{link[2]}')})", self.text)


def page(code: str) -> Page:
    """The page of a code. Raises TargetError for one that no error has."""
    known = codes()
    if code not in known:
        hint = nearest(code, known) or "a code stands in front of each error, behind the word `error`"
        raise TargetError(f"no error has the code {code}", hint=hint)
    text = files("minimig.lessons").joinpath("errors", f"{code}.md").read_text(encoding="utf-8")
    heading = _HEADING.match(text)
    return Page(code, heading[2] if heading else code, text)


def codes() -> tuple[str, ...]:
    """All codes that have a page, sorted."""
    names = (entry.name for entry in files("minimig.lessons").joinpath("errors").iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


def blog() -> str:
    """The project that the examples begin with, file by file."""
    return files("minimig.lessons").joinpath("blog.md").read_text(encoding="utf-8")


def pages() -> tuple[Page, ...]:
    """All pages, by code."""
    return tuple(map(page, codes()))
