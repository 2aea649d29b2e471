"""A graph folder -> the model, with every problem in it at once and the place of every record."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.cell_parser import DATE_RULES, CellParser
from partnergraph.graph_folder.documents import MAX_SIZE, read_document
from partnergraph.graph_folder.filter_sources import filter_sources
from partnergraph.graph_folder.match_validation import find_contradictions
from partnergraph.graph_folder.position_rows import find_duplicates
from partnergraph.graph_folder.row_parser import parse_evidence, parse_row
from partnergraph.graph_folder.story import STORY, read_story
from partnergraph.model.ids import Ids
from partnergraph.model.record_quads import iri_of
from partnergraph.model.records import (
    Document,
    Evidence,
    GraphConfig,
    MatchDecision,
    Model,
    Position,
    Record,
    Source,
    Standing,
)
from partnergraph.reading import check_file, printable, read_file
from partnergraph.reading.toml import read_toml
from partnergraph.registers.register_config import RegisterConfig, configured_registers, sha256
from partnergraph.tables.personal_data import EMAIL, TELEPHONE, find_contacts, may_hold_contacts
from partnergraph.tables.suggestions import nearest
from partnergraph.tables.table import TableRow
from partnergraph.tables.table_files import read_tables, table_files
from partnergraph.vocabulary.iri import is_web_address

__all__ = ["CONFIG", "GraphFolder", "input_hashes", "read_folder"]

CONFIG = "partnergraph.toml"
_MAX_HASHED_SIZE = 2_000_000_000  # bytes; whatever is larger is refused when it is read, registers aside
_FIELD = {"standing": "standings"}


@dataclass(frozen=True)
class GraphFolder:
    """What was read: the model, what is wrong, where each record stands, the SHA-256 of every input file, and the
    registers, which nobody has read yet.
    """

    path: Path
    model: Model
    findings: list[Finding]
    places: Mapping[str, Place]
    inputs: Mapping[str, str]
    registers: tuple[RegisterConfig, ...] = ()

    @property
    def errors(self) -> list[Finding]:
        """The findings that stop a build."""
        return [finding for finding in self.findings if finding.severity == "error"]


def input_hashes(folder: Path) -> dict[str, str]:
    """The files that a build reads, relative to the folder, with the SHA-256 of each; sorted.

    One that is refused has no hash; reading the folder says why.
    """
    config = folder / CONFIG
    if not config.exists():
        where = printable(folder)
        raise DataError(f"{where} is not a graph folder: it holds no {CONFIG}. To make one: partnergraph init FOLDER")
    names = [config, *table_files(folder), *folder.glob(STORY)]
    raw = _toml(folder)
    registers = set[Path]()  # they may be of any size
    for kind in ("document", "rdf", "register"):
        for entry in _listed(raw, kind):
            path = folder / str(entry.get("path", ""))
            if _path(folder, str(entry.get("path", ""))) is None:
                names.append(path)
                registers |= {path} if kind == "register" else set()
    return {
        printable(path.relative_to(folder).as_posix()): _hash(path, folder, path not in registers)
        for path in sorted(set(names))
    }


def _hash(path: Path, folder: Path, bounded: bool) -> str:
    try:
        if bounded and path.stat().st_size > _MAX_HASHED_SIZE:
            return ""
        return sha256(path, folder)
    except (DataError, OSError, ValueError):
        return ""


def _listed(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The [[document]], [[rdf]] or [[register]] entries; what is not one is left to `_config`."""
    entries = raw.get(key, [])
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links that go round in a circle, a NUL
        return False


