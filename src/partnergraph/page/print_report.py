"""The report that the page prints: relationships by type of partner, disputes, sources; cut openly to two sheets.

The headline and the map stand on a sheet before it. Heights are millimetres of print in one of two columns on a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from partnergraph.page.layout.text_metrics import text_width

if TYPE_CHECKING:
    from partnergraph.page.partner_counts import PartnerCounts
    from partnergraph.page.view_model import ViewModel

    Plain = dict[str, Any]

ROOM = 675.0  # of two sheets: four columns of 186, less what breaks between columns may leave empty
COLUMN = 128.0  # width of a column
LETTERS = 2.83  # size of the letters: 8 points
LINE, ROW_GAP, HEADING = 3.5, 1.2, 8.0
SENTENCE_WIDTH, STATUS_WIDTH, DATE_WIDTH = 60.0, 28.0, 15.5  # of the columns of the table
RELATION = 1.0  # of a relation before its names in a running list, shared among them
MAX_LABEL = 110  # characters
MAX_MARK = 60  # of a sign beside a row
MAX_HUBS = 8  # partners whose own partners are printed
MAX_DISPUTES = 5
MAX_EVIDENCE = 1  # pieces for a disputed claim, and as many against it
MAX_SOURCES = 8
CITED = ("quoted", "cited")  # forms of evidence that are a source's own, neither an inference nor the editor's word
OBSOLETE = ("superseded", "retracted")  # standings of claims that are left out


@dataclass(frozen=True)
class ReportRow:
    """A claim as a sentence in three parts, of which `subject` is empty below a heading that says it; in a running list
    all claims that say the same of two bodies.

    `relation` is in the past where it has ended on any day of reading, `present` as if it went on. `claims` are their
    numbers; `since` and `until` are empty where nothing is stated, and where there are several.
    """

    claims: tuple[int, ...]
    subject: str
    relation: str
    present: str
    partner: str
    since: str
    until: str
    confirmed: str
    marks: tuple[str, ...]
    is_event: bool = False  # of which `since` is the day
    is_over: bool = False  # on any day of reading

    @property
    def height(self) -> float:
        """Of the row in print."""
        texts = (
            (f"{self.subject} {self.relation} {self.partner}", SENTENCE_WIDTH),
            (self.since, DATE_WIDTH),
            (self.until, DATE_WIDTH),
            (f"{' '.join(self.marks)} last confirmed {self.confirmed}" if self.confirmed else "", STATUS_WIDTH),
        )
        return max(_lines(text, width) for text, width in texts) * LINE + ROW_GAP

    @property
    def length(self) -> float:
        """How high it makes a running list."""
        text = f"{self.partner} ({' '.join((*self.marks, self.since, self.until))} to, current); "
        return text_width(text, LETTERS) * 1.12 / COLUMN * LINE + RELATION

    @property
    def period(self) -> str:
        """The dates that are stated, in a few words; how many claims there are where there are several."""
        if len(self.claims) > 1:
            return f"{len(self.claims)} relationships"
        if self.is_event or self.since == self.until:
            return self.since
        if self.since and self.until:
            if "between" in self.since + self.until:
                return f"beginning {self.since}, end {self.until}"
            return f"{self.since} to {self.until}"
        return f"since {self.since}" if self.since else f"until {self.until}" if self.until else ""


@dataclass
class ReportGroup:
    """The rows below one heading, and how many claims there were before they were cut; `family` is -1 below the name
    of a body.
    """

    heading: str
    family: int
    rows: list[ReportRow]
    total: int = 0

    def __post_init__(self) -> None:
        self.total = self.total or self.claim_count

    @property
    def claim_count(self) -> int:
        """The claims of the rows."""
        return sum(len(row.claims) for row in self.rows)

    @property
    def by_relation(self) -> list[tuple[str, list[ReportRow]]]:
        """The rows by their relation, in the order of both."""
        relations: dict[str, list[ReportRow]] = {}
        for row in sorted(self.rows, key=lambda row: row.relation):
            relations.setdefault(row.relation, []).append(row)
        return list(relations.items())


@dataclass(frozen=True)
class DisputeEntry:
    """A disputed claim as a sentence, with its period, what is noted, and what speaks for and against it."""

    sentence: str
    when: str
    note: str
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    more: int  # pieces of evidence that are left out

    @property
    def height(self) -> float:
        """In print."""
        texts = [f"{self.sentence} {self.when}", self.note, *self.evidence, *self.against]
        return sum(_lines(text, COLUMN - 8) for text in texts if text) * LINE + 3


@dataclass(frozen=True)
class PrintReport:
    """What the report says below the map. `subject` is the focus, empty without one, `partners` the
    number of its partners in words; `first` are the groups of its own
    relationships, `second` those of its partners with others; `hubs_left_out` partners have such that are not printed.
    `obsolete` claims are left out as superseded or retracted.
    """

    subject: str
    partners: str
    first: list[ReportGroup]
    second: list[ReportGroup]
    hubs_left_out: int
    obsolete: int
    disputes: list[DisputeEntry]
    disputes_left_out: int
    disputed: int  # claims whose standing is so, as the headline counts them
    sources: list[tuple[dict[str, str], int]]
    source_count: int

    @property
    def rows_left_out(self) -> int:
        """Relationships of the groups that are not printed."""
        return sum(group.total - group.claim_count for group in (*self.first, *self.second))


def print_report(
    model: ViewModel, family_labels: list[str], counts: PartnerCounts | None = None, partners: bool = True
) -> PrintReport:
    """The report of a graph: about its focus, or, without one, about all; `counts`: of its partners; `partners`: with
    the relationships.
    """
    disputed = _disputes(model)
    disputes = disputed[:MAX_DISPUTES]
    sources = _sources(model)
    room = ROOM - sum(entry.height for entry in disputes) - 2 * HEADING
    room -= sum(_lines(f"{source['title']} {source['publisher']} {' ' * 40}", COLUMN) * LINE for source, _ in sources)
    valid = [number for number, claim in enumerate(model.claims) if claim["standing"] not in OBSOLETE]
    focus = model.diagram.focus
    own = [number for number in valid if focus in _ends(model, number) and len(_ends(model, number)) == 2]
    subject = "" if focus is None or not own else str(model.bodies[focus]["label"])
    first: list[ReportGroup] = []
    second: list[ReportGroup] = []
    hubs_left_out = 0
    if partners:
        first = _by_family(model, own if subject else valid, focus if subject else None, family_labels)
        if subject:
            second = _second_step(model, own, valid)
            hubs_left_out = max(0, len(second) - MAX_HUBS)
            second = second[:MAX_HUBS]
        room = _cut(model, first, room, lambda row: row.height)
        _cut(model, second, room, lambda row: row.length)
        hubs_left_out += sum(not group.rows for group in second)
        second = [group for group in second if group.rows]
    return PrintReport(
        subject=subject,
        partners=f"{counts.total}: {counts.parts}" if counts and counts.total and subject else "",
        first=first,
        second=second,
        hubs_left_out=hubs_left_out,
        obsolete=len(model.claims) - len(valid),
        disputes=disputes,
        disputes_left_out=len(disputed) - len(disputes),
        disputed=sum(claim["standing"] == "disputed" for claim in model.claims),
        sources=sources,
        source_count=len(model.cited_sources),
    )


def _ends(model: ViewModel, number: int) -> set[int]:
    claim = model.claims[number]
    return {claim["from"], claim["to"]}


def _clipped(text: str, most: int = MAX_LABEL) -> str:
    """A text of at most so many characters, cut openly: behind a sentence or a part of one, else behind a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    words = text[: most - 1].rsplit(" ", 1)[0]
    ends = [match.end() - 1 for match in re.finditer(r"[.;:] ", text[:most]) if match.start() > most / 2]
    if not ends:
        return words + " …"
    return text[: ends[-1]] + " …" if text[ends[-1] - 1] == "." else text[: ends[-1] - 1] + " …"


