"""The suites of the W3C for RDF syntaxes, read by the one way that a file has into a store of ours."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from partnergraph.errors import DataError
from partnergraph.store.oxigraph.loading import load_file
from tests.w3c.answers import same_graph
from tests.w3c.suites import SYNTAXES, Case, cases, published, told

EXPECTED = {".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS}


def wrong(case: Case) -> str | None:
    """What is wrong with a test, if anything."""
    assert case.action is not None
    store, negative = ox.Store(), "Negative" in case.kind
    try:
        load_file(store, case.action, base=published(case.action))
    except DataError as error:
        assert len(store) == 0, "all or nothing"
        return None if negative else str(error)
    if negative:
        return "It is loaded, but is not right."
    if case.result is None:
        assert "PositiveSyntax" in case.kind
        return None
    expected = list(ox.parse(case.result.read_bytes(), EXPECTED[case.result.suffix]))
    return None if same_graph(store, expected) else f"It says {[str(quad) for quad in store]}"


@pytest.mark.parametrize("folder", SYNTAXES)
def test_files_are_read_as_the_w3c_says_but_for_the_known_misses(w3c: Path, folder: str) -> None:
    found = {case.iri: why for case in cases(folder) if (why := wrong(case)) is not None}
    assert not (new := told(folder, found)), new