def read_folder(folder: Path, only: Collection[str] | None = None) -> GraphFolder:
    """Read a graph folder. Bad cells become findings, all at once; nothing is raised for them.

    `only` limits the graph to what these sources (and the editor, as far as it rests on them) say.
    Raises `DataError` when the folder itself cannot be read.
    """
    hashes = input_hashes(folder)
    findings: list[Finding] = []
    raw = _toml(folder)
    config = _config(raw, findings)
    ids = Ids(config.base)
    tables = read_tables(folder, findings)
    find = CellParser(tables, ids, _dates(raw, findings))
    texts = _documents(folder, raw, find, findings)
    documents = [document for document in texts.values() if document is not None]
    rdf = _rdf(folder, raw, find, findings)
    rows = {name: [row for row in table.rows if row.whole] for name, table in tables.items()}
    places: dict[str, Place] = {}
    read_rows = {
        table: [parse_row(table, row, find) for row in table_rows]
        for table, table_rows in rows.items()
        if table != "evidence"
    }
    proofs = [parse_evidence(row, find, texts) for row in rows["evidence"]]
    find_duplicates(rows["positions"], cast(list[Position], read_rows["positions"]), find)
    find_contradictions(rows["matches"], find)
    told = read_story(folder, find)
    if config.focus and config.focus not in find.known["organisations"] and "organisations" not in find.incomplete:
        near = nearest(config.focus, find.known["organisations"])
        hint = f"Did you mean '{near}'?" if near else "Write the id of a row of organisations.csv."
        message = f"focus: '{config.focus}' is not the id of any organisation."
        findings.append(Finding("config", "error", message, Place(CONFIG), config.focus, hint))
    known = {
        slug: cast(Source, record)
        for slug, record in zip([row.get("id") or "" for row in rows["sources"]], read_rows["sources"], strict=True)
    }
    registers = (
        ()
        if find.incomplete & {"sources"}
        else tuple(configured_registers(folder, _listed(raw, "register"), known, findings))
    )
    findings += find.findings
    if not any(finding.severity == "error" for finding in findings):
        _place(rows, read_rows, proofs, ids, places)
        findings += _unused(rows, read_rows, proofs)
        findings += _contacts(rows)
    # A position of a body that is gone is only a warning, and no record.
    read_rows["positions"] = [record for record in read_rows["positions"] if cast(Position, record).body]
    model = Model(
        config=config,
        documents=tuple(documents),
        evidence=tuple(proofs),
        story=told,
        rdf=tuple(rdf),
        **cast(Any, {_FIELD.get(table, table): tuple(found) for table, found in read_rows.items()}),
    )
    if only is not None:
        _check_only(only, find)
        model = filter_sources(model, frozenset(only), ids)
        registers = tuple(register for register in registers if register.source in only)
    findings.sort(key=_order)
    return GraphFolder(folder, model, findings, places, hashes, registers)


def _order(finding: Finding) -> tuple[str, str, int, str, str]:
    place = finding.place or Place("")
    return place.file, place.sheet or "", place.row or 0, place.column or "", finding.rule


def _toml(folder: Path) -> dict[str, Any]:
    try:
        return read_toml(folder / CONFIG, CONFIG, folder)
    except ValueError as error:
        raise DataError(f"{CONFIG}: cannot be read: {error}") from None


