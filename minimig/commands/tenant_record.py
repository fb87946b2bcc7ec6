"""The tenants that a run left behind, in a small file, so that the next one can take up those alone.

It is written when a run begins, with all its tenants, and again with each failure: a run that is killed leaves the
truth, or too many. A tenant that is in it for no reason costs one query. The databases themselves know what they have
had; this file is a convenience and may be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minimig.commands.tenant_list import Tenant
from minimig.commands.tenant_work import FAILED, NOT_REACHED, TenantResult
from minimig.errors import FileError, UsageError

NAME = ".minimig-tenants.json"
FORMAT = 1


@dataclass
class TenantRecord:
    """The tenants that are behind, and why, in a file beside the configuration."""

    path: Path
    behind: dict[str, str] = field(default_factory=dict)

    @classmethod
    def beside(cls, root: Path) -> TenantRecord:
        """What the last run in this project left behind; nothing when there was none. Raises FileError."""
        path = root / NAME
        if not path.exists():
            return cls(path)
        try:
            behind = json.loads(path.read_text(encoding="utf-8"))["behind"]
            return cls(path, {str(name): str(reason) for name, reason in behind.items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FileError(
                f"the record of the last run over tenants cannot be read: {error}",
                where=str(path),
                hint="delete it, and run without --retry-failed",
            ) from error

    def left(self, tenants: Sequence[Tenant]) -> tuple[Tenant, ...]:
        """Those of these tenants that are behind. Raises UsageError when no run has been recorded."""
        if not self.path.exists():
            raise UsageError(
                "no run over tenants has been recorded here",
                where=str(self.path),
                hint="run minimig migrate --tenants first",
            )
        return tuple(tenant for tenant in tenants if tenant.name in self.behind)

    def begin(self, every: Sequence[Tenant], now: Sequence[Tenant]) -> None:
        """A run over the tenants `now` begins, out of `every` one that there is."""
        known = {tenant.name for tenant in every}
        self.behind = {name: reason for name, reason in self.behind.items() if name in known}
        self.behind.update((tenant.name, NOT_REACHED) for tenant in now)
        self.save()

    def note(self, result: TenantResult) -> None:
        """One of them is done."""
        if result.status == FAILED:
            self.behind[result.tenant] = short(result)
            self.save()
        else:
            self.behind.pop(result.tenant, None)

    def save(self) -> None:
        """Write the file. Raises FileError."""
        told: Mapping[str, object] = {"format": FORMAT, "behind": self.behind}
        fresh = self.path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            raise FileError(
                f"the record of this run cannot be written: {error.strerror}", where=str(self.path)
            ) from error


def short(result: TenantResult) -> str:
    """Why a tenant failed, in one line."""
    return " ".join((result.error or "").split())[:200]
