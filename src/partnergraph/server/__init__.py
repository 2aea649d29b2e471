"""A read-only SPARQL 1.1 endpoint and its site over a published graph. It cannot write or build.

`application` makes the ASGI application of a graph; `ServerSettings` are its settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from partnergraph.server.asgi_application import Application, application
    from partnergraph.server.settings import ServerSettings

__all__ = ["Application", "ServerSettings", "application"]


def __getattr__(name: str) -> Any:
    """PEP 562: the command line and query processes import modules of this room, but not uvicorn."""
    if name == "ServerSettings":
        from partnergraph.server import settings as module
    elif name in __all__:
        from partnergraph.server import asgi_application as module  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)
