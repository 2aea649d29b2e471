"""What a row of Partnerships adds to its claim: its evidence, limited to what it says, and its cells as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from partnergraph.graph_folder.partnership_ids import IdentifiedRow
from partnergraph.graph_folder.partnership_rows import PartnershipRow
from partnergraph.model.provenance_quads import SENTENCE

__all__ = ["limited_evidence", "written_cells"]


def limited_evidence(
    members: Sequence[tuple[PartnershipRow, IdentifiedRow]], since: str, until: str, is_past: bool
) -> str:
    """The cell that names the evidence of a claim; what says less than the claim is limited to what it says."""
    limits = []
    for row, identified in members:
        _, _, _, start, end, _ = row.interval
        name = "date" if row.wording.code == "succession" else "start"
        stated = [column for column, own, date in ((name, start, since), ("end", end, until)) if own == date != ""]
        stated += ["date_note"] * (is_past and row.wording.is_past)
        is_whole = len(stated) == bool(since) + bool(until) + is_past
        limits.append(identified.evidence if is_whole else f"{identified.evidence} [{', '.join(stated)}]")
    return "; ".join(sorted(limits))


def written_cells(
    row: PartnershipRow, names: Mapping[str, str], own: str, title: str, interval: tuple[str, str]
) -> tuple[str, ...]:
    """The cells that the graph does not say otherwise, each as its column, a colon and its text. `interval`: start and
    end of the claim, which may be more precise than the row.
    """
    dates = {"since": row.since, "until": row.until}
    is_same = row.interval[3:5] == interval and (row.wording.code != "succession" or not row.until)
    cells = {column: row.row.get(column) or "" for column in ("how", "type", "source", "where")}
    if cells["source"] == title:
        del cells["source"]
    if not SENTENCE.fullmatch(cells["where"]):
        del cells["where"]
    for column, token in (("partner", row.partner), ("with_whom", row.other)):
        text = row.row.get(column) or ""
        is_empty = token == own and column == "with_whom"
        if text != ("" if is_empty else names.get(token, "")):
            cells[column] = text
    filled = {column: text for column, text in cells.items() if text} | ({} if is_same else dates)
    return tuple(f"{column}: {text}" for column, text in filled.items())
