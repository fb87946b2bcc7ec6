"""A whole history as data: the graph, the schema at each revision, the operations, the files, and their SQL.

In: a project. Out: an `Exploration`, made in one replay of the files in the order in which `migrate` runs them, so that
the schema at a revision is that of a database which has just had it. What is broken is left out and told: a history is
explored to find out what is wrong with it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from minimig.commands.exploring.cards import Album, Interned, Row, Shown
from minimig.commands.exploring.data import GAP, HEAD, LINE, PADDING, Exploration, Explored, Hidden, Said
from minimig.commands.exploring.diagram import Box, layout
from minimig.commands.exploring.lanes import Place, lanes
from minimig.commands.exploring.marks import Marks, databases_of, marks_of
from minimig.commands.exploring.spelling import Speaker, Spelled, speakers
from minimig.commands.project import Project
from minimig.config_sources import secrets_of
from minimig.errors import IrreversibleError, MinimigError
from minimig.revisions.details import details
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration
from minimig.revisions.replay import EMPTY, Change, downward, steps
from minimig.revisions.survey import Survey
from minimig.state.schema import SchemaState

FRAME, LETTER, NARROW, WIDE = 66, 7.4, 150, 340
"""About how wide a row is without its letters, and a letter; how narrow and wide a card may be."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class ExploreOptions:
    """`apps` are those to show, with what they need; all by default. `dialects` are those to spell SQL in."""

    apps: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    ask: bool = True


def exploration(
    project: Project, options: ExploreOptions | None = None, progress: Progress | None = None
) -> Exploration:
    """The history of a project. Raises TargetError for an app that there is none of, UnsupportedError for a dialect.

    `progress` hears after each revision how many are done.
    """
    options = options or ExploreOptions()
    project.check_apps(*options.apps)
    marks = marks_of(project) if options.ask else None
    survey = survey_with(project, marks)
    graph, wanted = survey.graph, wanted_in(survey.graph, options.apps)
    walk = _Walk(project, graph, speakers(next(databases_of(project), project), options.dialects))
    revisions = []
    for number, revision in enumerate(wanted, start=1):
        revisions.append(walk.step(graph.headers[revision]))
        if progress is not None:
            progress(number, len(wanted))
    places = [Place(each.header.revision, each.header.app, each.after) for each in revisions]
    hidden = (
        Hidden(name, survey.headers[name].title if name in survey.headers else "", by)
        for name, by in sorted(graph.hidden.items())
        if by in wanted
    )
    return Exploration(
        project=project.settings.root.name,
        revisions=tuple(revisions),
        hidden=tuple(hidden),
        lanes=lanes(places),
        cards=tuple(walk.album.cards.items),
        rows=tuple(walk.album.rows.items),
        boxes=walk.boxes(),
        dialects=tuple(speaker.name for speaker in walk.speakers),
        texts=tuple(walk.texts.items),
        problems=survey.problems,
        marks=marks,
        secrets=secrets_of(project.settings),
    )


def survey_with(project: Project, marks: Sequence[Marks] | None) -> Survey:
    """The files as they stand for what the databases have: that decides which squashes are in effect."""
    return project.survey_at(frozenset().union(*(each.applied for each in marks or ())))


def wanted_in(graph: MigrationGraph, apps: Sequence[str]) -> tuple[str, ...]:
    """The revisions of these apps and all that they need, in the order of a run; without apps, all."""
    return graph.order(graph.ancestors([head for app in apps for head in graph.heads(app)]) if apps else None)


