"""The whole Keele graph in memory, and a small graph of hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from tests.conftest import ROOT

O = "https://w3id.org/partnergraph/id/org/"  # noqa: E741
REL = "https://w3id.org/partnergraph/id/rel/"
HEAD = """@prefix pg: <https://w3id.org/partnergraph/ns#> . @prefix code: <https://w3id.org/partnergraph/code/> .
@prefix o: <https://w3id.org/partnergraph/id/org/> . @prefix rel: <https://w3id.org/partnergraph/id/rel/> .
@prefix src: <https://w3id.org/partnergraph/id/source/> . @prefix ev: <https://w3id.org/partnergraph/id/evidence/> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
src:s a pg:Source ; dcterms:title "A source" .
ev:e a pg:Evidence ; pg:basis code:stated ; dcterms:source src:s ; pg:says "It says so." .
"""


@pytest.fixture(scope="session")
def graph() -> PartnerGraph:
    """Every source, in memory."""
    return PartnerGraph(assemble(read_folder(ROOT / "data").model).reader())


@pytest.fixture
def turtle(tmp_path: Path) -> Callable[[str], PartnerGraph]:
    """A graph from a few statements in Turtle, with a source and a piece of evidence to point at."""

    def made(text: str) -> PartnerGraph:
        path = tmp_path / "small.ttl"
        path.write_text(HEAD + text, "utf-8")
        return PartnerGraph(Reader.files([path]))

    return made
