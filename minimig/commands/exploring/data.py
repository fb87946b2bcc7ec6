"""What `explore` knows of a history, as values, and the shape of its JSON.

Lists of cards, rows and texts hold each of them once; revisions point into them by number, so that hundreds of
revisions with scores of tables stay small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minimig.commands.exploring.cards import Card, Row
from minimig.commands.exploring.diagram import Box
from minimig.commands.exploring.lanes import Lanes
from minimig.commands.exploring.marks import Marks
from minimig.errors import MinimigError
from minimig.masking import mask_data
from minimig.revisions.header import Header
from minimig.version import __version__

HEAD, LINE, PADDING, GAP = 32, 20, 6, 7
"""Heights in a card: of its heading, of a row, below the last one, and between columns and what comes after them."""


@dataclass(frozen=True)
class Said:
    """An operation in words: its sign, what it does, and what it changes from and to."""

    symbol: str
    words: str
    details: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"symbol": self.symbol, "words": self.words, "details": list(self.details)}


@dataclass(frozen=True)
class Explored:
    """One revision. `cards` are those that are new or other after it, by slot; None for one that is gone.

    `sql` holds for each dialect the numbers of two texts, up and down. `no_way_back` is the reason where there is none.
    `replaces` is what a squash stands for. `problem` says why the file is left out of the replay, where it is.
    """

    header: Header
    path: str
    source: str
    after: tuple[str, ...]
    needs: tuple[str, ...]
    tags: tuple[str, ...]
    up: tuple[Said, ...]
    down: tuple[Said, ...]
    cards: Mapping[int, int | None]
    sql: Mapping[str, tuple[int, int]]
    no_way_back: str | None = None
    problem: MinimigError | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        header = self.header
        return {
            "revision": header.revision,
            "app": header.app,
            "title": header.title,
            "doc": header.doc,
            "path": self.path,
            "source": self.source,
            "after": list(self.after),
            "needs": list(self.needs),
            "tags": list(self.tags),
            "labels": list(header.labels),
            "replaces": list(header.replaces),
            "up": [said.to_dict() for said in self.up],
            "down": [said.to_dict() for said in self.down],
            "no_way_back": self.no_way_back,
            "problem": None if self.problem is None else self.problem.to_dict(),
            "cards": {str(slot): card for slot, card in self.cards.items()},
            "sql": {dialect: list(pair) for dialect, pair in self.sql.items()},
        }


@dataclass(frozen=True)
class Hidden:
    """A revision that is no part of the history here, because a squash stands for it or makes way for it."""

    revision: str
    title: str
    shown_by: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"revision": self.revision, "title": self.title, "shown_by": self.shown_by}


@dataclass(frozen=True)
class Exploration:
    """All that the page shows. `cards`, `rows` and `texts` are lists that revisions and cards point into by number.

    `marks` is None where no database was to be asked. `secrets` are left out of everything that is written.
    """

    project: str
    revisions: tuple[Explored, ...]
    hidden: tuple[Hidden, ...]
    lanes: Lanes
    cards: tuple[Card, ...]
    rows: tuple[Row, ...]
    boxes: tuple[Box, ...]
    dialects: tuple[str, ...]
    texts: tuple[str, ...]
    problems: tuple[MinimigError, ...]
    marks: tuple[Marks, ...] | None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """For JSON, without passwords."""
        found: dict[str, Any] = {
            "minimig": __version__,
            "project": self.project,
            "revisions": [each.to_dict() for each in self.revisions],
            "hidden": [each.to_dict() for each in self.hidden],
            "lanes": {
                "of": list(self.lanes.lane_of),
                "lines": [[line.parent, line.child, line.lane] for line in self.lanes.lines],
                "width": self.lanes.width,
            },
            "cards": [card.to_dict() for card in self.cards],
            "rows": [row.to_dict() for row in self.rows],
            "boxes": [[box.x, box.y, box.width, box.height] for box in self.boxes],
            "heights": {"head": HEAD, "line": LINE, "padding": PADDING, "gap": GAP},
            "dialects": list(self.dialects),
            "texts": list(self.texts),
            "problems": [problem.to_dict() for problem in self.problems],
            "marks": None if self.marks is None else [marks.to_dict() for marks in self.marks],
        }
        clean: dict[str, Any] = mask_data(found, self.secrets)
        return clean
