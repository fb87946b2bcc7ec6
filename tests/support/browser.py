"""A real Chromium for tests of pages, and what it notices meanwhile.

The browser: `MINIMIG_TEST_CHROMIUM`, else a `chromium` or `google-chrome` on the path, else the one that
`playwright install chromium` brings. `MINIMIG_TEST_REQUIRE=browser` turns "skipped, there is none" into a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.servers import end

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HINT = (
    "no browser: pip install playwright axe-playwright-python, and apt-get install chromium"
    " or playwright install chromium, or set MINIMIG_TEST_CHROMIUM"
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser. While it runs, an event loop of playwright's runs in this thread."""
    if importlib.util.find_spec("playwright") is None or importlib.util.find_spec("axe_playwright_python") is None:
        end("browser", HINT)
    from playwright.sync_api import Error, sync_playwright

    path = os.environ.get("MINIMIG_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            end("browser", f"{HINT} [{str(error).partition(chr(10))[0]}]")
        yield browser
        browser.close()


@dataclass
class Noticed:
    """What a page asked for, and what it complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Listen to a page from now on."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def violations(page: Any) -> list[str]:
    """What axe, which checks a page as people with a screen reader or a keyboard need it, finds wrong."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]} {node['any'][:1]}" for each in found for node in each["nodes"]]
