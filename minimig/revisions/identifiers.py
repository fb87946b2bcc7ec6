"""Words into revisions: `blog`, `0003`, `blog.0003-1`, `zero`, `+2`, `feature@head`.

In: the graph, what is applied, and the one or two words that somebody typed. Out: a `Target`, or a
TargetError that says what to type instead.

The grammar is `[APP] [BRANCH@][PLACE][+N|-N]` with a space or a dot between app and place. A place is a revision's
name, any prefix that only one name has, a branch label, a tag, or a word: `head` and `heads` for the end, `zero` and
`base` for before the beginning. With a number alone, steps are counted from what is applied. BRANCH is a label or
a revision: the words and steps behind it then stay on the branch that it is on, and only that branch moves.
Django knows names, prefixes and `zero`; Alembic also steps, labels and `head`, over all branches at once; here
every step belongs to one app.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from minimig.errors import TargetError, nearest
from minimig.revisions.graph import MigrationGraph

_ENDS = ("head", "heads")
_BEGINNINGS = ("zero", "base")
_STEPS = re.compile(r"(?P<place>.*?)(?P<steps>[+-][0-9]{1,9})")


@dataclass(frozen=True)
class Target:
    """Where a run should lead.

    `everything` means all heads of all apps; `app` and `revision` are None then. Otherwise `revision` is
    the revision to stand at, in full, or None for before the first one of `app`. With a `branch`, these
    revisions alone are taken back; other branches of the app stay where they are.
    """

    app: str | None
    revision: str | None
    everything: bool = False
    branch: frozenset[str] = frozenset()


def resolve(graph: MigrationGraph, applied: Collection[str], app: str | None, target: str | None) -> Target:
    """The target that the words `app` and `target` mean. A single word may come as either of the two.

    Raises TargetError for a word that means nothing, or more than one thing, or steps past an end;
    HeadsError for the head of an app that has several.
    """
    if app is not None and target is not None:
        place = _place_in(graph, app, target)
    else:
        word = app if target is None else target
        apps = graph.apps()
        if word is None or (word in _ENDS and word not in apps and len(apps) != 1):
            return Target(None, None, everything=True)
        app, place = _split(graph, word)
    return _target(graph, frozenset(applied), app, place)


def _target(graph: MigrationGraph, applied: frozenset[str], app: str, place: str) -> Target:
    start, at, place_on_branch = place.rpartition("@")
    if not at:
        return Target(app, _Places(graph, applied, app).find(place))
    revision = _Places(graph, applied, app).find(start)
    if revision is None:
        raise TargetError(f"{start!r} is on no branch", hint="name a revision or a label before the @")
    branch = graph.branch(revision)
    places = _Places(graph, applied, app, branch)
    found = places.find(place_on_branch)
    if found is not None and found not in branch and found != places.root:
        raise TargetError(
            f"{found} is not on the branch of {start!r}", hint=f"the branch ends at {', '.join(places.heads())}"
        )
    return Target(app, found, branch=branch)


def _place_in(graph: MigrationGraph, app: str, target: str) -> str:
    """The place that the second of two words names; it may repeat the app."""
    if app not in graph.apps():
        raise _no_app(graph, app)
    prefix, dot, rest = target.partition(".")
    if graph.tags.of(app) and prefix not in graph.apps():  # a tag may hold dots
        return target
    if dot and prefix != app:
        raise TargetError(f"{target!r} is no revision of {app}", hint=f"type `{target}` or `{app} {rest}`")
    return rest if dot else target


def _split(graph: MigrationGraph, word: str) -> tuple[str, str]:
    """One word into app and place: `blog`, `blog.0003`, or `0003` where only one app exists."""
    apps = graph.apps()
    if word in apps:
        return word, "head"
    app, dot, place = word.partition(".")
    if dot and app in apps:
        return app, place
    label = word.partition("@")[0]
    if label in graph.labels or ((steps := _STEPS.fullmatch(word)) and (label := steps["place"]) in graph.labels):
        return graph.headers[graph.labels[label]].app, word
    if tagged := _tagged(graph, word):
        return _one_app(tagged, word), word
    if len(apps) == 1 and not dot:
        return apps[0], word
    owners = [owner for owner in apps if word and any(name.startswith(word) for name in _names(graph, owner))]
    if apps and not owners and (word in _BEGINNINGS or _STEPS.fullmatch(word)):
        owners = list(apps)
    if owners:
        return _one_app(owners, word, alone=False), word
    raise _no_app(graph, app)


def _tagged(graph: MigrationGraph, word: str) -> tuple[str, ...]:
    """The apps that have the tag that a word begins with, before its steps or its @."""
    steps = _STEPS.fullmatch(word)
    starts = (word, word.partition("@")[0], steps["place"] if steps else word)
    return next((apps for start in starts if (apps := graph.tags.owners(start))), ())


def _one_app(owners: Sequence[str], word: str, *, alone: bool = True) -> str:
    if alone and len(owners) == 1:
        return owners[0]
    choices = " or ".join(f"`{owner} {word}`" for owner in owners)
    raise TargetError(f"{word!r} does not say which app it means", hint=f"type {choices}", code="MM210")


def _names(graph: MigrationGraph, app: str) -> list[str]:
    return [graph.headers[revision].name for revision in graph.revisions(app)]


def _no_app(graph: MigrationGraph, app: str) -> TargetError:
    apps = graph.apps()
    known = f"apps that have: {', '.join(apps)}" if apps else "write some with `minimig makemigrations`"
    return TargetError(f"no app {app!r} has revisions", hint=nearest(app, apps) or known)


@dataclass(frozen=True)
class _Places:
    """The places in one app's history: its revisions, and None for before the first; on one branch if one is given."""

    graph: MigrationGraph
    applied: frozenset[str]
    app: str
    branch: frozenset[str] | None = None

    @property
    def root(self) -> str | None:
        """Where the branch leaves the others; None where it begins at the beginning."""
        first = self.graph.order(self.branch or ())[0]
        above = [r for r in self.graph.parents(first) if self.graph.headers[r].app == self.app]
        return above[0] if above else None

    def heads(self) -> tuple[str, ...]:
        """The heads of the app that are on the branch."""
        return tuple(head for head in self.graph.heads(self.app) if self.branch is None or head in self.branch)

    def find(self, text: str) -> str | None:
        matches = self._matches(text)
        steps = _STEPS.fullmatch(text)
        # Names may hold hyphens: `2024-1` counts back from `2024` only where no name begins with all of it.
        if matches or steps is None:
            return self._only(text, matches)
        place = steps["place"]
        start = self._only(place, self._matches(place)) if place else self._standing(text)
        return self._walk(start, int(steps["steps"]))

    def _matches(self, text: str) -> tuple[str | None, ...]:
        if text in _BEGINNINGS:
            return (None,) if self.branch is None else (self.root,)
        if text in _ENDS:
            return self.heads() if self.branch is not None else (self.graph.head(self.app),)
        label = self.graph.labels.get(text)
        if label is not None and self.graph.headers[label].app == self.app:
            return (label,)
        exact = f"{self.app}.{text}"
        if exact in self.graph.headers:
            return (exact,)
        tagged = self.graph.tags.of(self.app).get(text)
        if tagged is not None:
            return (self._tagged(text, f"{self.app}.{tagged}"),)
        return tuple(r for r in self.graph.revisions(self.app) if text and r.startswith(exact))

    def _tagged(self, tag: str, revision: str) -> str:
        """The revision that a tag names, or the squash that ends there; TargetError when it is gone."""
        if revision in self.graph.headers:
            return revision
        squash = self.graph.hidden.get(revision)
        if squash is not None and self.graph.headers[squash].replaces[-1:] == (revision,):
            return squash
        what = f"which is a part of {squash} now" if squash else "and there is no such revision file"
        raise TargetError(
            f"the tag {tag!r} names {revision}, {what}",
            where=str(self.graph.tags.path(self.app)),
            hint=f"move it with `minimig tag {tag} REVISION --force`, or remove it with `minimig tag {tag} --delete`",
        )

    def _only(self, text: str, matches: tuple[str | None, ...]) -> str | None:
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise TargetError(
                f"{text!r} is the beginning of {len(matches)} revisions", hint=self._say(matches), code="MM206"
            )
        ends = f"type {self._word(None)}, {self._word(self.graph.heads(self.app)[-1])}, or a name between them"
        close = nearest(text, [*_names(self.graph, self.app), *self.graph.tags.of(self.app)])
        raise TargetError(f"{self.app} has no revision {text!r}", hint=close or ends, code="MM205")

    def _standing(self, text: str) -> str | None:
        """The last applied revision of the app, None when there is none."""
        mine = [revision for revision in self.graph.revisions(self.app) if revision in self.applied]
        if self.branch is not None:
            mine = [revision for revision in mine if revision in self.branch]
            if not mine:
                return self.root
        last = [revision for revision in mine if self.applied.isdisjoint(self._after(revision))]
        if len(last) > 1:
            raise TargetError(
                f"{text!r} has no one place to start from: {self.app} stands at {' and '.join(last)}",
                hint=f"name the start, for example `{last[0]}{text}`, or the revision to go to",
            )
        return last[0] if last else None

    def _walk(self, start: str | None, steps: int) -> str | None:
        place = start
        for done in range(abs(steps)):
            choices = self._after(place) if steps > 0 else self._before(place)
            if not choices:
                end, word = ("end", self._word(place)) if steps > 0 else ("beginning", self._word(None))
                raise TargetError(
                    f"{steps:+d} from {self._word(start)} goes past the {end} of {self.app}: "
                    f"{done or 'no'} {'step is' if done == 1 else 'steps are'} left",
                    hint=f"type {word} to go as far as possible",
                    code="MM207",
                )
            earlier, later = (place, choices[0]) if steps > 0 else (choices[0], place)
            if len(self._after(earlier)) > 1 or len(self._before(later)) > 1:
                fork = earlier if len(self._after(earlier)) > 1 else later
                raise TargetError(
                    f"{steps:+d} from {self._word(start)} meets the fork at {self._word(fork)}, "
                    "where one step is not one place",
                    hint=self._say(choices),
                )
            place = choices[0]
        return place

    def _after(self, place: str | None) -> tuple[str, ...]:
        if place is None:
            return self.graph.bases(self.app)
        after = tuple(r for r in self.graph.children(place) if self.graph.headers[r].app == self.app)
        return after if self.branch is None else tuple(r for r in after if r in self.branch)

    def _before(self, place: str | None) -> tuple[str | None, ...]:
        if place is None:
            return ()
        parents = tuple(r for r in self.graph.parents(place) if self.graph.headers[r].app == self.app)
        return parents or (None,)

    def _word(self, place: str | None) -> str:
        return f"`{self.app} zero`" if place is None else f"`{place}`"

    def _say(self, places: tuple[str | None, ...]) -> str:
        return f"type {' or '.join(self._word(place) for place in places)}"
