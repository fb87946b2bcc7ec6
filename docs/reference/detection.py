"""Writes `detection.md`: what a comparison of two schemas finds, each row proven by a folder of `tests/golden`.

    python docs/reference/detection.py

Nothing is executed here. A folder says what changed in the docstring of its `after.py`; `operations.py` and `seen.txt`
are compared by tests with what the code and real databases say, so a row says what is true.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("detection.md")
GOLDEN = Path(__file__).parents[2] / "tests" / "golden"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}
GROUPS = {
    "table": "Tables",
    "column": "Columns",
    "type": "Types",
    "default": "Server defaults",
    "computed": "Computed columns",
    "identity": "Identity columns",
    "enum": "Enums",
    "domain": "Domains",
    "primary": "Primary keys",
    "foreign": "Foreign keys",
    "unique": "Unique constraints",
    "check": "CHECK constraints",
    "exclude": "EXCLUDE constraints",
    "index": "Indexes",
    "sequence": "Sequences",
    "schema": "Schemas",
    "view": "Views",
    "function": "Functions",
    "trigger": "Triggers",
    "extension": "Extensions",
    "collation": "Collations",
    "policy": "Other objects",
}
"""The title for the first word of a folder's name."""

HEAD = """\
# What is detected

Each row is a change of the models, and a folder of `tests/golden` that proves what stands beside it: the models before
and after, the revision, and the statements of six dialects. This page is made by `python docs/reference/detection.py`
from what the tests verify; nobody writes it.

* **Files**: what `makemigrations` finds between the revision files and the models; no database is asked. A flag is the
  answer to the question that it asks.
* **SQLite, PostgreSQL, MariaDB**: what `minimig.diff(connection, metadata)` finds between a real database with the old
  schema and the new models, with nobody to tell a rename: *seen*; *no difference*, because the comparison spells both
  alike there; *not reported*, because the database does not tell, or is not asked, which of them it has; or *refused*,
  before anything happens. Unless it was refused, each change was then made and taken back on that database, and each
  time nothing was left to be done.
* **Alembic**: what its autogenerate finds between a database and the models, from its documentation and from trying it;
  the numbers are those of [the feature table](../features.md).
"""
TABLE = "| change | files | SQLite | PostgreSQL | MariaDB | Alembic |\n|---|---|---|---|---|---|"
FLAGS = {"renames": "--rename {}:{}", "fills": '--fill {}="{}"', "drops": "--drop {}"}


@dataclass(frozen=True)
class Folder:
    """One golden folder, read without running it."""

    path: Path

    @cached_property
    def after(self) -> ast.Module:
        """The models as they are."""
        return ast.parse((self.path / "after.py").read_text(encoding="utf-8"))

    @cached_property
    def _docstring(self) -> list[str]:
        return (ast.get_docstring(self.after) or "").splitlines()

    @property
    def sentence(self) -> str:
        """What changed."""
        return self._docstring[0].removesuffix(".")

    @cached_property
    def remarks(self) -> dict[str, str]:
        """What Alembic does, and why a database does not see the change."""
        return dict(re.findall(r"^(\w+): (.+)$", "\n".join(self._docstring[1:]), re.MULTILINE))

    @cached_property
    def seen(self) -> dict[str, str]:
        """What each database says."""
        lines = (self.path / "seen.txt").read_text(encoding="utf-8").splitlines()
        return dict(line.split(": ", 1) for line in lines)

    def assigned(self, name: str, file: ast.Module) -> Any:
        """A literal at the top of a file; None without one."""
        for node in file.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return ast.literal_eval(node.value)
        return None

    @property
    def changes(self) -> bool:
        """Whether the files see a change."""
        revision = ast.parse((self.path / "operations.py").read_text(encoding="utf-8"))
        (up,) = (n.value for n in revision.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "up")
        return isinstance(up, ast.List) and bool(up.elts)

    @property
    def flags(self) -> Iterator[str]:
        """The answers that it needs, as on the command line."""
        for name, flag in FLAGS.items():
            given = self.assigned(name, self.after) or ()
            pairs = given.items() if isinstance(given, dict) else ((item,) for item in given)
            yield from (f"`{flag.format(*pair)}`" for pair in pairs)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def folders() -> list[Folder]:
    """All golden folders, by name."""
    return [Folder(path.parent) for path in sorted(GOLDEN.glob("*/after.py"))]


def page() -> str:
    """The text of the page."""
    rows: dict[str, list[str]] = {group: [] for group in GROUPS}
    for folder in folders():
        rows[folder.path.name.partition("_")[0]].append(row(folder))
    sections = (f"## {GROUPS[group]}\n\n{TABLE}\n" + "\n".join(lines) + "\n" for group, lines in rows.items())
    return HEAD + "\n" + "\n".join(sections)


def row(folder: Folder) -> str:
    """One change."""
    change = f"[{folder.sentence}](../../tests/golden/{folder.path.name}/after.py)"
    files = ", ".join(["seen" if folder.changes else "no change", *folder.flags])
    live = (_cell(folder, kind) for kind in DATABASES)
    cells = [change, files, *live, folder.remarks["Alembic"]]
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _cell(folder: Folder, kind: str) -> str:
    reason = folder.remarks.get(DATABASES[kind])
    return folder.seen[kind] + (f" ({reason})" if reason else "")


if __name__ == "__main__":
    main()
