"""Measures against networkx on random graphs, whichever way they are computed, and the acceptance values."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.analysis import networkx_measures, sparse_measures
from partnergraph.analysis.measures import (
    EXACT,
    SMALL,
    NetworkMeasures,
    engine,
    in_order,
    measure_table,
    pivots,
    ranks,
    separated_by,
)
from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.projections import project
from partnergraph.analysis.shortest_paths import path_centralities
from partnergraph.analysis.stability import _Supports, kendall_tau, rank_bands
from partnergraph.claims.claim_columns import RETRACTED, ClaimColumns
from partnergraph.errors import MissingExtra, UsageError
from partnergraph.vocabulary.iri import last_segment
from tests.analysis.projection_of import projection_of, projection_of_arrays
from tests.conftest import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # networkx, of a graph without pairs

MODULES = [networkx_measures, sparse_measures]
either_way = pytest.mark.parametrize("module", MODULES, ids=["networkx", "sparse"])
SCHOOL = "school-of-primary-community-and-social-care"
SOCIAL_WORK = "west-midlands-social-work-teaching-partnership"


@st.composite
def graphs(draw: st.DrawFn, *, directed: bool | None = False, most: int = 12) -> nx.Graph[int]:
    """Random graphs of 0 to `most` nodes: empty, disconnected, trees, dense; weighted, with three types or none."""
    directed = draw(st.booleans()) if directed is None else directed
    graph: nx.Graph[int] = nx.DiGraph() if directed else nx.Graph()
    size = draw(st.integers(0, most))
    for node in range(size):
        graph.add_node(node, type=draw(st.sampled_from(["charity", "council", "university", ""])))
    possible = [(a, b) for a in range(size) for b in range(size) if (a != b if directed else a < b)]
    if draw(st.booleans()) and size > 1:  # a tree or a forest
        possible = [(draw(st.integers(0, node - 1)), node) for node in range(1, size)]
    if possible:
        for start, end in draw(st.lists(st.sampled_from(possible), unique=True)):
            graph.add_edge(start, end, weight=draw(st.sampled_from([1.0, 0.5, 1 / 3, 2.0])))
    return graph


def _column(values: dict[int, float]) -> list[float]:
    return [values[node] for node in sorted(values)]


def _same_sets(labels: Any, sets: Any) -> bool:
    found = {frozenset(np.flatnonzero(labels == number).tolist()) for number in set(labels.tolist())}
    return found == {frozenset(nodes) for nodes in sets}


def _structural_holes(graph: nx.Graph[int]) -> tuple[list[float], list[float]]:
    """Constraint and effective size by networkx, which refuses graphs without nodes."""
    if not graph:
        return [], []
    return _column(nx.constraint(graph)), _column(nx.effective_size(graph))


@either_way
@settings(max_examples=150, deadline=None)
@given(graph=graphs())
def test_undirected_measures_are_those_of_networkx(module: ModuleType, graph: nx.Graph[int]) -> None:
    measures = NetworkMeasures(projection_of(graph), module)
    constraint, effective_size = _structural_holes(graph)
    assert measures.constraint == pytest.approx(constraint, abs=1e-9, nan_ok=True)
    assert measures.effective_size == pytest.approx(effective_size, abs=1e-9, nan_ok=True)
    assert measures.degree.tolist() == _column(dict(graph.degree()))
    assert measures.strength == pytest.approx(_column(dict(graph.degree(weight="weight"))), abs=1e-9)
    assert measures.betweenness == pytest.approx(_column(nx.betweenness_centrality(graph, normalized=False)), abs=1e-9)
    assert measures.harmonic == pytest.approx(_column(nx.harmonic_centrality(graph)), abs=1e-9)
    assert measures.core.tolist() == _column(nx.core_number(graph))
    assert _same_sets(measures.component, nx.connected_components(graph))
    assert set(measures.cut_points.tolist()) == set(nx.articulation_points(graph))
    assert {tuple(pair) for pair in measures.bridges.tolist()} == {(min(pair), max(pair)) for pair in nx.bridges(graph)}


@either_way
@settings(max_examples=100, deadline=None)
@given(graph=graphs(directed=True))
def test_paths_and_pagerank_follow_arcs_and_all_else_leaves_their_direction_out(
    module: ModuleType, graph: nx.DiGraph[int]
) -> None:
    measures = NetworkMeasures(projection_of(graph), module)
    assert measures.betweenness == pytest.approx(_column(nx.betweenness_centrality(graph, normalized=False)), abs=1e-9)
    assert measures.harmonic == pytest.approx(_column(nx.harmonic_centrality(graph)), abs=1e-9)
    undirected = graph.to_undirected()
    assert measures.degree.tolist() == _column(dict(undirected.degree()))
    assert measures.strength == pytest.approx(_column(dict(graph.degree(weight="weight"))), abs=1e-9)
    assert measures.core.tolist() == _column(nx.core_number(undirected))
    assert set(measures.cut_points.tolist()) == set(nx.articulation_points(undirected))
    assert measures.constraint == pytest.approx(_structural_holes(undirected)[0], abs=1e-9, nan_ok=True)


@either_way
@settings(max_examples=100, deadline=None)
@given(graph=graphs(directed=None))
def test_pagerank_with_weights_and_isolates(module: ModuleType, graph: nx.Graph[int]) -> None:
    """networkx computes it with scipy, which the tests have."""
    measures = NetworkMeasures(projection_of(graph), module)
    assert measures.pagerank == pytest.approx(_column(nx.pagerank(graph, tol=1e-14, max_iter=2000)), abs=1e-9)


@either_way
@settings(max_examples=100, deadline=None)
@given(graph=graphs())
def test_eigenvector_centrality_of_the_largest_component(module: ModuleType, graph: nx.Graph[int]) -> None:
    measures = NetworkMeasures(projection_of(graph), module)
    inside = np.flatnonzero(measures.component == 1)
    if len(inside) < 2:
        assert np.isnan(measures.eigenvector).all()
        return
    matrix = nx.to_numpy_array(graph, nodelist=list(range(len(graph))))[np.ix_(inside, inside)]
    leading = np.abs(np.linalg.eigh(matrix)[1][:, -1])
    assert measures.eigenvector[inside] == pytest.approx(leading, abs=1e-9)
    assert np.isnan(np.delete(measures.eigenvector, inside)).all()


def _roles(graph: nx.Graph[int]) -> list[list[int]]:
    """By the definition: each pair of neighbours that is not joined."""
    rows = []
    for node in graph:
        roles = [0, 0, 0, 0]
        for left in graph[node]:
            for right in graph[node]:
                types = [graph.nodes[body]["type"] for body in (left, node, right)]
                if left < right and not graph.has_edge(left, right) and all(types):
                    before, own, after = types
                    role = 3 if len(set(types)) == 3 else 0 if len(set(types)) == 1 else 1 if before == after else 2
                    roles[role] += 1
                    assert (role == 2) == ((own == before) != (own == after))
        rows.append(roles)
    return rows


@settings(max_examples=200, deadline=None)
@given(graph=graphs())
def test_brokerage_roles_by_their_definition(graph: nx.Graph[int]) -> None:
    assert NetworkMeasures(projection_of(graph)).roles.tolist() == _roles(graph)


@settings(max_examples=100, deadline=None)
@given(graph=graphs())
def test_assortativity_is_that_of_networkx_where_types_are_known(graph: nx.Graph[int]) -> None:
    typed = graph.subgraph([node for node in graph if graph.nodes[node]["type"]])
    ours = NetworkMeasures(projection_of(graph)).assortativity
    joined = {graph.nodes[node]["type"] for pair in typed.edges for node in pair}
    if len(joined) < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(nx.attribute_assortativity_coefficient(typed, "type"), abs=1e-9)


@either_way
@settings(max_examples=150, deadline=None)
@given(graph=graphs(), focus=st.integers(0, 11))
def test_what_is_separated_by_removing_each_body(module: ModuleType, graph: nx.Graph[int], focus: int) -> None:
    projection = projection_of(graph)
    measures = NetworkMeasures(projection, module)
    for center in (None, focus if focus in graph else None):
        tree = measures.block_tree(center)
        for node in graph:
            component = nx.node_connected_component(graph, node)
            parts = [sorted(part) for part in nx.connected_components(graph.subgraph(component - {node}))]
            parts.sort(key=lambda part: (center not in part, -len(part), part[0]))
            separation = tree.separation(node)
            assert separation.before == len(component)
            assert separation.rest == len(parts[0] if parts else [])
            assert separation.has_focus == any(center in part for part in parts)
            assert [list(piece) for piece in separation.pieces] == parts[1:]
            assert tree.counts[node] == len(separation.separated) == sum(map(len, parts[1:]))
            assert list(separation.only_pair) == [other for other in sorted(graph[node]) if graph.degree(other) == 1]


def test_separated_by_answers_for_one_body_and_refuses_others() -> None:
    projection = projection_of(nx.path_graph(5))
    assert separated_by(projection, 1).separated == (0,)
    assert separated_by(projection, 1, focus_index=0).separated == (2, 3, 4)
    with pytest.raises(UsageError, match="no node 5: the projection has 5"):
        separated_by(projection, 5)
    with pytest.raises(UsageError, match="no node -1"):
        separated_by(projection, 0, -1)


@settings(max_examples=100, deadline=None)
@given(graph=graphs(directed=None), data=st.data())
def test_paths_from_pivots_are_parts_of_all_and_exact_when_all_are_pivots(
    graph: nx.Graph[int], data: st.DataObject
) -> None:
    """The estimate is unbiased: over all sets of pivots of a size its mean is the measure."""
    pairs = PairGraph.of(projection_of(graph))
    exact = path_centralities(pairs)
    every = path_centralities(pairs, np.arange(pairs.size), pairs.matrix())
    assert every[0] == pytest.approx(exact[0], abs=1e-9)
    assert every[1] == pytest.approx(exact[1], abs=1e-9)
    if pairs.size > 2:
        node = data.draw(st.integers(0, pairs.size - 1))
        others = [path_centralities(pairs, np.array([other])) for other in range(pairs.size) if other != node]
        for number in range(2):
            assert np.mean([values[number][node] for values in others]) == pytest.approx(exact[number][node], abs=1e-9)


def test_long_chains_and_large_stars_either_way() -> None:
    """Levels of one node and of all nodes; a bridge at each step; eigenvalues that lie close together."""
    for graph in (nx.path_graph(300), nx.star_graph(400), nx.barbell_graph(20, 5), nx.grid_2d_graph(12, 13)):
        projection = projection_of(graph)
        one, other = (NetworkMeasures(projection, module) for module in MODULES)
        assert other.betweenness == pytest.approx(one.betweenness, rel=1e-9, abs=1e-9)
        assert other.harmonic == pytest.approx(one.harmonic, rel=1e-9)
        assert other.cut_points.tolist() == one.cut_points.tolist()
        assert other.bridges.tolist() == one.bridges.tolist()
        assert other.core.tolist() == one.core.tolist()
        assert other.constraint == pytest.approx(one.constraint, rel=1e-9)
        assert other.eigenvector == pytest.approx(one.eigenvector, abs=1e-9)


def test_size_alone_decides_how_it_is_computed() -> None:
    chain = np.column_stack([np.arange(SMALL + 1), np.arange(SMALL + 1) + 1]).astype(np.int32)
    assert engine(PairGraph(SMALL + 2, chain[:SMALL], np.ones(SMALL))) is networkx_measures
    assert engine(PairGraph(SMALL + 2, chain, np.ones(SMALL + 1))) is sparse_measures


@pytest.mark.parametrize("library", ["scipy", "graspologic_native"])
def test_a_missing_extra_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (library, "scipy.sparse", "scipy.sparse.csgraph"):
        if name.startswith(library):
            monkeypatch.setitem(sys.modules, name, None)
    measures = NetworkMeasures(projection_of(nx.karate_club_graph()), sparse_measures)
    with pytest.raises(MissingExtra, match=r"pip install 'partnergraph\[network\]'"):
        _ = measures.component if library == "scipy" else sparse_measures.partition(measures.graph, 0)
    small = NetworkMeasures(projection_of(nx.karate_club_graph()))
    assert len(measure_table(small.projection, small)["iri"]) == 34


def test_pivots_by_size_and_a_note_on_them() -> None:
    def graph(size: int, pairs: int) -> PairGraph:
        return PairGraph(size, np.zeros((pairs, 2), dtype=np.int32), np.ones(pairs))

    assert pivots(graph(EXACT // 5_000, 5_000)) is None
    for pairs, number in ((5_001, 400), (62_500, 400), (250_000, 100), (1_000_000, 50), (2_000_000, 50)):
        chosen = pivots(graph(EXACT // 5_000, pairs))
        assert chosen is not None
        assert len(set(chosen.tolist())) == number
        assert chosen.tolist() == sorted(chosen.tolist())
    random: nx.Graph[int] = nx.gnm_random_graph(11_000, 12_000, seed=1)
    [first, *_] = NetworkMeasures(projection_of(random)).notes
    assert "estimated from the shortest paths of 400 of 11,000 bodies" in first


def test_ranks_of_equal_values_are_joint() -> None:
    values = np.array([3.0, 5.0, 3.0 + 1e-13, np.nan, 1.0])
    assert ranks(values).tolist() == [2, 1, 2, 0, 4]
    assert ranks(values, ascending=True).tolist() == [2, 4, 2, 0, 1]
    assert in_order(values).tolist() == [1, 0, 2, 4]


@pytest.mark.parametrize("graph", [nx.empty_graph(0), nx.empty_graph(1), nx.empty_graph(3), nx.path_graph(2)])
@either_way
def test_a_table_of_next_to_nothing(module: ModuleType, graph: nx.Graph[int]) -> None:
    projection = projection_of(graph)
    table = measure_table(projection, NetworkMeasures(projection, module))
    assert {len(column) for column in table.values()} == {len(graph)}
    bands = rank_bands(projection)
    assert bands is not None
    assert bands.rank.tolist() == [1] * len(graph)


def test_the_table_has_a_cell_for_each_body() -> None:
    graph = nx.disjoint_union(nx.krackhardt_kite_graph(), nx.path_graph(3))
    table = measure_table(projection_of(graph))
    assert {len(column) for column in table.values()} == {13}
    assert table["component"] == [1] * 10 + [2] * 3
    assert table["eigenvector"][10:] == [None] * 3
    assert table["eigenvector_rank"][10:] == [None] * 3
    assert table["cut_point"] == [number in (7, 8, 11) for number in range(13)]
    assert table["separated"] == [0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 1, 0]
    assert table["betweenness_rank"][7] == 1
    assert [rank == 1 for rank in table["constraint_rank"]].index(True) == np.array(table["constraint"]).argmin()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=3, max_size=30))
def test_kendalls_tau_is_that_of_scipy(rows: list[tuple[int, int]]) -> None:
    from scipy.stats import kendalltau

    first, second = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    ours = kendall_tau(first, second)
    if len(set(first.tolist())) < 2 or len(set(second.tolist())) < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(kendalltau(first, second, method="asymptotic").statistic, abs=1e-12)


# The acceptance values.


def _top(projection: Any, values: Any, *, ascending: bool = False) -> list[list[str | float]]:
    names = [last_segment(iri) for iri in projection.iris]
    return [
        [names[place], round(float(values[place]), 6)] for place in in_order(values, ascending=ascending)[:15].tolist()
    ]


@either_way
@pytest.mark.parametrize("mode", ["stated", "with-inferred"])
def test_brokers_of_the_keele_graph(
    reference_columns: ClaimColumns, accept: dict[str, Any], mode: str, module: ModuleType
) -> None:
    projection = project(reference_columns, "claims", with_inferred=mode != "stated")
    measures = NetworkMeasures(projection, module)
    assert _top(projection, measures.betweenness) == accept[f"{mode}/claims/betweenness_top15_raw"]
    assert _top(projection, measures.constraint, ascending=True) == accept[f"{mode}/claims/constraint_lowest15"]
    names = [last_segment(iri) for iri in projection.iris]
    assert [names[place] for place in measures.cut_points] == accept[f"{mode}/claims/articulation_points"]
    separation = measures.block_tree(names.index(SCHOOL)).separation(names.index(SOCIAL_WORK))
    expected = accept[f"{mode}/claims/without_{SOCIAL_WORK}"]
    assert separation.before == expected["component_before"]
    assert separation.rest == expected["rest"]
    assert separation.has_focus is expected["rest_has_focus"]
    assert [[names[place] for place in piece] for piece in separation.pieces] == expected["fall_away"]
    assert [names[place] for place in separation.only_pair] == expected["lose_their_only_link"]
    if mode == "stated":
        assert _top(projection, measures.degree) == accept["stated/claims/degree_top15"]


@either_way
def test_co_members_of_the_keele_graph(
    reference_stated_columns: ClaimColumns, accept: dict[str, Any], module: ModuleType
) -> None:
    stated = NetworkMeasures(project(reference_stated_columns, "co-membership"), module)
    assert stated.core.max() == accept["stated/co-membership/core_max"]
    projection = project(reference_stated_columns, "co-membership", with_inferred=True)
    names = [last_segment(iri) for iri in projection.iris]
    tree = NetworkMeasures(projection, module).block_tree(names.index(SCHOOL))
    separation = tree.separation(names.index("keele-university"))
    expected = accept["with-inferred/co-membership/without_keele-university"]
    assert separation.before == expected["component_before"]
    assert separation.rest == expected["rest"]
    assert separation.has_focus is expected["rest_has_focus"]
    assert list(separation.pieces) == expected["fall_away"] == []
    assert list(separation.only_pair) == expected["lose_their_only_link"] == []


def test_rank_bands_of_the_keele_graph(reference_columns: ClaimColumns, accept: dict[str, Any]) -> None:
    projection = project(reference_columns, "claims")
    bands = rank_bands(projection)
    assert bands is not None
    measures = NetworkMeasures(projection)
    rows = [
        [
            *(last_segment(projection.iris[place]), round(float(measures.betweenness[place]), 2)),
            *(int(bands.low[place]), int(bands.high[place]), int(bands.in_top[place])),
        ]
        for place in in_order(measures.betweenness)[:10].tolist()
    ]
    assert rows == accept["more/stated/stability_betweenness_200_rounds"]["top"]
    assert bands.rounds == 200
    assert bands.agreement is not None
    assert 0.9 < bands.agreement < 1


@pytest.mark.parametrize("name", ["claims", "co-membership", "two-mode", "funding"])
def test_pairs_that_last_without_some_claims(reference_columns: ClaimColumns, name: str) -> None:
    """By really leaving claims out and projecting anew."""
    projection = project(reference_columns, name)
    generator = np.random.Generator(np.random.PCG64(3))
    # Which bodies are parts of others decides who can be co-members: those claims stay.
    stays = (reference_columns.kind == reference_columns.kinds.index("part-of")) & (name == "co-membership")
    for _ in range(5):
        kept = stays | (generator.random(len(reference_columns.claims)) >= 0.2)
        less = replace(reference_columns, flags=np.where(kept, reference_columns.flags, RETRACTED).astype(np.uint8))
        anew = project(less, name)
        expected = {(anew.iris[a], anew.iris[b]) for a, b in anew.pairs.tolist()}
        lasting = projection.pairs[_Supports(projection).lasting(kept)].tolist()
        assert {(projection.iris[a], projection.iris[b]) for a, b in lasting} == expected


# The same bytes, whatever the process.

SCRIPT = """
import hashlib, sys
import numpy as np
from tests.analysis.test_measures import made_up
from partnergraph.analysis.communities import communities
from partnergraph.analysis.measures import NetworkMeasures, measure_table
from partnergraph.analysis.stability import rank_bands
digest = hashlib.sha256()
for pairs in map(int, sys.argv[1:]):
    projection = made_up(pairs)
    measures = NetworkMeasures(projection)
    for name, column in measure_table(projection, measures).items():
        digest.update(repr((name, column)).encode())
    digest.update(repr((measures.notes, measures.assortativity)).encode())
    found = communities(projection)
    digest.update(found.labels.tobytes() + found.together.tobytes() + found.note.encode())
    bands = rank_bands(projection, measures, rounds=5)
    if bands is not None:
        digest.update(bands.low.tobytes() + bands.high.tobytes() + bands.note.encode())
