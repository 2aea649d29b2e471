"""A graph folder -> named graphs -> rules -> checks -> a new generation of the store, all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnergraph.build.assemble import assemble
from partnergraph.build.publishing import is_whole, locked, publish, refuse_other, report_of, workshop
from partnergraph.build.register_import import Taken, take
from partnergraph.check import check
from partnergraph.errors import DataError, Finding
from partnergraph.files import fill_folder
from partnergraph.graph_folder.folder import Folder, inputs, read
from partnergraph.model.ids import Ids
from partnergraph.store import Reader, Writer, name_index
from partnergraph.vocabulary import ontology_dir

__all__ = ["BuildReport", "assemble", "build", "findings_of"]

# Raise it when the build writes other bytes, or another file, for the same input.
FORMAT = 4


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
) -> BuildReport:
    """Build a graph folder and publish it in an output folder.

    `page` makes the HTML page from the graph (the build knows no page); `page_version` tells one maker from another.
    Unchanged input is recognised and, when what was published stands as it was, nothing is done, unless `force`. The
    graph of another id in the output folder is replaced only with `replace`: else `UsageError` is raised. Raises
    `DataError` with every finding when the data is at fault, `StoreError` when the disk is. Whatever is raised, nothing
    is published and the old generation stays.
    """
    with _readable():
        hashes = inputs(folder)
    fingerprint = _fingerprint(hashes, only, f"page {page_version}" if page else "no page")
    report = report_of(output)
    if not force and report and report.get("fingerprint") == fingerprint and is_whole(output):
        return BuildReport(output, fingerprint, True, report["counts"])
    with locked(output):
        progress("reading the tables and documents")
        with _readable():
            read_folder = read(folder, only)
            if inputs(folder) != hashes:
                raise DataError(f"{folder} was changed while it was read; nothing was published. Build again.")
        if not replace:
            refuse_other(output, read_folder.model.config.id, folder)
        _stop_at(read_folder.findings, folder)
        progress("making the graphs and applying the rules")
        taken = [Taken(register) for register in read_folder.registers]
        writer = assemble(read_folder.model, _mentioned(read_folder, taken))
        progress("checking")
        findings = check(writer.reader(), read_folder.places)
        _stop_at(findings, folder)
        warnings = [*read_folder.findings, *findings]
        reader = writer.reader()
        # The engine writes its files without holding Python up, so that they are ready when the page is.
        with workshop(output) as made, ThreadPoolExecutor(1) as beside:
            progress("writing the store")
            stored = beside.submit(_store, writer, made, read_folder, taken)
            fill_folder(made, {"graph.trig": reader.dump("trig")})
            counts = _counts(reader)
            counts["quads_in_trig"] = counts["quads"]
            if page is not None:
                progress("drawing the page")
                fill_folder(made, {"index.html": page(reader).encode()})
            counts |= stored.result()
            if not (made / name_index.FILE).exists():
                name_index.write(reader, made / name_index.FILE)
            warnings += [finding for one in taken for finding in one.findings if finding.severity == "warning"]
            _report(made, read_folder, fingerprint, counts, warnings, taken)
            publish(made, output, fingerprint)
    return BuildReport(output, fingerprint, False, counts, warnings)


def findings_of(folder: Path) -> list[Finding]:
    """Everything that is wrong in a graph folder, without writing anything: the tables first, then the shapes."""
    with _readable():
        read_folder = read(folder)
    if read_folder.errors:
        return read_folder.findings
    try:
        taken = [Taken(register) for register in read_folder.registers]
        reader = assemble(read_folder.model, _mentioned(read_folder, taken)).reader()
    except DataError as error:
        return [*read_folder.findings, *(error.findings or [Finding("rdf-file", "error", str(error))])]
    found = [finding for one in taken for finding in one.findings if finding.severity == "warning"]
    return [*read_folder.findings, *check(reader, read_folder.places), *found]


def _mentioned(folder: Folder, taken: list[Taken]) -> Iterator[str]:
    """What the graph takes from registers of which it keeps what it mentions."""
    for one in taken:
        if one.register.keep == "mentioned":
            yield from take(one.register, folder.model, one)


@contextmanager
def _readable() -> Iterator[None]:
    """A file of the graph folder that the system does not let us read is the data's fault."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}. Nothing was published.") from None


def _stop_at(findings: list[Finding], folder: Path) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        number = f"{len(errors)} errors" if len(errors) > 1 else "1 error"
        marked = f"To see them marked in a copy of the tables: partnergraph check {folder} --marked problems.xlsx"
        raise DataError(f"{number} in {folder}; nothing was published. {marked}", errors)


