"""partnergraph.toml: the settings of a graph folder, and the files that it names. Each problem becomes a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.cell_parser import DATE_RULES, CellParser
from partnergraph.model.records import GraphConfig
from partnergraph.reading import check_file, printable
from partnergraph.reading.toml import read_toml
from partnergraph.tables.suggestions import nearest
from partnergraph.vocabulary.iri import is_web_address

__all__ = [
    "CONFIG",
    "date_rule",
    "file_entries",
    "list_entries",
    "parse_settings",
    "path_problem",
    "read_settings",
    "resolve_names",
]

CONFIG = "partnergraph.toml"
_LISTS = ("document", "rdf", "register")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def read_settings(folder: Path) -> dict[str, Any]:
    """What the file holds. Raises `DataError` when it cannot be read."""
    try:
        return read_toml(folder / CONFIG, CONFIG, folder)
    except ValueError as error:
        raise DataError(f"{CONFIG}: cannot be read: {error}") from None


def list_entries(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The [[document]], [[rdf]] or [[register]] entries; what is not one is left to `parse_settings`."""
    entries = raw.get(key, [])
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _error(findings: list[Finding], message: str, value: str | None, fix: str) -> None:
    findings.append(Finding("config", "error", message, Place(CONFIG), value, fix))


def parse_settings(raw: Mapping[str, Any], findings: list[Finding]) -> GraphConfig:
    """The settings of a graph; one that is wrong is a finding, and its default is taken."""
    names = [field.name for field in fields(GraphConfig)]
    _check_keys(raw, names, findings)
    values = {name: raw[name] for name in names if name in raw}
    for key in [key for key, value in values.items() if not isinstance(value, str)]:
        value = str(values.pop(key))
        _error(findings, f"{key} must be text.", value, "Put it in quotes.")
        if key in ("id", "title"):
            values[key] = value
    for key in ("id", "title"):
        if not values.get(key):
            _error(findings, f"'{key}' is missing.", key, f'Write {key} = "...".')
            values[key] = "unnamed"
    _check_values(values, findings)
    return GraphConfig(**values)


def _check_keys(raw: Mapping[str, Any], names: list[str], findings: list[Finding]) -> None:
    for key in raw:
        if key not in (*names, *_LISTS, "dates"):
            near = nearest(key, names)
            hint = f"Did you mean '{near}'?" if near else f"Known keys: {', '.join(names)}."
            _error(findings, f"'{key}' is not a key.", key, hint)
    for key in _LISTS:
        if raw.get(key, []) != list_entries(raw, key):
            fix = f"Write [[{key}]] with two brackets, then source and path."
            _error(findings, f"'{key}' is not a list of entries.", key, fix)


def _check_values(values: dict[str, str], findings: list[Finding]) -> None:
    """Take out what is no base address, no code of a language or no web address."""
    base = values.get("base", "/")
    if "base" in values and not (is_web_address(base) and base.endswith(("/", "#"))):
        fix = "Write a web address that ends in /, for example https://example.org/partners/."
        _error(findings, f"base: '{base}' is not a base address.", values.pop("base"), fix)
    if "language" in values and not _LANGUAGE.fullmatch(values["language"]):
        message = f"language: '{values['language']}' is not the code of a language."
        _error(findings, message, values.pop("language"), "Write en, cy or en-GB.")
    licence = values.get("licence_url", "")
    if licence and not is_web_address(licence):
        message = f"licence_url: '{licence}' is not a web address."
        _error(findings, message, values.pop("licence_url"), "Write it with https://, without spaces.")


def date_rule(raw: Mapping[str, Any], findings: list[Finding]) -> str:
    """How dates with slashes are read: one of `DATE_RULES`, or empty where the folder does not say."""
    rule = raw.get("dates", "")
    if rule in ("", *DATE_RULES):
        return str(rule)
    fix = f"Write {' or '.join(DATE_RULES)}, or leave it out."
    _error(findings, f"dates: '{rule}' is not a form of dates.", str(rule), fix)
    return ""


def resolve_names(raw: Mapping[str, Any], cells: CellParser, findings: list[Finding]) -> dict[str, Any]:
    """The settings with the id in the place of each name of the organisation in focus, and of sources in entries.

    A name that several have is a finding; one that nobody has stays as it is.
    """

    def resolve(text: Any, table: str, place: Place) -> Any:
        matches = cells.find(text, (table,)) if isinstance(text, str) else []
        if len(matches) > 1:
            message, value, fix = cells.ambiguity(text, text, matches)
            findings.append(Finding("ambiguous", "error", message, place, value, fix))
        return matches[0].id if matches else text

    resolved = dict(raw)
    if "focus" in raw:
        resolved["focus"] = resolve(raw["focus"], "organisations", Place(CONFIG))
    for key in _LISTS:
        entries = list_entries(raw, key)
        if entries and entries == raw[key]:
            resolved[key] = [
                {**entry, "source": resolve(entry["source"], "sources", Place(CONFIG, None, f"{key} {number}"))}
                if "source" in entry
                else entry
                for number, entry in enumerate(entries, 1)
            ]
    return resolved


def file_entries(
    folder: Path, raw: Mapping[str, Any], key: str, cells: CellParser, findings: list[Finding]
) -> list[tuple[str, Path]]:
    """Source and file of the [[document]] or [[rdf]] entries that name a known source and a file in the folder."""
    entries: list[tuple[str, Path]] = []
    sources = set[str]()
    for number, entry in enumerate(list_entries(raw, key), 1):
        source, path = str(entry.get("source", "")), str(entry.get("path", ""))
        place = Place(CONFIG, None, f"{key} {number}")
        for name in sorted({*entry} - {"source", "path"}):
            message = f"'{name}' is not a key of an entry."
            findings.append(Finding("config", "error", message, place, name, "Known keys: source, path."))
        if key == "document" and source in sources:
            message, fix = f"'{source}' has two documents.", "Keep one, or make a source of its own of the other."
            findings.append(Finding("duplicate-document", "error", message, place, source, fix))
        elif source not in cells.known["sources"] and "sources" in cells.incomplete:
            continue
        elif source not in cells.known["sources"]:
            hint = cells.suggest(source, ("sources",)).strip() or f"Add it to {cells.titles['sources']}."
            findings.append(Finding("unknown-source", "error", f"'{source}' is not a source.", place, source, hint))
        elif (problem := path_problem(folder, path)) is not None:
            findings.append(Finding("path", "error", problem[0], place, printable(path), problem[1]))
        else:
            entries.append((source, (folder / path).resolve()))
            sources.add(source)
    return entries


def path_problem(folder: Path, path: str) -> tuple[str, str] | None:
    """What is wrong with the path of an entry, and what to do; None for a file that may be read."""
    try:
        if not _is_inside(folder / path, folder) and "\x00" not in path:
            fix = "Copy the file into the graph folder, and write the path from there."
            return "The path leads out of the graph folder.", fix
        if not (folder / path).exists() or not path:
            fix = "Write it with / between the names, as every system reads it." if "\\" in path else "Mend the path."
            return (f"There is no file {printable(path)}." if path else "The entry has no path."), fix
        check_file(folder / path, path, folder)
    except DataError as error:
        return error.findings[0].message, "Mend the path, or put the file there."
    except (OSError, ValueError):  # a name that is too long, a NUL
        return f"{path[:200]!a} is not a path.", "Mend the path."
    return None


def _is_inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links that go round in a circle, a NUL
        return False
