"""Run the server until it is told to stop."""

from __future__ import annotations

import gc
import ipaddress
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from partnergraph.errors import MissingExtra, UsageError
from partnergraph.server import HOSTS, application
from partnergraph.server.audit import open_record
from partnergraph.server.connection_limits import ConnectionLimits, max_connections

# RFC 6454, 7: what a browser sends in `Origin`; names with other letters come in their ASCII form (xn--).
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
STOPS = (signal.SIGINT, signal.SIGTERM)
STOP = 10  # seconds that requests have to end, once the server is told to stop


def run(
    path: Path | None,
    *,
    address: str,
    port: int,
    workers: int,
    queue: int,
    aside: int,
    timeout: float,
    memory: int,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    anywhere: bool,
    audit: Path | None,
    started: Callable[[str], None],
) -> None:
    """Serve a graph at an address until SIGINT or SIGTERM; requests under way are answered before it ends.

    Raises `UsageError` for an address that others can reach unless `anywhere` says that this is meant, or that is in
    use, or a file for the record that cannot be opened; `StoreError` when there is no graph, `MissingExtra` without
    the server's packages.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn

        from partnergraph.server.http_protocol import HttpProtocol
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "serve") from None
    if not (address == "localhost" or _loopback(address)) and not anywhere:
        raise UsageError(
            f"{address} can be reached from other machines. Say --allow-remote if that is meant, and --host NAME for "
            "the name by which they ask."
            if _is_address(address)
            else f"'{address}' is not an address of this machine alone (127.0.0.1, ::1 or localhost). Give one, or say "
            "--allow-remote if that is meant."
        )
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"--cors {origin!r} is not the origin of a site. Give it as https://x.org or http://x.org:8080."
            )
    app = application(
        path,
        workers=workers,
        queue=queue,
        aside=aside,
        timeout=timeout,
        memory=memory,
        hosts=(*HOSTS, address, *hosts),
        origins=origins,
        audit=None if audit is None else open_record(audit),
    )
    app.pool.locate()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(1024)  # whoever asks before the processes stand ready waits
    except (OSError, TypeError, ValueError) as error:  # of a name that is none of a host, Python makes a TypeError
        listener.close()
        why = error.strerror if isinstance(error, OSError) else "it is not the name of a host"
        raise UsageError(f"{address}:{port} cannot be used: {why}. Choose another --address or --port.") from None
    shown = f"[{address}]" if family == socket.AF_INET6 else address
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=HttpProtocol,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP,
            timeout_keep_alive=30,
            ws="none",
        )
    )
    # While a new generation takes over there are the processes of two.
    app.limits = ConnectionLimits(max_connections=max_connections(processes=2 * (workers + 1) + aside))
    for number in STOPS:
        signal.signal(number, _ended)
    # What is there now stays. To look for circles of garbage takes long where there is much to look through: kept
    # answers are not looked through (see `Kept`), and the rest is in small steps.
    gc.freeze()
    gc.set_threshold(1_000, 20, 50)
    port = listener.getsockname()[1]
    app.started = lambda: started(f"http://{shown}:{port}/")
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if app.failure is not None:
            raise app.failure from None
        raise
    finally:
        listener.close()


def _ended(*_: object) -> None:
    """uvicorn hands the signal on when everything has ended; then it has done its work, and another changes nothing."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
