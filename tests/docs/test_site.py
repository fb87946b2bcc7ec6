"""The site is built from the pages without a warning, and needs no network to be read."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.projects import REPOSITORY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("furo") is None, reason="the site needs: pip install -e '.[docs]'"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning of any kind is a failure."""
    out = tmp_path_factory.mktemp("site")
    words = [
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        "docs",
        "-d",
        str(out / "doctrees"),
        ".",
        str(out / "html"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_every_page_is_in_the_navigation(site: Path) -> None:
    """The first page leads to every Markdown page below docs, whoever wrote it and when."""
    start = (site / "docs" / "index.html").read_text(encoding="utf-8")
    linked = {
        (site / "docs" / target.partition("#")[0]).resolve()
        for target in re.findall(r'href="([^":]+\.html[^"]*)"', start)
    }
    pages = [page.relative_to(REPOSITORY).with_suffix(".html") for page in (REPOSITORY / "docs").rglob("*.md")]
    assert [str(page) for page in pages if (site / page).resolve() not in linked] == ["docs/index.html"]


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture is fetched from another host; links that a reader clicks may lead anywhere."""
    fetched = re.compile(
        r"<(?:script|img|iframe|source)[^>]+src=\"(?:https?:)?//|<link[^>]+rel=\"(?:stylesheet|preload|preconnect|icon)\"[^>]+href=\"(?:https?:)?//"
    )
    styled = re.compile(r"(?:@import\s+|url\()[\"']?(?:https?:)?//")
    for page in site.rglob("*.html"):
        assert fetched.search(page.read_text(encoding="utf-8")) is None, page
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        assert styled.search(style.read_text(encoding="utf-8")) is None, style


def test_it_can_be_searched(site: Path) -> None:
    """The search works in the browser alone: its index is a file of the site."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert "docs/tutorial" in index
    assert "docs/course/11-journal" in index
