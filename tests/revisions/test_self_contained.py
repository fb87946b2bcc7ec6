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
        f"from sqlalchemy.dialects.postgresql import JSONB\nfrom sqlalchemy.types import JSON as J\n{HEAD}up = []\n",
        f"{HEAD}def step(connection, tables):\n    sa.inspect(connection).x = tables.event._mapping\n\nup = []\n",
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
        f"{HEAD}up = [ops.RunSQL(name) for name in sa.inspect(sa.create_engine('sqlite:///x')).get_table_names()]\n",
        f"from sqlalchemy import create_engine as e\n{HEAD}up = [ops.RunSQL(e('sqlite://').name)]\n",
        f"from sqlalchemy import util\n{HEAD}up = [ops.RunSQL(util.compat.platform.node())]\n",
        f"{HEAD}up = [ops.RunSQL(sa.util.compat.platform.node())]\n",
        f"from sqlalchemy.ext.compiler import compiles\n{HEAD}@compiles(sa.Text)\ndef f(*a):\n    pass\n\nup = []\n",
        f"{HEAD}sa.event.listen(sa.Table, 'after_create', lambda *a: None)\nup = []\n",
        f"{HEAD}sa.dialects.registry.register('x', 'y', 'z')\nup = []\n",
        f"{HEAD}def named(self):\n    return 'x'\n\nops.RunSQL.describe = named\nup = []\n",
        f"{HEAD}up = [ops.RunSQL(str(ops.Operation.__subclasses__()))]\n",
        f"{HEAD}def f():\n    pass\n\nup = [ops.RunSQL(f.__globals__['__builtins__']['open']('x').read())]\n",
        f"{HEAD}__file__: str\nup = [ops.RunSQL(__file__)]\n",
        "from datetime import datetime\nfrom minimig import ops\nup = [ops.RunSQL(str(datetime.now()))]\n",
    ],
)
def test_a_file_that_listens_to_others_is_not(source: str) -> None:
    """Other modules, other files, the process, the clock; and what would have to be looked into."""
    assert not is_self_contained(source.encode())
