"""Histories as `minimig explore` tells them: small ones made of operations, and the page unpacked again."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from typing import Any

from minimig.commands.exploring.cards import Album, Row, Shown
from minimig.operations.base import Operation
from minimig.revisions.replay import changes
from minimig.state.schema import SchemaState

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
