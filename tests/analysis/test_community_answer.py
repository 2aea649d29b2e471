"""The command `communities`: sentences and rows of the partition, beside rewired graphs."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx

from partnergraph.analysis.community_answer import community_answer
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader


def cliques(number: int, size: int) -> list[tuple[str, str]]:
    """Cliques in a ring, each joined to the next by one pair."""
    names = [[f"{'ABCDEFG'[turn]}{place}" for place in range(size)] for turn in range(number)]
    links = [pair for part in names for pair in combinations(part, 2)]
    return links + [(names[turn][0], names[(turn + 1) % number][1]) for turn in range(number)]


def test_sets_that_stand_out() -> None:
    answer = community_answer(context_of(small_reader(cliques(4, 5))))
    assert answer.sentences[0].text.startswith(
        "Four sets of bodies are joined more among themselves than outwards (modul"
    )
    assert "do not stand out" not in answer.sentences[0].text
    sets: dict[int, set[str]] = {}
    for row in answer.rows:
        sets.setdefault(int(str(row[0])), set()).add(str(row[1])[0])
    assert sorted(map(sorted, sets.values())) == [["A"], ["B"], ["C"], ["D"]]
    assert all(row[6] == 4 for row in answer.rows)
    assert [len(bodies) for _, bodies in answer.highlight.sets] == [5, 5, 5, 5]
    assert "all together with every seed (" in answer.sentences[1].text


def test_sets_of_a_random_graph_do_not_stand_out() -> None:
    graph = nx.gnm_random_graph(40, 120, seed=3)
    answer = community_answer(context_of(small_reader([(f"N{a:02}", f"N{b:02}") for a, b in graph.edges])))
    assert "so that the sets do not stand out" in answer.sentences[0].text


def test_of_many_sets_the_largest_stand_in_sentences_and_all_in_the_table() -> None:
    links = [(f"{number:02}{a}", f"{number:02}{b}") for number in range(25) for a, b in ("xy", "yz", "xz")]
    links.append(("24z", "24w"))
    answer = community_answer(context_of(small_reader(links)))
    texts = [sentence.text for sentence in answer.sentences]
    assert len(texts) == 22
    assert texts[0].startswith("25 sets of bodies")
    assert texts[1].startswith("Set 1: 24z, with 24w, 24x and 24y; all together with every seed (4 claims")
    assert texts[-1] == "Five more sets of 3 bodies or fewer: see the table (15 claims, dates not stated)."
    assert {row[0] for row in answer.rows} == {*range(1, 26)}


def test_too_few_for_sets() -> None:
    answer = community_answer(context_of(small_reader([("A", "B"), ("B", "C")])))
    assert answer.sentences[0].text.startswith(
        "The projection has 3 organisations: too few for sets that mean anything"
    )
    assert not answer.rows
    assert not answer.highlight.sets


def test_the_keele_graph(reference_reader: Reader, accept: dict[str, Any]) -> None:
    """The best of 20 seeds is at least as good as the first, which the acceptance values are of."""
    answer = community_answer(context_of(reference_reader))
    text = answer.sentences[0].text
    assert text.startswith("Six sets of bodies are joined more among themselves than outwards (modularity 0.5")
    assert float(text.split("modularity ")[1][:4]) >= round(accept["stated/claims/communities_modularity"], 2)
    assert "same degrees at random: 0.50)" in text
    assert len(answer.rows) == 63
    inside = sum(int(str(row[4])) for row in answer.rows) // 2
    outside = sum(int(str(row[5])) for row in answer.rows) // 2
    assert inside + outside == 88
