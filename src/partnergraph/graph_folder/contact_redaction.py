"""Addresses of e-mail and numbers of telephones in the tables: what the tables say is published, persons are not.

In a cell of sentences or names each is replaced by a word; the finding does not repeat it. Quoted words stand exactly
as in their source, and part of an address or identifier would be another: such cells stay, with a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from partnergraph.errors import Finding
from partnergraph.tables.personal_data import EMAIL, TELEPHONE, find_contacts, may_hold_contacts, redact_contacts
from partnergraph.tables.table import Table, TableRow
from partnergraph.tables.table_schemas import TABLE_COLUMNS
from partnergraph.tables.todo_schema import TODO_COLUMNS

__all__ = ["redact_partnerships", "redact_tables"]

# Columns that hold no sentences: a number in them is no telephone's.
_IDENTIFYING = ("id", "value", "url", "record", "licence", "amount")
_NOT_PUBLISHED = ("who",)
_REASON = "what the tables say is published."
_NOUNS = {EMAIL: "An address of e-mail", TELEPHONE: "The number of a telephone"}


def redact_tables(tables: Mapping[str, Table]) -> list[Finding]:
    """Replace what is to be replaced in the rows of tables; the findings, each with its cell."""
    findings: list[Finding] = []
    for name, table in tables.items():
        prose = {column.name for column in TABLE_COLUMNS.get(name, TODO_COLUMNS) if column.type in ("text", "string")}
        prose -= {"words", *_NOT_PUBLISHED}
        for index, row in enumerate(table.rows):
            if may_hold_contacts("\n".join(row.cells.values())):
                table.rows[index] = _redact_row(row, prose, findings)
    return findings


def redact_partnerships(table: Table) -> list[Finding]:
    """The same for the table partnerships, before ids are made of what it names. What a source says waits until it is
    known whether it is a quotation.
    """
    findings: list[Finding] = []
    for index, row in enumerate(table.rows):
        if may_hold_contacts("\n".join(row.cells.values())):
            cells = {column: cell for column, cell in row.cells.items() if column != "what_it_says"}
            redacted = _redact_row(replace(row, cells=cells), {*cells}, findings)
            table.rows[index] = replace(row, cells={**row.cells, **redacted.cells})
    return findings


def _redact_row(row: TableRow, prose: set[str], findings: list[Finding]) -> TableRow:
    cells = dict(row.cells)
    for column, cell in row.cells.items():
        kinds = {kind for kind, *_ in find_contacts(cell)} if column not in _NOT_PUBLISHED else set[str]()
        if column in _IDENTIFYING and EMAIL not in kinds:
            continue
        if is_redacted := column in prose and bool(kinds):
            cells[column] = redact_contacts(cell)[0]
        for kind in sorted(kinds):
            message, fix = (
                f"{_NOUNS[kind]} stands in this cell.",
                f"Leave it out: {_REASON} Of quoted words, quote fewer.",
            )
            if is_redacted:
                message = f"{_NOUNS[kind]} stood in this cell, and was left out."
                fix = f"Delete it from the table, too: {_REASON}"
            findings.append(Finding("personal-data", "warning", message, row.place(column), fix=fix))
    return replace(row, cells=cells)
