"""Legend, filters and tables show and hide the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from partnergraph.page import Page, draw, view_model
from partnergraph.page.filters import FILTERS, ChoiceFilter

if TYPE_CHECKING:
    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser


def test_the_legend_hides_bodies_in_the_map_and_in_both_tables(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    before = page.tab.evaluate("dots.length")
    assert page.tab.locator("#bodies tbody tr:visible", has_text="Coventry University").count() > 0
    page.tab.locator("label", has_text="university or college").locator("input").uncheck()
    assert page.tab.evaluate("dots.length") < before
    shown = page.tab.locator("#bodies tbody tr:visible").all_inner_texts()
    assert not [row for row in shown if row.startswith("Coventry University")]
    rows = page.tab.locator("#claims tbody tr:visible").count()
    assert page.tab.inner_text('[data-of="claims"]').startswith(f"{rows} of ")
    page.tab.locator("label", has_text="university or college").locator("input").check()
    assert page.tab.evaluate("dots.length") == before
    assert page.clean, page


def test_one_kind_of_relationship_alone_is_shown_on_the_map_and_in_the_table(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    before = page.tab.evaluate("lines.length")
    page.tab.select_option("#kind", label="funding")
    kinds = set(page.tab.locator("#claims tbody tr:visible td:nth-child(2)").all_inner_texts())
    assert kinds == {"funds"}
    assert 0 < page.tab.evaluate("lines.length") < before / 2
    page.tab.select_option("#kind", label="all kinds")
    page.tab.uncheck("#inferred")
    assert "Inferred" not in page.tab.inner_text("#claims")
    assert page.clean, page


def test_the_tables_are_sorted_and_filtered(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.locator("#bodies th button", has_text="Relationships").click()
    page.tab.locator("#bodies th button", has_text="Relationships").click()
    numbers = [int(text) for text in page.tab.locator("#bodies td:last-child").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]
    assert page.tab.locator('#bodies th[aria-sort="descending"]').count() == 1
    page.tab.fill("#filter-claims", "lead authority")
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert rows
    assert all("lead" in row.lower() and "authority" in row.lower() for row in rows)
    assert page.clean, page


def test_source_and_standing_filter_map_and_tables(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html)
    page.tab.select_option("#standing", "disputed")
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    [renamed] = [row for row in rows if "Coventry University" not in row]
    assert len(rows) == 4, "who leads, two departments that pay through it, and a trust that was renamed or formed anew"
    assert "University Hospital of North Staffordshire" in renamed
    assert page.tab.evaluate("lines.length") == 4
    page.tab.select_option("#standing", "")
    page.tab.select_option(
        "#source", label="Our partners (School of Primary, Community and Social Care, Keele University)"
    )
    rows = page.tab.locator("#claims tbody tr:visible").all_inner_texts()
    assert len(rows) > 20
    assert all("Our partners" in row for row in rows)
    assert page.clean, page


def test_a_filter_is_one_entry(keele_network: nx.MultiDiGraph, show: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its control, what it shows, its part of the address and the way back all come from the entry."""
    forms = {"quoted": "in quotation marks", "cited": "in our words"}

    def form(claim: dict[str, Any]) -> list[str]:
        return [piece["form"] for piece in claim["evidence"] if piece["form"] in forms]

    entry = ChoiceFilter("evidence-form", "Evidence", "any", form, lambda _: forms)
    monkeypatch.setattr(view_model, "FILTERS", (*FILTERS, entry))
    page = show(draw(keele_network).html)
    quoted = {
        key
        for *_, key, data in keele_network.edges(keys=True, data=True)
        if any(e["form"] == "quoted" for e in data["evidence"])
    }
    assert 0 < len(quoted) < keele_network.number_of_edges()
    page.tab.get_by_label("Evidence", exact=True).select_option("in quotation marks")
    assert page.tab.locator("#claims tbody tr:visible").count() == len(quoted)
    assert page.tab.url.endswith("#&evidence-form=quoted")
    page.tab.reload()
    assert page.tab.locator("#claims tbody tr:visible").count() == len(quoted)
    page.tab.click("#everything")
    assert page.tab.locator("#claims tbody tr:visible").count() == keele_network.number_of_edges()
    assert page.clean, page
