"""What must not be printed: passwords, in URLs and wherever else a text quotes them.

Text in, text out. Every error of ours goes through `mask_text` when it is made, so that what a driver or a project's
own code says of a URL cannot show its password, in a log or on a screen. What a password is when it stands alone can
only be said by who knows the configuration: those are the `secrets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus, unquote

STARS = "***"

# Up to the last @: a password that its owner forgot to quote may contain one, and showing half of it would be
# worse than hiding a host.
USER_PASSWORD = re.compile(r"(://[^:/@]*:)(.+)@", re.DOTALL)
MISTYPED = (
    re.compile(r"^([^:]*:)(.+)@", re.DOTALL),
    re.compile(r"((?:^|[;\s])(?:password|passwd|pwd)=)([^;\s]+)", re.IGNORECASE),
)
"""Where passwords stand in what is no URL, but was meant as one: `postgres:/bob:secret@db`, `Server=db;Pwd=secret`."""
IN_TEXT = re.compile(r"(://[^\s:/@]*:)\S+@")
QUERY_PASSWORD = re.compile(r"([?&](?:\w*password|passwd|pwd|passphrase|odbc_connect)=)([^&\s]+)", re.IGNORECASE)
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|_PWD|PASSPHRASE|SECRET|TOKEN|API_?KEY", re.IGNORECASE)
"""Names of variables and `-x` values that hold something secret (PWD alone is a folder)."""
NO_SECRET = re.compile(r"_(?:FILE|PATH|DIR|NAME|ID)$", re.IGNORECASE)
"""Ends of such names that only say where or whose a secret is."""
SWITCHES = frozenset({"true", "false", "none", "null"})
SHORTEST = 4
"""A shorter text is no password that hiding it could protect, and hiding it would garble every message."""


def mask_url(url: str) -> str:
    """`url` with its password hidden, wherever drivers take one. Errs towards hiding too much."""
    if "://" not in url:
        pair, word = MISTYPED
        return word.sub(rf"\1{STARS}", pair.sub(rf"\1{STARS}@", url))
    return QUERY_PASSWORD.sub(rf"\1{STARS}", USER_PASSWORD.sub(rf"\1{STARS}@", url))


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the passwords of all URLs in it hidden, and each of the secrets, as it is and in percent form."""
    text = QUERY_PASSWORD.sub(rf"\1{STARS}", IN_TEXT.sub(rf"\1{STARS}@", text))
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", STARS, text)
    return text


def mask_data(value: Any, secrets: frozenset[str]) -> Any:
    """Data without the passwords of URLs and these secrets, wherever a text in it shows them."""
    if isinstance(value, str):
        return mask_text(value, secrets)
    if isinstance(value, list):
        return [mask_data(item, secrets) for item in value]
    if isinstance(value, dict):
        return {mask_text(key, secrets): mask_data(item, secrets) for key, item in value.items()}
    return value


def secrets_in(url: str) -> frozenset[str]:
    """The passwords in a URL, as they are written and as they are meant; none that its user or database is called."""
    patterns = (USER_PASSWORD, QUERY_PASSWORD) if "://" in url else MISTYPED
    found = [match.group(2) for pattern in patterns for match in pattern.finditer(url)]
    written = {*found, *map(unquote, found)}
    return frozenset(secret for secret in written if secret not in re.split(r"[:/@?&=+]+", mask_url(url)))


def secrets_of_variables(values: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The secrets in variables: the value of one with a secret name, and the passwords of URLs."""
    found: set[str] = set()
    for name, value in values:
        said = value.isdigit() or value.lower() in SWITCHES
        if SECRET_NAME.search(name) and not NO_SECRET.search(name) and not said:
            found.add(value)
        if "://" in value:
            found |= secrets_in(value)
    return frozenset(found)
