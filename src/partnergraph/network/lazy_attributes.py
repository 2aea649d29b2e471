"""Attributes of nodes and edges that are read when they are first used: for networks too large to read all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

UNREAD: Any = object()  # what a known attribute is where only reading the record tells


class AttributeSource(Protocol):
    """Where the attributes of records come from, by the place of a record in it. What is known is immutable, or
    `UNREAD` where only reading tells.
    """

    @property
    def names(self) -> Collection[str]:
        """All attributes."""
        ...

    @property
    def known(self) -> Mapping[str, Callable[[int], Any]]:
        """What gives an attribute without reading the record, by its name."""
        ...

    def read(self, place: int) -> dict[str, Any]:
        """All attributes of a record, in their order."""
        ...


def _complete(name: str) -> Any:
    """The method of `dict` with this name, after all attributes were read."""
    plain = getattr(dict, name)

    def method(self: LazyAttributes, *arguments: Any, **named: Any) -> Any:
        for attributes in (self, *arguments):
            if isinstance(attributes, LazyAttributes):
                attributes.read()
        return plain(self, *arguments, **named)

    method.__name__, method.__doc__ = name, plain.__doc__
    return method


class LazyAttributes(dict[str, Any]):
    """The attributes of a node or an edge, as a dictionary. What is known without reading the record is given at once,
    all else is read with the first use of any of it; what was set before stays. A copy, also of the network, and a
    pickle is a plain dictionary of all.
    """

    __slots__ = ("_place", "_source")

    def __init__(self, source: AttributeSource, place: int, present: str) -> None:
        """`present`: a known attribute that is in memory from the start. One must be: encoders in C take a dictionary
        that holds nothing for an empty one.
        """
        super().__init__({present: source.known[present](place)})
        self._source: AttributeSource | None = source
        self._place = place

    def read(self) -> None:
        """Read all that was not read yet."""
        source = self._source
        if source is None:
            return
        values = source.read(self._place)
        self._source = None
        own = dict(self)
        self.clear()
        self.update(values)
        self.update(own)

    def __missing__(self, key: str) -> Any:
        source = self._source
        if source is None or key not in source.names:
            raise KeyError(key)
        if key in source.known and (value := source.known[key](self._place)) is not UNREAD:
            return value
        self.read()
        return self[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (self._source is not None and key in self._source.names)

    def get(self, key: str, default: Any = None, /) -> Any:
        """The attribute, or the default."""
        try:
            return self[key]
        except KeyError:
            return default

    def copy(self) -> dict[str, Any]:
        """A plain dictionary of all attributes."""
        return dict(self)

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)

    __iter__, __reversed__, __len__ = _complete("__iter__"), _complete("__reversed__"), _complete("__len__")
    keys, values, items = _complete("keys"), _complete("values"), _complete("items")
    __delitem__, pop, popitem = _complete("__delitem__"), _complete("pop"), _complete("popitem")
    clear, setdefault = _complete("clear"), _complete("setdefault")
    __eq__, __ne__, __repr__ = _complete("__eq__"), _complete("__ne__"), _complete("__repr__")
    __or__, __ror__ = _complete("__or__"), _complete("__ror__")
    __hash__ = None