def _config(raw: Mapping[str, Any], findings: list[Finding]) -> GraphConfig:
    names = [f.name for f in fields(GraphConfig)]
    place = Place(CONFIG)
    for key in raw:
        if key not in (*names, "document", "rdf", "register", "dates"):
            near = nearest(key, names)
            hint = f"Did you mean '{near}'?" if near else f"Known keys: {', '.join(names)}."
            findings.append(Finding("config", "error", f"'{key}' is not a key.", place, key, hint))
    for key in ("document", "rdf", "register"):
        if raw.get(key, []) != _listed(raw, key):
            message, fix = (
                f"'{key}' is not a list of entries.",
                f"Write [[{key}]] with two brackets, then source and path.",
            )
            findings.append(Finding("config", "error", message, place, key, fix))
    values = {name: raw[name] for name in names if name in raw}
    for key in [key for key, value in values.items() if not isinstance(value, str)]:
        value = str(values.pop(key))
        findings.append(Finding("config", "error", f"{key} must be text.", place, value, "Put it in quotes."))
        if key in ("id", "title"):
            values[key] = value
    for key in ("id", "title"):
        if not values.get(key):
            findings.append(Finding("config", "error", f"'{key}' is missing.", place, key, f'Write {key} = "...".'))
            values[key] = "unnamed"
    base = str(values.get("base", "/"))
    if "base" in values and not (is_web_address(base) and base.endswith(("/", "#"))):
        fix = "Write a web address that ends in /, for example https://example.org/partners/."
        findings.append(Finding("config", "error", f"base: '{base}' is not a base address.", place, base, fix))
        values.pop("base")
    if "language" in values and not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", str(values["language"])):
        message = f"language: '{values['language']}' is not the code of a language."
        findings.append(Finding("config", "error", message, place, values.pop("language"), "Write en, cy or en-GB."))
    licence = str(values.get("licence_url") or "")
    if licence and not is_web_address(licence):
        message, fix = f"licence_url: '{licence}' is not a web address.", "Write it with https://, without spaces."
        findings.append(Finding("config", "error", message, place, values.pop("licence_url"), fix))
    return GraphConfig(**values)


def _dates(raw: Mapping[str, Any], findings: list[Finding]) -> str:
    """How dates with slashes are read: only as the folder says."""
    rule = raw.get("dates", "")
    if rule in ("", *DATE_RULES):
        return str(rule)
    message, fix = f"dates: '{rule}' is not a form of dates.", f"Write {' or '.join(DATE_RULES)}, or leave it out."
    findings.append(Finding("config", "error", message, Place(CONFIG), str(rule), fix))
    return ""


def _entries(
    folder: Path, raw: Mapping[str, Any], key: str, find: CellParser, findings: list[Finding]
) -> list[tuple[str, Path]]:
    """The [[document]] or [[rdf]] entries whose source is known and whose file is inside the folder."""
    found: list[tuple[str, Path]] = []
    taken = set[str]()
    for number, entry in enumerate(_listed(raw, key), 1):
        source, path = str(entry.get("source", "")), str(entry.get("path", ""))
        place = Place(CONFIG, None, f"{key} {number}")
        for name in sorted({*entry} - {"source", "path"}):
            message = f"'{name}' is not a key of an entry."
            findings.append(Finding("config", "error", message, place, name, "Known keys: source, path."))
        if key == "document" and source in taken:
            message, fix = f"'{source}' has two documents.", "Keep one, or make a source of its own of the other."
            findings.append(Finding("duplicate-document", "error", message, place, source, fix))
        elif source not in find.known["sources"] and "sources" in find.incomplete:
            continue
        elif source not in find.known["sources"]:
            near = find.nearest(source, ("sources",))
            hint = f"Did you mean '{near}'?" if near else "Add it to sources.csv."
            findings.append(Finding("unknown-source", "error", f"'{source}' is not a source.", place, source, hint))
        elif (wrong := _path(folder, path)) is not None:
            findings.append(Finding("path", "error", wrong[0], place, printable(path), wrong[1]))
        else:
            found.append((source, (folder / path).resolve()))
            taken.add(source)
    return found


def _path(folder: Path, path: str) -> tuple[str, str] | None:
    """What is wrong with the path of an entry, and what to do."""
    try:
        if not _inside(folder / path, folder) and "\x00" not in path:
            fix = "Copy the file into the graph folder, and write the path from there."
            return "The path leads out of the graph folder.", fix
        if not (folder / path).exists() or not path:
            return (f"There is no file {printable(path)}." if path else "The entry has no path."), "Mend the path."
        check_file(folder / path, path, folder)
    except DataError as error:
        return error.findings[0].message, "Mend the path, or put the file there."
    except (OSError, ValueError):  # a name that is too long, a NUL
        return f"{path[:200]!a} is not a path.", "Mend the path."
    return None


