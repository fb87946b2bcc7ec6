"""Which revision files mean the same as long as their bytes are the same."""

from __future__ import annotations

import pytest

from minimig.revisions.self_contained import is_self_contained

HEAD = "import sqlalchemy as sa\n\nfrom minimig import ops\n\n"
STEP = """def step(connection, tables):
    rows = [dict(id=number) for number in range(3)]

    def inner():
        return rows

    connection.execute(sa.insert(tables.t), inner())

"""


@pytest.mark.parametrize(
    "source",
    [
        f'"""Title."""\n{HEAD}dependencies = []\nup = [ops.CreateTable("t", sa.Column("c", sa.String(3)))]\n',
        f"{HEAD}from sqlalchemy.dialects import postgresql\nup = [ops.DropTable('t')]\n",
        f"from __future__ import annotations\n{HEAD}WIDTH: int = 3\nup = [ops.RunSQL(str(max(WIDTH, 2)))]\n",
        "from minimig.ops import RunSQL as R\nimport sqlalchemy.dialects.mysql\nup = [R('x')]\n",
        f"{HEAD}NAMES = ('a', 'b')\nup = [ops.RunSQL(name + NAMES[0]) for name in NAMES]\n",
        f"{HEAD}up = [ops.RunPython(lambda connection, tables: None)]\n",
        f"{HEAD}{STEP}up = [ops.RunPython(step)]\n",
        "# coding: latin-1\nfrom minimig import ops\nup = [ops.RunSQL('\xe9')]\n",
    ],
)
def test_a_file_of_its_own_words_is(source: str) -> None:
    """Literals, SQLAlchemy, operations, and functions that give the same each time."""
    assert is_self_contained(source.encode("latin-1"))


@pytest.mark.parametrize(
    "source",
    [
        f"{HEAD}from blog.sizes import WIDTH\nup = [ops.RunSQL(str(WIDTH))]\n",
        f"{HEAD}from blog.types import Money\nup = []\n",
        f"{HEAD}from . import sizes\nup = []\n",
        f"{HEAD}import os\nup = [ops.RunSQL(os.environ['SQL'])]\n",
        f"import os as sa\n{HEAD}up = []\n",
        f"if True:\n    import os as sa\n{HEAD}up = []\n",
        f"try:\n    import os as sa\nexcept ImportError:\n    pass\n{HEAD}up = []\n",
        f"{HEAD}up = [ops.RunSQL(open('step.sql').read())]\n",
        f"{HEAD}open = open\nup = [ops.RunSQL(open('step.sql').read())]\n",
        f"{HEAD}up = [ops.RunSQL(__file__)]\n",
        f"{HEAD}up = [ops.RunSQL(str(hash('x')))]\n",
        f"{HEAD}up = [ops.RunSQL(__builtins__['open']('x').read())]\n",
        f"{HEAD}def step(connection, tables):\n    open('x')\n\nup = [ops.RunPython(step)]\n",
        f"{HEAD}def sql():\n    import os\n    return os.environ['SQL']\n\nup = [ops.RunSQL(sql())]\n",
        f"{HEAD}def sql():\n    global os\n    import os\n\nup = [ops.RunSQL(sql())]\n",
        f"{HEAD}def sql():\n    return (lambda: open('x'))()\n\nup = [ops.RunSQL(sql())]\n",
        f"{HEAD}up = [ops.RunSQL(open(name).read()) for name in ('a', 'b')]\n",
        f"{HEAD}class Step:\n    pass\n\nup = []\n",
        "from sqlalchemy import *\nfrom minimig import ops\nup = [ops.RunSQL(text('x'))]\n",
        "from minimig import *\nup = []\n",
        "import minimig\nup = minimig.diff(minimig.reflect('sqlite://'), minimig.SchemaState())\n",
        "from datetime import datetime\nfrom minimig import ops\nup = [ops.RunSQL(str(datetime.now()))]\n",
    ],
)
def test_a_file_that_listens_to_others_is_not(source: str) -> None:
    """Other modules, other files, the process, the clock; and what would have to be looked into."""
    assert not is_self_contained(source.encode())
