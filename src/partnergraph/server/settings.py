"""The settings of the server. A field of `ServerSettings` is an option of `partnergraph serve`, and an argument of
`partnergraph.server.application`; nothing else has to be changed for a new one, but where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnergraph.execution.sandbox import MEMORY, TIMEOUT

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class SettingOption:
    """How a setting is given on the command line."""

    help: str
    bounds: tuple[Any, Any] = (None, None)  # of the value of the option, both included
    unit: int = 1  # how many of the setting one of the option is: a megabyte is 1,000,000 bytes
    flags: tuple[str, ...] = ()  # by default the name of the setting
    metavar: str | None = None


def option(help_: str, **details: Any) -> dict[str, SettingOption]:
    """The metadata of a field that is an option.

    The default of the field says what the option is: a flag (a truth value), a repeatable option that adds to the
    default (a tuple), the path of a file to write (None), a number or a text.
    """
    return {"option": SettingOption(help_, **details)}


@dataclass(frozen=True)
class ServerSettings:
    """What a server is started with, in the order of the options.

    Sizes are in bytes and times in seconds. The first two and `allow_remote` are those of `partnergraph serve`: an
    application of ASGI is bound to an address by its own server.
    """

    address: str = field(default="127.0.0.1", metadata=option("Where to listen."))
    port: int = field(default=7878, metadata=option("0: any free one.", flags=("--port", "-p"), bounds=(0, 65_535)))
    # With fewer, two queries that take long leave nothing to the others for a moment.
    workers: int = field(default=4, metadata=option("Queries at once.", bounds=(1, 64)))
    queue: int = field(default=64, metadata=option("Queries that may wait.", bounds=(0, 10_000)))
    # Queries that take long, beside the workers.
    aside: int = field(default=4, metadata=option("Long ones beside them.", bounds=(0, 64)))
    timeout: float = field(default=TIMEOUT, metadata=option("Seconds for a query.", bounds=(0.1, 60)))
    # The engine does not start with less than the lower bound.
    memory: int = field(
        default=MEMORY, metadata=option("Megabytes for a query.", unit=1_000_000, bounds=(256, 1_000_000_000))
    )
    hosts: tuple[str, ...] = field(
        default=LOCAL_HOSTS,
        metadata=option("Another name by which it may be asked.", flags=("--host",), metavar="NAME"),
    )
    origins: tuple[str, ...] = field(
        default=(),
        metadata=option("A site whose pages may ask by GET, as https://x.org.", flags=("--cors",), metavar="ORIGIN"),
    )
    allow_remote: bool = field(default=False, metadata=option("Listen at an address that other machines can reach."))
    desk: bool = field(
        default=False,
        metadata=option("A page, /desk, on which people check a workbook before it is published; nothing is kept."),
    )
    audit: Path | None = field(default=None, metadata=option("A JSON line for every request."))
