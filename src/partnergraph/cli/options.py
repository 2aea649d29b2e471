"""Options that several commands share, each one decorator, so that they mean the same everywhere."""

from __future__ import annotations

import math
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from partnergraph.cli.error_reporting import terminal_text
from partnergraph.errors import UsageError, shell_quote
from partnergraph.files import published_generation, write_file
from partnergraph.reading import printable

F = TypeVar("F", bound=Callable[..., Any])


class ExistingPath(click.Path):
    """The path of what is there. What may not be looked at is not called missing, as click does. `graph_folder`: where
    a folder is missing, how to make one is said.
    """

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True, graph_folder: bool = False) -> None:
        super().__init__(exists=True, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)
        self.graph_folder = graph_folder

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.ParamType.convert`."""
        try:
            Path(value).stat()
        except (FileNotFoundError, NotADirectoryError):
            if self.graph_folder and not Path(value).suffix:
                name = click.format_filename(value)
                self.fail(
                    f"{self.name.title()} {name!r} does not exist. "
                    f"To make a graph folder: partnergraph init {name} --name NAME"
                )  # else click says so
        except OSError as error:
            self.fail(f"{self.name.title()} {click.format_filename(value)!r} cannot be read: {error.strerror}.")
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number within bounds; "nan" is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.ParamType.convert`."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


HELP_NAMES = ["-h", "--help"]
MEGABYTES = click.IntRange(256, 1_000_000_000)  # of memory; the engine does not start with less


class Command(click.Command):
    """A command that refuses what would lose something: an option given twice, of which one would count; two results
    in one place; a result in the place of a file that the command reads.
    """

    def __init__(self, name: str | None, **settings: Any) -> None:
        # click keeps the names of the first run, which may be one without the group.
        settings["context_settings"] = {"help_option_names": HELP_NAMES} | (settings.get("context_settings") or {})
        super().__init__(name, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command.parse_args`."""
        order = self.make_parser(ctx).parse_args(args=list(args))[2]
        for param in {id(param): param for param in order}.values():
            if isinstance(param, click.Option) and not (param.multiple or param.is_flag) and order.count(param) > 1:
                ctx.fail(
                    f"{param.opts[0]} is given {order.count(param)} times, and only one would count. Give it once."
                )
        left = super().parse_args(ctx, args)
        places: dict[str, str] = {}
        for name, path in self._values(ctx, written=True):
            if not _is_regular_or_new(path):
                continue
            place = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118  (a link at the end is replaced)
            if places.setdefault(place, name) != name:
                ctx.fail(f"{name} and {places[place]} both write to {path}. Give them different places.")
            if any(_is_same(path, read) for _, read in self._values(ctx, written=False)):
                ctx.fail(f"{name}: {path} is read by this command, and would be replaced. Choose another place.")
        return left

    def _values(self, ctx: click.Context, *, written: bool) -> Iterator[tuple[str, Path]]:
        """The paths that are written, or the paths, and texts that may be paths, that are read."""
        for param in self.params:
            value = ctx.params.get(param.name or "")
            name = param.opts[0] if isinstance(param, click.Option) else param.make_metavar(ctx)
            if (isinstance(param.type, click.Path) and not isinstance(param.type, ExistingPath)) == written:
                for path in value if isinstance(value, tuple) else (value,):
                    if isinstance(path, str | Path):
                        yield name, Path(path)


def _is_regular_or_new(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # whoever writes there says so
        return False


def _is_same(written: Path, read: Path) -> bool:
    try:
        return os.path.samestat(written.lstat(), read.stat())
    except (OSError, ValueError):  # one of them is not there, or is no path
        return False


WRITTEN_FILE = click.Path(path_type=Path, dir_okay=False)
WRITTEN_FOLDER = click.Path(path_type=Path, file_okay=False)
WRITTEN_PATH = click.Path(path_type=Path)  # a file or a folder

# Of each shared option one function, whose arguments are all in which commands differ; below them their usual forms.


def graph_path_option(text: str, name: str = "graph", *, multiple: bool = False) -> Callable[[F], F]:
    """`--graph`: a graph to read."""
    return click.option("--graph", "-g", name, type=ExistingPath(), multiple=multiple, help=text)


def output_path_option(
    text: str | None = None, type_: click.Path = WRITTEN_FILE, *, default: str | None = None, required: bool = False
) -> Callable[[F], F]:
    """`--output`: where the result goes."""
    return click.option(
        "--output", "-o", "output",
        type=type_, default=default, required=required, show_default=default is not None, help=text,
    )  # fmt: skip


def draw_option(text: str) -> Callable[[F], F]:
    """`--draw`: a page or a map beside the result."""
    return click.option("--draw", "drawing", type=WRITTEN_FILE, metavar="FILE", help=text)


def register_format_option(text: str, name: str = "form", *, multiple: bool = False) -> Callable[[F], F]:
    """`--as`: which register's form a file has."""
    return click.option("--as", name, multiple=multiple, metavar="FORMAT", help=text)


graph_option = graph_path_option("A graph folder, a build folder, a store or an RDF file.  [default: build, else data]")
output_option = output_path_option("Write here instead of to standard output.")
# The graph as it was on a date, by one rule everywhere.
as_of_option = click.option(
    "--as-of", default=None, metavar="DATE", help="As it was then: 2014, 2014-06 or 2014-06-30."
)


def format_option(*formats: str, default: str | None = None) -> Callable[[F], F]:
    """`--format`: the form of the result."""
    return click.option(
        "--format",
        "-f",
        "format_",
        type=click.Choice(formats),
        default=default,
        help="Form of the result.",
        show_default=default is not None,
    )


# The suffixes of the forms of text.
TEXT_SUFFIXES = {".csv": "csv", ".json": "json", ".html": "html", ".htm": "html", ".md": "markdown", ".rdfp": "patch"}


def form_of_result(format_: str | None, output: Path | None, formats: Sequence[str]) -> str:
    """The form of `--format`, else of the suffix of `--output`; the first of `formats` on standard output, for .txt and
    for a name without a suffix.

    Raises `UsageError` for a suffix of another form.
    """
    if format_ is not None:
        return format_
    if output is None or output.suffix.lower() in ("", ".txt"):
        return formats[0]
    form = TEXT_SUFFIXES.get(output.suffix.lower())
    if form is not None and form in formats:
        return form
    suffixes = [".txt", *(suffix for suffix, own in TEXT_SUFFIXES.items() if own in formats and suffix != ".htm")]
    raise UsageError(
        f"The name {printable(output)} says no form that can be written; add --format ({', '.join(formats)}), or "
        f"end it in {', '.join(suffixes)}."
    )


def build_command(folder: Path) -> str:
    """How to build a graph folder that was just made: not where another graph is published already."""
    is_published = published_generation(Path("build")) is not None
    elsewhere = f" --output {shell_quote(str(folder / 'build'))}" if is_published else ""
    return f"partnergraph build {shell_quote(str(folder))}{elsewhere}"


def print_text(text: str) -> None:
    """Write text from a graph to standard output, for a person."""
    click.echo(terminal_text(text))


def write_result(data: bytes, output: Path | None) -> None:
    """Write a result as it is: to the file of `--output`, whole or not at all, or to standard output.

    Raises what `partnergraph.files.write_file` raises.
    """
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_file(output, data)
