"""The view model of the page: every body and every claim with its evidence, as plain values for the template."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from partnergraph.grammar import numbered, past_wording, plural_noun, with_article
from partnergraph.page.diagram import Diagram
from partnergraph.page.filters import FILTERS, ChoiceFilter
from partnergraph.page.headline_facts import SORT_NOUNS, SUCCESSION, is_over, known_days
from partnergraph.page.page_questions import QUESTION_NAMES

if TYPE_CHECKING:
    import networkx as nx

    Network: TypeAlias = nx.MultiDiGraph[str]

Plain = dict[str, Any]
# The page's own anchors, which no key may be.
RESERVED = (
    *("accessibility", "bodies", "claims", "closer", "data", "farther", "fit", "find", "found", "inferred", "kind"),
    *(
        "explorer",
        "now-all",
        "now-note",
        "report-view",
        "map",
        "network",
        "organisations",
        "panel",
        "relationships",
        "sentences",
        "sources",
        "status",
        "unfold",
    ),
    *(
        "active-text",
        "caption",
        "caption-text",
        "caption-title",
        "chips",
        "compared",
        "date",
        "date-shown",
        "dated",
        "everything",
        "focus",
        "focus-back",
        "focus-more",
        "focus-note",
        "inside",
        "library",
        "mode-hide",
        "mode-highlight",
        "moment",
        "moment-all",
        "moment-note",
        "moment-now",
        "packed",
        "program",
        "play",
        "print",
        "status-of",
        "whole",
        "whole-note",
    ),
    *("headline", "map-wide", "map-tall", "map-of", "panel-raise", "over", "status-day"),
    *("about", "about-found", "answer", "answer-back", "answer-heading", "answer-table", "before", "after"),
    *("questions", "questions-heading", "questions-menu"),
    *(f"question-{name}" for name in QUESTION_NAMES),
    *(f"question-{name}-table" for name in QUESTION_NAMES),
    *(f"question-menu-{name}" for name in QUESTION_NAMES),
    *("save-csv", "save-png", "save-svg", "since", "source", "standing", "steps", "story", "story-back", "story-end"),
    *("story-heading", "story-next", "story-start", "to", "to-found", "filter-bodies", "filter-claims", "map-heading"),
    *("organisations-heading", "panel-heading", "relationships-heading", "sentences-heading", "sources-heading"),
    *("copy-link", "link", "print-all", "print-everything", "print-label", "report", "report-day", "report-heading"),
    *("save-label", "save-view", "share-label", "share-menu", "shared", "day", "views"),
)


def anchor_keys(iris: list[str]) -> dict[str, str]:
    """A short key for each IRI, for anchors and permalinks: what follows /id/, letters, digits and hyphens only.

    >>> anchor_keys(["https://w3id.org/partnergraph/id/org/keele-university"])
    {'https://w3id.org/partnergraph/id/org/keele-university': 'org-keele-university'}
    """
    keys: dict[str, str] = {}
    used = {*RESERVED, *(entry.name for entry in FILTERS)}
    for iri in iris:
        key = re.sub(r"[^A-Za-z0-9]+", "-", iri.rpartition("/id/")[2]).strip("-").lower()[:120] or "body"
        number = 2
        unique = key
        while unique in used:
            unique, number = f"{key}-{number}", number + 1
        used.add(unique)
        keys[iri] = unique
    return keys


def web_link(url: object) -> str | None:
    """An address that may become a link: http or https, nothing else.

    >>> web_link("javascript:alert(1)"), web_link("https://example.org/")
    (None, 'https://example.org/')
    """
    text = str(url or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc and not re.search(r"[\s<>\"]", text) else None


def period_in_words(data: Plain) -> str:
    """The period of a claim or a name in words; empty when nothing is known."""
    start, end = data.get("start"), data.get("end")
    if start and start == end:
        dates = str(start)
    else:
        dates = f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}" if end else ""
    return "; ".join(part for part in (dates, str(data.get("date_note") or "")) if part)


def _bounds(days: Any) -> Any:
    """The earliest and the latest day of a date, None where neither is known."""
    return days if days and any(days) else None


class ViewModel:
    """Bodies, claims and sources in words, with the numbers that they have in the diagram."""

    def __init__(self, graph: Network, diagram: Diagram) -> None:
        self.graph, self.diagram, self.filters = graph, diagram, FILTERS
        self.sources: dict[str, Plain] = graph.graph.get("sources", {})
        self.known_days = known_days(graph)[1]
        cited = [f"/id/source/{name}" for name in sorted({*self.sources, *self._cited()})]
        self.key = anchor_keys([*diagram.bodies, *(key for _, _, key in diagram.claims), *cited])
        self.number = {iri: number for number, iri in enumerate(diagram.bodies)}
        self.sentences: dict[str, int] = {}
        self.claims = [self._claim(a, b, key) for a, b, key in diagram.claims]
        self.claim_number = {claim["key"]: number for number, claim in enumerate(self.claims)}
        self.bodies = [self._body(number, iri) for number, iri in enumerate(diagram.bodies)]
        self.cited_sources: list[Plain] = self._sources()
        # That one body became another is an event: it is no relationship, and nothing goes on or ends.
        self.relationships = [claim for claim in self.claims if claim["event"] is None]
        self.event_count = len(self.claims) - len(self.relationships)

    @property
    def story(self) -> list[Plain]:
        """The steps of the story, their bodies by number; a body that is not here is left out."""
        return [
            {
                "title": str(step.get("title", "")),
                "text": str(step.get("text", "")),
                "bodies": [self.number[iri] for iri in step.get("bodies") or [] if iri in self.number],
                "date": step.get("date"),
            }
            for step in self.graph.graph.get("story") or []
        ]

    def is_group(self, number: int) -> bool:
        """Whether a body is a group that is not named one by one."""
        return bool(self.graph.nodes[self.diagram.bodies[number]].get("sort") == "group")

    @property
    def sort_counts(self) -> list[tuple[int, str, str]]:
        """How many bodies there are of each sort, with its noun and the plural of that."""
        sorts = [str(self.graph.nodes[iri].get("sort") or "") for iri in self.diagram.bodies]
        counts = [(sorts.count(sort), noun, plural_noun(noun)) for sort, noun in SORT_NOUNS.items() if sort in sorts]
        return counts if sum(count[0] for count in counts) == len(sorts) and sorts else [(len(sorts), "body", "bodies")]

    def number_in_words(self, bodies: Collection[int]) -> str:
        """How many bodies, and how many groups that are not named one by one: "19 and 2 groups"."""
        groups = sum(map(self.is_group, bodies))
        named = len(bodies) - groups
        return " and ".join(
            [*([str(named)] if named or not groups else []), *([numbered(groups, "group")] if groups else [])]
        )

    def _label(self, iri: str) -> str:
        return str(self.graph.nodes[iri].get("label", iri)) if iri in self.graph else iri.rsplit("/", 1)[-1]

    def _cited(self) -> set[str]:
        """The ids of the sources that some evidence on the page names."""
        pieces = [
            piece
            for _, _, data in self.graph.edges(data=True)
            for piece in [*(data.get("evidence") or []), *(data.get("counter_evidence") or [])]
        ]
        for _, node in self.graph.nodes(data=True):
            pieces += node.get("evidence") or []
            for part in ("names", "attributes", "events", "statements"):
                pieces += [piece for entry in node.get(part) or [] for piece in entry.get("evidence") or []]
        return {str(piece.get("source")) for piece in pieces}

    def _evidence(self, piece: Plain) -> Plain:
        source = self.sources.get(str(piece.get("source")), {})
        passage = piece.get("passage")
        sentence = None
        if passage:
            sentence = self.sentences.setdefault(str(passage), len(self.sentences))
        return {
            "id": piece.get("id"),
            "form": piece.get("form", "cited"),
            "words": piece.get("words"),
            "says": piece.get("says"),
            "sentence": sentence,
            "at": piece.get("at"),
            "locator": piece.get("locator"),
            "basis": piece.get("basis"),
            "strength": piece.get("strength"),
            "confidence": piece.get("confidence"),
            "note": piece.get("note"),
            "source": str(piece.get("source")),
            "source_key": self.key[f"/id/source/{piece.get('source')}"],
            "title": source.get("title") or str(piece.get("source")),
            "publisher": source.get("publisher"),
            "date": source.get("date"),
        }

    def evidence_rows(self, pieces: list[Plain]) -> list[Plain]:
        """Pieces of evidence in words."""
        return [self._evidence(piece) for piece in pieces]

    def _claim(self, a: str, b: str, key: str) -> Plain:
        data = self.graph.edges[a, b, key]
        kind = str(data.get("kind", ""))
        marks = self.diagram.highlights
        forward = data.get("forward") or kind or "is connected with"
        inverse = data.get("inverse") or forward
        event = str(data.get("start") or "") if kind == SUCCESSION else None
        has_ended = is_over(data, self.known_days)
        return {
            "mark": marks.label("claims") if marks and data.get("highlighted") else "",
            "key": self.key[key],
            "kind": kind,
            "kind_label": data.get("label") or kind,
            "forward": forward,
            "inverse": inverse,
            "over": has_ended,
            "wording": past_wording(forward) if has_ended else forward,
            "inverse_wording": past_wording(inverse) if has_ended else inverse,
            "from": self.number[a],
            "to": self.number[b],
            "via": [
                {"label": party["label"], "number": self.number.get(party["id"])} for party in data.get("via") or []
            ],
            "role": data.get("role"),
            "event": event,
            "when": period_in_words(data) if event is None else event,
            "start_bounds": data.get("start_bounds"),
            "end_bounds": data.get("end_bounds"),
            "valid_from": _bounds(data.get("valid_from", data.get("start_bounds"))),
            "valid_until": _bounds(data.get("valid_until", data.get("end_bounds"))),
            "bounded_by": [event["text"] for event in data.get("bounded_by") or []],
            "confirmed": data.get("last_confirmed"),
            "standing": data.get("standing") or "accepted",
            "standing_note": data.get("standing_note"),
            "note": data.get("note"),
            "inferred": bool(data.get("inferred")),
            "change": data.get("change") or "",
            "derived": bool(data.get("derived")),
            "rule": data.get("rule"),
            "contradicts": [
                {"key": self.key[other], "label": self._sentence(other)}
                for other in data.get("contradicts") or []
                if other in self.key
            ],
            "evidence": self.evidence_rows(data.get("evidence") or []),
            "against": self.evidence_rows(data.get("counter_evidence") or []),
        }

    def _sentence(self, key: str) -> str:
        a, b, _ = next(edge for edge in self.diagram.claims if edge[2] == key)
        data = self.graph.edges[a, b, key]
        forward = str(data.get("forward"))
        wording = past_wording(forward) if is_over(data, self.known_days) else forward
        return f"{self._label(a)} {wording} {self._label(b)}"

    def _body(self, number: int, iri: str) -> Plain:
        node = self.graph.nodes[iri]
        types = self.graph.graph.get("types", {})
        events = [self._event(event) for event in node.get("events") or []]
        return {
            "key": self.key[iri],
            "change": node.get("change") or "",
            "marks": self.diagram.highlights.words_of(number) if self.diagram.highlights else [],
            "label": self.diagram.nodes[number].label,
            "family": self.diagram.nodes[number].family,
            "sort": node.get("sort", "organisation"),
            "types": [
                types.get(code, {}).get("label", str(code).replace("-", " ")) for code in node.get("types") or []
            ],
            "description": node.get("description"),
            "names": [name | {"when": period_in_words(name)} for name in node.get("names") or []],
            "identifiers": [entry | {"url": web_link(entry.get("url"))} for entry in node.get("identifiers") or []],
            "website": web_link(node.get("website")),
            "attributes": [
                entry | {"when": period_in_words(entry), "evidence": self.evidence_rows(entry.get("evidence") or [])}
                for entry in node.get("attributes") or []
            ],
            "events": events,
            "statements": [
                entry | {"evidence": self.evidence_rows(entry.get("evidence") or [])}
                for entry in node.get("statements") or []
            ],
            "members": [
                {"label": self._label(member), "number": self.number.get(member)}
                for member in node.get("members") or []
            ],
            "members_inferred": bool(node.get("members_inferred")),
            "start": _bounds(node.get("start_bounds")),
            "end": _bounds(node.get("end_bounds")),
            "count": node.get("count"),
            "open": node.get("open"),
            "evidence": self.evidence_rows(node.get("evidence") or []) if node.get("sort") != "organisation" else [],
            "claims": [],
            "relationships": 0,
        }

    def _event(self, event: Plain) -> Plain:
        before, after = (" and ".join(body["label"] for body in event.get(side) or []) for side in ("before", "after"))
        about = ", ".join(entry["label"] for entry in event.get("about") or [])
        what = f"{before} → {after}" if after else about
        manner = f" ({event['manner']})" if event.get("manner") else ""
        return {
            "text": f"{event.get('kind')}{manner}: {what}",
            "date": event.get("date"),
            "evidence": self.evidence_rows(event.get("evidence") or []),
        }

    def _sources(self) -> list[Plain]:
        for number, claim in enumerate(self.claims):
            self.bodies[claim["from"]]["claims"].append(number)
            if claim["to"] != claim["from"]:
                self.bodies[claim["to"]]["claims"].append(number)
            for end in {claim["from"], claim["to"]} if claim["event"] is None else ():
                self.bodies[end]["relationships"] += 1
        sources = []
        for source in sorted(
            {*self.sources, *self._cited()}, key=lambda name: (str(self._title(name)).casefold(), name)
        ):
            entry = {"publisher": None, "date": None} | self.sources.get(source, {})
            display = {"id": source, "key": self.key[f"/id/source/{source}"], "title": self._title(source)}
            parts = dict.fromkeys(str(part) for part in (display["title"], entry["publisher"], entry["date"]) if part)
            sources.append(entry | display | {"label": ", ".join(parts), "link": web_link(entry.get("url"))})
        return sources

    def _title(self, source: str) -> str:
        return str(self.sources.get(source, {}).get("title") or source)


def _span(claims: list[Plain]) -> tuple[int, int] | None:
    """The first and the last year in which a claim is known to begin or end, of its own or with one of its parties.

    Parties may have begun centuries before; that is no date of a claim.
    """
    parts = ("start_bounds", "end_bounds", "valid_until")
    bounds = [str(bound)[:4] for claim in claims for part in parts for bound in claim[part] or ()]
    years = [int(year) for year in bounds if year.isdigit()]
    return (min(years), max(years)) if years else None


def _focus_end(content: ViewModel) -> str | None:
    """When the focus ended, in words; None where that is not known."""
    from partnergraph.page.headline import date_in_words

    end = None if content.diagram.focus is None else content.bodies[content.diagram.focus]["end"]
    return date_in_words((end[0], end[1])) if end else None


def script_data(content: ViewModel, families: list[Plain]) -> Plain:
    """What the scripts need beside the words in the page: numbers, dates and names to search, in columns."""
    inverses = {claim["kind"]: claim["inverse"] for claim in content.claims if not content.is_group(claim["to"])}
    plurals = {claim["kind"]: claim["inverse"] for claim in content.claims if content.is_group(claim["to"])}
    labels = {claim["kind"]: claim["kind_label"] for claim in content.claims}
    bodies, claims = content.bodies, content.claims
    wordings = sorted({claim["forward"] for claim in claims})
    number_of = {wording: number for number, wording in enumerate(wordings)}
    past = {wording: past_wording(wording) for claim in claims for wording in (claim["forward"], claim["inverse"])}
    return {
        "focus": content.diagram.focus,
        "families": families,
        "kinds": [
            {
                "code": kind,
                "label": labels[kind],
                "inverse": inverses.get(kind) or plurals[kind],
                "plural": plurals.get(kind) or inverses[kind],
            }
            for kind in sorted(labels)
        ],
        "filters": [
            {"name": entry.name} | ({"codes": [*entry.options(content)]} if isinstance(entry, ChoiceFilter) else {})
            for entry in content.filters
        ],
        "wordings": wordings,
        "derived": [number for number, claim in enumerate(claims) if claim["derived"]],
        "past": {wording: ended for wording, ended in past.items() if ended != wording},
        "span": _span(claims),
        "focus_end": _focus_end(content),
        "as_of": content.graph.graph.get("as_of"),
        "story": content.story,
        "bodies": {
            "family": [body["family"] for body in bodies],
            "names": [sorted({name["name"] for name in body["names"]}) for body in bodies],
            **{name: days for name in ("start", "end") if any(days := [body[name] for body in bodies])},
        },
        "articles": [number for number, body in enumerate(bodies) if with_article(body["label"]) != body["label"]],
        "groups": [number for number, body in enumerate(bodies) if body["sort"] == "group"],
        "claims": {
            "from": [claim["from"] for claim in claims],
            "to": [claim["to"] for claim in claims],
            "wording": [number_of[claim["forward"]] for claim in claims],
            "start": [claim["valid_from"] for claim in claims],
            "end": [claim["valid_until"] for claim in claims],
            "confirmed": [claim["confirmed"] for claim in claims],
            **({"change": [claim["change"] for claim in claims]} if content.graph.graph.get("compared") else {}),
            **{entry.name: entry.column(content) for entry in content.filters},
        },
    }
