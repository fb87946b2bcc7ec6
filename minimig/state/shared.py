"""A mapping that is edited by making a new one, which shares with the old one all but a few entries.

A history of a thousand operations over a thousand tables is a thousand mappings of a thousand entries; copying each
would cost their product, in time and in memory. Here a mapping is a dict that nobody edits any more, and a small dict
of what became different since. When the small one has grown to the root of the large one, both are made one again: an
edit costs about the root of the number of entries.

(Clojure's and Scala's persistent maps are trees; two plain dicts do for the sizes of schemas, and keep their order.)
"""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_GONE: Any = object()
"""The value of a key that the large dict still has."""


class SharedDict(Mapping[K, V], Generic[K, V]):
    """An immutable mapping, in order of insertion as a dict, however its edits are kept."""

    __slots__ = ("_changes", "_whole")

    def __init__(self, whole: Mapping[K, V] | None = None, changes: Mapping[K, V] | None = None) -> None:
        self._whole = {} if whole is None else whole
        self._changes: Mapping[K, V] = {} if changes is None else changes

    def edited(self, changes: Mapping[K, V], gone: Collection[K] = ()) -> SharedDict[K, V]:
        """The mapping with these entries, new or in place of its own, and without the keys that are `gone`."""
        whole, before = self._whole, self._changes
        if any(before.get(key) is _GONE for key in changes):  # what comes back stands at the end
            whole, before = _merged(whole, before), {}
        later = {**before, **changes, **dict.fromkeys(gone, _GONE)}
        small = len(later) ** 2 <= len(whole)
        return SharedDict(whole, later) if small else SharedDict(_merged(whole, later))

    def __getitem__(self, key: K) -> V:
        found = self._changes[key] if key in self._changes else self._whole[key]
        if found is _GONE:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self._changes[key] is not _GONE if key in self._changes else key in self._whole  # type: ignore[index]

    def __iter__(self) -> Iterator[K]:
        return iter(self._plain())

    def __len__(self) -> int:
        return len(self._plain())

    def __eq__(self, other: object) -> bool:
        return self._plain() == (other._plain() if isinstance(other, SharedDict) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._plain())

    # A plain dict walks faster than what Mapping offers.

    def keys(self) -> KeysView[K]:
        return self._plain().keys()

    def values(self) -> ValuesView[V]:
        return self._plain().values()

    def items(self) -> ItemsView[K, V]:
        return self._plain().items()

    def _plain(self) -> Mapping[K, V]:
        return _merged(self._whole, self._changes) if self._changes else self._whole


def differing(one: Mapping[K, V], other: Mapping[K, V]) -> list[K]:
    """The keys of one mapping under which another has nothing, or another object.

    Two that were edited from the same one are told apart by what became different since.
    """
    keys: Collection[K] = one
    if isinstance(one, SharedDict) and isinstance(other, SharedDict) and one._whole is other._whole:  # noqa: SLF001
        keys = [key for key in {**one._changes, **other._changes} if key in one]  # noqa: SLF001
    return [key for key in keys if key not in other or other[key] is not one[key]]


def _merged(whole: Mapping[K, V], changes: Mapping[K, V]) -> Mapping[K, V]:
    """Both in one dict, by copying alone: nothing here runs once for each entry of `whole` in Python."""
    merged = {**whole, **changes}
    for key, value in changes.items():
        if value is _GONE:
            del merged[key]
    return merged
