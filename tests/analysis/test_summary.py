"""The command `summary`: the figures of the acceptance values side by side, and what the other commands say."""

from __future__ import annotations

from typing import Any

from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.summary import summary
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader


def test_the_acceptance_values_side_by_side(reference_reader: Reader, accept: dict[str, Any]) -> None:
    answer = summary(context_of(reference_reader))
    figures = {row[0]: row[1:] for row in answer.rows}
    modes = ("stated", "with-inferred")
    assert figures["claims counted"] == tuple(accept[f"{mode}/claims_counted"] for mode in modes)
    assert figures["of them undated"] == tuple(accept[f"{mode}/dates"]["no date"] for mode in modes)
    assert figures["organisations"] == tuple(accept[f"{mode}/claims/nodes"] for mode in modes)
    assert figures["pairs"] == tuple(accept[f"{mode}/claims/edges"] for mode in modes)
    assert figures["pieces"] == tuple(len(accept[f"{mode}/claims/components"]) for mode in modes)
    assert figures["cut points"] == tuple(len(accept[f"{mode}/claims/articulation_points"]) for mode in modes)
    assert figures["inferred claims left out"] == (37, 0)
    assert answer.sentences[0].text == (
        "The claims projection has 88 pairs of 63 organisations, in one piece; with inferred claims, 114 pairs of 71 "
        "organisations, in one piece (104 claims, 53 undated)."
    )


def test_what_the_other_commands_say_stands_in_it(reference_reader: Reader) -> None:
    context = context_of(reference_reader)
    answer, single = summary(context), brokers(context)
    assert set(single.sentences[:3]) < set(answer.sentences)
    assert len(set(answer.sentences)) == len(answer.sentences)
    assert answer.highlight == single.highlight


def test_by_rank_with_measure_and_projection(reference_reader: Reader) -> None:
    texts = [sentence.text for sentence in summary(context_of(reference_reader)).sentences]
    assert any(
        text.startswith(
            "By number of neighbours in the claims projection: Keele University 1st, 21; West Midlands ADCS"
        )
        for text in texts
    )


def test_an_empty_graph() -> None:
    answer = summary(context_of(small_reader([])))
    assert answer.sentences[0].text == "The claims projection has no pair; with inferred claims, no pair."
    assert all(row[1:] == (0, 0) for row in answer.rows)
