"""The brief of one body: chosen and cut to what two or three A4 pages hold, and written as HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.claims.claim_columns import ClaimColumns
from partnergraph.claims.date_window import date_window
from partnergraph.errors import UsageError
from partnergraph.files import write_file
from partnergraph.report.body_facts import body_facts
from partnergraph.report.body_records import BodyRecords, GraphRecords
from partnergraph.report.brief_html import brief_html
from partnergraph.report.brief_view import BriefView, Figures
from partnergraph.report.disputes import disputes
from partnergraph.report.ego_map import MOST, EgoMap, ego_map
from partnergraph.report.network_findings import network_findings
from partnergraph.report.partner_rows import PartnerRow, fitting_rows, grouped_rows, notes_height, partner_rows
from partnergraph.report.source_notes import SourceNotes
from partnergraph.store import Reader

ROOM = 3 * 269.0  # millimetres in height of three A4 pages without their margins
SAFETY = 0.96  # share of the room that is used: heights are estimates, and pages end between rows
MAP_HEIGHT = 78.0
HEADINGS_HEIGHT = 50.0  # of the parts, the head of the table, the foot


@dataclass(frozen=True)
class Brief:
    """A finished brief of the body `iri`, as asked on `day`. `html` is the whole file; it loads nothing."""

    iri: str
    title: str
    day: str
    html: str = field(repr=False)
    figures: Figures

    def pdf(self) -> bytes:
        """The brief as PDF, by Chromium; the bytes differ from one time to the next. Raises `MissingProgram`
        where there is none, or where it fails.
        """
        from partnergraph.report.chromium_pdf import print_pdf

        return print_pdf(self.html)

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all: .html or .pdf. Raises `UsageError` for another suffix, and see `pdf`."""
        if path.suffix.lower() not in (".html", ".htm", ".pdf"):
            raise UsageError(f"{path}: a report is written as HTML or PDF. Let the name end in .html or .pdf.")
        write_file(path, self.pdf() if path.suffix.lower() == ".pdf" else self.html.encode())

    def _repr_html_(self) -> str:
        """The brief in a frame of its own."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="" title="{html.escape(self.title)}" width="100%" '
            'height="720" loading="lazy"></iframe>'
        )


class BriefMaker:
    """Makes the briefs of the bodies of one graph, as asked on one day."""

    def __init__(self, reader: Reader, day: str, columns: ClaimColumns | None = None) -> None:
        """`day` (a year, month or day) is printed; status and what the network says are of it. `columns`: those of the
        reader, if they are read. Raises `UsageError` for another form of date.
        """
        date_window(day)
        self.reader, self.day = reader, day
        self.context = AnalysisContext(reader, AnalysisOptions(as_of=day), columns)
        self.undated = AnalysisContext(reader, AnalysisOptions(), self.context.columns)
        self._records: GraphRecords | None = None

    @cached_property
    def about(self) -> dict[str, str | None]:
        """Title, licence, publisher and generator of the graph."""
        from partnergraph.network import graph_metadata

        metadata = graph_metadata(self.reader, None, {})
        return {name: metadata[name] for name in ("title", "licence", "publisher", "generator")}

    def read_all(self) -> list[tuple[str, str]]:
        """Read the records of all bodies, for many briefs; returns the IRI and name of each organisation, by name."""
        self._records = GraphRecords(self.reader)
        entities = self._records.model.entities.values()
        found = [(entity.iri, entity.label) for entity in entities if entity.kind == "organisation"]
        return sorted(found, key=lambda entry: (entry[1].casefold(), entry[0]))

    def resolve(self, name: str | None) -> str:
        """The IRI of a body by a name, of the one that the graph is about for None. Raises `QueryError`, `UsageError`;
        see `AnalysisContext.organisation`.
        """
        return self.context.organisation(name)

    def brief(self, iri: str, links: Mapping[str, str] | None = None) -> Brief:
        """The brief of a body by its IRI. `links`: addresses of the briefs of other bodies, by IRI. Raises `UsageError`
        for a place.
        """
        records = (self._records or GraphRecords.around(self.reader, iri)).of(iri)
        if records.kind == "place":
            raise UsageError(
                f"{records.label} is a place: no partnership is recorded of places. Name an organisation, a group or "
                "an undertaking; who is located there: partnergraph query organisations"
            )
        view = self._view(records, links or {})
        return Brief(iri, view.title, self.day, brief_html(view), view.figures)

    def _view(self, records: BodyRecords, links: Mapping[str, str]) -> BriefView:
        rows = partner_rows(records, self.day)
        facts, findings = body_facts(records), network_findings(self.context, self.undated, records)
        contested = disputes(records)
        scratch = SourceNotes()
        scratch.refer(facts.items)
        room = ROOM * SAFETY - facts.height - findings.height - contested.height
        room -= (
            notes_height(SourceNotes(), [*facts.items, *contested.items])
            + (MAP_HEIGHT if rows else 0)
            + HEADINGS_HEIGHT
        )
        shown = fitting_rows(rows, scratch, room)
        groups = [*grouped_rows(shown, rows)]
        notes = SourceNotes()
        notes.refer(facts.items)
        for group in groups:
            for row in group.rows:
                notes.refer(row.items)
        notes.refer(contested.items)
        return BriefView(
            records=records,
            day=self.day,
            about=self.about,
            facts=facts,
            figures=_figures(records, rows),
            groups=groups,
            rows_left_out=len(rows) - len(shown),
            findings=findings,
            disputes=contested,
            notes=notes,
            map=self._map(records, shown),
            links=links,
        )

    def _map(self, records: BodyRecords, rows: list[PartnerRow]) -> EgoMap | None:
        partners = [row.partner.iri for row in rows]
        number = min(len({*partners}), MOST)
        return ego_map(self.context, records.iri, partners, f"Map of {records.label} and {number} of its partners")


def _figures(records: BodyRecords, rows: list[PartnerRow]) -> Figures:
    statuses = [row.status for row in rows]
    sources = {item.source.iri for claim in records.claims for item in claim.evidence if item.form != "inferred"}
    return Figures(
        partners=len({row.partner.iri for row in rows if row.kind not in ("group", "undertaking")}),
        groups=len({row.partner.iri for row in rows if row.kind == "group"}),
        undertakings=len({row.partner.iri for row in rows if row.kind == "undertaking"}),
        claims=len(rows),
        current=statuses.count("current"),
        unknown=statuses.count("not known"),
        ended=statuses.count("ended"),
        ahead=statuses.count("ahead"),
        inferred=sum(row.claim.inferred for row in rows),
        disputed=sum(row.claim.standing == "disputed" for row in rows),
        sources=len(sources),
        confirmed=max((row.confirmed for row in rows), default="") or None,
    )