def _lines(text: str, width: float) -> int:
    """The lines that a text takes, a little generous."""
    return max(1, ceil(text_width(text, LETTERS) * 1.12 / width))


def days_in_words(bounds: tuple[str | None, str | None] | None) -> str:
    """The days that a date can mean as the shortest text; empty where nothing is known.

    >>> days_in_words(("2014-01-01", "2014-12-31")), days_in_words(("2016-02-01", "2016-02-29"))
    ('2014', '2016-02')
    >>> days_in_words((None, "2021-10-01"))
    '2021-10-01 at the latest'
    """
    from calendar import monthrange

    earliest, latest = bounds or (None, None)
    if not (earliest and latest):
        return f"{latest} at the latest" if latest else f"{earliest} at the earliest" if earliest else ""
    if earliest == latest:
        return earliest
    year, month = earliest[:4], earliest[:7]
    if (earliest, latest) == (f"{year}-01-01", f"{year}-12-31"):
        return year
    last = monthrange(int(year), int(month[5:]))[1]
    return month if (earliest, latest) == (f"{month}-01", f"{month}-{last}") else f"between {earliest} and {latest}"


def _row(model: ViewModel, number: int, body: int | None) -> ReportRow:
    """A claim read from the side of a body; without one, from its beginning."""
    claim = model.claims[number]
    forward = body is None or claim["from"] == body
    partner = claim["to"] if forward else claim["from"]
    marks = (_standing_in_words(model, claim), "inferred" if claim["inferred"] else "")
    return ReportRow(
        claims=(number,),
        subject=_clipped(model.bodies[claim["from"]]["label"]) if body is None else "",
        relation=_clipped(claim["wording"] if forward else claim["inverse_wording"]),
        present=_clipped(claim["forward"] if forward else claim["inverse"]),
        partner=_clipped(model.bodies[partner]["label"]),
        since=_clipped(days_in_words(claim["start_bounds"]), 40),
        until=_clipped(days_in_words(claim["valid_until"]), 40),
        confirmed=_clipped(str(claim["confirmed"] or ""), 20) if claim["event"] is None else "",
        is_event=claim["event"] is not None,
        is_over=bool(claim["over"]),
        marks=tuple(_clipped(mark, MAX_MARK) for mark in (*marks, str(claim["change"])) if mark),
    )


