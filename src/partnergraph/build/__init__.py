"""A graph folder -> named graphs -> rules -> checks -> a new generation of the store, all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from partnergraph.build.assemble import assemble
from partnergraph.build.publishing import (
    is_intact,
    lock_output,
    publish,
    read_report,
    refuse_other_graph,
    staging_folder,
)
from partnergraph.build.register_import import RegisterImport, import_register
from partnergraph.check import check
from partnergraph.claims import claim_columns
from partnergraph.claims.columns_file import columns_bytes
from partnergraph.errors import DataError, Finding, Place, StoreError, error_count
from partnergraph.files import MARK, fill_folder, has_locks, lock_folder
from partnergraph.graph_folder.change_check import stop_if_changed
from partnergraph.graph_folder.folder import GraphFolder, input_hashes, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from partnergraph.match.partner_names import near_partner_names
from partnergraph.model.ids import Ids
from partnergraph.store import Reader, Writer, name_index
from partnergraph.vocabulary import ontology_dir
from partnergraph.vocabulary.iri import last_segment

__all__ = ["BuildReport", "assemble", "build", "collect_findings"]

# Raise it when the build writes other bytes, or another file, for the same input.
FORMAT = 7


@dataclass(frozen=True)
class BuildReport:
    """What a build did: where, whether anything was new, the counts, and the warnings."""

    output: Path
    fingerprint: str
    unchanged: bool
    counts: dict[str, Any]
    warnings: list[Finding] = field(default_factory=list)


def build(
    folder: Path,
    output: Path,
    *,
    only: Collection[str] | None = None,
    page: Callable[[Reader], str] | None = None,
    page_version: str = "",
    progress: Callable[[str], None] = lambda _: None,
    force: bool = False,
    replace: bool = False,
    links: bool = True,
) -> BuildReport:
    """Build a graph folder and publish it in an output folder.

    `page` makes the HTML page from the graph (the build knows no page); `page_version` tells one maker from another.
    Unchanged input is recognised and, when what was published stands as it was, nothing is done, unless `force`. The
    graph of another id in the output folder is replaced only with `replace`: else `UsageError` is raised. Without
    `links`, and where the output folder can have none, copies and a text file lead to what is published. Raises
    `DataError` with every finding when the data is at fault, `StoreError` when the disk is. Whatever is raised, nothing
    is published and the old generation stays (but for a copy that cannot be replaced, which the error says).
    """
    with _unreadable_is_data_error():
        hashes = input_hashes(folder)
    fingerprint = _fingerprint(hashes, only, f"page {page_version}" if page else "no page")
    report = read_report(output)
    if not force and report and report.get("fingerprint") == fingerprint and is_intact(output):
        return BuildReport(output, fingerprint, True, report["counts"])
    with lock_output(output):
        progress("reading the tables and documents")
        with _unreadable_is_data_error():
            contents = read_folder(folder, only)
            if input_hashes(folder) != hashes:
                raise DataError(f"{folder} was changed while it was read; nothing was published. Build again.")
        if not replace:
            refuse_other_graph(output, contents.model.config.id, folder)
        _raise_errors(contents.findings, folder)
        progress("making the graphs and applying the rules")
        imports = [RegisterImport(register) for register in contents.registers]
        writer = assemble(contents.model, _mentioned_records(contents, imports))
        progress("checking")
        findings = check(writer.reader(), contents.places)
        _raise_errors(findings, folder)
        findings += near_partner_names(contents)
        contents, ids_findings = _write_ids(contents)
        fingerprint = _fingerprint(dict(contents.inputs), only, f"page {page_version}" if page else "no page")
        warnings = [*contents.findings, *findings, *ids_findings]
        reader = writer.reader()
        # The engine writes its files without holding Python up, so that they are ready when the page is.
        with staging_folder(output) as staging, ThreadPoolExecutor(1) as executor:
            progress("writing the store")
            store_counts = executor.submit(_write_store, writer, staging, contents, imports)
            fill_folder(staging, {"graph.trig": reader.dump("trig")})
            counts = _counts(reader)
            counts["quads_in_trig"] = counts["quads"]
            if page is not None:
                progress("drawing the page")
                fill_folder(staging, {"index.html": page(reader).encode()})
            counts |= store_counts.result()
            if not (staging / name_index.FILE).exists():
                name_index.write_index(reader, staging / name_index.FILE)
                _write_columns(reader, staging)
            warnings += [
                finding for import_ in imports for finding in import_.findings if finding.severity == "warning"
            ]
            _write_report(staging, contents, fingerprint, counts, warnings, imports)
            publish(staging, output, fingerprint, links=links)
        if not has_locks(output / MARK):
            message = f"The drive of {output} has no locks: nothing keeps two builds into it from running at once."
            warnings.append(Finding("no-locks", "info", message, fix="Run one command at a time there."))
    return BuildReport(output, fingerprint, False, counts, warnings)


def collect_findings(folder: Path) -> list[Finding]:
    """Everything that is wrong in a graph folder, without writing anything: the tables first, then the shapes."""
    with _unreadable_is_data_error():
        contents = read_folder(folder)
    if contents.errors:
        return contents.findings
    try:
        imports = [RegisterImport(register) for register in contents.registers]
        reader = assemble(contents.model, _mentioned_records(contents, imports)).reader()
    except DataError as error:
        return [*contents.findings, *(error.findings or [Finding("rdf-file", "error", str(error))])]
    register_findings = [
        finding for import_ in imports for finding in import_.findings if finding.severity == "warning"
    ]
    findings = [*check(reader, contents.places), *near_partner_names(contents)]
    return [*contents.findings, *findings, *register_findings]


def _write_ids(contents: GraphFolder) -> tuple[GraphFolder, list[Finding]]:
    """Write the ids that rows of Partnerships got, before anything with them is published; the folder as it is then.

    Where that cannot be done, the build goes on, for the same rows get the same ids again; and says so. Raises
    `DataError` when the tables were changed since they were read.
    """
    data = contents.ids_file
    if data is None:
        return contents, []
    try:
        with lock_folder(contents.path) as locked:
            locked.write(contents.new_ids, lambda: stop_if_changed(contents))
    except StoreError as error:
        message = f"The ids of the rows of Partnerships could not be written: {error}"
        fix = "Let the build write into the folder: else a partner that is renamed becomes another one."
        return contents, [Finding("ids-not-written", "warning", message, Place(IDS), None, fix)]
    inputs = {**contents.inputs, IDS: hashlib.sha256(data).hexdigest()}
    return replace(contents, inputs=dict(sorted(inputs.items())), ids_file=None), []


def _mentioned_records(folder: GraphFolder, imports: list[RegisterImport]) -> Iterator[str]:
    """What the graph takes from registers of which it keeps what it mentions."""
    for import_ in imports:
        if import_.register.keep == "mentioned":
            yield from import_register(import_.register, folder.model, import_)


@contextmanager
def _unreadable_is_data_error() -> Iterator[None]:
    """A file of the graph folder that the system does not let us read is the data's fault."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}. Nothing was published.") from None


