"""The network of a made-up graph: whole, from the columns of its claims, and the few bodies that the page of an answer
shows.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_network_building.py`` (half a minute)
"""

from __future__ import annotations

import tracemalloc

import pytest

from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.drawing import answer_network
from partnergraph.analysis.routes import routes
from partnergraph.claims.claim_columns import scan_columns
from partnergraph.network import build_network
from partnergraph.network.column_network import column_network
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


@pytest.mark.parametrize("claims", [20_000, 100_000])
def test_the_network_from_columns(claims: int) -> None:
    """It costs a fifth of the whole network at most, and a look-up of evidence a few milliseconds."""
    reader = Reader.nquads_lines(made_up_graph(claims))
    columns = scan_columns(reader)
    whole = taken(lambda: build_network(reader), 1)
    own = taken(lambda: column_network(reader, columns, lambda: reader), 3)
    network = column_network(reader, columns, lambda: reader)
    edges = [data for _, _, data in network.edges(data=True)][:100]
    lookup = taken(lambda: [data["evidence"] for data in edges], 1) / len(edges)
    print(f"\n{claims:,} claims: whole network {whole:.0f} ms, from columns {own:.0f} ms, a look-up {lookup:.1f} ms")
    assert network.number_of_edges() == claims
    assert own < whole / 5
