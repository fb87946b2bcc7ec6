"""Every error a user can cause, as a value.

One base class, so that the command line has one place that prints an error and the library one class to catch. An error
says what happened (`message`), where (`where`: a file and line, a revision, an operation) and what to do next (`hint`),
and knows the exit code that a shell should see. The message is built where the facts are known, never parsed again.
Its `code` says of what kind it is: that of its class, or, where a situation is met often, one of its own that is given
where it is raised. Each code has a page in `lessons/errors`, which `minimig explain CODE` prints.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Self

from minimig.masking import mask_text


class MinimigError(Exception):
    """Base of all errors that minimig raises on purpose.

    `exit_code` is what the command line ends with: 1 error, 2 usage, 3 a question needs an answer, 6 lock not obtained,
    7 history and files disagree.
    """

    exit_code = 1
    code = "MM100"

    def __init__(
        self, message: str, *, where: str | None = None, hint: str | None = None, code: str | None = None
    ) -> None:
        if code is not None:
            self.code = code
        # What a driver or a project's code says of a URL must not show its password, wherever this error ends up.
        self.message = mask_text(message)
        self.where = where if where is None else mask_text(where)
        self.hint = hint if hint is None else mask_text(hint)
        super().__init__(self.message)

    @property
    def own_code(self) -> str | None:
        """The code that was given where the error was raised; None where it has that of its class."""
        return vars(self).get("code")

    def to_dict(self) -> dict[str, str | None]:
        """For JSON."""
        return {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}

    def at(self, place: str) -> Self:
        """The same error at a place; what it knew itself of where it happened comes behind."""
        where = f"{place}, {self.where}" if self.where else place
        return type(self)(self.message, where=where, hint=self.hint, code=self.code)

    def masked(self, secrets: Collection[str]) -> Self:
        """The same error without these texts in it."""
        if not secrets:
            return self
        self.message = mask_text(self.message, secrets)
        self.where = self.where if self.where is None else mask_text(self.where, secrets)
        self.hint = self.hint if self.hint is None else mask_text(self.hint, secrets)
        self.args = (self.message,)
        return self

    def __str__(self) -> str:
        parts = [self.message]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.hint:
            parts.append(f"  next:  {self.hint}")
        return "\n".join(parts)


class ConfigError(MinimigError):
    """The configuration is missing, contradictory, or holds a wrong key or value."""

    code = "MM101"


class HookError(ConfigError):
    """A function of the env file or of a plugin failed, or gave what makes no sense."""

    code = "MM102"


class NoConfigError(ConfigError):
    """There is no configuration at all, here or above."""

    code = "MM103"


class UsageError(MinimigError):
    """The words of the command do not fit together."""

    code = "MM200"
    exit_code = 2


class TargetError(UsageError):
    """A word that should name a revision, an app or a database names none, or more than one."""

    code = "MM201"


class QuestionError(MinimigError):
    """Only a person can decide, and there is no terminal to ask on; `hint` holds the flag that answers."""

    code = "MM202"
    exit_code = 3


class ModelsError(MinimigError):
    """The models cannot be imported, or describe no table, or a schema that no database could create."""

    code = "MM300"


class StateError(MinimigError):
    """An operation does not fit the state it is applied to: a missing table, a name that exists already."""

    code = "MM420"


class RevisionFileError(MinimigError):
    """A revision file cannot be read: syntax, an unknown name, data that is not literal."""

    code = "MM400"


class GraphError(MinimigError):
    """The revision files do not form a graph: a cycle, a missing or duplicate revision.

    `link` names the file whose header is at fault, and the word in it: what to leave out to see the rest.
    """

    code = "MM410"

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        code: str | None = None,
        link: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint, code=code)
        self.link = link


class HeadsError(GraphError):
    """An app has more than one head where exactly one is needed."""

    code = "MM411"


class WriterError(MinimigError):
    """A revision file cannot be written: a value has no source, a file of that name exists, the disk is full."""

    code = "MM430"


class FileError(MinimigError):
    """A file cannot be written, or stands there already."""

    code = "MM431"


class IrreversibleError(MinimigError):
    """A step on the way down has no way back."""

    code = "MM440"


class UnsupportedError(MinimigError):
    """The database cannot do what the operation asks for."""

    code = "MM500"


class NeedsConnectionError(UnsupportedError):
    """A step needs a live connection, and a script is being written."""

    code = "MM501"


class NeedsAnswerError(UnsupportedError):
    """A script has no words for `if_exists` or `if_not_exists` here; a live database is asked."""

    code = "MM502"


class DatabaseError(MinimigError):
    """The database cannot be reached, or refused a statement."""

    code = "MM510"


class MigrationFailedError(DatabaseError):
    """A migration stopped in the middle; the message says where the database stands now.

    `passing` says what another session did that was in the way, where nothing else was wrong and nothing that cannot
    be done again was committed: then the same may do next time.
    """

    code = "MM520"

    passing: str | None = None


class InterruptedRunError(MigrationFailedError):
    """A person stopped the run in the middle of a migration; the message says where the database stands now."""

    code = "MM521"
    exit_code = 130


class LockError(MinimigError):
    """Another runner holds the lock and did not finish in time."""

    code = "MM530"
    exit_code = 6


class HistoryError(MinimigError):
    """What the version table remembers and what the files say cannot both be true."""

    code = "MM600"
    exit_code = 7


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint that offers the known names closest to `name`, or None when nothing is close."""
    close = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else None
