"""What a run tells Python's `logging`, under the one name `minimig`.

Nothing here or anywhere else in minimig sets up logging: who wants these lines lets them through
(`logging.getLogger("minimig").setLevel("INFO")`), as for any library. The command line prints its own words instead.
(Alembic logs under several names, and its template sets up logging for the whole process.)
"""

from __future__ import annotations

import logging

from minimig.runtime.events import (
    Crowded,
    Event,
    Listener,
    NetEffectDone,
    NetEffectRefused,
    NetEffectStarted,
    Retrying,
    StepDone,
    StepStarted,
)
from minimig.runtime.plan import Direction

LOGGER = logging.getLogger("minimig")
LOGGER.addHandler(logging.NullHandler())  # else Python prints warnings to stderr where nobody has set up logging


def logged(listener: Listener, database: str) -> Listener:
    """A listener that also logs: a line when a step begins, and one when it is done; `database` without password."""

    def log(event: Event) -> None:
        if isinstance(event, StepStarted):
            verb = "Applying" if event.step.direction is Direction.FORWARD else "Taking back"
            LOGGER.info(
                "%s %s on %s (%d of %d)", verb, event.step.revision, database, event.number, len(event.revisions)
            )
        elif isinstance(event, Retrying):
            LOGGER.warning("%s is tried again in %.1fs: %s", event.step.revision, event.seconds, event.reason)
        elif isinstance(event, Crowded):
            LOGGER.warning("one transaction takes about %d locks, with room for about %d", event.locks, event.room)
        elif isinstance(event, StepDone):
            verb = "Applied" if event.step.direction is Direction.FORWARD else "Took back"
            faked = ", only recorded" if event.step.faked else ""
            LOGGER.info("%s %s in %.2fs%s", verb, event.step.revision, event.seconds, faked)
        elif isinstance(event, NetEffectStarted):
            LOGGER.info(
                "Making at once what %d of %d migrations lead to on %s", event.count, len(event.revisions), database
            )
        elif isinstance(event, NetEffectRefused):
            LOGGER.warning("They run one by one, since the database refused: %s", event.reason)
        elif isinstance(event, NetEffectDone):
            LOGGER.info("Made in %.2fs", event.seconds)
        listener(event)

    return log
