"""`draw --renderer`: which of the two draws the map; the pages themselves are looked at in tests/page."""

from __future__ import annotations

from pathlib import Path

from partnergraph import PartnerGraph
from partnergraph.page import RENDERERS
from tests.cli.conftest import Run


def test_a_page_with_every_body_at_once_is_asked_for_by_name(run: Run, keele: Path, tmp_path: Path) -> None:
    plain, all_at_once = tmp_path / "plain.html", tmp_path / "all.html"
    for file, options in ((plain, ()), (all_at_once, ("--renderer", "webgl"))):
        said = run("draw", "--graph", keele, "-o", file, *options)
        assert said.code == 0, said.err
        assert said.err.startswith(f"wrote {file}: ")
    assert "sigma" not in plain.read_text("utf-8")
    assert "sigma and graphology (MIT)" in all_at_once.read_text("utf-8")
    graph = PartnerGraph.open(keele)
    graph.draw(tmp_path / "same.html", renderer="webgl")
    assert (tmp_path / "same.html").read_bytes() == all_at_once.read_bytes()
    dated = graph.draw(as_of="2016", renderer="webgl")
    assert "sigma and graphology (MIT)" in dated.html
    assert dated.html != all_at_once.read_text("utf-8")


def test_a_renderer_that_does_not_exist_is_refused_with_those_that_do(run: Run, keele: Path, tmp_path: Path) -> None:
    said = run("draw", "--graph", keele, "--renderer", "svg", "-o", tmp_path / "map.html")
    assert said.code == 2
    assert all(name in said.err for name in RENDERERS)
    assert not (tmp_path / "map.html").exists()
