"""The type of a view: a function of the graph and of the values of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from partnergraph.store import Reader


@dataclass(frozen=True)
class RenderedView:
    """A page or other document: its bytes, their media type and the status of the response."""

    media: str
    body: bytes
    status: int = 200


View: TypeAlias = "Callable[[Reader, dict[str, Any]], RenderedView]"
