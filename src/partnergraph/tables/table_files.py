"""The files of `tables/`: CSV, TSV, or a workbook whose sheets are the tables. Every form gives the same `Table`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from partnergraph.errors import DataError, Finding, Place
from partnergraph.reading import printable, read_file
from partnergraph.tables.csv_reader import MAX_TEXT_SIZE, read_delimited
from partnergraph.tables.file_signatures import file_type
from partnergraph.tables.safe_zip import MAX_FILE_SIZE, SafeZip
from partnergraph.tables.sheet import FileRefused, Sheet
from partnergraph.tables.suggestions import nearest
from partnergraph.tables.table import Table, read_sheet
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.tables.todo_schema import TODO, TODO_SCHEMA

__all__ = [
    "ACCEPTED",
    "largest",
    "read_sheets",
    "read_tables",
    "sheets_of",
    "table_files",
    "table_named",
    "table_of_file",
]

TEXT, WORKBOOK = (".csv", ".tsv"), (".xlsx", ".ods")
# What the name of a CSV file begins with that holds further rows of a table: those that `read --accept` took over
# into a folder whose tables are a workbook.
ACCEPTED = "accepted-"
# Workbooks in forms that are not read, and what to do with them.
OTHER = {
    ".xls": "the old form of Excel",
    ".xlsm": "a workbook with macros",
    ".xlsb": "a binary workbook",
    ".xltx": "a template",
    ".xltm": "a template with macros",
    ".fods": "a flat OpenDocument file",
    ".numbers": "a Numbers document",
}
TABLE_ALIASES = {
    "partnership": "partnerships",
    "organizations": "organisations",
    "organization": "organisations",
    "standings": "standing",
    "todolist": TODO,
}
# Sheets that are for people: instructions, the lists behind drop-downs, and what a marked copy adds.
IGNORED_SHEETS = ("readme", "lists", "notes", "problems")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "Save it as .xlsx or .ods."
READABLE = "Tables are read from CSV, TSV, .xlsx and .ods. From Gephi: Data Laboratory, Export table; from Kumu: .xlsx."


def table_named(name: str) -> str | None:
    """The table that a sheet or file is called after, whatever its case, spaces and hyphens.

    >>> table_named("Partnerships"), table_named(" relation ships"), table_named("Organizations"), table_named("Budget")
    ('partnerships', 'relationships', 'organisations', None)
    """
    bare = re.sub(r"[\W_]+", "", name).lower()
    bare = TABLE_ALIASES.get(bare, bare)
    return bare if bare in TABLE_SCHEMAS or bare == TODO else None


def table_of_file(stem: str) -> str | None:
    """The table that a CSV or TSV file is called after, or holds further rows of.

    >>> table_of_file("organisations"), table_of_file("accepted-organisations"), table_of_file("accepted-todo")
    ('organisations', 'organisations', None)
    """
    name = table_named(stem.removeprefix(ACCEPTED))
    return None if name == TODO and stem.startswith(ACCEPTED) else name


def table_files(folder: Path) -> list[Path]:
    """Every file of a graph folder that may hold tables, in the order of their names; no lock files of programs."""
    files = []
    for path in (folder / "tables").glob("*"):
        suffix = path.suffix.lower()
        # A folder called like a table becomes a finding when it is read; one called like another file is a program's.
        if suffix in (*TEXT, *WORKBOOK) or (suffix in OTHER and path.is_file()):
            files += [path] if not path.name.startswith((".", "~")) else []
    return sorted(files)


def largest(file: str) -> int:
    """The most bytes that a file of tables may have, by its name."""
    return MAX_TEXT_SIZE if file.lower().endswith(TEXT) else MAX_FILE_SIZE


def sheets_of(path: Path, file: str, inside: Path | None = None, *, pipe: bool = False) -> list[Sheet]:
    """The sheets of a file on disk (see `read_sheets` and `partnergraph.reading.check_file`); never raises for it."""
    try:
        return read_sheets(file, read_file(path, largest(file), file, inside, pipe=pipe))
    except DataError as refused:
        sheet = Sheet(printable(file), findings=list(refused.findings))
        sheet.complete = False
        return [sheet]


def read_sheets(file: str, data: bytes) -> list[Sheet]:
    """The sheets of a file; one that cannot be read is one sheet that says why. Never raises for bad content."""
    suffix = Path(file).suffix.lower()
    try:
        if suffix in TEXT and data.startswith((_OLE, b"PK\x03\x04")):
            message = f"The file is a workbook or an archive, though its name ends in {suffix}."
            raise FileRefused("workbook-form", message, "Give it its own ending again, .xlsx or .ods.")
        if suffix in TEXT:
            return [read_delimited(file, data)]
        return _workbook(file, suffix, data)
    except FileRefused as refused:
        return [Sheet(file).unreadable(refused.rule, refused.message, refused.fix)]


def _workbook(file: str, suffix: str, data: bytes) -> list[Sheet]:
    from partnergraph.tables.ods_reader import read_ods
    from partnergraph.tables.xlsx_reader import read_xlsx

    if suffix in OTHER:
        raise FileRefused("workbook-form", f"The file is {OTHER[suffix]}; it is not read.", _SAVE)
    form = file_type(data)
    if suffix not in WORKBOOK:
        message = (
            f"The file is {form}, which is not read here." if form else f"Files of this kind ({suffix}) are not read."
        )
        if form and form.startswith("a workbook or"):
            message = f"The file may be a workbook, but its name ends in {suffix or 'nothing'}."
        raise FileRefused("workbook-form", message, READABLE)
    if data.startswith(_OLE):
        message = "The file is locked with a password, or in the old form of Excel."
        raise FileRefused("password", message, "Open it, and save it as .xlsx without a password.")
    if form and not data.startswith(b"PK"):
        raise FileRefused("workbook-damaged", f"The file is {form}, though its name ends in {suffix}.", READABLE)
    packed = SafeZip(data)
    is_open = "content.xml" in packed.parts and "xl/workbook.xml" not in packed.parts
    return read_ods(file, packed) if is_open else read_xlsx(file, packed)


def read_tables(folder: Path, findings: list[Finding]) -> dict[str, Table]:
    """Every table of a graph folder; one that is not there is empty. To-do lists, of which there may be several, make
    one; rows of accepted proposals (`ACCEPTED`) stand at the end of their table.
    """
    tables: dict[str, Table] = {}
    accepted: dict[str, Table] = {}
    lists: list[Table] = []
    is_incomplete = False
    missing: tuple[str, bool] = ("", False)
    for path in table_files(folder):
        file = f"tables/{path.name}"
        if not path.name.isprintable():
            message = "The name of the file is not UTF-8, or holds a control character; it was not read."
            place = Place(printable(file))
            findings.append(Finding("file-name", "error", message, place, place.file, "Give it another name."))
            is_incomplete = True
            continue
        if path.suffix.lower() in TEXT and table_of_file(path.stem) is None:
            _unknown_file(path, findings)
            continue
        else:
            sheets = sheets_of(path, file, folder)
        sheets_by_table = list(_named(path, sheets, findings))
        if path.suffix.lower() not in TEXT:
            if [name for name, _ in sheets_by_table] != [TODO]:
                missing = (file, True)
            # Of a workbook that cannot be read, any table may hold any id.
            is_incomplete = is_incomplete or any(sheet.name is None for sheet in sheets)
        for name, sheet in sheets_by_table:
            if name == TODO:
                lists.append(read_sheet(sheet, TODO_SCHEMA))
                findings += lists[-1].findings
            elif path.suffix.lower() in TEXT and path.stem.startswith(ACCEPTED):
                accepted[name] = read_sheet(sheet, TABLE_SCHEMAS[name])
                findings += accepted[name].findings
            elif name in tables and len(sheet.rows) < 2 and sheet.complete:
                continue  # headings alone, as a template has them, are no second table
            elif name in tables and (tables[name].rows or tables[name].findings):
                where = str(Place(tables[name].file, sheet=tables[name].sheet))
                message = f"The table {name} is also in {where}; this one was not read."
                place = Place(file, sheet=sheet.name)
                findings.append(Finding("table-twice", "error", message, place, name, "Keep one of the two."))
            else:
                tables[name] = read_sheet(sheet, TABLE_SCHEMAS[name])
                findings += tables[name].findings
    for name, further in accepted.items():
        table = tables.setdefault(name, further)
        if table is not further:
            table.rows += further.rows
            table.complete = table.complete and further.complete
    for name in TABLE_SCHEMAS:
        file, in_book = missing
        empty = Table(file, sheet=name.capitalize()) if in_book else Table(f"tables/{name}.csv")
        empty.complete = not is_incomplete
        tables.setdefault(name, empty)
    tables[TODO] = Table(f"tables/{TODO}.csv", [row for table in lists for row in table.rows])
    return {name: tables[name] for name in (*TABLE_SCHEMAS, TODO)}


def _named(path: Path, sheets: list[Sheet], findings: list[Finding]) -> Iterator[tuple[str, Sheet]]:
    """The sheets that are tables. What is wrong with others is a finding, if they are not for people alone."""
    if path.suffix.lower() in TEXT:
        yield from ((table_of_file(path.stem) or "", sheet) for sheet in sheets)
        return
    has_table = False
    for sheet in sheets:
        title = sheet.name or ""
        name = table_named(title)
        if sheet.name is None:
            findings += sheet.findings
            has_table = True
        elif name is not None:
            has_table = True
            yield name, sheet
        elif sheet.rows and not title.startswith("#") and re.sub(r"[\W_]+", "", title).lower() not in IGNORED_SHEETS:
            near = nearest(title.lower(), [*TABLE_SCHEMAS, *TABLE_ALIASES])
            hint = f"Did you mean {TABLE_ALIASES.get(near, near).capitalize()}?" if near else _listing()
            message = f'The sheet "{title}" is not a table of a graph folder; it was not read.'
            fix = f"{hint} Put # before the name of a sheet that is not to be read."
            findings.append(Finding("unknown-table", "error", message, Place(sheet.file, sheet=title), title, fix))
    if not has_table:
        message = "None of the sheets is a table of a graph folder."
        findings.append(Finding("no-tables", "error", message, Place(f"tables/{path.name}"), None, _listing()))


def _listing() -> str:
    return f"Tables: {', '.join(TABLE_SCHEMAS)}."


def _unknown_file(path: Path, findings: list[Finding]) -> None:
    near = nearest(path.stem, TABLE_SCHEMAS)
    hint = f"Did you mean {near}.csv?" if near else _listing()
    message = f"{path.name} is not a table of a graph folder; it was not read."
    findings.append(Finding("unknown-table", "error", message, Place(f"tables/{path.name}"), path.name, hint))
