"""Run the server until a signal stops it."""

from __future__ import annotations

import gc
import ipaddress
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from partnergraph.errors import MissingExtra, UsageError
from partnergraph.server.settings import ServerSettings

# RFC 6454, 7: what a browser sends in `Origin`; names with other letters come in their ASCII form (xn--).
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
UPLOAD_TIME = 60.0  # seconds for a request to arrive whole where there is a desk
SHUTDOWN_TIMEOUT = 10  # seconds that requests have to end


def run(path: Path | None, settings: ServerSettings, *, started: Callable[[str], None]) -> None:
    """Serve a graph until SIGINT or SIGTERM; requests under way are answered before it ends. `started` gets the address
    of the server when requests are answered.

    Raises `UsageError` for an address that other machines can reach unless that is allowed, or that is in use, for what
    is not an origin, for a record that cannot be opened, and on a system that cannot fork; `StoreError` when there is
    no graph, `MissingExtra` without the server's packages.
    """
    if not (hasattr(os, "fork") and hasattr(signal, "SIGSTOP") and hasattr(socket, "send_fds")):
        raise UsageError("serve cannot run on this system: its query processes need fork(2), which Windows lacks.")
    try:
        import starlette  # noqa: F401
        import uvicorn

        from partnergraph.server.asgi_application import application
        from partnergraph.server.connection_limits import ConnectionLimits, max_connections
        from partnergraph.server.http_protocol import HttpProtocol
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "serve") from None
    _check_address(settings)
    for origin in settings.origins:
        if not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"--cors {origin!r} is not the origin of a site. Give it as https://x.org or http://x.org:8080."
            )
    app = application(path, replace(settings, hosts=(*settings.hosts, settings.address)))
    app.pool.locate()
    listener = _listen(settings.address, settings.port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=HttpProtocol,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
            timeout_keep_alive=30,
            ws="none",
        )
    )
    # While a new generation takes over there are the processes of two.
    processes = 2 * (settings.workers + 1) + settings.aside
    app.limits = ConnectionLimits(max_connections=max_connections(processes=processes))
    if settings.desk:  # a workbook comes through a slow line
        app.limits = replace(app.limits, request_time=UPLOAD_TIME)
    for number in STOP_SIGNALS:
        signal.signal(number, _exit)
    # What exists now stays. The garbage collector has little to go through: cached responses are not tracked (see
    # `ResponseCache`), and the rest is collected in small steps.
    gc.freeze()
    gc.set_threshold(1_000, 20, 50)
    host = f"[{settings.address}]" if listener.family == socket.AF_INET6 else settings.address
    url = f"http://{host}:{listener.getsockname()[1]}/"
    app.started = lambda: started(url)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if app.failure is not None:
            raise app.failure from None
        raise
    finally:
        listener.close()


def _exit(*_: object) -> None:
    """uvicorn raises the signal again when all connections have ended. It has no further effect then."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _check_address(settings: ServerSettings) -> None:
    """Raises `UsageError` for an address that other machines can reach, unless that is allowed."""
    address = settings.address
    if settings.allow_remote or address == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise UsageError(
            f"'{address}' is not an address of this machine alone (127.0.0.1, ::1 or localhost). Give one, or say "
            "--allow-remote if that is meant."
        ) from None
    if not loopback:
        raise UsageError(
            f"{address} can be reached from other machines. Say --allow-remote if that is meant, and --host NAME for "
            "the name by which they ask."
        )


def _listen(address: str, port: int) -> socket.socket:
    """A socket that listens. Raises `UsageError`."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(1024)  # connections wait there until the query processes stand ready
    except (OSError, TypeError, ValueError) as error:  # Python raises a TypeError for what cannot be a host name
        listener.close()
        why = error.strerror if isinstance(error, OSError) else "it is not the name of a host"
        raise UsageError(f"{address}:{port} cannot be used: {why}. Choose another --address or --port.") from None
    return listener
