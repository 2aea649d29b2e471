"""The Keele graph as only the School's page tells it, and the whole of it, in memory."""

from __future__ import annotations

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.sources.folder import read
from partnergraph.store import Reader
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def seed() -> Reader:
    """What the one archived document says, and the editor's entries that rest on nothing else."""
    return assemble(read(ROOT / "data", {"keele-spcsc-partnerships"}).model).reader()


@pytest.fixture(scope="session")
def whole() -> Reader:
    """Every source."""
    return assemble(read(ROOT / "data").model).reader()
