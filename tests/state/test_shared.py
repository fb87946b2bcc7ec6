"""Mappings that share their entries, and what a schema's tables know of each other: always what a plain dict says."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from minimig.state.catalog import Catalog
from minimig.state.named_types import TypeName
from minimig.state.parts import ColumnState, ForeignKeyState
from minimig.state.shared import SharedDict, differing
from minimig.state.tables import TableState
from minimig.state.values import SqlType

NAMES = [f"t{number}" for number in range(30)]
TYPES = [SqlType.of(sa.Integer()), *(SqlType.of(sa.Enum("a", name=name)) for name in ("mood", "size"))]
EDITS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(NAMES), st.integers()), st.sets(st.sampled_from(NAMES), max_size=3)),
    max_size=15,
)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers()), EDITS)
def test_an_edited_mapping_is_an_edited_dict(
    start: dict[str, int], edits: list[tuple[dict[str, int], set[str]]]
) -> None:
    """Entries, their order, length and absent keys are a dict's, and no edit is seen in an earlier mapping."""
    plain, shared = dict(start), SharedDict(start)
    history = [(dict(plain), shared)]
    for changes, named in edits:
        gone = {key for key in named if key in plain and key not in changes}
        plain = {key: value for key, value in {**plain, **changes}.items() if key not in gone}
        shared = shared.edited(changes, gone)
        history.append((dict(plain), shared))
    for wanted, found in history:
        assert found == wanted
        assert {key: found.get(key) for key in NAMES} == {key: wanted.get(key) for key in NAMES}
        assert {key for key in NAMES if key in found} == wanted.keys()
        assert len(found) == len(wanted)
        assert list(found) == list(wanted)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(300, 400)), EDITS)
def test_two_mappings_differ_where_dicts_do(
    start: dict[str, int], edits: list[tuple[dict[str, int], set[str]]]
) -> None:
    """Told by what changed between them, any two of a history differ in the keys in which a look at each finds it."""
    history = [SharedDict(start)]
    for changes, named in edits:
        gone = {key for key in named if key in history[-1] and key not in changes}
        history.append(history[-1].edited(changes, gone))
    for one in history:
        for other in history:
            wanted = {key for key, value in one.items() if key not in other or other[key] is not value}
            assert set(differing(one, other)) == wanted


TABLES = st.builds(
    lambda name, targets, types: TableState(
        name,
        columns={f"c{place}": ColumnState(f"c{place}", type_) for place, type_ in enumerate(types)},
        constraints={f"fk_{target}": ForeignKeyState(f"fk_{target}", ("c0",), target, ("id",)) for target in targets},
    ),
    st.sampled_from(NAMES[:5]),
    st.sets(st.sampled_from(NAMES[:5]), max_size=3),
    st.lists(st.sampled_from(TYPES), max_size=3),
)


@given(st.lists(TABLES, max_size=12), st.lists(st.sampled_from(NAMES[:5]), max_size=4))
def test_a_catalog_knows_who_uses_what_after_any_edit(tables: list[TableState], gone: list[str]) -> None:
    """Kept up to date edit by edit, it answers as one that is made anew, in one order, and as a look at each table."""
    catalog = Catalog.of({})
    for table in tables:
        catalog = catalog.edited({table.key: table})
    catalog = catalog.edited({}, [key for key in dict.fromkeys(gone) if key in catalog])
    for found in (catalog, Catalog.of(dict(catalog))):
        for target in NAMES[:5]:
            pointing = {key for key, t in catalog.items() if any(fk.target == target for fk in t.foreign_keys)}
            assert [table.key for table in found.pointing_to(target)] == sorted(pointing)
        for name in (TypeName("mood", None), TypeName("size", None)):
            using = {key for key, t in catalog.items() if name in t.named_types}
            assert [table.key for table in found.using(name)] == sorted(using)
