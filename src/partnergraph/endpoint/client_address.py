"""The address of a client: what requests are shared out by, and what the record names."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

CLIENT: ContextVar[str] = ContextVar("client", default="")  # the address of the request that is being answered


def client_address(client: Any) -> str:
    """The address without its port, of a client as ASGI and asyncio have it (a pair, or None)."""
    return client[0] if client else ""
