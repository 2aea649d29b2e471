"""Text that tries to be more than text stays text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.page import draw
from tests.page.driving import find

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_a_cell_that_begins_like_a_formula_is_disarmed_in_the_csv(show: Opener) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph([("=HYPERLINK(1)", "@x")])
    text = show(draw(graph).html).tab.evaluate("claimsAsCsv()")
    assert '"\'=HYPERLINK(1)"' in text
    assert '"\'@x"' in text


HOSTILE = [
    *("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "<svg onload=alert(3)>", '"><b>x</b>'),
    *("javascript:alert(4)", "{{ 7*7 }}", "${alert(5)}", "</title><script>alert(6)</script>", "' onfocus=alert(7) '"),
    *("</textarea></style><script>alert(8)</script>", "<iframe src=javascript:alert(9)>", "&lt;script&gt;", "a\u2028b"),
    *("<a href='javascript:alert(10)'>x</a>", "]]><script>alert(11)</script>", "<!--", "\\u003cscript\\u003e", "href"),
]


def _hostile(text: str) -> nx.MultiDiGraph:
    """A network in which every field is the text."""
    source = {"title": text, "publisher": text, "date": text, "url": text}
    proof = {
        **dict.fromkeys(("id", "words", "says", "locator", "basis", "strength", "confidence", "note"), text),
        **{"source": text, "passage": f"before {text} after", "at": 7},
    }
    proofs = [proof | {"form": form} for form in ("quoted", "cited", "inferred", "editor")]
    named: dict[str, Any] = {"name": text, "start": text, "end": text, "date_note": text, "evidence": proofs}
    graph: nx.MultiDiGraph = nx.MultiDiGraph(
        title=text, description=text, licence=text, publisher=text, generator=text, as_of=text, sources={text: source}
    )
    event = {"kind": text, "manner": text, "date": text, "before": [{"label": text}], "after": [{"label": text}]}
    for node in (text, text + "2"):
        graph.add_node(
            node,
            **{"label": text, "family": text, "type": text, "types": [text], "description": text, "website": text},
            names=[named],
            identifiers=[{"scheme": text, "label": text, "value": text, "url": text}],
            attributes=[{"property": text, "value": text, "start": text, "end": None, "evidence": proofs}],
            events=[event | {"about": [{"label": text}], "evidence": proofs}],
            statements=[{"kind": text, "label": text, "evidence": proofs}],
        )
    for key in ("a", "b"):
        graph.add_edge(
            text,
            text + "2",
            key=key,
            **dict.fromkeys(("kind", "label", "forward", "inverse", "role", "start", "end", "note", "rule"), text),
            **{"standing": "disputed", "standing_note": text, "derived": True, "contradicts": ["b"]},
            via=[{"id": text, "label": text}],
            evidence=proofs,
            counter_evidence=proofs,
        )
    return graph


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_stays_text(show: Opener, text: str) -> None:
    page = show(draw(_hostile(text)).html)
    tab = page.tab
    find(tab, text)
    tab.evaluate("select({ body: 0 })")
    for summary in tab.locator("#panel summary").all():
        summary.click()
    tab.evaluate("select({ claims: [0] })")
    assert " ".join(text.split()) in " ".join(tab.inner_text("#panel").split())
    assert tab.title().split() == text.split()
    assert tab.locator("a[href^='javascript']").count() == 0
    assert tab.locator("iframe, img, object, embed, textarea, a[href^='data']").count() == 0
    assert tab.locator("script").count() == 4
    assert not [one for one in tab.locator("b").all_text_contents() if not re.search("[.:]", one)]
    assert page.clean, page


def test_hostile_text_in_a_picture_stays_text(show: Opener) -> None:
    text = '<img src=x onerror=alert(1)>"&'
    page = show(f"<!doctype html><title>x</title>{draw(_hostile(text)).svg}")
    assert page.tab.locator("img").count() == 0
    shown = page.tab.locator("svg text").first.text_content() or ""
    assert shown == '<img src=xonerror=alert(1)>"&'  # its two lines, one after the other
    assert page.clean, page
