"""The data and its viewer as one HTML file that needs nothing else: no network, no other file, no server.

The page may run the one script and use the one style that are in it, named by their hashes, and nothing else: even if a
text of the project's could become markup, no browser would run it. The data is packed, which keeps a page of
hundreds of revisions small, and leaves no `</script>` in it that could end it early.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

GENERATOR = '<meta name="generator" content="minimig explore">'
"""By this line a page is known to be one of ours."""

SCRIPTS = ("model", "dom", "diagram", "revisions", "panel", "search", "main")
_PLACE = re.compile(r"@(\w+)@")


def page(data: Mapping[str, Any], *, live: bool = False) -> str:
    """The page for what `Exploration.to_dict` gave; with `live`, it may ask the server that it came from."""
    scripts = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    script = f'"use strict";\n(async () => {{\n{scripts}}})();\n'
    style = _asset("page.css")
    policy = [
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        "img-src data:",
        "connect-src 'self'" if live else "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    parts = {
        "policy": "; ".join(policy),
        "title": html.escape(str(data["project"])),
        "style": style,
        "script": script,
        "data": packed(data),
    }
    return _PLACE.sub(lambda match: parts[match[1]], _asset("page.html"))


def packed(data: Mapping[str, Any]) -> str:
    """Data as letters and digits: JSON, compressed. The same data gives the same text."""
    text = json.dumps(data, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), mtime=0)).decode("ascii")


def _asset(name: str) -> str:
    return (files("minimig.commands.exploring") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
