"""What the template of a brief shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnergraph.report.body_facts import BodyFacts
from partnergraph.report.body_records import BodyRecords
from partnergraph.report.disputes import Disputes
from partnergraph.report.network_findings import NetworkFindings
from partnergraph.report.partner_rows import PartnerGroup
from partnergraph.report.source_notes import SourceNotes

if TYPE_CHECKING:
    from partnergraph.report.ego_map import EgoMap


@dataclass(frozen=True)
class Figures:
    """Partners (bodies with a name; groups and undertakings beside them) and claims between them and the body; of the
    claims how many have each status on the day, and are
    inferred or disputed; `sources` of all claims that name the body; `confirmed`: the latest date of a source.
    """

    partners: int
    groups: int
    undertakings: int
    claims: int
    current: int
    unknown: int
    ended: int
    ahead: int
    inferred: int
    disputed: int
    sources: int
    confirmed: str | None

    @property
    def bodies(self) -> int:
        """Partners, groups and undertakings."""
        return self.partners + self.groups + self.undertakings


@dataclass(frozen=True)
class BriefView:
    """The parts of a brief. `links`: addresses of the briefs of other bodies, by IRI."""

    records: BodyRecords
    day: str
    about: Mapping[str, str | None]
    facts: BodyFacts
    figures: Figures
    groups: list[PartnerGroup]
    rows_left_out: int
    findings: NetworkFindings
    disputes: Disputes
    notes: SourceNotes
    map: EgoMap | None
    links: Mapping[str, str]

    @property
    def title(self) -> str:
        """The name of the body and what this is of it."""
        return f"{self.records.label}: partnerships on record"
