"""The page of a comparison and the coloured network, in a real browser; and the command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from partnergraph.cli import cli
from partnergraph.compare import Report
from partnergraph.graph import PartnerGraph
from partnergraph.page import Page
from partnergraph.store import Reader
from tests.compare.conftest import Edited, Rows, rewrite, row
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

MEMBER = "membership--local-health-care-providers--primary-care-research-consortium"
HOSTILE = "<script>alert(1)</script> & Sons"


def _edit(rows: Rows) -> None:
    row(rows, id=MEMBER)["end"] = "2024-03-31"
    rows.append(row(rows, id=MEMBER) | {"id": "m2", "to": "arthritis-care", "start": "2024", "end": ""})
    row(rows, id="leadership--coventry-university--west-midlands-social-work-teaching-partnership")["note"] = "New."
    rows.remove(next(one for one in rows if one["id"].startswith("leadership--university-of-birmingham--")))


def _rename(rows: Rows) -> None:
    row(rows, id="arthritis-care")["name"] = HOSTILE


@pytest.fixture(scope="module")
def pair(base: Reader, tmp_path_factory: pytest.TempPathFactory) -> tuple[PartnerGraph, PartnerGraph]:
    """The Keele graph, and one in which a claim is new, one ended, one changed and one gone."""
    made = Edited(base, tmp_path_factory.mktemp("pair"))
    return PartnerGraph(base), PartnerGraph(made.reader(relationships=_edit, organisations=_rename))


@pytest.fixture(scope="module")
def report(pair: tuple[PartnerGraph, PartnerGraph]) -> Report:
    """What changed between them."""
    return pair[0].diff(pair[1], names=("then", "now"))


@pytest.fixture(scope="module")
def drawn(pair: tuple[PartnerGraph, PartnerGraph], report: Report) -> Page:
    """The coloured network."""
    return pair[0].draw_diff(pair[1], report)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """An empty tab, offline."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def _wrong(tab: Tab) -> list[str]:
    """What axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    tab.evaluate(Axe().axe_script)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "light"), (390, 844, "dark")])
def test_the_page_of_changes_is_accessible_and_quiet(
    report: Report, tab: Tab, tmp_path: Path, width: int, height: int, scheme: str
) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    (tmp_path / "page.html").write_text(report.html(), "utf-8")
    tab.goto((tmp_path / "page.html").as_uri())
    assert not said
    assert not _wrong(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator(".ended p", has_text="on 2024-03-31 (was open)").count() == 1
    assert tab.locator("h2", has_text=HOSTILE).count() == 1


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_network_is_coloured_by_what_changed(
    drawn: Page, tab: Tab, tmp_path: Path, width: int, scheme: str
) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    drawn.save(tmp_path / "drawn.html")
    tab.goto((tmp_path / "drawn.html").as_uri())
    tab.wait_for_selector("html.js:not(.starting)")
    found = tab.evaluate("CLAIMS.key.map((_, claim) => status(claim)).filter((one) => one !== 'yes').sort()")
    assert found == ["changed", "ended", "gone", "new"]
    assert sorted(tab.locator("#claims .at-date").all_inner_texts()) == found
    compared = "Since the earlier state, one relationship is new, one has changed, one has ended and one is gone."
    assert compared in tab.locator("#headline").inner_text()
    if width == 1440:
        drawn_as = tab.evaluate("lines.get().filter((line) => line.width === 3).map((line) => line.label).sort()")
        assert drawn_as == ["changed", "ended", "gone", "new"]
    tab.evaluate(
        "for (const one of document.querySelectorAll('.rows tbody')) [...one.rows].slice(9).forEach((r) => r.remove())"
    )
    assert not _wrong(tab)
    assert not said


def test_the_still_map_is_coloured_as_well(drawn: Page, pair: tuple[PartnerGraph, PartnerGraph]) -> None:
    found = set(re.findall(r'<path class="line[a-z ]* became-([a-z]+)" d="[^"]+" stroke=', drawn.html))
    assert found == {"new", "changed", "ended", "gone"}
    # The legend of what ended stands in every page with scripts; of a comparison the map has its colours.
    plain = re.sub(r'<(?:ul|div) class="(?:keys|legend).*?</(?:ul|div)>', "", pair[1].draw().html, flags=re.S)
    assert '<path class="line' in plain
    assert not re.search(r'<path class="line[a-z ]* became-', plain)


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["diff", *map(str, arguments)])


def test_the_command_compares_a_build_with_tables_and_the_suffix_chooses_the_form(
    keele: Path, base: Reader, tmp_path: Path
) -> None:
    assert _run(keele, ROOT / "data", "--exit-code").exit_code == 0
    changed = Edited(base, tmp_path).copy(organisations=_rename)
    done = _run(keele / "graph.trig", changed, "--exit-code", "-o", tmp_path / "found.json")
    assert done.exit_code == 1, done.output
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found["counts"]["renamed"] == 1
    assert found["quads"]["added"] == found["quads"]["removed"] == 1
    assert not found["equal"]
    text = _run(keele, changed)
    assert text.exit_code == 0
    assert f"Renamed: {HOSTILE} (was Arthritis Care)." in text.stdout
    assert "\\<script\\>" in _run(keele, changed, "--format", "markdown").stdout


def test_faulty_tables_are_not_compared(keele: Path, base: Reader, tmp_path: Path) -> None:
    folder = Edited(base, tmp_path).copy()
    rewrite(folder, "relationships", lambda rows: rows[0].update(kind="fundin"))
    done = _run(keele, folder)
    assert done.exit_code != 0
    assert "nothing was compared" in str(done.exception)


def test_a_build_is_compared_with_the_one_before(tmp_path: Path) -> None:
    from partnergraph.build import build
    from tests.build.conftest import small_folder

    output = tmp_path / "out"
    build(small_folder(tmp_path / "small"), output)
    assert "holds no generation before" in str(_run(output, "--previous").exception)
    build(small_folder(tmp_path / "small", "Omega"), output)
    for done in (_run(output, "--previous"), _run(f"{output}@previous", output)):
        assert "Renamed: Omega (was Alpha)." in done.stdout