class _Walk:
    """One pass along the history, which keeps what the steps share: the schema, cards, rows and texts."""

    def __init__(self, project: Project, graph: MigrationGraph, speakers: tuple[Speaker, ...]) -> None:
        self.project, self.graph, self.speakers = project, graph, speakers
        self.album = Album()
        self.texts: Interned[str] = Interned()
        self.state: SchemaState = EMPTY
        self.shown: Shown = {}
        self.sizes: dict[int, tuple[float, float]] = {}
        self.links: set[tuple[int, int]] = set()

    def step(self, header: Header) -> Explored:
        """The next revision. One that does not load, or does not fit, is told of and changes nothing."""
        try:
            migration = self.project.load_file(header)
            changes = steps(migration, self.state)
        except MinimigError as error:
            return self._explored(header, problem=error)
        before, self.state = self.state, changes[-1].after if changes else self.state
        self.album.follow(changes)
        shown = self.album.shown(self.state)
        cards: dict[int, int | None] = {slot: card for slot, card in shown.items() if self.shown.get(slot) != card}
        cards |= {slot: None for slot in self.shown if slot not in shown}
        for slot in cards:
            self._measure(slot, self.shown.get(slot), shown.get(slot))
        self.shown = shown
        back, reason = _way_back(migration, before)
        sql = {each.name: self._numbers(each.spell(migration, changes, back, reason)) for each in self.speakers}
        return self._explored(header, cards=cards, up=changes, down=back, no_way_back=reason, sql=sql)

    def boxes(self) -> tuple[Box, ...]:
        """The place of each slot."""
        found = layout(self.sizes, self.links)
        return tuple(found[slot] for slot in range(self.album.slots))

    def _explored(
        self,
        header: Header,
        *,
        cards: Mapping[int, int | None] | None = None,
        up: Sequence[Change] = (),
        down: Sequence[Change] = (),
        sql: Mapping[str, tuple[int, int]] | None = None,
        no_way_back: str | None = None,
        problem: MinimigError | None = None,
    ) -> Explored:
        parents, root = self.graph.parents(header.revision), self.project.settings.root
        after = tuple(parent for parent in parents if self.graph.headers[parent].app == header.app)
        inside = header.path.is_relative_to(root)
        return Explored(
            header=header,
            path=header.path.relative_to(root).as_posix() if inside else str(header.path),
            source=header.path.read_text(encoding="utf-8", errors="replace"),
            after=after,
            needs=tuple(parent for parent in parents if parent not in after),
            tags=tuple(tag for tag, name in self.graph.tags.of(header.app).items() if name == header.name),
            up=tuple(map(_said, up)),
            down=tuple(map(_said, down)),
            cards=cards or {},
            sql=sql or {},
            no_way_back=no_way_back,
            problem=problem,
        )

    def _numbers(self, spelled: Spelled) -> tuple[int, int]:
        return self.texts.put(spelled.up), self.texts.put(spelled.down)

    def _measure(self, slot: int, *numbers: int | None) -> None:
        """Note how large a card must be able to become, and whom it points to."""
        cards = [self.album.cards.items[number] for number in numbers if number is not None]
        rows = {row for card in cards for row in map(self.album.rows.items.__getitem__, card.rows)}
        self.links |= {(slot, row.target) for row in rows if row.target is not None}
        shown = [row for row in rows if row.shown]
        names = [" was ".join(dict.fromkeys(card.name for card in cards)), *_labels(shown)]
        letters = max(map(len, names))
        width = min(WIDE, max(NARROW, FRAME + LETTER * letters))
        height = HEAD + LINE * len(shown) + PADDING + (GAP if any(row.kind != "column" for row in shown) else 0)
        old = self.sizes.get(slot, (0.0, 0.0))
        self.sizes[slot] = max(old[0], round(width)), max(old[1], height)


def _labels(rows: Sequence[Row]) -> Iterable[str]:
    """What stands in each row: name and type, and for one that is renamed both names."""
    both: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.kind == "column":
            both.setdefault(row.ident, {})[row.name] = row.type
    return (f"{' was '.join(names)} {max(names.values(), key=len)}" for names in both.values())


def _way_back(migration: Migration, before: SchemaState) -> tuple[Sequence[Change], str | None]:
    try:
        return downward(migration, before), None
    except IrreversibleError as error:
        return (), error.message
    except MinimigError as error:
        return (), f"{error.message} ({error.where})"


def _said(change: Change) -> Said:
    return Said(change.operation.symbol, change.operation.describe(), tuple(details(change)))