def _standing_in_words(model: ViewModel, claim: Plain) -> str:
    """The standing of a claim that is not simply accepted; of one that others contradict, also whom they name instead
    (not where the dispute is about the way: both may be so).
    """
    rivals = [model.claims[model.claim_number[rival["key"]]] for rival in claim["contradicts"]]
    named = {
        end
        for rival in rivals
        if rival["standing"] not in OBSOLETE
        and rival["kind"] == claim["kind"]
        and not rival["via"]
        and not claim["via"]
        for end in {rival["from"], rival["to"]} - {claim["from"], claim["to"]}
    }
    if not named or claim["standing"] not in ("accepted", "disputed"):
        return "" if claim["standing"] == "accepted" else str(claim["standing"])
    names = [str(model.bodies[body]["label"]) for body in sorted(named)]
    return f"disputed: also named {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}"


def _by_family(model: ViewModel, numbers: list[int], focus: int | None, labels: list[str]) -> list[ReportGroup]:
    """Groups by the type of the partner of the focus; without a focus, of the body that a claim begins with."""
    groups: dict[int, list[ReportRow]] = {}
    for number in numbers:
        claim = model.claims[number]
        body = claim["from"] if focus is None or claim["to"] == focus else claim["to"]
        groups.setdefault(model.bodies[body]["family"], []).append(_row(model, number, focus))
    headings = {family: _clipped(labels[family][:1].upper() + labels[family][1:]) for family in groups}
    return [ReportGroup(headings[family], family, groups[family]) for family in sorted(groups)]


def _second_step(model: ViewModel, own: list[int], valid: list[int]) -> list[ReportGroup]:
    """For each partner of the focus its relationships with bodies that are no partners themselves, most first."""
    assert model.diagram.focus is not None
    first = {end for number in own for end in _ends(model, number)}
    rows: dict[int, list[ReportRow]] = {}
    for number in valid:
        hubs = _ends(model, number) & first - {model.diagram.focus}
        if len(hubs) == 1 and len(_ends(model, number) - first) == 1:
            hub = hubs.pop()
            rows.setdefault(hub, []).append(_row(model, number, hub))
    rows = {hub: _merged(own_rows) for hub, own_rows in rows.items()}
    ordered = sorted(rows, key=lambda hub: (-len(rows[hub]), hub))
    return [ReportGroup(_clipped(model.bodies[hub]["label"]), -1, rows[hub]) for hub in ordered]


def _merged(rows: list[ReportRow]) -> list[ReportRow]:
    """The rows of one body, those that say the same of the same other one as one."""
    merged: dict[tuple[str, str], ReportRow] = {}
    for row in rows:
        key = row.present, row.partner
        before = merged.get(key)
        if before is None:
            merged[key] = row
        else:
            marks = tuple(sorted({*before.marks, *row.marks}))
            is_over = before.is_over and row.is_over
            relation = row.relation if is_over else row.present
            claims = (*before.claims, *row.claims)
            merged[key] = replace(
                before, claims=claims, relation=relation, marks=marks, since="", until="", is_over=is_over
            )
    return list(merged.values())


