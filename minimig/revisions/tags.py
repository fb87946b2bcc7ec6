"""Tags: names for places in a history, as lines of a file `REVISION_TAGS` beside an app's revisions.

    v1.0 = 0007_prices
    # before the move to the new shop
    old-shop = 0003_orders

In: the folders of the apps. Out: for an app, which revision each tag names; and the text of the file with a tag set,
moved or taken away, its comments kept. The file is read when a word could be a tag, and not before: a conflict that git
left in it stops nobody who does not use tags. Alembic and Django have nothing like it; labels stand in a revision file
itself, and a database is no place for what git should keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minimig.errors import RevisionFileError

FILE = "REVISION_TAGS"
"""Not `TAGS`: that is what ctags writes."""
TAG = re.compile(r"(?!-)[\w.-]+")
_LINE = re.compile(r"\s*(?P<tag>[^\s=#]+)\s*=\s*(?P<name>[^\s=#]+)\s*(#.*)?")


@dataclass(frozen=True)
class Tags:
    """The tags of all apps. Raises RevisionFileError, with the line, when an app's file is no list of tags."""

    folders: Mapping[str, Path] = field(default_factory=dict)
    _read: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def path(self, app: str) -> Path:
        """Where an app's tags stand, whether there are any or not."""
        return self.folders[app] / FILE

    def of(self, app: str) -> Mapping[str, str]:
        """The name of the revision for each tag of an app."""
        if app not in self._read:
            self._read[app] = self._parsed(app) if app in self.folders else {}
        return self._read[app]

    def owners(self, tag: str) -> tuple[str, ...]:
        """The apps that have a tag of this name."""
        return tuple(app for app in self.folders if tag in self.of(app))

    def text(self, app: str) -> str | None:
        """The file as it is, its line ends included; None when there is none."""
        path = self.path(app)
        try:
            return path.read_bytes().decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise RevisionFileError("the tags are no UTF-8 text", where=str(path), hint="save it as UTF-8") from error
        except OSError as error:
            raise RevisionFileError(f"the tags cannot be read: {error.strerror}", where=str(path)) from error

    def _parsed(self, app: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate((self.text(app) or "").removeprefix("\ufeff").splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            match = _LINE.fullmatch(line)
            where = f"{self.path(app)}:{number}"
            if match is None or not TAG.fullmatch(match["tag"]):
                raise RevisionFileError(
                    f"this line is no tag: {line.strip()}", where=where, hint="write `name = revision`, one a line"
                )
            if match["tag"] in found:
                raise RevisionFileError(
                    f"the tag {match['tag']} stands there twice", where=where, hint="remove one of the two lines"
                )
            found[match["tag"]] = match["name"].removeprefix(f"{app}.")
        return found


def with_tag(text: str, tag: str, name: str) -> str:
    """The text of the file with a tag at a revision: its line changed, or a new one at the end."""
    lines = list(_lines(text))
    for place, (line, match) in enumerate(lines):
        if match is not None and match["tag"] == tag:
            return "".join([*(other for other, _ in lines[:place]), _moved(line, match, name), *_rest(lines, place)])
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if text and not text.endswith("\n") else ""
    return f"{text}{gap}{tag} = {name}{end}"


def without_tag(text: str, tag: str) -> str:
    """The text of the file without the line of a tag."""
    return "".join(line for line, match in _lines(text) if match is None or match["tag"] != tag)


def with_names(text: str, app: str, names: Mapping[str, str]) -> str:
    """The text of the file with tags following revisions that got other names; both names are full ones."""
    out = []
    for line, match in _lines(text):
        full = "" if match is None else f"{app}.{match['name'].removeprefix(f'{app}.')}"
        follows = match is not None and full in names
        out.append(_moved(line, match, names[full].partition(".")[2]) if match is not None and follows else line)
    return "".join(out)


def _lines(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    for line in text.splitlines(keepends=True):
        yield line, _LINE.fullmatch(line.rstrip("\r\n").removeprefix("\ufeff"))


def _rest(lines: list[tuple[str, re.Match[str] | None]], place: int) -> list[str]:
    return [line for line, _ in lines[place + 1 :]]


def _moved(line: str, match: re.Match[str], name: str) -> str:
    start = line.index(match["name"], line.index("=") + 1)
    return f"{line[:start]}{name}{line[start + len(match['name']) :]}"
