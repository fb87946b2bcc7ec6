"""What a user of MariaDB or MySQL may not do, read from SHOW GRANTS.

A grant counts wherever it might: wildcards in the name of a database, grants on single columns, several that overlap,
and what is partly revoked again are all taken as granted. A line that nobody here understands, and roles of MySQL, the
privileges of which SHOW GRANTS leaves out, end the look: then nothing is said. MariaDB tells of active roles and of
PUBLIC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minimig.dialects.rights import Act, Lack, Need

_NAME = r"(?:\*|`(?:[^`]|``)+`)"
_GRANT = re.compile(
    rf"GRANT (?P<words>.+?) ON (?:(?P<kind>TABLE|FUNCTION|PROCEDURE|PACKAGE(?: BODY)?) )?"
    rf"(?P<base>{_NAME})\.(?P<what>{_NAME}) TO "
)
_NO_MATTER = re.compile(r"GRANT (?:`|PROXY )|REVOKE ")
"""Roles, of which MariaDB lists what they may, proxies, and what MySQL takes back of a wider grant."""

_WRITES_ANYWAY = {"ALL PRIVILEGES", "SUPER", "READ_ONLY ADMIN", "READ ONLY ADMIN", "CONNECTION_ADMIN"}
_OF_ROWS = (Act.INSERT, Act.UPDATE, Act.DELETE)
_PRIVILEGES = {
    (Act.CREATE, "table"): "CREATE",
    (Act.CREATE, "sequence"): "CREATE",
    (Act.CREATE, "schema"): "CREATE",
    (Act.CREATE, "view"): "CREATE VIEW",
    (Act.CREATE, "function"): "CREATE ROUTINE",
    (Act.CREATE, "trigger"): "TRIGGER",
    (Act.ALTER, "table"): "ALTER",
    (Act.ALTER, "view"): "CREATE VIEW",
    (Act.ALTER, "trigger"): "TRIGGER",
    (Act.DROP, "table"): "DROP",
    (Act.DROP, "sequence"): "DROP",
    (Act.DROP, "schema"): "DROP",
    (Act.DROP, "view"): "DROP",
    (Act.DROP, "trigger"): "TRIGGER",
    (Act.DROP, "index"): "ALTER",
    (Act.INDEX, "table"): "INDEX",
    **{(act, "table"): act.upper() for act in _OF_ROWS},
}
_WHOLE = ("CREATE", "CREATE VIEW", "CREATE ROUTINE")
"""What is granted on the database, since there is no thing yet to grant it on."""


@dataclass(frozen=True)
class Grant:
    """One line: which privileges on which databases and tables; None is all of them. `written` is the database's."""

    words: frozenset[str]
    base: re.Pattern[str] | None
    what: str | None
    written: str

    def gives(self, privilege: str, base: str, what: str | None) -> bool:
        """Whether it might give a privilege on a table, or with None on the database."""
        if not self.words & {privilege, "ALL PRIVILEGES", "ALL"}:
            return False
        here = self.base is None or self.base.fullmatch(base) is not None
        return here and (self.what is None or (what is not None and self.what == what.lower()))


def grants_in(lines: Sequence[str]) -> tuple[Grant, ...] | None:
    """The grants of SHOW GRANTS; None where a line is not understood."""
    found = []
    for line in lines:
        match = _GRANT.match(line)
        if match is None:
            if not _NO_MATTER.match(line):
                return None
        elif match["kind"] in (None, "TABLE"):
            what = None if match["what"] == "*" else _bare(match["what"]).lower()
            found.append(Grant(_words(match["words"]), _pattern(match["base"]), what, match["base"]))
    return tuple(found)


def mysql_lacks(connection: sa.Connection, needs: Sequence[Need]) -> tuple[Lack, ...]:
    """What the current user may not do, as far as that is certain."""
    try:
        with connection.begin_nested() if connection.in_transaction() else nullcontext():
            session = connection.exec_driver_sql(
                "SELECT DATABASE(), CURRENT_USER(), CURRENT_ROLE(), @@GLOBAL.read_only"
            ).one()
            lines = [str(line) for line in connection.exec_driver_sql("SHOW GRANTS").scalars()]
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise
        return ()
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    grants = grants_in(lines)
    if grants is None or (not mariadb and session[2] not in (None, "NONE")):
        return ()
    return tuple(_lacks(needs, grants, session, mariadb=mariadb))


def _lacks(needs: Sequence[Need], grants: Sequence[Grant], session: Any, *, mariadb: bool) -> Iterator[Lack]:
    database, user, _, read_only = session
    everywhere = frozenset[str]().union(*(grant.words for grant in grants if grant.base is None))
    if str(read_only).upper() not in ("0", "OFF") and not everywhere & _WRITES_ANYWAY:
        yield Lack(None, "this server is read-only (read_only)", "this database is read-only: connect to the primary")
    name, _, host = str(user).rpartition("@")
    me = f"'{name}'@'{host}'"
    made = {(need.name, need.schema) for need in needs if need.act is Act.CREATE}
    for need in needs:
        privilege = _PRIVILEGES.get((need.act, need.kind))
        if need.act is Act.REFERENCES and not mariadb:  # MariaDB does not ask for it
            privilege = "REFERENCES"
        base = need.name if need.kind == "schema" else need.schema or database
        what = None if need.kind == "schema" else need.name
        if privilege is None or base is None or any(grant.gives(privilege, str(base), what) for grant in grants):
            continue
        whole = what is None or privilege in _WHOLE or (need.name, need.schema) in made
        place = f"{_place(str(base), grants)}.*" if whole else f"{_quoted(str(base))}.{_quoted(str(what))}"
        yield Lack(need, f"has no {privilege} on {base if whole else what}", f"GRANT {privilege} ON {place} TO {me}")


def _words(text: str) -> frozenset[str]:
    """The privileges of a line; those of columns count as those of the table."""
    bare = re.sub(r"\([^)]*\)", "", text)
    return frozenset(word.strip().upper() for word in bare.split(","))


def _bare(name: str) -> str:
    return name.strip("`").replace("``", "`")


def _pattern(base: str) -> re.Pattern[str] | None:
    """A name of databases with the wildcards of LIKE."""
    if base == "*":
        return None
    parts = re.findall(r"\\.|.", _bare(base), re.DOTALL)
    spelled = {"%": ".*", "_": "."}
    text = "".join(spelled.get(part) or re.escape(part[-1]) for part in parts)
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _place(base: str, grants: Sequence[Grant]) -> str:
    """A database as the grant on it writes it that counts, for of several that match only the most exact one does."""
    here = [grant.written for grant in grants if grant.base and grant.what is None and grant.base.fullmatch(base)]
    return max(here, key=lambda text: len(text.replace("%", ""))) if here else _quoted(re.sub("([_%])", r"\\\1", base))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
