"""`partnergraph serve`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from partnergraph.cli.options import Command, Number, graph_option
from partnergraph.files import refuse_published
from partnergraph.server.settings import ServerSettings, SettingOption

Settings = TypeVar("Settings", bound=ServerSettings)


def settings_options(settings: type[ServerSettings]) -> Callable[[Any], Any]:
    """The options for all fields of a settings class, in their order."""

    def decorate(function: Any) -> Any:
        for field in reversed(fields(settings)):
            function = _option(field)(function)
        return function

    return decorate


def _option(field: Field[Any]) -> Callable[[Any], Any]:
    setting: SettingOption = field.metadata["option"]
    details: dict[str, Any] = {"default": field.default}
    match field.default:
        case bool():
            details["is_flag"] = True
        case tuple():
            details = {"multiple": True}
        case None:
            details["type"] = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
        case int():
            details = {"default": field.default // setting.unit, "type": click.IntRange(*setting.bounds)}
        case float():
            details["type"] = Number(*setting.bounds)
    details["show_default"] = isinstance(field.default, int | float | str) and not isinstance(field.default, bool)
    flags = setting.flags or (f"--{field.name.replace('_', '-')}",)
    return click.option(*flags, field.name, metavar=setting.metavar, help=setting.help, **details)


def settings_of(settings: type[Settings], values: dict[str, Any]) -> Settings:
    """The settings for the values of their options: in their units, repeated options added to the default."""
    converted = {}
    for field in fields(settings):
        value = values[field.name]
        if isinstance(field.default, tuple):
            value = (*field.default, *value)
        elif (unit := field.metadata["option"].unit) != 1:
            value *= unit
        converted[field.name] = value
    return settings(**converted)


@click.command(cls=Command)
@graph_option
@settings_options(ServerSettings)
def serve(graph: Path | None, **values: Any) -> None:
    """Serve the graph read-only: SPARQL 1.1 Protocol at /sparql.

    Every query runs in a process of its own with limits, and a newly built generation is taken over by itself.
    Stop it with Ctrl-C.
    """
    from partnergraph.execution.sandbox import memory_limit_note
    from partnergraph.server.run import run

    settings = settings_of(ServerSettings, values)
    if settings.audit is not None and str(settings.audit) != "-":
        refuse_published(Path(os.path.realpath(settings.audit)))

    def started(url: str) -> None:
        if limit_note := memory_limit_note():
            click.echo(f"note: {limit_note}", err=True)
        click.echo(f"Serving {url}sparql (stop with Ctrl-C)", err=True)
        if settings.desk:
            click.echo(f"The desk, for workbooks: {url}desk", err=True)

    run(graph, settings, started=started)
