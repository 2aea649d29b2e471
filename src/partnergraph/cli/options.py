"""Options that several commands share, each one decorator, so that they mean the same everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import click

from partnergraph.files import write_file

F = TypeVar("F", bound=Callable[..., Any])


class ExistingPath(click.Path):
    """The path of what is there. What may not be looked at is not called missing, as click does."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=True, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.ParamType.convert`."""
        try:
            Path(value).stat()
        except (FileNotFoundError, NotADirectoryError):
            pass  # click says so
        except OSError as error:
            self.fail(f"{self.name.title()} {click.format_filename(value)!r} cannot be read: {error.strerror}.")
        return super().convert(value, param, ctx)


class NumberRange(click.FloatRange):
    """A number between two bounds. "nan", which is neither below one nor above another, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.ParamType.convert`."""
        number = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


MEGABYTES = click.IntRange(256, 1_000_000_000)  # of memory; the engine does not start with less


def graph_option(function: F) -> F:
    """`--graph`: what to ask."""
    return click.option(
        "--graph",
        "-g",
        "graph",
        type=ExistingPath(),
        default=None,
        help="A graph folder, a build folder, a store or an RDF file.  [default: build, else data]",
    )(function)


def as_of_option(function: F) -> F:
    """`--as-of`: the graph as it was on a date, by one rule everywhere."""
    return click.option("--as-of", default=None, metavar="DATE", help="As it was then: 2014, 2014-06 or 2014-06-30.")(
        function
    )


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


def build_command(folder: Path) -> str:
    """How to build a graph folder that was just made: not where another graph is published already."""
    from shlex import quote

    taken = Path("build", "current", "report.json").exists()
    elsewhere = f" --output {quote(str(folder / 'build'))}" if taken else ""
    return f"partnergraph build {quote(str(folder))}{elsewhere}"


def deliver(data: bytes, output: Path | None) -> None:
    """Write a result as it is: to the file of `--output`, whole or not at all, or to standard output.

    Raises what `partnergraph.files.write_file` raises.
    """
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_file(output, data)
