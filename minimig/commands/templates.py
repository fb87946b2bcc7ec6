"""Templates for `minimig init --template`: small projects that work as they stand.

A template is a folder below `templates`: whatever is in it is written, except `about.txt`, whose first line says what
it is and whose second what to do next. To add one is to add a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from minimig.commands.initialize import config_file
from minimig.errors import MinimigError, UsageError, nearest
from minimig.files import write_files

PACKAGE = Path(__file__).parents[1]
ABOUT = "about.txt"


@dataclass(frozen=True)
class Template:
    """A project to begin with: what it is, and what its user does next."""

    name: str
    summary: str
    next: str

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def list_templates() -> tuple[Template, ...]:
    """All templates, the plainest first."""
    found = [_read(about) for about in _folder().glob(f"*/{ABOUT}")]
    return tuple(sorted(found, key=lambda template: (template.name != "generic", template.name)))


def write_template(name: str, folder: Path) -> tuple[Template, tuple[Path, ...]]:
    """Write a template's files into `folder`, all or none; returns the template and the files.

    Raises UsageError for a name that is none, ConfigError where minimig is configured already, FileError where one of
    the files is there.
    """
    known = {template.name: template for template in list_templates()}
    if name not in known:
        hint = nearest(name, known) or f"the templates are: {', '.join(known)}; see minimig list-templates"
        raise UsageError(f"there is no template {name!r}", hint=hint)
    config_file(folder)
    files = {folder / path: content for path, content in _files(_folder() / name).items()}
    write_files(files)
    return known[name], tuple(files)


def _files(source: Path) -> Mapping[Path, bytes]:
    paths = sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(source): path.read_bytes() for path in paths if path.name != ABOUT}


def _read(about: Path) -> Template:
    summary, following = about.read_text(encoding="utf-8").splitlines()
    return Template(about.parent.name, summary, following)


def _folder() -> Path:
    """The templates: inside an installed package, or beside the package in a checkout."""
    for folder in (PACKAGE / "_templates", PACKAGE.parent / "templates"):
        if (folder / "generic" / ABOUT).is_file():
            return folder
    raise MinimigError(
        "the templates are not part of this installation", where=str(PACKAGE), hint="install minimig again"
    )
