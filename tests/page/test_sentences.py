"""Quotations of a large page: each sentence is kept once, packed with the rest, and shown with the words marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest

from partnergraph.page import MAX_ROWS, draw
from tests.page.driving import find, until

if TYPE_CHECKING:
    from tests.page.conftest import Opener


@pytest.mark.browser
def test_a_quotation_of_a_large_page_is_marked_in_its_sentence(show: Opener) -> None:
    graph = nx.MultiDiGraph(title="Many members", sources={"s": {"title": "Annual report"}})
    passage = "In 2019 the “members” were {} & <others>."
    for n in range(MAX_ROWS + 1):
        graph.add_node(f"/id/org/o{n}", label=f"Body {n}")
        words = f"Body {n}"
        sentence = passage.format(words)
        proof = {"id": f"e{n}", "form": "quoted", "words": words, "passage": sentence, "at": sentence.index(words)}
        proof["source"] = "s"
        graph.add_edge(f"/id/org/o{n}", "/id/org/o0", key=f"/id/rel/r{n}", kind="membership", evidence=[proof])
    html = draw(graph).html
    assert "In 2019 the" not in html
    shown = show(html)
    until(shown.tab, "document.documentElement.classList.contains('js')")
    find(shown.tab, "Body 777")
    shown.tab.click("#panel details summary")
    assert shown.tab.inner_text("#panel .sentence") == passage.format("Body 777")
    assert shown.tab.inner_text("#panel .sentence mark") == "Body 777"
    assert shown.clean, shown
