"""The network of a made-up graph: whole, and the few bodies that the page of an answer shows.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_network_building.py`` (half a minute)
"""

from __future__ import annotations

import tracemalloc

import pytest

from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.drawing import answer_network
from partnergraph.analysis.routes import routes
from partnergraph.network import build_network
from partnergraph.store import Reader
from tests.benchmarks.processor import taken
from tests.benchmarks.test_columns import ID, made_up_graph

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("claims", [2_000, 20_000])
def test_the_whole_network_and_the_page_of_a_route(claims: int) -> None:
    """Of a graph with more bodies than a map shows, the page of a route costs a fifth of the whole network at most."""
    reader = Reader.nquads_lines(made_up_graph(claims))
    context = AnalysisContext(reader)
    answer = routes(context, f"{ID}/org/body-1", f"{ID}/org/body-2")
    whole, drawn = (taken(call, 3) for call in (lambda: build_network(reader), lambda: answer_network(answer, context)))
    tracemalloc.start()
    network = build_network(reader)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(f"\n{claims:,} claims: whole network {whole:.0f} ms, peak {peak:.0f} MB; network of the page {drawn:.0f} ms")
    assert network.number_of_edges() == claims
    if len(network) > 1_000:
        assert drawn < whole / 5
