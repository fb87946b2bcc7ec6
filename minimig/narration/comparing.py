"""How two schemas are compared, and a new file comes of it."""

from __future__ import annotations

from minimig.autogenerate.stages import Asked, Compared, Folded, Optimized, Ordered, RenamesFound, StatesSeen
from minimig.commands.stages import FileRendered, FilesWritten, SharedOut
from minimig.dialects.worded import SpelledAlike
from minimig.narration.lesson import EVERYTHING, VALUES, Lesson, Said, count, described, listed
from minimig.stages import Stage
from minimig.state.changes import table_changes


def states_seen(stage: StatesSeen) -> Said:
    """How large both sides are, and how much of them is the very same value."""
    before, after = stage.before, stage.after
    shared = sum(after.tables.get(key) == table for key, table in before.tables.items())
    sizes = f"{count(len(before.tables), 'table')} before, {count(len(after.tables), 'table')} after"
    return Said(f"{sizes}; {count(shared, 'table')} equal on both sides")


def spelled_alike(stage: SpelledAlike) -> Said:
    """What was written in other words than those that the database reports."""
    expected = stage.both.expected.tables
    found = [
        f"{table.key}: {line}"
        for table in stage.like.tables.values()
        if table.key in expected
        for line in table_changes(table, expected[table.key])
        if len(set(line.rpartition("type ")[2].split(" -> "))) > 1  # the same word of another dialect
    ]
    read = count(len(stage.both.read.tables), "table")
    headline = f"{read} read from the database; both sides spelled as {stage.dialect} reports them"
    return Said(headline, tuple(found[:4]), tuple(found[4:]))


def renames_found(stage: RenamesFound) -> Said:
    """What is the same under another name."""
    return Said(f"{count(len(stage.operations), 'rename')}", described(stage.operations))


def compared(stage: Compared) -> Said:
    """The differences, unsorted."""
    found = (*stage.enums, *stage.operations)
    return Said(count(len(found), "difference"), described(found))


def asked(stage: Asked) -> Said:
    """A question and its answer."""
    return Said(f"{stage.question} {stage.answer or 'no (or nobody there to say)'}")


def ordered(stage: Ordered) -> Said:
    """Who waits for whom."""
    waiting = sum(bool(waits) for waits in stage.waits.values())
    lines = []
    for place, operation in enumerate(stage.operations):
        waits = stage.waits.get(place, ())
        lines.append(f"{place + 1}. {operation.describe()}{'' if waits else ': waits for nothing'}")
        lines += [
            f"   after {wait.place + 1}, because both have to do with {listed(wait.keys, 3)}"
            if wait.keys
            else f"   after {wait.place + 1}, which gives up a name that this one takes"
            for wait in waits
        ]
    must = f", {waiting or 'none'} of which must wait" if lines else ""
    return Said(f"{count(len(stage.operations), 'operation')}{must}", tuple(lines))


def folded(stage: Folded) -> Said:
    """Two become one."""
    into = f"become {stage.into.describe()}" if stage.into else "cancel each other"
    return Said(f"{stage.first.describe()}, and {stage.second.describe()}: {into}")


def optimized(stage: Optimized) -> Said:
    """What is left."""
    return Said(
        f"{count(stage.folds, 'fold')}; {count(len(stage.operations), 'operation')} left", described(stage.operations)
    )


def shared_out(stage: SharedOut) -> Said:
    """Which app gets what."""
    lines = []
    for number, chunk in enumerate(stage.chunks, start=1):
        needs = f", after {listed(str(other + 1) for other in sorted(chunk.needs))}" if chunk.needs else ""
        lines.append(f"{number}. {chunk.app}: {count(len(chunk.operations), 'operation')}{needs}")
    return Said(f"{count(len(stage.chunks), 'new file')}", tuple(lines))


def file_rendered(stage: FileRendered) -> Said:
    """The text, read back."""
    return Said(
        f"{stage.path.name} reads back as the operations it was made from",
        (f"it comes after: {listed(stage.depends) or 'nothing'}",),
        tuple(stage.text.splitlines()),
    )


def files_written(stage: FilesWritten) -> Said:
    """What is on disk now."""
    return Said(f"{count(len(stage.paths), 'file')} on disk", tuple(str(path) for path in stage.paths))


COMPARING: dict[type[Stage], Lesson] = {
    SpelledAlike: Lesson(
        "Normalization",
        "a database reports things in words of its own; spelled alike first, two schemas can be compared by ==",
        "minimig.dialects.normalizer",
        spelled_alike,
    ),
    StatesSeen: Lesson(
        "Comparison",
        "two values go in, and a list of operations that leads from one to the other comes out",
        "minimig.autogenerate.autodetector",
        states_seen,
    ),
    RenamesFound: Lesson(
        "Comparison",
        "renames are settled first, so that every rule compares things that bear the same name",
        "minimig.autogenerate.renames",
        renames_found,
    ),
    Compared: Lesson(
        "Comparison",
        "a rule is a plain function from a pair of tables to operations; none of them cares for the order",
        "minimig.autogenerate.rules.order",
        compared,
    ),
    Asked: Lesson(
        "Questions",
        "what only a person knows is asked, or answered by a flag, and never guessed",
        "minimig.autogenerate.questioner",
        asked,
    ),
    Ordered: Lesson(
        "Order",
        "each operation knows what it touches; from that follows a graph of who waits for whom, which networkx sorts",
        "minimig.autogenerate.ordering",
        ordered,
    ),
    Folded: Lesson(
        "Folding",
        "an operation absorbs a later one when what lies between lets the two meet",
        "minimig.autogenerate.optimizer",
        folded,
        depth=EVERYTHING,
    ),
    Optimized: Lesson(
        "Folding",
        "fewer operations to the same schema; a fold that would lead elsewhere is not taken",
        "minimig.autogenerate.optimizer",
        optimized,
    ),
    SharedOut: Lesson(
        "Sharing out",
        "each app gets one file where that is possible; a file that waits for another app depends on it",
        "minimig.autogenerate.partition",
        shared_out,
    ),
    FileRendered: Lesson(
        "The file",
        "what is written is read back and compared before it is put on disk: a file that lies helps nobody",
        "minimig.revisions.writer",
        file_rendered,
    ),
    FilesWritten: Lesson(
        "The file",
        "several files are written all or none",
        "minimig.files",
        files_written,
        depth=VALUES,
    ),
}
