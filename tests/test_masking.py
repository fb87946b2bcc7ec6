"""Passwords are hidden, in URLs and in text that quotes them; what is no password stays readable."""

from __future__ import annotations

import pytest

from minimig.errors import ConfigError, GraphError
from minimig.masking import mask_text, secrets_in, secrets_of_variables

URL = "postgresql://bob:p%40ss-word@db.example/shop?sslpassword=key%2Fpart"


@pytest.mark.parametrize(
    "text",
    [
        f"could not use {URL} at all",
        "could not use p@ss-word, or p%40ss-word, or 'key/part'",
        "first postgresql://a:p@ss-word@h/x then mysql://b:p@ss-word@h/y",
    ],
)
def test_no_form_of_a_password_is_left(text: str) -> None:
    """Plain and in percent form, in a URL and alone, the passwords of a URL are hidden."""
    masked = mask_text(text, secrets_in(URL))
    assert not {"ss-word", "key/part", "key%2Fpart"} & {part for part in ("ss-word", "key/part") if part in masked}
    assert "could not use" in masked or "first" in masked


@pytest.mark.parametrize(
    "text",
    ["https://example.org/a?b=1", "postgresql://bob@host/shop", "at 10:30 see bob@example.org", "a.py:12", "C:/x@y"],
)
def test_other_text_stays(text: str) -> None:
    """What looks like a URL or an address and holds no password is left alone."""
    assert mask_text(text) == text


def test_a_password_that_says_nothing_hides_nothing() -> None:
    """The password of postgres:postgres@... would hide the dialect's name; one of three letters, half the words."""
    assert secrets_in("postgresql://postgres:postgres@localhost/shop") == frozenset()
    assert mask_text("cat and category", {"cat"}) == "cat and category"
    assert mask_text("secretly", {"secret"}) == "secretly"


def test_every_error_hides_the_passwords_of_urls() -> None:
    """Whatever an error of ours is made of, wherever it ends up, no URL in it shows its password."""
    error = ConfigError(f"cannot use {URL}", where=URL, hint=f"try {URL}")
    assert "p%40ss" not in f"{error} {error.args}"
    assert "p%40ss" not in str(GraphError(URL).at(URL))
    assert "hunter22" not in str(ConfigError("hunter22", where="hunter22", hint="hunter22").masked({"hunter22"}))


def test_variables_that_hold_secrets_are_known_by_name_or_content() -> None:
    """A variable called like a secret, and one whose value is a URL with a password; a working folder is neither."""
    found = secrets_of_variables(
        [("PGPASSWORD", "one1"), ("API_KEY", "two2"), ("CACHE", "redis://:three3@h/0"), ("PWD", "/home"), ("A", "four")]
    )
    assert found == {"one1", "two2", "three3"}
    assert not secrets_of_variables([("DB_PASSWORD_FILE", "/run/db"), ("USE_TOKEN", "true"), ("TOKEN_SECONDS", "3600")])
