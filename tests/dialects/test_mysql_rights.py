"""SHOW GRANTS as MariaDB and MySQL write it: in doubt a privilege counts as granted."""

from __future__ import annotations

import pytest

from minimig.dialects.mysql.rights import grants_in

USAGE = "GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*B69027D44F6E5EDC07F1AEAD1477967B16F28227'"


def gives(line: str, privilege: str = "ALTER", base: str = "shop_a", what: str | None = "words") -> bool:
    """Whether one line gives a privilege."""
    grants = grants_in([USAGE, line])
    assert grants is not None
    return any(grant.gives(privilege, base, what) for grant in grants)


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("GRANT ALL PRIVILEGES ON *.* TO `app`@`%` WITH GRANT OPTION", True),
        ("GRANT SELECT, ALTER ON `shop_a`.* TO `app`@`%`", True),
        ("GRANT ALTER ON `shop\\_a`.* TO `app`@`%`", True),
        ("GRANT ALTER ON `shop\\_%`.* TO `app`@`%`", True),
        ("GRANT ALTER ON `SHOP%`.* TO `app`@`%`", True),
        ("GRANT ALTER ON `shop\\_b`.* TO `app`@`%`", False),
        ("GRANT ALTER ON `shop`.* TO `app`@`%`", False),
        ("GRANT INSERT (`id`, `word`), ALTER ON `shop_a`.`words` TO `app`@`%`", True),
        ("GRANT ALTER ON `shop_a`.`Words` TO `app`@`%`", True),
        ("GRANT ALTER ON `shop_a`.`pages` TO `app`@`%`", False),
        ("GRANT ALTER ROUTINE ON `shop_a`.* TO `app`@`%`", False),
        ("GRANT ALTER ROUTINE ON FUNCTION `shop_a`.`words` TO `app`@`%`", False),
        ("GRANT ALTER ON `shop_a`.* TO PUBLIC", True),
        ("GRANT `owners` TO `app`@`%`", False),
        ("GRANT PROXY ON ''@'%' TO 'app'@'%' WITH GRANT OPTION", False),
    ],
)
def test_what_a_line_gives(line: str, there: bool) -> None:
    """ALTER on one table of one database."""
    assert gives(line) is there


def test_columns_and_databases() -> None:
    """A grant on a column counts for its table, one on a table not for the database."""
    assert gives("GRANT INSERT (`id`) ON `shop_a`.`words` TO `app`@`%`", "INSERT")
    assert not gives("GRANT CREATE ON `shop_a`.`words` TO `app`@`%`", "CREATE", what=None)
    assert gives("GRANT CREATE ON `odd``name`.* TO `app`@`%`", "CREATE", base="odd`name", what=None)


@pytest.mark.parametrize("line", ['GRANT ALTER ON "shop_a".* TO "app"@"%"', "SOMETHING ELSE", "GRANT ALTER"])
def test_a_line_that_nobody_understands(line: str) -> None:
    """Then nothing is known of the others either."""
    assert grants_in([USAGE, line]) is None
