"""`minimig` on a terminal of its own, driven as a person does: wait for a question, then type."""

from __future__ import annotations

import os
import select
import sys
import time
from dataclasses import dataclass

import pytest

from support.projects import REPOSITORY, ProjectFolder


@dataclass(frozen=True)
class Shown:
    """What stood on the terminal in the end, with plain line ends, and the exit code."""

    code: int
    text: str


def on_terminal(project: ProjectFolder, words: list[str], *dialogue: tuple[str, str]) -> Shown:
    """Run a command there; each of the dialogue is what to wait for, and what to type then."""
    pty = pytest.importorskip("pty", reason="terminals are made with pty, which this system has not")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINIMIG_")}
    environment |= {"PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1", "TERM": "xterm"}
    environment |= {} if project.url is None else {"MINIMIG_URL": project.url}
    child, terminal = pty.fork()
    if child == 0:  # a session of its own, so that the terminal's Ctrl-C reaches it
        os.chdir(project.path)
        os.execvpe(sys.executable, [sys.executable, "-m", "minimig", *words], environment)
    text, ends = "", time.monotonic() + 60
    waiting = list(dialogue)
    seen = 0
    while time.monotonic() < ends:
        ready, _, _ = select.select([terminal], [], [], 1)
        try:
            piece = os.read(terminal, 4096) if ready else None
        except OSError:  # the other end is closed: the process is done
            break
        if piece == b"":
            break
        text += (piece or b"").decode()
        while waiting and (place := text.find(waiting[0][0], seen)) >= 0:
            seen = place + len(waiting[0][0])
            time.sleep(0.3)  # as a person would: a Ctrl-C while input() is still being set up is lost in readline
            os.write(terminal, waiting.pop(0)[1].encode())
    else:
        os.kill(child, 9)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert not waiting, f"never asked {waiting[0][0]!r}:\n{text}"
    return Shown(os.waitstatus_to_exitcode(status), text.replace("\r\n", "\n"))
