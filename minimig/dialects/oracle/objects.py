"""Views, functions and triggers on Oracle, where a body of PL/SQL ends with a semicolon of its own."""

from __future__ import annotations

from minimig.dialects.oracle.providers import OracleProviders
from minimig.dialects.oracle.script import whole
from minimig.state.objects import DefinedState


class OracleObjects(OracleProviders):
    """Oracle Database."""

    def text(self, item: DefinedState) -> str:
        return whole(super().text(item))
