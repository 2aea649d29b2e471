"""Every body as the attributes of a network node: names, identifiers, what became of it, and what is said about it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from partnergraph.claims.claims import Described, Evidence, Source, concept_of
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, ORG, PG, SKOS, SKOSXL, WGS84

Attributes = dict[str, Any]
SORTS = {
    "organisation": ORG.Organization,
    "group": PG.UnnamedGroup,
    "undertaking": PG.Undertaking,
    "place": DCTERMS.Location,
}


def _first(values: dict[str, list[str]], predicate: str) -> str | None:
    return values.get(predicate, [None])[0]


def _code(iri: str | None) -> str | None:
    return iri.rsplit("/", 1)[-1] if iri else None


EVIDENCE = tuple(part.name for part in fields(Evidence) if part.name not in ("iri", "source"))
SOURCE = tuple(part.name for part in fields(Source) if part.name not in ("iri", "id"))


def evidence_values(piece: Evidence) -> Attributes:
    """A piece of evidence as plain values; its source by id (see `sources` of the network)."""
    return {name: getattr(piece, name) for name in EVIDENCE} | {"source": piece.source.id}


def source_values(of: Source) -> Attributes:
    """A source as plain values."""
    return {name: getattr(of, name) for name in SOURCE}


def node_attributes(reader: Reader, proofs: dict[str, Evidence]) -> dict[str, Attributes]:
    """Every organisation, group, undertaking and place by IRI, sorted by IRI, with plain values only.

    `proofs` is the evidence by its IRI (see `partnergraph.claims.claims.evidence`).
    """
    names, notes = _names(reader, proofs), _attributes(reader, proofs)
    said, marks = _statements(reader, proofs), reader.described(ADMS.Identifier)
    found: dict[str, Attributes] = {}
    for sort, class_iri in SORTS.items():
        for iri, values in reader.described(class_iri).items():
            if iri in found:
                continue
            types = [str(_code(of)) for of in values.get(ORG.classification, values.get(DCTERMS.type, []))]
            member_type = _code(_first(values, PG.memberType))
            types = types or ([member_type] if member_type else [])
            label = _first(values, SKOS.prefLabel) or iri.rsplit("/", 1)[-1].replace("-", " ")
            count = _first(values, PG.statedCount) or ""
            # Today's name stands in the label; here only when its period is known.
            also = [name for name in names.get(iri, []) if name["name"] != label or name["start"] or name["end"]]
            found[iri] = unknown_node(label) | {
                "sort": sort,
                "type": types[0] if types else sort,
                "types": types,
                "family": _family(types, sort),
                "description": _first(values, DCTERMS.description),
                "names": also,
                "identifiers": _identifiers(values.get(ADMS.identifier, []), marks, proofs),
                "website": _first(values, FOAF.homepage),
                "attributes": notes.get(iri, []),
                "count": int(count) if count.isdecimal() else None,
                "count_as_stated": _first(values, PG.countAsStated),
                "open": {"true": True, "false": False}.get(_first(values, PG.listIsOpen) or ""),
                "members": values.get(FOAF.member, []),
                "may_overlap": values.get(PG.mayOverlap, []),
                "latitude": _degrees(_first(values, WGS84.lat)),
                "longitude": _degrees(_first(values, WGS84.long)),
                "statements": said.get(iri, []),
                "evidence": _proofs(values, proofs),
            }
    told = _events(reader, proofs, {iri: body["label"] for iri, body in found.items()})
    return {iri: found[iri] | {"events": told.get(iri, [])} for iri in sorted(found)}


def unknown_node(label: str) -> Attributes:
    """The attributes of a body of which nothing is known but its label."""
    one = ("description", "website", "count", "count_as_stated", "open", "latitude", "longitude")
    many = ("types", "names", "identifiers", "attributes", "members", "may_overlap", "events", "statements", "evidence")
    known = {"label": label, "sort": "organisation", "type": "organisation", "family": "organisation"}
    return known | dict.fromkeys(one) | {name: [] for name in many} | {"at": {}}


def _degrees(text: str | None) -> float | None:
    try:
        degrees = float(text or "")
    except ValueError:
        return None
    return degrees if -180 <= degrees <= 180 else None


def _family(types: list[str], sort: str) -> str:
    """The family of the first type that has one (the concept it is narrower than)."""
    found = (concept_of(code).broader for code in types)
    return next((family for family in found if family), sort)


def _proofs(values: dict[str, list[str]], proofs: dict[str, Evidence]) -> list[dict[str, Any]]:
    return [evidence_values(proofs[iri]) for iri in values.get(PG.evidence, []) if iri in proofs]


def _names(reader: Reader, proofs: dict[str, Evidence]) -> dict[str, list[Attributes]]:
    found: dict[str, list[Attributes]] = {}
    for values in reader.described(PG.Name).values():
        name = {
            "name": _first(values, SKOSXL.literalForm) or "",
            "kind": _code(_first(values, PG.nameKind)),
            "start": _first(values, PG.start),
            "end": _first(values, PG.end),
            "evidence": _proofs(values, proofs),
        }
        for body in values.get(PG.nameOf, []):
            found.setdefault(body, []).append(name)
    return found


def _attributes(reader: Reader, proofs: dict[str, Evidence]) -> dict[str, list[Attributes]]:
    found: dict[str, list[Attributes]] = {}
    for values in reader.described(PG.Attribute).values():
        attribute = {
            "property": concept_of(_code(_first(values, PG.property)) or "").label,
            "value": _first(values, PG.value),
            "start": _first(values, PG.start),
            "end": _first(values, PG.end),
            "note": _first(values, SKOS.note),
            "evidence": _proofs(values, proofs),
        }
        for body in values.get(PG.attributeOf, []):
            found.setdefault(body, []).append(attribute)
    return found


def _identifiers(iris: list[str], marks: Described, proofs: dict[str, Evidence]) -> list[Attributes]:
    found = []
    for iri in iris:
        values = marks.get(iri, {})
        scheme, value = concept_of(_code(_first(values, PG.scheme)) or ""), _first(values, SKOS.notation) or ""
        template = scheme.url_template
        link = value if value.startswith(("https://", "http://")) else None
        if link is None and template:
            link = template.replace("{value}", value).replace("{compact}", value.replace(" ", ""))
        identifier: Attributes = {"scheme": scheme.code, "label": scheme.label, "value": value, "url": link}
        found.append(identifier | {"note": _first(values, SKOS.note), "evidence": _proofs(values, proofs)})
    return sorted(found, key=lambda entry: (entry["label"], entry["value"]))


def _events(reader: Reader, proofs: dict[str, Evidence], known: dict[str, str]) -> dict[str, list[Attributes]]:
    """What happened to each body, earliest first; a change stands with the bodies before and after it."""
    found: dict[str, list[Attributes]] = {}
    about_claims = {
        str(row["r"]): (
            str(row["from"]),
            f"{concept_of(_code(row['kind']) or '').label}: {known.get(str(row['to']), '')}",
        )
        for row in reader.rows(
            "SELECT ?r ?kind ?from ?to { ?e pg:about ?r . ?r pg:kind ?kind ; pg:from ?from ; pg:to ?to } "
            "ORDER BY ?r ?kind ?from ?to"
        )
    }
    for class_iri in (PG.ChangeEvent, PG.LifecycleEvent):
        for iri, values in reader.described(class_iri).items():
            before, after = values.get(ORG.originalOrganization, []), values.get(ORG.resultingOrganization, [])
            about = values.get(PG.about, [])
            event = {
                "id": iri,
                "kind": concept_of(_code(_first(values, PG.kind)) or "").label,
                "date": _first(values, PG.date),
                "earliest": _first(values, PG.dateEarliest),
                "manner": concept_of(_code(_first(values, PG.manner)) or "").label or None,
                "before": [{"id": body, "label": known.get(body, body)} for body in before],
                "after": [{"id": body, "label": known.get(body, body)} for body in after],
                "about": [
                    {"id": one, "label": about_claims[one][1] if one in about_claims else known.get(one, one)}
                    for one in about
                ],
                "note": _first(values, SKOS.note),
                "evidence": _proofs(values, proofs),
            }
            told = [*before, *after, *(about_claims[one][0] if one in about_claims else one for one in about)]
            for body in dict.fromkeys(told):
                found.setdefault(body, []).append(event)
    return {body: sorted(events, key=lambda e: (e["earliest"] or "9", e["id"])) for body, events in found.items()}


def _statements(reader: Reader, proofs: dict[str, Evidence]) -> dict[str, list[Attributes]]:
    """Findings and purposes, with the body they are about."""
    found: dict[str, list[Attributes]] = {}
    for kind, class_iri in (("finding", PG.Finding), ("purpose", PG.Purpose)):
        for iri, values in reader.described(class_iri).items():
            statement = {
                "id": iri,
                "kind": kind,
                "label": _first(values, SKOS.prefLabel),
                "value": _first(values, PG.value),
                "unit": _first(values, PG.unit),
                "evidence": _proofs(values, proofs),
            }
            for body in values.get(PG.about, []):
                found.setdefault(body, []).append(statement)
    return found
