"""Any number of lines of one graph: loaded in parts, each with its merge."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from partnergraph.errors import DataError
from partnergraph.store.oxigraph import loading

GRAPH = "urn:x:g"


def _lines(number: int) -> Iterator[str]:
    for one in range(number):
        yield f'<urn:x:{one}> <urn:x:p> "ends like <urn:x:g> .\\n" <{GRAPH}> .\n'


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_each_line_stands_in_its_graph_and_in_the_merge(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LINES_AT_ONCE", 2)
    store = ox.Store()
    loading.stream(store, _lines(number), GRAPH)
    named, merged = (
        {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}
        for graph in (ox.NamedNode(GRAPH), ox.DefaultGraph())
    )
    assert len(store) == 2 * number
    assert named == merged
    assert {str(triple.object) for triple in named} <= {'"ends like <urn:x:g> .\\n"'}


def test_what_goes_wrong_while_lines_are_made_or_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LINES_AT_ONCE", 2)

    def broken() -> Iterator[str]:
        yield from _lines(3)
        raise DataError("The file ends too early.")

    with pytest.raises(DataError, match="ends too early"):
        loading.stream(ox.Store(), broken(), GRAPH)
    with pytest.raises(SyntaxError):
        loading.stream(ox.Store(), [*_lines(2), "no line\n", *_lines(4)], GRAPH)
