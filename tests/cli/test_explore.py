"""`minimig explore` as a command: the file it writes, what it says, what it refuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from minimig.commands.exploring.serving import Server
from support.databases import Database
from support.explored import data_of, served
from support.histories import add, two_apps
from support.projects import REPOSITORY, ProjectFolder


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps of two revisions each, of which those of `accounts` are applied."""
    project = two_apps(tmp_path, sqlite_database.url)
    project.ok("migrate", "accounts")
    return project


def test_a_page_is_written_and_its_own_file_replaced(project: ProjectFolder) -> None:
    """The first time a file is written, the second time replaced, and either is said."""
    assert project.ok("explore", "--dialect", "sqlite").out.startswith("Wrote minimig-explore.html (")
    assert project.ok("explore", "--dialect", "sqlite").out.startswith("Replaced minimig-explore.html (")
    data = data_of(project.read("minimig-explore.html"))
    assert len(data["marks"][0]["applied"]) == 2


def test_no_other_file_is_replaced(project: ProjectFolder) -> None:
    """A file that explore has not written stays as it is, and the error says what to do."""
    project.write("notes.html", "mine")
    result = project.run("explore", "-o", "notes.html")
    assert result.code == 1
    assert "give another name with -o" in result.err
    assert project.read("notes.html") == "mine"


def test_json_is_the_data_of_the_page(project: ProjectFolder) -> None:
    """`--json` prints what the page holds and writes no file."""
    told = json.loads(project.ok("explore", "shop", "--json", "--dialect", "oracle", "--no-database").out)
    assert (told["format"], told["command"], told["dialects"], told["marks"]) == (1, "explore", ["oracle"], None)
    assert [each["revision"] for each in told["revisions"]][-1] == "shop.0002_owner"
    assert project.files("*.html") == []


def test_without_a_database_there_is_a_page(project: ProjectFolder) -> None:
    """None configured: no marks. One that does not answer: no marks, the reason, no password, and exit code 0."""
    assert ProjectFolder(project.path).ok("explore", "--dialect", "sqlite").err == ""
    assert data_of(project.read("minimig-explore.html"))["marks"] == []
    away = ProjectFolder(project.path, "postgresql+psycopg://me:s3cret-word@127.0.0.1:1/none")
    result = away.ok("explore", "--dialect", "sqlite")
    assert "Without marks of what is applied: cannot connect" in result.err
    page = project.read("minimig-explore.html")
    assert "s3cret-word" not in result.text + page + json.dumps(data_of(page))


def test_what_is_broken_is_said(project: ProjectFolder) -> None:
    """A broken file is named on stderr; the page is written all the same."""
    add(project, "shop.0003_misfit", ["0002_owner"], 'ops.DropColumn("carts", "colour")')
    result = project.ok("explore", "--dialect", "sqlite")
    assert "Left out: table carts has no column 'colour'" in result.err


@pytest.mark.parametrize(
    "words", [["--serve", "--json"], ["--serve", "-o", "x.html"], ["--port", "80"], ["--json", "-o", "x.html"]]
)
def test_options_that_do_not_fit_together(project: ProjectFolder, words: list[str]) -> None:
    """What would be ignored is refused."""
    assert project.run("explore", *words).code == 2


@pytest.fixture
def server(project: ProjectFolder) -> Iterator[Server]:
    """A live page of the project, on a free port."""
    with served(project) as server:
        yield server


def asked(server: Server, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_state_follows_database_and_files(project: ProjectFolder, server: Server) -> None:
    """What is applied is told at once; the version changes with the files, and with nothing else."""
    page = data_of(asked(server, "")[1])
    before = json.loads(asked(server, "state")[1])
    assert before == {key: page[key] for key in ("version", "marks", "findings")}
    assert before["findings"] == []
    project.ok("migrate")
    after = json.loads(asked(server, "state")[1])
    assert after["version"] == before["version"]
    assert len(after["marks"][0]["applied"]) == 4
    add(project, "shop.0003_more", ["0002_owner"], 'ops.AddColumn("carts", sa.Column("size", sa.Integer))')
    assert json.loads(asked(server, "state")[1])["version"] != before["version"]
    assert data_of(asked(server, "")[1])["revisions"][-1]["revision"] == "shop.0003_more"


def test_the_server_answers_to_its_own_name_only(server: Server) -> None:
    """A page from elsewhere that has its name lead to this machine is refused; other paths lead nowhere."""
    assert asked(server, "state", Host="evil.example")[0] == 403
    assert asked(server, "state", Host=f"localhost:{server.server_port}")[0] == 200
    assert asked(server, "etc/passwd")[0] == 404


def test_a_reader_who_goes_away_is_no_error(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """A tab that is closed before its page has come leaves no traceback behind."""
    with socket.create_connection(("127.0.0.1", server.server_port)) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
        reader.sendall(f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{server.server_port}\r\n\r\n".encode())
    assert asked(server, "state")[0] == 200
    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(10)
    assert "Traceback" not in capsys.readouterr().err


def test_a_port_that_is_taken_is_an_error(project: ProjectFolder, server: Server) -> None:
    """Two servers cannot have one port; the second says what to do."""
    result = project.run("explore", "--serve", "--port", str(server.server_port))
    assert result.code == 2
    assert "choose another one with --port" in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a child process of a console differently")
def test_ctrl_c_ends_the_server(project: ProjectFolder) -> None:
    """`--serve` says where it is, and Ctrl-C is the way that it ends: without a traceback, exit code 0."""
    command = [sys.executable, "-m", "minimig", "explore", "--serve"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "MINIMIG_URL": str(project.url)}
    with subprocess.Popen(command, cwd=project.path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Serving http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "\nStopped.\n"
    assert process.returncode == 0