def _fingerprint(hashes: dict[str, str], only: Collection[str] | None, page: str) -> str:
    from partnergraph import __version__

    digest = hashlib.sha256()
    parts: list[str] = [__version__, str(FORMAT), page, ",".join(sorted(only or ()))]
    parts += [f"{name} {value}" for name, value in sorted(hashes.items())]
    for path in sorted(p for p in ontology_dir().rglob("*") if p.suffix in (".ttl", ".rq")):
        parts.append(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()[:16]


def _store(writer: Writer, made: Path, folder: Folder, taken: list[Taken]) -> dict[str, Any]:
    """The store on disk, from the very quads that graph.trig and the page are made of; and registers kept whole, which
    go straight from their files into the store: too many for a page, and graph.trig would only repeat them. The index
    of their names is made while the engine tidies up. Returns the counts of the store where it holds more than
    the writer.
    """
    ids = Ids(folder.model.config.base)
    whole = [one for one in taken if one.register.keep == "all"]
    with closing(Writer.create(made / "store")) as disk, ThreadPoolExecutor(1) as beside:
        disk.copy(writer)
        for one in whole:
            disk.stream(take(one.register, folder.model, one), ids.graph("register", one.register.source))
        flushed = beside.submit(disk.flush)
        counts: dict[str, Any] = {}
        if whole:
            name_index.write(disk.reader(), made / name_index.FILE)
            counts = _counts(disk.reader())
        flushed.result()
    return counts


def _counts(reader: Reader) -> dict[str, Any]:
    """How many things of each class the graph holds. Every query looks up an index or a few quads: a million records of
    registers are counted in seconds.
    """

    def number(pattern: str) -> int:
        [row] = reader.rows(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")
        return int(row["n"] or 0)

    def kinds(type_: str) -> Counter[str]:
        rows = reader.rows(
            f"SELECT ?k (COUNT(DISTINCT ?r) AS ?n) {{ ?r a pg:Relationship, {type_} ; pg:kind ?k }} GROUP BY ?k"
        )
        return Counter({str(row["k"]).rsplit("/", 1)[-1]: int(row["n"] or 0) for row in rows})

    stated = kinds("pg:Relationship")
    stated.subtract(kinds("pg:DerivedRelationship"))
    editor = "VALUES ?b { code:inferred code:editor } ?x pg:basis ?b"
    return {
        "organisations": number("?x a org:Organization"),
        "groups": number("?x a pg:UnnamedGroup"),
        "undertakings": number("?x a pg:Undertaking"),
        "relationships": number("?x a pg:Relationship") - number("?x a pg:DerivedRelationship, pg:Relationship"),
        "relationships_inferred": number(
            "?x a pg:Relationship ; pg:evidence/pg:basis code:inferred "
            "FILTER NOT EXISTS { ?x pg:evidence/pg:basis ?b FILTER(?b != code:inferred) }"
        ),
        "relationships_derived": number("?x a pg:DerivedRelationship"),
        "relationships_by_kind": {
            kind: count for kind, count in sorted(stated.items(), key=lambda item: (-item[1], item[0])) if count
        },
        "events": number("{ ?x a pg:LifecycleEvent } UNION { ?x a pg:ChangeEvent }"),
        "findings": number("?x a pg:Finding"),
        "purposes": number("?x a pg:Purpose"),
        "evidence_quoted": number("?x pg:words ?w"),
        "evidence_cited": number("?x a pg:Evidence") - number(f"{{ ?x pg:words ?w }} UNION {{ {editor} }}"),
        "evidence_of_the_editor": number(editor),
        "sources": number("?x a pg:Source"),
        "disputed": number("?x pg:standing code:disputed"),
        "quads": int(reader.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")[0]["n"] or 0),
    }


def _report(
    made: Path,
    folder: Folder,
    fingerprint: str,
    counts: dict[str, Any],
    warnings: list[Finding],
    taken: list[Taken],
) -> None:
    trig = hashlib.sha256((made / "graph.trig").read_bytes()).hexdigest()
    report = {
        "graph": folder.model.config.id,
        "title": folder.model.config.title,
        "fingerprint": fingerprint,
        "graph_trig_sha256": trig,
        "counts": counts,
        "inputs": dict(folder.inputs),
        "sources": sorted(source.id for source in folder.model.sources),
        "registers": [one.as_row(folder.inputs[one.register.file]) for one in taken],
        "warnings": [finding.as_row() for finding in warnings],
    }
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True)
    fill_folder(made, {"report.json": f"{text}\n".encode()})
