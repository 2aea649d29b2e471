"""Options that several commands share, each one decorator, so that they mean the same everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def graph_option(function: F) -> F:
    """`--graph`: what to ask."""
    return click.option(
        "--graph",
        "-g",
        "graph",
        type=click.Path(path_type=Path, exists=True),
        default=None,
        help="A graph folder, a build folder, a store or an RDF file.  [default: build, else data]",
    )(function)


def output_option(function: F) -> F:
    """`--output`: where the result goes."""
    return click.option(
        "--output",
        "-o",
        "output",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="Write here instead of to standard output.",
    )(function)


def format_option(*formats: str, default: str | None = None) -> Callable[[F], F]:
    """`--format`: in which form."""
    return click.option(
        "--format",
        "-f",
        "format_",
        type=click.Choice(formats),
        default=default,
        help="Form of the result.",
        show_default=default is not None,
    )


def deliver(data: bytes, output: Path | None) -> None:
    """Write a result as it is: to the file of `--output`, or to standard output."""
    if output:
        output.write_bytes(data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
