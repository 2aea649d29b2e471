"""Every body as the attributes of a network node: names, identifiers, what became of it, and what is said about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from partnergraph.queries.claims import Evidence, Source, concept, evidence, labels
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, ORG, PG, SKOS, SKOSXL

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


def proof(piece: Evidence) -> dict[str, Any]:
    """A piece of evidence as plain values; its source by id (see `sources_of`)."""
    plain = asdict(piece)
    del plain["iri"]
    return plain | {"source": piece.source.id}


def source(of: Source) -> dict[str, str | None]:
    """A source as plain values."""
    plain = asdict(of)
    del plain["iri"], plain["id"]
    return plain


def bodies(reader: Reader) -> dict[str, Attributes]:
    """Every organisation, group, undertaking and place by IRI, sorted by IRI, with plain values only."""
    proofs = evidence(reader)
    names, notes, told = _names(reader, proofs), _attributes(reader, proofs), _events(reader, proofs)
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
            count = _first(values, PG.statedCount)
            found[iri] = {
                "label": label,
                "sort": sort,
                "type": types[0] if types else sort,
                "types": types,
                "family": _family(types, sort),
                "description": _first(values, DCTERMS.description),
                "names": [name for name in names.get(iri, []) if name["name"] != label],
                "identifiers": _identifiers(values.get(ADMS.identifier, []), marks),
                "website": _first(values, FOAF.homepage),
                "attributes": notes.get(iri, []),
                "count": int(count) if count else None,
                "count_as_stated": _first(values, PG.countAsStated),
                "open": {"true": True, "false": False}.get(_first(values, PG.listIsOpen) or ""),
                "members": values.get(FOAF.member, []),
                "events": told.get(iri, []),
                "statements": said.get(iri, []),
                "evidence": _proofs(values, proofs),
            }
    return dict(sorted(found.items()))


def _family(types: list[str], sort: str) -> str:
    """The family of the first type that has one (the concept it is narrower than)."""
    found = (concept(code).broader for code in types)
    return next((family for family in found if family), sort)


def _proofs(values: dict[str, list[str]], proofs: dict[str, Evidence]) -> list[dict[str, Any]]:
    return [proof(proofs[iri]) for iri in values.get(PG.evidence, []) if iri in proofs]


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
            "property": concept(_code(_first(values, PG.property)) or "").label,
            "value": _first(values, PG.value),
            "start": _first(values, PG.start),
            "end": _first(values, PG.end),
            "evidence": _proofs(values, proofs),
        }
        for body in values.get(PG.attributeOf, []):
            found.setdefault(body, []).append(attribute)
    return found


def _identifiers(iris: list[str], marks: dict[str, dict[str, list[str]]]) -> list[Attributes]:
    found = []
    for iri in iris:
        values = marks.get(iri, {})
        scheme, value = concept(_code(_first(values, PG.scheme)) or ""), _first(values, SKOS.notation) or ""
        template = scheme.url_template
        link = value if value.startswith(("https://", "http://")) else None
        if link is None and template:
            link = template.replace("{value}", value).replace("{compact}", value.replace(" ", ""))
        found.append({"scheme": scheme.code, "label": scheme.label, "value": value, "url": link})
    return sorted(found, key=lambda entry: (entry["label"], entry["value"]))


def _events(reader: Reader, proofs: dict[str, Evidence]) -> dict[str, list[Attributes]]:
    """What happened to each body, earliest first; a change stands with the bodies before and after it."""
    known = labels(reader)
    found: dict[str, list[Attributes]] = {}
    about_claims = reader.described(PG.Relationship)
    for class_iri in (PG.ChangeEvent, PG.LifecycleEvent):
        for iri, values in reader.described(class_iri).items():
            before, after = values.get(ORG.originalOrganization, []), values.get(ORG.resultingOrganization, [])
            about = values.get(PG.about, [])
            event = {
                "id": iri,
                "kind": concept(_code(_first(values, PG.kind)) or "").label,
                "date": _first(values, PG.date),
                "earliest": _first(values, PG.dateEarliest),
                "manner": concept(_code(_first(values, PG.manner)) or "").label or None,
                "before": [{"id": body, "label": known.get(body, body)} for body in before],
                "after": [{"id": body, "label": known.get(body, body)} for body in after],
                "about": [_about(claim, about_claims, known) for claim in about],
                "note": _first(values, SKOS.note),
                "evidence": _proofs(values, proofs),
            }
            told = [*before, *after]
            for one in about:
                told += about_claims[one].get(PG["from"], []) if one in about_claims else [one]
            for body in dict.fromkeys(told):
                found.setdefault(body, []).append(event)
    return {body: sorted(events, key=lambda e: (e["earliest"] or "9", e["id"])) for body, events in found.items()}


def _about(iri: str, claims: dict[str, dict[str, list[str]]], known: dict[str, str]) -> Attributes:
    if iri not in claims:
        return {"id": iri, "label": known.get(iri, iri)}
    kind = concept(_code(_first(claims[iri], PG.kind)) or "").label
    return {"id": iri, "label": f"{kind}: {known.get(_first(claims[iri], PG.to) or '', '')}"}


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