def _cut(model: ViewModel, groups: list[ReportGroup], room: float, height: Callable[[ReportRow], float]) -> float:
    """Keep as many rows as there is room for (in place), of each group in turn the best connected; the room left."""
    degrees = [len(body["claims"]) for body in model.bodies]
    waiting = []
    for group in groups:
        weight = {row.claims: sum(degrees[end] for end in _ends(model, row.claims[0])) for row in group.rows}
        waiting.append(sorted(group.rows, key=lambda row: (-weight[row.claims], row.claims)))
        group.rows = []
    for place in range(max(map(len, waiting), default=0)):
        for group, rows in zip(groups, waiting, strict=True):
            if place < len(rows) and room > 0:
                room -= height(rows[place]) + (0 if group.rows else HEADING)
                if room > 0:
                    group.rows.append(rows[place])
    for group in groups:
        group.rows.sort(key=lambda row: (row.subject.casefold(), row.partner.casefold(), row.since or "9", row.claims))
    return room


def _disputes(model: ViewModel) -> list[DisputeEntry]:
    """Claims that are disputed, that others contradict or that some evidence speaks against; of two that contradict
    each other only the first.
    """
    entries: list[DisputeEntry] = []
    covered: set[str] = set()
    by_key = {claim["key"]: claim for claim in model.claims}
    contested = [
        claim
        for claim in model.claims
        if claim["standing"] not in OBSOLETE
        and (claim["standing"] == "disputed" or claim["contradicts"] or claim["against"])
    ]
    for claim in sorted(contested, key=lambda claim: claim["standing"] != "disputed"):
        if claim["key"] in covered:
            continue
        covered |= {claim["key"], *(other["key"] for other in claim["contradicts"])}
        evidence = [_in_words(piece) for piece in claim["evidence"]]
        against = [_in_words(piece) for piece in claim["against"]]
        for other in claim["contradicts"]:
            words = [_in_words(piece) for piece in by_key[other["key"]]["evidence"]]
            against.append(_clipped(f"{other['label']}: {'; '.join(words[:1])}" if words else other["label"], 320))
        entries.append(
            DisputeEntry(
                sentence=" ".join(
                    _clipped(part)
                    for part in (
                        model.bodies[claim["from"]]["label"],
                        claim["wording"],
                        model.bodies[claim["to"]]["label"],
                    )
                ),
                when=_clipped(claim["when"], 80),
                note=_clipped(claim["standing_note"] or "", 420),
                evidence=tuple(evidence[:MAX_EVIDENCE]),
                against=tuple(against[:MAX_EVIDENCE]),
                more=max(0, len(evidence) - MAX_EVIDENCE) + max(0, len(against) - MAX_EVIDENCE),
            )
        )
    return entries


def _in_words(piece: Plain) -> str:
    """A piece of evidence with who says so."""
    source = ", ".join(str(part) for part in (piece["title"], piece["publisher"], piece["date"]) if part)
    if piece["form"] == "quoted":
        return f"“{_clipped(str(piece['words']), 150)}” ({_clipped(source, 100)})"
    if piece["form"] == "inferred":
        return f"Inferred: {_clipped(str(piece['says']), 220)}"
    return f"{_clipped(str(piece['says'] or ''), 220)} ({_clipped(source, 100)})"


def _sources(model: ViewModel) -> list[tuple[dict[str, str], int]]:
    """The most cited sources, each with the number of relationships that cite it; the editor is none."""
    counts: dict[str, int] = {}
    for claim in model.claims:
        for key in _cited(piece for piece in (*claim["evidence"], *claim["against"]) if piece["form"] in CITED):
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(
        (source for source in model.cited_sources if counts.get(source["key"])),
        key=lambda source: (-counts[source["key"]], source["key"]),
    )
    return [
        (
            {
                part: _clipped(str(source[part] or ""), most)
                for part, most in (("title", 160), ("publisher", 90), ("date", 20))
            },
            counts[source["key"]],
        )
        for source in ranked[:MAX_SOURCES]
    ]


def _cited(pieces: Iterable[Plain]) -> set[str]:
    return {str(piece["source_key"]) for piece in pieces}
