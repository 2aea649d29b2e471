"""Partnerships as a knowledge graph in which every link keeps the words that support it.

    from partnergraph import PartnerGraph

    graph = PartnerGraph.open()
    graph.query("SELECT ?name { ?o a org:Organization ; skos:prefLabel ?name }").to_pandas()

What stands in `__all__` is the whole public front door; it is imported when first used, so that importing the package
costs nothing. To build a graph folder: `from partnergraph.build import build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "Finding",
    "MissingExtra",
    "MissingProgram",
    "PartnerGraph",
    "PartnerGraphError",
    "Place",
    "QueryError",
    "QueryLimit",
    "QueryRefused",
    "StoreError",
    "UsageError",
]

if TYPE_CHECKING:
    from partnergraph.errors import (
        DataError,
        Finding,
        MissingExtra,
        MissingProgram,
        PartnerGraphError,
        Place,
        QueryError,
        QueryLimit,
        QueryRefused,
        StoreError,
        UsageError,
    )
    from partnergraph.graph import PartnerGraph


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'partnergraph' has no attribute '{name}'")
    from importlib import import_module

    room = "graph" if name == "PartnerGraph" else "errors"
    return getattr(import_module(f"partnergraph.{room}"), name)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext partnergraph`` in a notebook; see `partnergraph.notebook`."""
    from partnergraph.notebook import register

    register(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
