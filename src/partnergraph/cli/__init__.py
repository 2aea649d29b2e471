"""The command line: thin doors. Each command is a file in `cli.commands`, imported only when called."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from partnergraph import __version__

COMMANDS = {
    "init": "Make a new graph folder with an invented example in a workbook.",
    "import": "Make a graph folder from nodes and edges of Kumu, Gephi or a spreadsheet.",
    "build": "Read a graph folder, check it and publish a new generation of its store and page.",
    "check": "Find everything that is wrong in a graph folder or RDF files.",
    "query": "Ask in SPARQL, or ask a named question.",
    "queries": "List the named questions.",
    "why": "Every claim that connects two bodies, with its evidence.",
    "draw": "Draw the network as one self-contained HTML file.",
    "summary": "What the network says, in a fixed order: size, brokers, gaps, sets, stale claims.",
    "brokers": "Who alone joins others to an organisation, and who lies between others.",
    "routes": "The shortest routes between two organisations, with the claims of each step.",
    "overlap": "The partners that two organisations have in common.",
    "gaps": "Partners of an organisation's partners that no claim joins to it.",
    "what-if": "What would no longer be joined without some organisations, or without a funder.",
    "timeline": "The partners of an organisation, or a measure, year by year.",
    "survival": "How long partnerships and other claims hold.",
    "communities": "Sets of bodies that are joined more among themselves than outwards.",
    "stale": "Claims that no source has confirmed lately.",
    "report": "A brief of an organisation to print, as HTML or PDF, or of all of them.",
    "diff": "What changed between two graphs, in plain words and in quads.",
    "match": "Find which records of a register are about our organisations, with reasons; a person decides.",
    "duplicates": "Likely duplicate organisations and claims, with a preview of each merge.",
    "conflicts": "Where sources or records disagree, both sides with their evidence.",
    "serve": "Serve the graph read-only as a SPARQL endpoint.",
    "export": "Write the graph in another form.",
    "read": "Propose rows from a plain text, for a person to accept.",
    "kinds": "List the kinds of relationship and other lists of the vocabulary.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"partnergraph.cli.commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        from difflib import get_close_matches

        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="partnergraph", message="%(prog)s %(version)s")
def cli() -> None:
    """Partnerships as a knowledge graph in which every link keeps the words that support it."""


def main() -> None:
    """Entry point: whatever goes wrong becomes one clean message and an exit code (`cli.error_reporting`)."""
    from partnergraph.cli.error_reporting import flush_output, prepare_streams, report_error

    try:
        prepare_streams()
        done = cli.main(prog_name="partnergraph", standalone_mode=False)
        code = done if isinstance(done, int) else 0
    except BaseException as error:
        code = report_error(error)
    sys.exit(flush_output(code))
