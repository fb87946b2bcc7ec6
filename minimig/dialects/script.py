"""Scripts split into statements: most drivers take one statement at a time.

In: the text of a script and the `ScriptSyntax` of a database. Out: its statements, without what ended them; comments
stay with the statement they stand before or in, and a piece that is nothing but comments is none. The text is read as
the database itself would read it, token by token: a semicolon in a string, a comment or a body ends nothing.

Lines for a client are understood (DELIMITER of mysql, GO of sqlcmd, the slash of SQL*Plus) or refused (psql's backslash
commands and COPY FROM STDIN, the dot commands of sqlite3), because no database would understand them. Alembic splits
nothing; Django splits with sqlparse, which knows one syntax for all databases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache

from minimig.dialects.script_blocks import (
    QUOTED,
    Blocks,
    MySQLBlocks,
    OracleBlocks,
    PostgreSQLBlocks,
    SQLiteBlocks,
    SQLServerBlocks,
)
from minimig.errors import StateError
from minimig.state.to_metadata import escape_colons

_PLAIN = r"{0}[^{0}]*(?:{0}{0}[^{0}]*)*{0}"
_BACKSLASHED = r"{0}[^{0}\\]*(?:(?:\\.|{0}{0})[^{0}\\]*)*{0}"


@dataclass(frozen=True)
class ScriptSyntax:
    """What counts as a string, a comment and a block; the defaults are standard SQL."""

    blocks: Callable[[], Blocks] = Blocks
    quotes: str = "'\""
    backslash: bool = False
    """Whether a backslash in a string hides the quote behind it."""
    more_quoted: str = ""
    """A pattern of further ways to quote."""
    line_comment: str = "--"
    nested_comments: bool = False
    code_in_comments: bool = False
    """Whether `/*! ... */` is executed."""
    delimiters: bool = False
    """Whether a line may say DELIMITER, as in scripts for the mysql client."""
    batches: bool = False
    """Whether a line that says GO ends a batch, as in scripts for sqlcmd."""
    slashes: bool = False
    """Whether a line that is a slash ends a statement, as in scripts for SQL*Plus."""
    client_line: str = ""
    """A pattern of lines, between statements, that only the database's own client understands."""


STANDARD = ScriptSyntax()

SYNTAXES = {
    "postgresql": ScriptSyntax(
        PostgreSQLBlocks,
        more_quoted=rf"[eE]{_BACKSLASHED.format(chr(39))}|(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)",
        nested_comments=True,
        client_line=r"\\.*",
    ),
    "sqlite": ScriptSyntax(SQLiteBlocks, quotes="'\"`", more_quoted=r"\[[^\]]*\]", client_line=r"\.[a-z].*"),
    "mysql": ScriptSyntax(
        MySQLBlocks,
        quotes="'\"`",
        backslash=True,
        line_comment=r"--(?=\s|\Z)|\#",
        code_in_comments=True,
        delimiters=True,
    ),
    "mssql": ScriptSyntax(
        SQLServerBlocks, more_quoted=r"\[[^\]]*(?:\]\][^\]]*)*\]", nested_comments=True, batches=True
    ),
    "oracle": ScriptSyntax(
        OracleBlocks,
        more_quoted=r"[nN]?[qQ]'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<mark>[^\s\[{(<]).*?(?P=mark))'",
        slashes=True,
    ),
}
SYNTAXES["mariadb"] = SYNTAXES["mysql"]

_DELIMITER = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE | re.MULTILINE)
_GO = re.compile(r"^[ \t]*GO(?:[ \t]+(\d+))?[ \t]*(?:--[^\n]*)?\r?$", re.IGNORECASE | re.MULTILINE)
_SLASH = re.compile(r"^[ \t]*/[ \t]*\r?$", re.MULTILINE)
_CODE = re.compile(r"/\*M?!")
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def syntax_of(dialect: str) -> ScriptSyntax:
    """The syntax of a dialect's scripts; that of a dialect which nobody described is standard SQL."""
    return SYNTAXES.get(dialect, STANDARD)


def split_script(script: str, syntax: ScriptSyntax) -> list[str]:
    """The statements of a script. Raises StateError for what never closes, and for lines that only a client reads."""
    return list(_Splitter(script.removeprefix("\ufeff"), syntax).statements())


def with_parameters(statement: str, names: Collection[str], syntax: ScriptSyntax) -> str:
    """A statement for `sqlalchemy.text`, where these names are parameters; not in strings or comments."""
    token, pieces, code, place = _token(syntax, ";"), [], 0, 0
    while match := token.match(statement, place):
        place = match.end()
        if match.lastgroup == "block_comment":
            place = _comment_end(statement, match.start(), nested=syntax.nested_comments) or len(statement)
        if match.lastgroup in ("quoted", "tag", "comment", "block_comment"):
            pieces.append(escape_colons(statement[code : match.start()], keep=names))
            pieces.append(escape_colons(statement[match.start() : place]))
            code = place
    return "".join([*pieces, escape_colons(statement[code:], keep=names)])


