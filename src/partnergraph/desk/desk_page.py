"""The page of the desk: its form and, for a workbook, what is wrong in it and what it would change; or what it makes of
a workbook, the marked copy or the page.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from partnergraph.compare.report_formats import MARKS
from partnergraph.desk.inspection import LEVELS, TABLES, Inspection, inspect_workbook
from partnergraph.desk.upload import MAX_FILE_SIZE
from partnergraph.files import private_folder
from partnergraph.grammar import counted
from partnergraph.results.formats import FORMATS
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView
from partnergraph.vocabulary.iri import last_segment

if TYPE_CHECKING:
    from partnergraph.compare import Report
    from partnergraph.errors import Finding
    from partnergraph.store import Reader

XLSX = FORMATS["xlsx"].media_type or ""
MAX_FINDINGS = 300  # that the page lists; the marked copy has all of them
MAX_CHANGES = 300
MAX_VALUE_LENGTH = 200  # characters of a cell that the page repeats
NOT_POSSIBLE = 422  # the status of a page that says why there is no copy or preview
# What a message says of a command, which nobody here has.
_KINDS_COMMAND = re.compile(r"All (kinds|of them): partnergraph kinds\b(?: --list \S+)?")
Plain = dict[str, Any]


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The form (without an `action`), or what is made of the file `name` with the bytes `data` (base64)."""
    match values.get("action", ""):
        case "":
            return RenderedView(HTML, _page(reader, None))
        case "workbook":
            return _published_workbook(reader)
    with inspect_workbook(reader, values["name"], b64decode(values["data"])) as inspection:
        if values["action"] == "marked" and inspection.findings:
            from partnergraph.workbook.annotated_copy import annotated_copy

            findings = [_with_file_name(finding, values["name"]) for finding in inspection.findings]
            return RenderedView(XLSX, annotated_copy(inspection.folder, findings))
        if values["action"] == "preview" and inspection.reader is not None:
            return RenderedView(HTML, _preview(inspection.reader))
        answer = _answer(inspection, values["name"])
        status = 200 if values["action"] == "check" else NOT_POSSIBLE
        return RenderedView(
            HTML, _page(reader, answer | {"missing": values["action"] if status != 200 else ""}), status
        )


def _page(reader: Reader, answer: Plain | None) -> bytes:
    return render_template("desk.html.j2", reader, answer=answer, megabytes=MAX_FILE_SIZE // 1_000_000)


def _published_workbook(reader: Reader) -> RenderedView:
    """What is published as a workbook, to go on from; a page that says so where the graph was not made of tables."""
    from partnergraph.errors import StoreError
    from partnergraph.workbook.folder_writer import export_folder

    with private_folder() as folder:
        try:
            [path], _ = export_folder(reader, folder / "published.xlsx")
        except StoreError:
            return RenderedView(HTML, render_template("not_found.html.j2", reader, words="", near=()), 404)
        return RenderedView(XLSX, path.read_bytes())


def _preview(graph: Reader) -> bytes:
    from partnergraph.network import build_network
    from partnergraph.page import draw

    network = build_network(graph)
    network.graph["title"] = f"Preview: {network.graph['title']}"
    return draw(network).html.encode()


def _with_file_name(finding: Finding, name: str) -> Finding:
    """A finding about a file as a whole under the name of the file that was chosen."""
    place = finding.place
    if place is None or place.row is not None or place.sheet is not None:
        return finding
    return replace(finding, place=replace(place, file=_file_name(place.file, name)))


def _file_name(file: str, name: str) -> str:
    """How the reader knows a file of the graph folder: the workbook is the file that was chosen."""
    file = file.removeprefix(TABLES)
    return name if file.startswith("workbook.") else file


def _answer(inspection: Inspection, name: str) -> Plain:
    """The values of the template about a workbook."""
    counts = {level: sum(finding.severity == level for finding in inspection.findings) for level in LEVELS}
    return {
        "name": name,
        "verdict": _verdict(counts),
        "errors": counts["error"],
        "findings": [_row(finding, name) for finding in inspection.findings[:MAX_FINDINGS]],
        "more_findings": max(0, len(inspection.findings) - MAX_FINDINGS),
        "notes": inspection.notes,
        "changes": _changes(inspection),
    }


def _verdict(counts: dict[str, int]) -> str:
    """The mistakes in a sentence or two.

    >>> _verdict({"error": 1, "warning": 0, "info": 2})
    'One error keeps it from being published. There are also 2 notes.'
    """
    nouns = {"warning": "warning", "info": "note"}
    others = " and ".join(counted(counts[level], noun) for level, noun in nouns.items() if counts[level])
    verb = "is" if (counts["warning"] or counts["info"]) == 1 else "are"
    if not counts["error"]:
        return f"It can be published. There {verb} {others}." if others else "It can be published: nothing is wrong."
    stops = counted(counts["error"], "error", first=True) + (" keeps" if counts["error"] == 1 else " keep")
    return f"{stops} it from being published." + (f" There {verb} also {others}." if others else "")


def _row(finding: Finding, name: str) -> Plain:
    value = finding.value if finding.value and finding.value not in finding.message else ""
    return {
        "level": "note" if finding.severity == "info" else finding.severity,
        "place": _place(finding, name),
        "column": finding.place.column if finding.place and finding.place.row else "",
        "message": finding.message,
        "value": value if len(value) <= MAX_VALUE_LENGTH else f"{value[:MAX_VALUE_LENGTH]} …",
        "fix": _KINDS_COMMAND.sub(r"All \1 are in the vocabulary of this site.", finding.fix or ""),
    }


def _place(finding: Finding, name: str) -> str:
    """Where a finding stands: the sheet (of tables in CSV the file) and the cell or row."""
    place = finding.place
    if place is None:
        return last_segment(finding.focus) if finding.focus else name
    table = place.sheet or _file_name(place.file, name)
    if place.cell:
        return f"{table}, {place.cell}"
    return f"{table}, row {place.row}" if place.row else table


def _changes(inspection: Inspection) -> Plain | None:
    """What would change in the published graph; None where that cannot be said."""
    report = inspection.changes
    if report is None:
        return None
    if inspection.is_other:
        return {"summary": "", "other": True, "sections": [], "more": 0, "removes": False}
    # The last part counts quads, which say nothing to a keeper.
    summary = report.summary.rpartition("; ")[0]
    return {
        "summary": f"{summary}." if summary else "",
        "other": False,
        "sections": list(_sections(report, MAX_CHANGES)),
        "more": max(0, sum(len(section.changes) for section in report.sections) - MAX_CHANGES),
        "removes": any(change.what.endswith("-gone") for section in report.sections for change in section.changes),
    }


def _sections(report: Report, most: int) -> Iterator[Plain]:
    """The sections of a report up to a number of changes."""
    for section in report.sections:
        changes = [
            {
                "mark": MARKS.get(change.what.rpartition("-")[2], "changed"),
                "sentence": change.sentence,
                "details": change.details,
            }
            for change in section.changes[:most]
        ]
        most -= len(changes)
        if changes:
            yield {"title": section.title, "changes": changes}