def _documents(
    folder: Path, raw: Mapping[str, Any], find: CellParser, findings: list[Finding]
) -> dict[str, Document | None]:
    """The archived text of each source that has one; None for one that cannot be read, which is a finding."""
    documents: dict[str, Document | None] = {str(e.get("source", "")): None for e in _listed(raw, "document")}
    if raw.get("document", []) != _listed(raw, "document") or not documents.keys() <= find.known["sources"].keys():
        documents |= dict.fromkeys(find.known["sources"])  # which source has a text is in doubt; no quotation is blamed
    for source, path in _entries(folder, raw, "document", find, findings):
        name = path.relative_to(folder.resolve()).as_posix()
        try:
            documents[source] = read_document(source, read_file(path, MAX_SIZE, name, folder))
        except DataError as error:
            findings += error.findings
        except UnicodeDecodeError as error:
            place = Place(name)
            fix = "Save the text as UTF-8; then every quotation is found again."
            message = f"The text is not UTF-8 (byte {error.start})."
            findings.append(Finding("encoding", "error", message, place, fix=fix))
    return documents


def _rdf(folder: Path, raw: Mapping[str, Any], find: CellParser, findings: list[Finding]) -> list[tuple[str, str]]:
    return [(source, str(path)) for source, path in _entries(folder, raw, "rdf", find, findings)]


def _place(
    rows: Mapping[str, list[TableRow]],
    read_rows: Mapping[str, list[Record]],
    proofs: list[Evidence],
    ids: Ids,
    places: dict[str, Place],
) -> None:
    for table, found in read_rows.items():
        for row, record in zip(rows[table], found, strict=True):
            iri = str(ids.source(record.id)) if table == "sources" else None
            if isinstance(record, Standing | Position | MatchDecision):
                continue
            places.setdefault(iri or iri_of(record, ids), row.place())
    for row, proof in zip(rows["evidence"], proofs, strict=True):
        places[ids.evidence(proof.source, proof.id)] = row.place()


def _unused(
    rows: Mapping[str, list[TableRow]], read_rows: Mapping[str, list[Record]], proofs: list[Evidence]
) -> list[Finding]:
    """Evidence that supports nothing, without a word why: a warning."""
    used = {support.evidence for found in read_rows.values() for record in found for support in record.evidence}
    used |= {slug for record in read_rows["standing"] for slug in cast(Standing, record).counter_evidence}
    fix = "Name it in the evidence cell of a claim, or say in not_modelled why there is none."
    return [
        Finding("unused-evidence", "warning", "This evidence supports nothing.", row.place("id"), proof.id, fix)
        for row, proof in zip(rows["evidence"], proofs, strict=True)
        if proof.id not in used and not proof.not_modelled
    ]


# Cells that hold no sentences: a number in them is no telephone's. And who decided, which is not published.
_IDENTIFYING = ("id", "value", "url", "record", "licence", "amount")


def _contacts(rows: Mapping[str, list[TableRow]]) -> Iterator[Finding]:
    """Addresses of e-mail and numbers of telephones in cells that are published: a warning. The cells stay as they are,
    for quoted words must stand exactly as in their source.
    """
    fix = "Leave it out: what the tables say is published. Of quoted words, quote fewer."
    for found in rows.values():
        for row in found:
            if not may_hold_contacts("\n".join(row.cells.values())):
                continue
            for column, cell in row.cells.items():
                kinds = {kind for kind, *_ in find_contacts(cell)} if column != "who" else set[str]()
                for kind in sorted(kinds - ({TELEPHONE} if column in _IDENTIFYING else set())):
                    what = "An address of e-mail" if kind == EMAIL else "The number of a telephone"
                    yield Finding(
                        "personal-data", "warning", f"{what} stands in this cell.", row.place(column), fix=fix
                    )


def _check_only(only: Collection[str], find: CellParser) -> None:
    for source in sorted(only):
        if source not in find.known["sources"]:
            near = nearest(source, find.known["sources"])
            hint = f" Did you mean '{near}'?" if near else ""
            raise DataError(f"'{source}' is not a source of this folder.{hint}")
