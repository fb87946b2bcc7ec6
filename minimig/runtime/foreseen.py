"""What can be known of a run without its database, each made when it is first asked for: many databases share it.

In: the steps of a run, and what may stand for the first of them; a schema editor of the dialect that they were
rehearsed on. Out: version rows, the rights and the rows that the run needs. What a database answers is not kept here.
"""

from __future__ import annotations

from collections.abc import Sequence

from minimig.dialects.editor import SchemaEditor
from minimig.runtime.net_effect import NetEffect
from minimig.runtime.once import Once
from minimig.runtime.prechecks import Demand, demands
from minimig.runtime.prepare import PreparedStep
from minimig.runtime.privileges import Wanted, wants
from minimig.runtime.recorder import Applied
from minimig.runtime.rehearsal import refuse_names
from minimig.runtime.rows import version_row


class Foreseen:
    """A run on paper."""

    def __init__(self, steps: Sequence[PreparedStep] = (), net: NetEffect | None = None) -> None:
        self.steps, self.net = tuple(steps), net
        self.real = [prepared for prepared in steps if not prepared.step.faked]
        self._at_once = net.count if net else 0
        self._once = Once()

    @property
    def rows(self) -> Sequence[Applied]:
        """The version row of each step."""
        return self._once("rows", lambda: [version_row(prepared) for prepared in self.steps])

    def refuse_names(self, editor: SchemaEditor) -> None:
        """Raise UnsupportedError for names that the database cannot hold or keep apart."""
        self._once("names", lambda: refuse_names(self.real[self._at_once :], editor))

    def wanted(self, editor: SchemaEditor, *, first: bool) -> tuple[Wanted, ...]:
        """The rights that the run needs; of its `first` step alone where the project, told of it, may hand out more."""
        known = self.real[:1] if first else self.real
        beginning = [(None, self.net.moves)] if self.net else []
        places = [*beginning, *((each, each.moves) for each in known[self._at_once :])]
        return self._once(("wanted", first), lambda: tuple(wants(places, editor)))

    def demands(self, editor: SchemaEditor) -> tuple[Demand, ...]:
        """What the run demands of rows that are there now."""
        made = self.net.moves if self.net else ()
        return self._once("demands", lambda: tuple(demands(self.real[self._at_once :], editor, made)))
