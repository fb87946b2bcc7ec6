"""A page that follows the project while one works: a small server on this machine, which watches files and database.

It answers two questions: the page, made anew when a file or a squash in effect has changed, and the state, by which a
page that is open finds out that it is old, that a database has moved on, or that its schema is not what it should be.
It gives nothing to other machines, and
nothing to a page from elsewhere that has tricked a browser into asking it under another name.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from time import monotonic
from typing import Any

from minimig.commands.diagnosing import diagnose
from minimig.commands.exploring.exploration import ExploreOptions, exploration, survey_with
from minimig.commands.exploring.marks import Marks, databases_of, marks_of
from minimig.commands.exploring.page import page
from minimig.commands.project import Project
from minimig.config_sources import secrets_of
from minimig.errors import MinimigError, UsageError
from minimig.masking import mask_data

TOLD = ("half-applied", "diverged", "ahead", "edited", "out of order", "locked", "drifted")
"""What `diagnose` finds and the page shows in no other way."""
PAUSE = 6.0
"""Seconds between two looks at a live schema, unless something else has changed: it is more to read than the marks."""
HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Live:
    """A project that is looked at again and again. The last page is kept for as long as it is true."""

    project: Project
    options: ExploreOptions
    _made: tuple[str, dict[str, Any]] | None = None
    _found: tuple[str, float, list[dict[str, Any]]] = ("", 0.0, [])
    _lock: Lock = field(default_factory=Lock)

    def state(self) -> dict[str, Any]:
        """What databases say and how they are now, and a version that changes with the files."""
        with self._lock:
            return self._state(self.project.fresh())

    def page(self) -> str:
        """The page for now. Raises MinimigError."""
        with self._lock:
            fresh = self.project.fresh()
            state = self._state(fresh)
            if self._made is None or self._made[0] != state["version"]:
                self._made = state["version"], exploration(fresh, self.options).to_dict()
            return page({**self._made[1], **state}, live=True)

    def _state(self, project: Project) -> dict[str, Any]:
        marks = marks_of(project) if self.options.ask else None
        told = None if marks is None else [each.to_dict() for each in marks]
        state: dict[str, Any] = {"version": version_of(project, marks), "marks": told}
        state["findings"] = self._findings(project, json.dumps(state), marks or ())
        clean: dict[str, Any] = mask_data(state, secrets_of(self.project.settings))
        return clean

    def _findings(self, project: Project, key: str, marks: tuple[Marks, ...]) -> list[dict[str, Any]]:
        """What is wrong with the databases that answer."""
        known, when, found = self._found
        if key != known or monotonic() - when > PAUSE:
            answering = {each.name for each in marks if each.problem is None}
            asked = [each for each in databases_of(project) if (each.settings.database or "") in answering]
            found = [finding.to_dict() for each in asked for finding in diagnose(each).findings if finding.kind in TOLD]
            self._found = key, monotonic(), found
        return found


def version_of(project: Project, marks: tuple[Marks, ...] | None) -> str:
    """A word for the files as they are and the squashes that are in effect."""
    survey = survey_with(project, marks)
    stats = [(header.path, header.path.stat()) for _, header in sorted(survey.headers.items())]
    files = [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats]
    parts = (files, sorted(survey.graph.hidden.items()), [str(problem) for problem in survey.problems])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Handler(BaseHTTPRequestHandler):
    """Answers GET for the page and its state; the server that it belongs to knows the project."""

    server: Server

    def do_GET(self) -> None:
        """Answer one question."""
        name, _, port = self.headers.get("Host", "").partition(":")
        if name not in NAMES or port != str(self.server.server_port):
            self._send(HTTPStatus.FORBIDDEN, "text/plain", "This server answers only to its own name.")
            return
        answers: dict[str, tuple[str, Callable[[], str]]] = {
            "/": ("text/html", self.server.live.page),
            "/state": ("application/json", lambda: json.dumps(self.server.live.state())),
        }
        if self.path not in answers:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", "There is nothing here; the page is at /.")
            return
        kind, answer = answers[self.path]
        try:
            text = answer()
        except OSError as error:  # a file went away while it was looked at; the page asks again
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", f"{error.filename}: {error.strerror}")
            return
        except MinimigError as error:
            told = error.masked(secrets_of(self.server.live.project.settings))
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", str(told))
            return
        self._send(HTTPStatus.OK, kind, text)

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode("utf-8", "replace")
        self.send_response(status)
        for key, value in {**HEADERS, "Content-Type": f"{kind}; charset=utf-8", "Content-Length": len(body)}.items():
            self.send_header(key, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a page asks every two seconds."""


class Server(ThreadingHTTPServer):
    """The server of one project; use it as a context, and call `serve_forever`."""

    daemon_threads = True

    def __init__(self, live: Live, port: int = 0) -> None:
        self.live = live
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} of {HOST} cannot be used: {error.strerror}", hint="choose another one with --port"
            ) from error

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who went away in the middle, as every closed tab does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/"
