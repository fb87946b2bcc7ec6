"""From two states to the operations that lead from one to the other: the pipeline.

In: the state before (replayed from the files, or a database's) and the state after (the models'). Out: an
ordered list of operations with `apply(diff(a, b), a) == b`. Renames are settled first and applied to the state
before, then enums, which many tables share; so every rule compares things that bear the same name. Rules then care
about one table pair each, what would lose values is asked about, and order is nobody's business but that of the
footprints.

Django does all of this in one class of fifty methods that share attributes; here each step is a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minimig.autogenerate.followers import briefly, with_followers
from minimig.autogenerate.hooks import NO_HOOKS, Hooks, operations_of
from minimig.autogenerate.losses import confirmed
from minimig.autogenerate.open_questions import Deferring
from minimig.autogenerate.optimizer import optimize
from minimig.autogenerate.ordering import in_order
from minimig.autogenerate.pairs import pair_tables
from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.autogenerate.renames import any_group, find_renames
from minimig.autogenerate.rules.enums import enum_changes, usable
from minimig.autogenerate.rules.objects import with_objects_aside
from minimig.autogenerate.stages import Compared, RenamesFound, StatesSeen
from minimig.errors import MinimigError, ModelsError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.stages import Tell, untold
from minimig.state.schema import SchemaState

_NOBODY = NeverRename()


def diff(
    before: SchemaState,
    after: SchemaState,
    *,
    questioner: Questioner = _NOBODY,
    hooks: Hooks = NO_HOOKS,
    same_group: Callable[[str, str], bool] = any_group,
    tell: Tell = untold,
) -> list[Operation]:
    """The operations that lead from `before` to `after`; each fits the state that those in front of it leave.

    `hooks` say what counts, on both sides, and what is the same; `same_group(old key, new key)` whether a table may
    have been renamed from one to the other. Raises what the questioner raises (QuestionError), and UnsupportedError for
    a difference that no operation can make.
    """
    before, after = hooks.seen(before, after)
    tell(StatesSeen(before, after))
    with _all_told(questioner):
        found = find_renames(before, after, questioner, same_group)
        renames = with_objects_aside(found.operations, before)
        tell(RenamesFound(tuple(renames)))
        aligned = states(renames, before)[-1]
        after, told = hooks.settled(aligned, after)
        enums = enum_changes(aligned, after, questioner)
        named = states(enums, aligned)[-1]
        compared = compare(named, after, questioner, hooks)
        tell(Compared(tuple(enums), (*compared, *told)))
        changes = [*confirmed(compared, named, after, questioner, found.dropped), *told]
        ordered = briefly(in_order(changes, named, after, tell), named)
        return optimize([*renames, *usable([*enums, *ordered], aligned)], before, tell)


def compare(
    before: SchemaState, after: SchemaState, questioner: Questioner, hooks: Hooks = NO_HOOKS
) -> list[Operation]:
    """The differences, in no order that could be executed. What bears the same name is taken to be the same thing."""
    if before == after and hooks.own_rules:
        return []
    pairs = pair_tables(before, after)
    changes = [
        operation for pair in pairs for rule in hooks.rules for operation in operations_of(rule, pair, questioner)
    ]
    whole = [operation for rule in hooks.schema_rules for operation in operations_of(rule, before, after)]
    return [*with_followers(changes, before), *whole]


@contextmanager
def _all_told(questioner: Questioner) -> Iterator[None]:
    """Tells all open questions at the end of a comparison, and in place of an error that they may have caused.

    Raises QuestionError.
    """
    try:
        yield
    except MinimigError as error:
        if isinstance(questioner, Deferring) and not isinstance(error, ModelsError):
            questioner.refuse_open(failed=True)
        raise
    if isinstance(questioner, Deferring):
        questioner.refuse_open(failed=False)
