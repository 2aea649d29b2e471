"""The graphs of the tests of the network."""

from __future__ import annotations

from tests.network.conftest import graph, turtle

__all__ = ["graph", "turtle"]
