"""What a graph takes from registers: which records it mentions, their lines, and the counts for the report.

A register that is kept whole is read once. Of any other, a first time says which records are about bodies of the graph
and which are linked to which; the second time writes. No time holds more of a file than one record, except for the
identifiers of its records and the links between those that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from partnergraph.errors import Finding
from partnergraph.match.linking import RecordLinks
from partnergraph.model.records import Model
from partnergraph.model.register_quads import RegisterLines
from partnergraph.model.register_records import Entry, Grant, RecordCounts
from partnergraph.registers.register_config import RegisterConfig, read_register

__all__ = ["RegisterImport", "import_register"]

# A report repeats no more than so many findings of one register; the counts are those of all.
MAX_LISTED = 10_000


@dataclass
class RegisterImport:
    """What became of one register. `findings` are complete once `lines` has run to its end."""

    register: RegisterConfig
    tally: RecordCounts = field(default_factory=RecordCounts)
    merged: int = 0
    quads: int = 0
    findings: list[Finding] = field(default_factory=list)

    def as_row(self, sha256: str) -> Mapping[str, Any]:
        """For the report of a build."""
        return {
            "source": self.register.source,
            "file": self.register.file,
            "format": self.register.format,
            "release": self.register.release,
            "sha256": sha256,
            "keep": self.register.keep,
            "merged": self.merged,
            "quads": self.quads,
            **self.tally.as_row(),
            "listed": [finding.as_row() for finding in self.findings[:MAX_LISTED]],
        }


@dataclass
class _Survey:
    """The records that are about bodies of the graph, all records, and (for a mentioned one) what each is linked to."""

    bodies: dict[str, str] = field(default_factory=dict)
    records: set[str] = field(default_factory=set)
    links: dict[str, set[str]] = field(default_factory=dict)
    undecided: list[Finding] = field(default_factory=list)

    def add(self, entry: Entry, record_links: RecordLinks) -> None:
        """Note a record, and whether it is about a body of the graph."""
        self.records.add(entry.record)
        body, undecided = record_links.of(entry)
        if undecided is not None:
            self.undecided.append(undecided)
        elif body is not None:
            self.bodies[entry.record] = body

    def within_steps(self, steps: int) -> set[str]:
        """The records that the graph mentions, and those within some steps of links, in both directions."""
        reached, edge = set(self.bodies), set(self.bodies)
        for _ in range(steps):
            edge = {other for record in edge for other in self.links.get(record, ())} - reached
            reached |= edge
        return reached


def _survey(register: RegisterConfig, record_links: RecordLinks) -> _Survey:
    survey = _Survey()
    linked = register.steps > 0
    for entry in read_register(register, RecordCounts()):
        if not isinstance(entry, Entry):
            continue
        survey.add(entry, record_links)
        if linked:
            for link in entry.links:
                if link.record is not None:
                    survey.links.setdefault(entry.record, set()).add(link.record)
                    survey.links.setdefault(link.record, set()).add(entry.record)
    return survey


def import_register(register: RegisterConfig, model: Model, result: RegisterImport) -> Iterator[str]:
    """The lines of what is kept of a register, some at once; `taken` counts along.

    Raises `DataError` for a broken file.
    """
    for lines in _lines(register, model, result):
        result.quads += lines.count("\n")
        yield lines


def _lines(register: RegisterConfig, model: Model, result: RegisterImport) -> Iterator[str]:
    record_links = RecordLinks(model, register.source)
    everything, steps = register.keep == "all", register.steps
    survey = _Survey() if everything else _survey(register, record_links)
    reached = survey.within_steps(steps)
    imported = survey.records if everything else survey.records & reached

    def body(record: str | None, identifier: tuple[str, str] | None) -> str | None:
        if record is not None and (body_iri := survey.bodies.get(record)) is not None:
            return body_iri
        return record_links.identified(*identifier) if identifier is not None else None

    def outside(record: str | None) -> bool:
        """Whether a body without a record in the file is written: it must be as near as one with a record."""
        if everything or record is None:
            return everything or steps > 0
        return record in reached and record not in imported

    title = next(source.title for source in model.sources if source.id == register.source)
    lines = RegisterLines(
        model.config.base,
        register.source,
        title,
        register.release,
        model.config.language,
        body,
        imported.__contains__,
        outside,
    )
    yield lines.description()
    for record in read_register(register, result.tally):
        if isinstance(record, Finding):
            result.findings.append(record)
            continue
        if everything and isinstance(record, Entry):
            survey.add(record, record_links)
        if everything or _mentioned(record, imported, body, steps):
            yield lines.record_lines(record)
        else:
            result.tally.kept -= 1
            result.tally.filtered += 1
    yield from lines.link_lines()
    result.merged = len(survey.bodies)
    result.findings[:0] = survey.undecided


def _mentioned(item: Entry | Grant, imported: set[str], body: Any, steps: int) -> bool:
    """An entry that is reached; a grant between two bodies of the graph, or (with steps) to or from one of them."""
    if isinstance(item, Entry):
        return item.record in imported
    is_known = [body(None, party) is not None for party in (item.funder_id, item.recipient_id)]
    return all(is_known) or (steps > 0 and any(is_known))
