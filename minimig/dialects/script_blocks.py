"""Where a semicolon does not end a statement: inside the bodies of triggers, functions and procedures.

Each database has a rule of its own, and each class here is that rule. It takes the tokens of a statement one after the
other, comments left out: words in upper case, quoted text as `QUOTED`, anything else as it stands; then `inside` says
whether the statement goes on behind a semicolon.

SQLite's is the rule of `sqlite3_complete`, PostgreSQL's that of psql. MySQL's and SQL Server's own clients have none
(people write DELIMITER and GO for them), so theirs follow the grammar of compound statements.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar

QUOTED = "''"
"""What stands for any string or quoted name."""

_LONGEST_HEAD = 16


class Blocks:
    """A database without blocks: each semicolon ends a statement."""

    routine: ClassVar[re.Pattern[str] | None] = None
    """How a statement begins that may have a body of statements."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.in_routine = False
        self.before = ""

    @property
    def empty(self) -> bool:
        """Whether no token has come yet."""
        return not self.head

    @property
    def inside(self) -> bool:
        """Whether a semicolon here is part of the statement."""
        return False

    @property
    def takes_data(self) -> bool:
        """Whether lines of data follow the statement, which only a client can send."""
        return False

    def take(self, word: str) -> None:
        """The next token."""
        if len(self.head) < _LONGEST_HEAD:
            self.head.append(word)
            self.in_routine = self.routine is not None and bool(self.routine.match(" ".join(self.head)))
        self.follow(word)
        self.before = word

    def follow(self, word: str) -> None:
        """Keep track of blocks; `before` is still the token before this one."""


class _Nested(Blocks, ABC):
    """Blocks that open and close with words; `open` holds one entry for each that is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    @property
    def inside(self) -> bool:
        return bool(self.open)

    def follow(self, word: str) -> None:
        if word == "END" and self.open:
            self.open.pop()
        elif self.opens(word):
            self.open.append(word)

    @abstractmethod
    def opens(self, word: str) -> bool:
        """Whether a block begins with this token."""


class PostgreSQLBlocks(_Nested):
    """BEGIN ATOMIC ... END of a SQL function, and the list of a rule: `DO ALSO (...; ...)`."""

    routine = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b")

    def __init__(self) -> None:
        super().__init__()
        self._parentheses = 0
        self._takes_data = False

    @property
    def takes_data(self) -> bool:
        return self._takes_data

    @property
    def inside(self) -> bool:
        return self._parentheses > 0 or super().inside

    def follow(self, word: str) -> None:
        super().follow(word)
        self._takes_data = self._takes_data or (self.head[0], self.before, word) == ("COPY", "FROM", "STDIN")
        self._parentheses = max(0, self._parentheses + {"(": 1, ")": -1}.get(word, 0))

    def opens(self, word: str) -> bool:
        if word == "ATOMIC":
            return self.in_routine and self.before == "BEGIN"
        return word == "CASE" and bool(self.open)


class SQLiteBlocks(Blocks):
    """A trigger ends with `; END`; no expression can end like that."""

    routine = re.compile(r"CREATE (TEMP |TEMPORARY )?TRIGGER\b")

    def __init__(self) -> None:
        super().__init__()
        self._ended = False

    @property
    def inside(self) -> bool:
        return self.in_routine and not self._ended

    def follow(self, word: str) -> None:
        self._ended = word == "END" and self.before == ";"


class MySQLBlocks(_Nested):
    """BEGIN, IF, CASE, LOOP, REPEAT, WHILE and FOR, where a statement can begin; CASE in an expression as well.

    IF() and REPEAT() are also functions: what tells them apart is the place. An unquoted name that is one of these
    words (MySQL reserves few of them) confuses it only inside a body; DELIMITER lines help there.
    """

    routine = re.compile(
        r"(CREATE|ALTER)( OR REPLACE)?( DEFINER = \S+( @ \S+| \( \))?)?( AGGREGATE)?"
        r" (EVENT|FUNCTION|PROCEDURE|TRIGGER)\b"
    )
    _STATEMENTS: ClassVar[frozenset[str]] = frozenset(["CASE", "FOR", "IF", "LOOP", "REPEAT", "WHILE"])
    _BEFORE_STATEMENT: ClassVar[frozenset[str]] = frozenset(
        ["", ":", ";", "ATOMIC", "BEGIN", "ELSE", "LOOP", "REPEAT", "THEN"]
    )
    _BEFORE_BODY: ClassVar[frozenset[str]] = frozenset(
        [QUOTED, ")", "DATA", "DEFINER", "DETERMINISTIC", "DO", "INVOKER", "ROW", "SQL"]
    )

    def opens(self, word: str) -> bool:
        if word == "NOT" and self.head == ["BEGIN", "NOT"]:  # BEGIN NOT ATOMIC of MariaDB
            return True
        if word == "BEGIN":
            return self.before != "." and (self.in_routine or bool(self.open))
        if word not in self._STATEMENTS or self.before == "END":
            return False
        if word == "CASE" and not self._begins():
            self.open.append("expression")
            return False
        return self._begins() and self.open[-1:] != ["expression"]

    def _begins(self) -> bool:
        """Whether a statement begins here."""
        if self.before in self._BEFORE_STATEMENT:
            return True
        if self.open:
            return self.before == "DO"
        return self.in_routine and self.before in self._BEFORE_BODY


class OracleBlocks(Blocks):
    """A block of PL/SQL, its semicolon included, reaches to the line with a slash, as in SQL*Plus."""

    routine = re.compile(
        r"(BEGIN|DECLARE|CREATE (OR REPLACE )?((NON)?EDITIONABLE )?(FUNCTION|PACKAGE|PROCEDURE|TRIGGER|TYPE BODY))\b"
    )

    @property
    def inside(self) -> bool:
        return self.in_routine


class SQLServerBlocks(_Nested):
    """BEGIN ... END, and what reaches to the end of a batch: a body, and everything behind a DECLARE."""

    routine = re.compile(r"(CREATE|ALTER|CREATE OR ALTER) (FUNCTION|PROC|PROCEDURE|TRIGGER|VIEW)\b")
    _TRANSACTION: ClassVar[frozenset[str]] = frozenset(["CONVERSATION", "DIALOG", "DISTRIBUTED", "TRAN", "TRANSACTION"])

    def __init__(self) -> None:
        super().__init__()
        self._declared = False

    @property
    def inside(self) -> bool:
        return self.in_routine or self._declared or super().inside

    def follow(self, word: str) -> None:
        self._declared = self._declared or word == "DECLARE"
        super().follow(word)

    def opens(self, word: str) -> bool:
        if self.before == "BEGIN" and word not in self._TRANSACTION:
            if word == "CASE":
                self.open.append("BEGIN")
            return True
        return word == "CASE"
