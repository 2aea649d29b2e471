"""A workbook, with the settings of the published graph -> what is wrong in it, and what it would change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from partnergraph.build.assemble import assemble
from partnergraph.check import check
from partnergraph.compare import compare
from partnergraph.desk.published_answers import PublishedAnswers
from partnergraph.errors import DataError, Finding, StoreError
from partnergraph.files import fill_folder, private_folder
from partnergraph.graph_folder.folder import GraphFolder, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.graph_folder.story import STORY
from partnergraph.model.ids import Ids
from partnergraph.store import RDF_SUFFIXES
from partnergraph.tables.safe_zip import SafeZip
from partnergraph.tables.sheet import FileRefused
from partnergraph.tables.table_files import OTHER, TEXT, WORKBOOK
from partnergraph.tables.todo_schema import TODO
from partnergraph.vocabulary import ORG, RDF, SKOS
from partnergraph.workbook.folder_writer import write_folder
from partnergraph.workbook.graph_to_tables import FolderContent, read_settings_back

if TYPE_CHECKING:
    from partnergraph.compare import Report
    from partnergraph.store import Reader

__all__ = ["Inspection", "inspect_workbook"]

ARCHIVE = ".zip"
MAX_UNPACKED = 50_000_000  # bytes of the tables of an archive
MAX_FILES = 100  # tables of an archive
MAX_WORKBOOKS = 10  # of an archive; each of them is unpacked in turn
LEVELS = ("error", "warning", "info")
TABLES = "tables/"
REPORT = "report.json"  # of a generation
_SAVE = "Save it as .xlsx or .ods, or put your tables into one .zip."
# What a graph has for settings that was not built from a graph folder.
_NO_SETTINGS = FolderContent({"title": "Preview", "id": "preview"})


@dataclass(frozen=True)
class Inspection:
    """What was found in a workbook. `folder` is the graph folder that it stands in.

    `findings` are sorted by level, then by place. `reader` is the graph that it would make, None where errors keep it
    from being made. `changes` is the comparison with the published graph, where there is one that was built from
    tables; `is_other`: the two have no organisation in common. `notes` say what of the published settings is not used.
    """

    folder: Path
    findings: list[Finding]
    reader: Reader | None = None
    changes: Report | None = None
    is_other: bool = False
    notes: list[str] = field(default_factory=list)


@contextmanager
def inspect_workbook(published: Reader, name: str, data: bytes) -> Iterator[Inspection]:
    """Inspect a workbook by the name and the bytes of its file. The folder is gone when the context is left."""
    with private_folder() as folder:
        try:
            fill_folder(folder, _table_files(name, data))
        except FileRefused as refused:
            yield Inspection(folder, [Finding(refused.rule, "error", refused.message, None, None, refused.fix)])
            return
        yield _inspect(folder, published, name)


def _table_files(name: str, data: bytes) -> dict[str, bytes]:
    """The files of tables, by their paths in the graph folder. Raises `FileRefused`."""
    suffix = PurePosixPath(name).suffix.lower()
    if not data:
        raise FileRefused("workbook-form", "The file is empty.", "Choose the file that you saved.")
    if suffix == ARCHIVE:
        return _unpacked(SafeZip(data))
    if suffix not in (*WORKBOOK, *OTHER):
        message = (
            f"A workbook ends in .xlsx or .ods; this file ends in {suffix[:20] or 'nothing that says what it is'}."
        )
        raise FileRefused("workbook-form", message, _SAVE)
    return {f"{TABLES}workbook{suffix}": data}


def _unpacked(packed: SafeZip) -> dict[str, bytes]:
    """The tables of an archive, workbooks and CSV, and its file of ids, whatever folder they stand in. Raises
    `FileRefused`.
    """
    parts = [path for name in packed.parts if (path := PurePosixPath(name)).suffix.lower() in (*TEXT, *WORKBOOK)]
    parts = [path for path in parts if not any(step.startswith((".", "~", "__MACOSX")) for step in path.parts)]
    if not any(path.name != IDS for path in parts):
        message = "The archive holds no tables."
        raise FileRefused("no-tables", message, "Put the tables into it, as organisations.csv; or choose a workbook.")
    if sum(path.suffix.lower() in WORKBOOK for path in parts) > MAX_WORKBOOKS:
        message = f"The archive holds more than {MAX_WORKBOOKS} workbooks."
        raise FileRefused("too-large", message, "Leave out what is no table of the graph.")
    if len(parts) > MAX_FILES or sum(packed.parts[str(path)].file_size for path in parts) > MAX_UNPACKED:
        message = f"The archive holds more than {MAX_FILES} tables, or more than {MAX_UNPACKED:,} bytes of them."
        raise FileRefused("too-large", message, "Leave out what is no table of the graph.")
    files: dict[str, bytes] = {}
    for path in parts:
        file = path.name if path.name == IDS else f"{TABLES}{path.name}"
        if file in files:
            message = f"The archive holds the table {path.name} twice."
            raise FileRefused("table-twice", message, "Keep one of the two.")
        files[file] = b"".join(packed.chunks(str(path)))
    return files


def _inspect(folder: Path, published: Reader, name: str) -> Inspection:
    try:
        settings, has_tables = read_settings_back(published), True
    except StoreError:
        settings, has_tables = _NO_SETTINGS, False
    answers = PublishedAnswers.add(folder, settings.rows.get(TODO, []))
    contents, notes = _read(folder, replace(settings, rows={}), published, answers)
    findings = [finding for finding in contents.findings if not answers.holds(finding)]
    graph: Reader | None = None
    if not contents.errors:
        try:
            graph = assemble(contents.model).reader()
            findings += [finding for finding in check(graph, contents.places) if not answers.holds(finding)]
        except DataError as error:
            findings += error.findings or [Finding("graph", "error", str(error))]
    answers.remove()  # no part of what is marked
    findings = sorted((_without_paths(finding, folder) for finding in findings), key=_order)
    if graph is None or any(finding.severity == "error" for finding in findings):
        return Inspection(folder, findings, notes=notes)
    if not has_tables:
        return Inspection(folder, findings, graph, notes=notes)
    if _has_rdf_files(published):
        notes.append("What is published from RDF files stands in no workbook; it counts as removed here.")
    is_other = not _organisations(published) & _organisations(graph)
    changes = compare(_without_registers(published), graph, "the published graph", name)
    return Inspection(folder, findings, graph, changes, is_other, notes)


def _read(
    folder: Path, settings: FolderContent, published: Reader, answers: PublishedAnswers
) -> tuple[GraphFolder, list[str]]:
    """Read the tables with the settings, texts, story, ids and answers of the published graph. Those that do not fit
    the tables are left out, with a note: they are no fault of the tables.
    """
    if (folder / IDS).exists():
        settings = replace(settings, ids_file=None)  # the archive has its own
    write_folder(folder, settings)
    contents, notes = _read_fitting(folder, answers)
    own = [finding for finding in contents.errors if not _is_of_tables(finding)]
    if not own:
        return contents, notes
    values = {finding.value for finding in own}
    config = dict(settings.config)
    if (focus := config.get("focus")) is not None and focus in values:
        del config["focus"]
        labels = published.objects(Ids(config.get("base", "")).org(focus), SKOS.prefLabel)
        notes.append(f"{[*labels, focus][0]}, whose network the published page shows, is not in this workbook.")
    documents = {source: text for source, text in settings.documents.items() if source not in values}
    match len(settings.documents) - len(documents):
        case 0:
            pass
        case 1:
            notes.append("One archived text was not looked into: its source is not in this workbook.")
        case left_out:
            notes.append(f"{left_out} archived texts were not looked into: their sources are not in this workbook.")
    story = settings.story
    if story and any(finding.place and finding.place.file == STORY for finding in own):
        story = []
        (folder / STORY).unlink()
        notes.append("The story of the published graph names what is not in this workbook; it is left out.")
    write_folder(folder, replace(settings, config=config, documents=documents, story=story))
    contents, more_notes = _read_fitting(folder, answers)
    return contents, [*notes, *more_notes]


def _read_fitting(folder: Path, answers: PublishedAnswers) -> tuple[GraphFolder, list[str]]:
    """Read the tables, without the published answers that do not fit them."""
    notes: list[str] = []
    contents = read_folder(folder)
    while answers.rows and (unfit := [finding for finding in contents.errors if answers.holds(finding)]):
        notes += answers.leave_out(unfit)
        contents = read_folder(folder)
    return contents, notes


def _is_of_tables(finding: Finding) -> bool:
    return finding.place is not None and finding.place.file.startswith((TABLES, IDS))


def _without_paths(finding: Finding, folder: Path) -> Finding:
    """A finding whose words name no folder of this machine."""

    def plain(text: str | None) -> str | None:
        return text and text.replace(f"{folder}/", "").replace(TABLES, "")

    return replace(finding, message=plain(finding.message) or "", value=plain(finding.value), fix=plain(finding.fix))


def _order(finding: Finding) -> tuple[int, str, str, int, str]:
    place = finding.place
    where = (place.file, place.sheet or "", place.row or 0, place.column or "") if place else ("", "", 0, "")
    return LEVELS.index(finding.severity), *where


def _organisations(reader: Reader) -> set[str]:
    return set(reader.pointing(RDF.type, ORG.Organization))


def _has_rdf_files(published: Reader) -> bool:
    """Whether the build of the graph read files of RDF beside its tables."""
    try:
        report = json.loads((published.folder or Path()).with_name(REPORT).read_bytes())
    except (OSError, ValueError):  # it is no build
        return False
    return any(name.lower().endswith(tuple(RDF_SUFFIXES)) for name in report["inputs"])


def _without_registers(published: Reader) -> Reader:
    """The published graph without what it has from files of registers, which no workbook holds."""
    graphs = [graph for graph in published.named_graphs() if "/graph/register/" in graph]
    return published.without((), graphs).reader() if graphs else published
