"""Histories as `minimig explore` tells them: small ones made of operations, and the page unpacked again."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from minimig.commands.exploring.cards import Album, Row, Shown
from minimig.commands.exploring.exploration import ExploreOptions
from minimig.commands.exploring.serving import Live, Server
from minimig.library import open_project
from minimig.operations.base import Operation
from minimig.revisions.replay import changes
from minimig.state.schema import SchemaState
from support.projects import ProjectFolder


@contextmanager
def served(project: ProjectFolder) -> Iterator[Server]:
    """A live page of a project on a free port; it is stopped at the end, unless a test has done so."""
    live = Live(open_project(project.path, database=project.url), ExploreOptions(dialects=("sqlite",)))
    with Server(live) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


DATA = re.compile(r'id="data">([^<]*)</script>')


class Told:
    """An album that followed operations, one after the other."""

    def __init__(self) -> None:
        self.album = Album()
        self.state = SchemaState()

    def after(self, *operations: Operation) -> Shown:
        """What is shown after further operations, all of one revision."""
        found = changes(operations, self.state)
        self.album.follow(found)
        self.state = found[-1].after
        return self.album.shown(self.state)

    def rows(self, shown: Shown, slot: int) -> Sequence[Row]:
        """The rows of a card."""
        return [self.album.rows.items[number] for number in self.album.cards.items[shown[slot]].rows]


def data_of(page: str) -> Any:
    """The data that is packed in a page."""
    [found] = DATA.findall(page)
    return json.loads(gzip.decompress(base64.b64decode(found)))