def _comment_end(script: str, start: int, *, nested: bool) -> int | None:
    """Where the block comment that begins at `start` ends; None when it is never closed."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(script, start):
        if edge[0] == "*/":
            depth -= 1
        elif depth == 0 or nested:
            depth += 1
        if depth == 0:
            return edge.end()
    return None


@cache
def _token(syntax: ScriptSyntax, delimiter: str) -> re.Pattern[str]:
    """One token. Words stop before a delimiter of the script's own, as in `END$$`."""
    quoted = [(_BACKSLASHED if syntax.backslash and q != "`" else _PLAIN).format(q) for q in syntax.quotes]
    more = [syntax.more_quoted] if syntax.more_quoted else []
    end = re.escape(delimiter)
    return re.compile(
        rf"""
          (?P<space> [^\S\n]*\n | [^\S\n]+ )
        | (?P<end> {end} )
        | (?P<comment> (?:{syntax.line_comment})[^\n]* )
        | (?P<block_comment> /\* )
        | (?P<quoted> {"|".join([*more, *quoted])} )
        | (?P<word> [^\W\d](?:(?!{end})[\w$])* )
        | (?P<number> \d[\w.]* )
        | (?P<unclosed> [{syntax.quotes}] )
        | (?P<other> . )
        """,
        re.VERBOSE | re.DOTALL,
    )


class _Splitter:
    """One walk over a script."""

    def __init__(self, script: str, syntax: ScriptSyntax) -> None:
        self._script = script
        self._syntax = syntax
        self._client_line = re.compile(rf"^[ \t]*{syntax.client_line}", re.MULTILINE) if syntax.client_line else None
        self._blocks = syntax.blocks()
        self._delimiter = ";"
        self._begin = self._stop = self._place = 0

    def statements(self) -> Iterator[str]:
        """The statements, in order."""
        batches = self._syntax.batches
        batch: list[str] = []
        while self._place < len(self._script):
            if batches and (go := _GO.match(self._script, self._place)):
                batch += self._finished(go.end())
                yield from batch * int(go[1] or 1)
                batch = []
            elif self._syntax.slashes and (slash := _SLASH.match(self._script, self._place)):
                batch += self._finished(slash.end())
            elif not (self._blocks.empty and self._skip_client_line()) and self._step():
                batch += self._finished(self._place)
            if not batches:
                yield from batch
                batch = []
        yield from batch + self._finished(self._place)

    def _finished(self, end: int) -> list[str]:
        """The statement that began at `begin`, if there is one; the next begins at `end`."""
        text = self._script[self._begin : self._stop].strip() if not self._blocks.empty else ""
        self._blocks = self._syntax.blocks()
        self._begin = self._place = end
        return [text] if text else []

    def _step(self) -> bool:
        """Read one token; True when a statement ends with it."""
        match = _token(self._syntax, self._delimiter).match(self._script, self._place)
        if match is None:
            raise AssertionError("every character is a token")
        self._stop = self._place
        kind, text = match.lastgroup, match[0]
        self._place = match.end()
        if kind == "end" and (self._delimiter != ";" or not self._blocks.inside):
            return True
        if kind == "block_comment":
            self._comment(match.start())
        elif kind == "unclosed":
            raise self._unclosed(match.start(), f"the quote {text}")
        elif kind not in ("space", "comment"):
            self._blocks.take(QUOTED if kind in ("quoted", "tag") else text.upper())
            self._refuse_data()
        self._stop = self._place
        return False

    def _refuse_data(self) -> None:
        if self._blocks.takes_data:
            raise StateError(
                "COPY ... FROM STDIN is psql's: its rows cannot be sent as statements",
                where=self._line(self._begin),
                hint="write the rows as ops.BulkInsert(...), or load them in ops.RunPython with the driver's own copy",
            )

    def _comment(self, start: int) -> None:
        """Pass over a block comment; what MySQL executes in one (`/*! ... */`) is part of the statement."""
        end = _comment_end(self._script, start, nested=self._syntax.nested_comments)
        if end is None:
            raise self._unclosed(start, "the comment /*")
        self._place = end
        if self._syntax.code_in_comments and _CODE.match(self._script, start):
            self._blocks.take(QUOTED)

    def _skip_client_line(self) -> bool:
        """Take a line that is meant for the client; False when there is none here."""
        if self._syntax.delimiters and (match := _DELIMITER.match(self._script, self._place)):
            self._delimiter = match[1]
            self._begin = self._place = match.end()
            return True
        if self._client_line and (match := self._client_line.match(self._script, self._place)):
            raise StateError(
                f"{match[0].strip()!r} is a command of the database's own client, not SQL",
                where=self._line(match.end()),
                hint="leave it out, or write in SQL what it does",
            )
        return False

    def _unclosed(self, place: int, what: str) -> StateError:
        return StateError(
            f"{what} is never closed",
            where=self._line(place),
            hint="close it; a statement that must not be read at all can be sent as sa.text(...)",
        )

    def _line(self, place: int) -> str:
        return f"line {self._script.count(chr(10), 0, place) + 1} of the SQL"
