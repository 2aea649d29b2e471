"""A new graph folder for any organisation: settings, a text to quote, an invented example in tables, and a README."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from partnergraph.errors import UsageError
from partnergraph.files import fill_folder, new_folder
from partnergraph.graph_folder.folder import CONFIG
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.vocabulary.iri import is_web_address
from partnergraph.vocabulary.slug import ascii_slug
from partnergraph.workbook.folder_writer import table_csv, toml_string
from partnergraph.workbook.writer import build_workbook

__all__ = ["SHORT", "WORKBOOK", "create_folder"]

STARTER = Path(__file__).resolve().parent / "starter"
WORKBOOK = "partners.xlsx"
# The tables of a folder that holds what a keeper needs, with the columns that are shown.
SHORT = {
    "partnerships": TABLE_SCHEMAS["partnerships"].columns,
    "sources": ("title", "publisher", "kind", "date", "url", "accessed", "note"),
}


def create_folder(
    folder: Path, name: str, base: str | None = None, *, csv_tables: bool = False, full: bool = False
) -> list[Path]:
    """Make a graph folder for the organisation of this name, with an invented example; returns its files.

    `base` is where the IRIs of the graph begin. `full`: every table, with an example in the full ones; otherwise the
    tables of `SHORT`. Raises `UsageError` for a folder that holds something already, and for a name or base that cannot
    be one.
    """
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise UsageError('Say whose partners these are: --name "Riverside Trust".')
    slug = ascii_slug(name) or "partners"
    base = f"https://example.org/{slug}/" if base is None else base
    if not (is_web_address(base) and base.endswith(("/", "#"))):
        raise UsageError(
            f"'{base}' is not a base: write a web address that ends in /, as in https://example.org/partners/"
        )
    starter = STARTER / ("full" if full else "short")
    columns = {table: TABLE_SCHEMAS[table].columns for table in TABLE_SCHEMAS} if full else SHORT
    rows = {table: _rows(starter, table, name) for table in columns}
    files = {
        CONFIG: _settings(name, slug, base, full).encode(),
        "README.md": _readme(starter, name, folder.resolve().name, csv_tables).encode(),
    }
    for text in sorted((starter / "documents").iterdir()):
        files[f"documents/{text.name}"] = text.read_bytes()
    if csv_tables:
        files |= {f"tables/{table}.csv": table_csv(rows[table], columns[table]) for table in columns}
    else:
        line = "What stands here is an invented example. Put your own rows in its place, and delete it."
        files[f"tables/{WORKBOOK}"] = build_workbook(rows, (line,), None if full else columns)
    with new_folder(folder) as temporary:
        fill_folder(temporary, files)
    return [folder / file for file in sorted(map(Path, files))]


def _rows(starter: Path, table: str, name: str) -> list[dict[str, str]]:
    file = starter / "tables" / f"{table}.csv"
    rows = csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")) if file.is_file() else ()
    return [{key: text.replace("{name}", name) for key, text in row.items()} for row in rows]


def _settings(name: str, slug: str, base: str, full: bool) -> str:
    focus = "example-trust" if full else name
    settings = f"""\
# The settings of this graph. README.md beside this file says what to do with the folder.
title = {toml_string(f"{name}: partnerships")}
id = {toml_string(slug)}
# Where the addresses of your bodies and claims begin. Choose one of your own before you publish; keep it ever after.
base = {toml_string(base)}
language = "en"
licence = "CC-BY-4.0"
licence_url = "https://creativecommons.org/licenses/by/4.0/"
publisher = {toml_string(name)}
description = {toml_string(f"Who works with {name}, how, since when and until when, each claim with what supports it.")}
# The body in the middle of the map, by its id or name: your own organisation.
focus = {toml_string(focus)}
"""
    document = """
# A text that may be quoted: the id of its source, and its file. Write three such lines for each text.
[[document]]
source = "example-newsletter"
path = "documents/example-newsletter.txt"
"""
    return settings + document if full else settings


def _readme(starter: Path, name: str, folder: str, csv_tables: bool) -> str:
    text = (starter / "README.md").read_text("utf-8")
    words = {
        "name": name,
        "folder": f'"{folder}"' if re.search(r"[^\w.-]", folder) else folder,
        "tables": "tables/" if csv_tables else f"tables/{WORKBOOK}",
        "sheet": "file" if csv_tables else "sheet",
        "open": "Open the files in `tables/` with a spreadsheet program, and save them as CSV UTF-8."
        if csv_tables
        else f"Open `tables/{WORKBOOK}` with a spreadsheet program.",
        "help": ""
        if csv_tables
        else " Rest the pointer on a heading to read what to write; many cells offer a list to choose from.",
    }
    for key, value in words.items():
        text = text.replace("{" + key + "}", value)
    return text
