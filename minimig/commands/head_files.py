"""Head files: a file `HEAD` beside an app's revisions that says which one is the newest, for git to conflict on.

Two branches that both add a revision touch no common line, so git merges them without a word, and an app with two heads
is found later, by whoever runs migrate. With `head_file = true` in the configuration both branches change the same
line of this file, and the merge itself stops. Every command that writes or renames revision files writes it; nothing
reads it but `check --heads`: the revisions themselves are the truth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from minimig.commands.project import Project
from minimig.errors import FileError
from minimig.files import write_files
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.scanning import scan

FILE = "HEAD"
COMMENT = "# The newest revision of this app; minimig writes it, so that git conflicts where two branches both add one."
MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


@dataclass(frozen=True)
class HeadProblem:
    """What is wrong with the head file of an app, in words, and how to mend it."""

    app: str
    path: Path
    words: str
    hint: str = "minimig heads --write"

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"app": self.app, "path": str(self.path), "problem": self.words, "hint": self.hint}


def write_head_files(project: Project, folders: Collection[Path]) -> tuple[Path, ...]:
    """Make the head files in these folders say what the revisions on disk say, where the configuration wants them.

    Those of other apps stay as they are: one may hold a conflict that nobody has settled yet. Gives the paths of those
    that have changed. Raises FileError.
    """
    if not project.settings.head_file:
        return ()
    graph = MigrationGraph(scan(project.folders))  # not the project's, which may be older than what was just written
    wanted = {path: text for path, text in _texts(project, graph).items() if path.parent in folders}
    texts = {path: text for path, text in wanted.items() if _read(path) != text}
    existing = [path for path in texts if path.exists()]
    write_files(texts, replacing=existing)
    return tuple(texts)


def head_problems(project: Project) -> tuple[HeadProblem, ...]:
    """Where a head file is missing or does not say what the revisions say; nothing where such files are not wanted."""
    if not project.settings.head_file:
        return ()
    found = []
    for path, text in _texts(project, project.graph).items():
        app = next(app for app, folder in project.folders.items() if folder == path.parent)
        there = _read(path)
        if there is None:
            found.append(HeadProblem(app, path, "it is missing"))
            continue
        lines = [line.strip() for line in there.decode(errors="replace").splitlines()]
        names = [line for line in lines if line and not line.startswith("#")]
        heads = [line for line in text.decode().splitlines() if not line.startswith("#")]
        if any(line.startswith(MARKERS) for line in lines):
            words = "it holds a conflict that git left: two branches both add a revision"
            several = len(heads) > 1
            hint = f"minimig rebase {app} or minimig merge {app}, which write it anew" if several else HeadProblem.hint
            found.append(HeadProblem(app, path, words, hint))
        elif names != heads:
            told = f"it says {', '.join(names) or 'nothing'}, and the newest is {', '.join(heads)}"
            found.append(HeadProblem(app, path, told))
    return tuple(found)


def _texts(project: Project, graph: MigrationGraph) -> Mapping[Path, bytes]:
    """What the head file of each app with revisions is to hold."""
    heads = {app: sorted(head.partition(".")[2] for head in graph.heads(app)) for app in graph.apps()}
    return {project.folders[app] / FILE: "\n".join([COMMENT, *names, ""]).encode() for app, names in heads.items()}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"the head file cannot be read: {error.strerror}", where=str(path)) from error