def _raise_errors(findings: list[Finding], folder: Path) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        marked = f"To see them marked in a copy of the tables: partnergraph check {folder} --marked problems.xlsx"
        raise DataError(f"{error_count(errors)} in {folder}; nothing was published. {marked}", errors)


def _fingerprint(hashes: dict[str, str], only: Collection[str] | None, page: str) -> str:
    from partnergraph import __version__

    digest = hashlib.sha256()
    parts: list[str] = [__version__, str(FORMAT), page, ",".join(sorted(only or ()))]
    parts += [f"{name} {value}" for name, value in sorted(hashes.items())]
    for path in sorted(p for p in ontology_dir().rglob("*") if p.suffix in (".ttl", ".rq")):
        parts.append(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()[:16]


def _write_store(writer: Writer, staging: Path, folder: GraphFolder, imports: list[RegisterImport]) -> dict[str, Any]:
    """The store on disk, from the very quads that graph.trig and the page are made of; and registers kept whole, which
    go straight from their files into the store: too many for a page, and graph.trig would only repeat them. The index
    of their names and the columns of all claims are made while the engine tidies up. Returns the counts of the store
    where it holds more than the writer.
    """
    ids = Ids(folder.model.config.base)
    whole_registers = [import_ for import_ in imports if import_.register.keep == "all"]
    with closing(Writer.create(staging / "store")) as disk, ThreadPoolExecutor(1) as executor:
        disk.copy(writer)
        for import_ in whole_registers:
            disk.stream(
                import_register(import_.register, folder.model, import_), ids.graph("register", import_.register.source)
            )
        flushed = executor.submit(disk.flush)
        counts: dict[str, Any] = {}
        if whole_registers:
            name_index.write_index(disk.reader(), staging / name_index.FILE)
            _write_columns(disk.reader(), staging)
            counts = _counts(disk.reader())
        flushed.result()
    return counts


def _write_columns(reader: Reader, staging: Path) -> None:
    """The claims as columns, for the analysis of the network."""
    fill_folder(staging, {claim_columns.FILE: columns_bytes(claim_columns.scan_columns(reader))})


def _counts(reader: Reader) -> dict[str, Any]:
    """How many things of each class the graph holds. Every query looks up an index or a few quads: a million records of
    registers are counted in seconds.
    """

    def count(pattern: str) -> int:
        [row] = reader.rows(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")
        return int(row["n"] or 0)

    def kinds(type_: str) -> Counter[str]:
        rows = reader.rows(
            f"SELECT ?k (COUNT(DISTINCT ?r) AS ?n) {{ ?r a pg:Relationship, {type_} ; pg:kind ?k }} GROUP BY ?k"
        )
        return Counter({last_segment(str(row["k"])): int(row["n"] or 0) for row in rows})

    stated = kinds("pg:Relationship")
    stated.subtract(kinds("pg:DerivedRelationship"))
    editor = "VALUES ?b { code:inferred code:editor } ?x pg:basis ?b"
    return {
        "organisations": count("?x a org:Organization"),
        "groups": count("?x a pg:UnnamedGroup"),
        "undertakings": count("?x a pg:Undertaking"),
        "relationships": count("?x a pg:Relationship") - count("?x a pg:DerivedRelationship, pg:Relationship"),
        "relationships_inferred": count(
            "?x a pg:Relationship ; pg:evidence/pg:basis code:inferred "
            "FILTER NOT EXISTS { ?x pg:evidence/pg:basis ?b FILTER(?b != code:inferred) }"
        ),
        "relationships_derived": count("?x a pg:DerivedRelationship"),
        "relationships_by_kind": {
            kind: count for kind, count in sorted(stated.items(), key=lambda item: (-item[1], item[0])) if count
        },
        "events": count("{ ?x a pg:LifecycleEvent } UNION { ?x a pg:ChangeEvent }"),
        "findings": count("?x a pg:Finding"),
        "purposes": count("?x a pg:Purpose"),
        "evidence_quoted": count("?x pg:words ?w"),
        "evidence_cited": count("?x a pg:Evidence") - count(f"{{ ?x pg:words ?w }} UNION {{ {editor} }}"),
        "evidence_of_the_editor": count(editor),
        "sources": count("?x a pg:Source"),
        "disputed": count("?x pg:standing code:disputed FILTER NOT EXISTS { ?x pg:derivedBy ?rule }"),
        "quads": int(reader.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")[0]["n"] or 0),
    }


def _write_report(
    staging: Path,
    folder: GraphFolder,
    fingerprint: str,
    counts: dict[str, Any],
    warnings: list[Finding],
    imports: list[RegisterImport],
) -> None:
    trig = hashlib.sha256((staging / "graph.trig").read_bytes()).hexdigest()
    report = {
        "graph": folder.model.config.id,
        "title": folder.model.config.title,
        "fingerprint": fingerprint,
        "graph_trig_sha256": trig,
        "counts": counts,
        "inputs": dict(folder.inputs),
        "sources": sorted(source.id for source in folder.model.sources),
        "registers": [import_.as_row(folder.inputs[import_.register.file]) for import_ in imports],
        "warnings": [finding.as_row() for finding in warnings],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True)
    fill_folder(staging, {"report.json": f"{text}\n".encode()})