print(digest.hexdigest())
"""


def made_up(pairs: int, seed: int = 0) -> Any:
    """A projection of some `pairs` with hubs (numbers of pairs fall as a power), an eighth as many bodies, 9 types."""
    size, generator = max(pairs // 8, 4), np.random.Generator(np.random.PCG64(seed))
    chances = np.cumsum(np.arange(1, size + 1) ** -0.5)
    ends = np.searchsorted(chances / chances[-1], generator.random((2, 2 * pairs)))
    ends = np.sort(generator.permutation(size)[np.minimum(ends, size - 1)], axis=0)
    keys = np.unique((ends[0] * size + ends[1])[ends[0] != ends[1]])
    keys = np.sort(generator.permutation(keys)[:pairs])
    array = np.column_stack([keys // size, keys % size]).astype(np.int32)
    return projection_of_arrays(size, array, types=[f"type {number % 9}" for number in range(size)])


def _digest(sizes: list[int], seed: int, processors: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), processors)
    command = [sys.executable, "-c", SCRIPT, *map(str, sizes)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    return run.stdout.strip()


def test_same_bytes_over_hash_seeds_and_processors() -> None:
    """Both ways of computing."""
    digests = {_digest([300, 3_000], seed, "1" if seed % 2 else "2") for seed in range(5)}
    assert len(digests) == 1
    assert len(digests.pop()) == len(hashlib.sha256().hexdigest())


def test_same_bytes_twice_on_a_large_graph() -> None:
    assert _digest([100_000], 0, "1") == _digest([100_000], 1, "2")
