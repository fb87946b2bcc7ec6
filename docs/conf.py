"""How the pages become a site: Sphinx, MyST and furo, offline, with warnings as errors.

    sphinx-build -W --keep-going -b html -c docs . build/site

The pages are plain Markdown that a code host shows as it is, so nothing of Sphinx stands in them. The navigation is
made here, from the folders: a new page below docs/ appears by itself, in the part that its folder belongs to.
"""

from __future__ import annotations

from pathlib import Path

from pygments.lexers.sql import PostgresLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]

project = "minimig"
html_title = "minimig"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "docs/index"
include_patterns = ["README.md", "CHANGELOG.md", "example_project/README.md", "docs/**.md"]
suppress_warnings: list[str] = []
nitpicky = True

myst_heading_anchors = 4
myst_links_external_new_tab = False

html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_extra_path = ["site/index.html"]
html_static_path = ["site/static"]
html_css_files = ["minimig.css"]
pygments_style = "friendly"
pygments_dark_style = "github-dark"

NAVIGATION = {
    "Learn": ("docs/tutorial", "docs/course/*", "example_project/README", "docs/internals/build-your-own"),
    "How to": ("docs/howto/*",),
    "Coming from": ("docs/from-*",),
    "Reference": ("docs/features", "docs/reference/**/*", "docs/errors/**/*"),
    "Internals": ("docs/tour", "docs/reliability", "docs/performance", "docs/internals/*", "docs/decisions/*"),
    "The project": ("README", "CHANGELOG", "docs/**/*"),
}
"""The parts, each with its pages. A page stands where it is named first; the last part takes those named nowhere."""


def navigation() -> str:
    """The trees of contents, as MyST writes them."""
    placed = {root_doc}
    parts = []
    for caption, patterns in NAVIGATION.items():
        pages = [page for pattern in patterns for page in _pages(pattern) if page not in placed]
        pages = list(dict.fromkeys(pages))
        placed.update(pages)
        if pages:
            lines = [":hidden:", f":caption: {caption}", "", *(f"/{page}" for page in pages)]
            parts.append("\n".join(["```{toctree}", *lines, "```"]))
    return "\n\n".join(parts)


def _pages(pattern: str) -> list[str]:
    found = sorted(ROOT.glob(f"{pattern}.md"))
    return [path.relative_to(ROOT).with_suffix("").as_posix() for path in found]


def add_navigation(_: Sphinx, docname: str, source: list[str]) -> None:
    """Put the trees of contents behind the text of the first page."""
    if docname == root_doc:
        source[0] = f"{source[0]}\n\n{navigation()}\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", add_navigation)
    app.add_lexer("sql", PostgresLexer)  # it knows the strings between dollars
