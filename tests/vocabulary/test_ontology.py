"""Every term explains itself, and the lists cover what the collected facts say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from partnergraph.vocabulary import CODE, PG, Concept, concepts, rules, schemes
from tests.vocabulary import generate

GRAPH = generate.ontology()
TERMS = generate.declared(GRAPH, OWL.Class, *generate.PROPERTIES)
CONCEPTS = generate.listed(GRAPH)
LISTS = [rdflib.URIRef(CODE.base + name) for name in schemes()]
KINDS = concepts("relationship-kind")


def one(subject: Node, predicate: Node) -> str:
    """The only value, in English, without spaces around it."""
    values = list(GRAPH.objects(subject, predicate))
    assert len(values) == 1, f"{subject} has {len(values)} values of {predicate}"
    [value] = values
    assert isinstance(value, rdflib.Literal)
    assert value.language == "en", f"{subject}: {predicate} is not marked as English"
    assert str(value) == str(value).strip() != ""
    return str(value)


def test_there_are_terms_to_look_at() -> None:
    assert len(TERMS) > 90
    assert len(CONCEPTS) > 130


@pytest.mark.parametrize("term", TERMS, ids=generate.short)
def test_a_class_or_property_has_label_meaning_scope_and_example(term: Node) -> None:
    for predicate in (RDFS.label, RDFS.comment, SKOS.scopeNote, SKOS.example):
        assert one(term, predicate)
    assert one(term, RDFS.comment) != one(term, RDFS.label)
    assert one(term, RDFS.comment).endswith("."), "a meaning is a sentence"


@pytest.mark.parametrize("concept", CONCEPTS, ids=generate.short)
def test_a_concept_has_label_meaning_scope_and_example(concept: Node) -> None:
    for predicate in (SKOS.prefLabel, SKOS.definition, SKOS.scopeNote, SKOS.example):
        assert one(concept, predicate)
    assert one(concept, SKOS.definition).endswith("."), "a meaning is a sentence"
    assert len(list(GRAPH.objects(concept, SKOS.inScheme))) == 1


@pytest.mark.parametrize("scheme", LISTS, ids=generate.short)
def test_a_list_has_label_meaning_and_scope(scheme: Node) -> None:
    for predicate in (SKOS.prefLabel, SKOS.definition, SKOS.scopeNote):
        assert one(scheme, predicate)


def test_labels_tell_the_concepts_of_a_list_apart() -> None:
    for scheme in schemes():
        labels = [entry.label for entry in concepts(scheme)]
        assert len(labels) == len(set(labels)), scheme


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_kind_of_relationship_reads_in_both_directions(kind: Concept) -> None:
    assert kind.forward
    assert kind.inverse
    assert (kind.forward == kind.inverse) == kind.symmetric
    declared = GRAPH.value(rdflib.URIRef(CODE[kind.code]), rdflib.URIRef(PG.symmetric))
    assert declared is not None, "say whether the kind holds in both directions"
    assert declared.datatype == rdflib.XSD.boolean


def test_wordings_tell_the_kinds_apart() -> None:
    wordings = [kind.forward for kind in KINDS] + [kind.inverse for kind in KINDS if not kind.symmetric]
    assert len(wordings) == len(set(wordings))


def test_only_kinds_of_relationship_have_wordings() -> None:
    others = [entry.code for entry in concepts() if entry.scheme != "relationship-kind"]
    assert [entry.code for entry in concepts() if entry.forward and entry.code in others] == []


def test_a_shortcut_is_a_property_that_the_vocabulary_declares() -> None:
    shortcuts = [kind.shortcut for kind in KINDS if kind.shortcut]
    assert len(shortcuts) == len(set(shortcuts)), "two kinds would write one property"
    declared = {str(term) for term in TERMS} | {str(rdflib.namespace.ORG.linkedTo)}
    assert set(shortcuts) <= declared


def test_broader_concepts_stand_in_their_list_or_in_the_list_of_families() -> None:
    scheme = {entry.code: entry.scheme for entry in concepts()}
    for entry in concepts():
        if entry.broader:
            assert scheme[entry.broader] == ("org-family" if entry.scheme == "org-type" else entry.scheme)
    assert [entry.code for entry in concepts("org-type") if not entry.broader] == []
    assert {entry.broader for entry in concepts("org-type")} == {entry.code for entry in concepts("org-family")}


def test_cited_evidence_has_a_property_of_its_own() -> None:
    says = rdflib.URIRef(PG.says)
    assert (says, RDF.type, OWL.DatatypeProperty) in GRAPH
    assert (says, RDFS.domain, rdflib.URIRef(PG.Evidence)) in GRAPH
    assert "Never shown in quotation marks" in one(says, RDFS.comment)


def test_a_property_has_one_type_and_its_domain_and_range_exist() -> None:
    for term in TERMS:
        types = set(GRAPH.objects(term, RDF.type)) - {OWL.SymmetricProperty}
        assert len(types) == 1, term
        for of in (*GRAPH.objects(term, RDFS.domain), *GRAPH.objects(term, RDFS.range)):
            assert not str(of).startswith(PG.base) or of in TERMS, f"{term}: {of}"


def test_nothing_is_said_about_terms_of_other_vocabularies() -> None:
    own = (PG.base, CODE.base, "https://w3id.org/partnergraph/ns")
    assert [str(subject) for subject in set(GRAPH.subjects()) if not str(subject).startswith(own)] == []
    imports = list(GRAPH.objects(None, OWL.imports))
    assert imports == [], "an import would be fetched by other tools"


def test_the_rules_run_in_this_order_and_say_what_they_are() -> None:
    assert [(rule.name, rule.graph) for rule in rules()] == [
        ("00-life", "derived/life"),
        ("00-validity", "derived/validity"),
        ("01-direct", "derived/direct"),
        ("02-symmetric", "derived/symmetric"),
        ("03-funding-via", "derived/funding-via"),
        ("04-co-membership", "derived/co-membership"),
        ("05-member-through-unit", "derived/member-through-unit"),
        ("06-succession", "derived/succession"),
        ("07-confirmation", "derived/confirmation"),
        ("07-premises", "derived/premises"),
        ("08-org-export", "export/org"),
        ("09-org-export-structure", "export/org"),
    ]
    for rule in rules():
        assert rule.title, rule.name
        assert rule.why.endswith("."), rule.name
        heads = [line.split(":")[0] for line in rule.sparql.splitlines()[:3]]
        assert heads == ["# graph", "# title", "# why"], rule.name


def test_what_is_disputed_or_only_inferred_is_used_by_no_rule_that_cannot_say_so() -> None:
    """Plain triples and lives carry no standing; a derived relationship takes over that of its premises."""
    without_standing = {"00-life", "01-direct", "02-symmetric", "08-org-export", "09-org-export-structure"}
    derived = {"03-funding-via", "04-co-membership", "05-member-through-unit", "06-succession"}
    for rule in rules():
        doubtful = rule.sparql.count("IN (code:disputed, code:superseded, code:retracted)")
        given_up = rule.sparql.count("IN (code:superseded, code:retracted)")
        assert bool(doubtful) == (rule.name in without_standing), rule.name
        assert bool(given_up) == (rule.name in derived), rule.name
        uses_no_guess = rule.name in without_standing | {"04-co-membership", "06-succession"}
        assert ("FILTER EXISTS { ?r" in rule.sparql) == uses_no_guess, rule.name


# What the collected facts call it, and where it stands here.
PREDICATES = {
    "member_of": "membership",
    "succeeded_by": "change",
    "predecessor_of": "change",
    "merged_into": "merger",
    "funds": "funding",
    "funded_by": "funding",
    "works_with": "working-alongside",
    "partner_of": "partnership",
    "part_of": "part-of",
    "includes": "part-of",
    "hosted_directorate_of": "part-of",
    "provides_evidence_to": "evidence-provision",
    "assessed": "evaluation",
    "led": "leadership",
    "leads": "leadership",
    "lead_authority_of": "leadership",
    "agency_of": "oversight",
    "aligned_with": "alignment",
    "follows_framework_of": "alignment",
    "joint_research_strategy_with": "collaboration",
    "hosted_by": "hosting",
    "hosts": "hosting",
    "hosted": "hosting",
    "met_with": "engagement",
    "hosted_event_for": "engagement",
    "established": "establishment",
    "launched_programme_of": "establishment",
    "sponsored_by": "sponsorship",
    "supports": "support",
}
TYPES = {
    "university": "university",
    "university_school": "academic-school",
    "university_institute": "research-institute",
    "university_unit": "impact-unit",
    "research_centre": "research-centre",
    "research_collaboration": "consortium",
    "consortium": "consortium",
    "research_network": "national-research-school",
    "network": "network",
    "partnership": "teaching-partnership",
    "health_innovation_network": "health-innovation-network",
    "local_authority": "local-authority",
    "childrens_trust": "childrens-trust",
    "nhs_provider": "health-care-provider",
    "nhs_commissioner": "nhs-commissioner",
    "public_body": "public-body",
    "funder": "public-body",
    "government_department": "government-department",
    "government_agency": "executive-agency",
    "government_office": "government-office",
    "charity": "charity",
    "professional_body": "professional-body",
    "college": "college",
    "research_assessment_exercise": "assessment",
}
PROPERTIES = {
    "name": "current",
    "full_name": "alternative",
    "alt_name": "alternative",
    "acronym": "acronym",
    "former_name": "former",
    "ror": "ror",
    "isni": "isni",
    "wikidata": "wikidata",
    "wikipedia": "wikipedia",
    "website": "website",
    "grid": "grid",
    "crossref_funder_id": "crossref-funder",
    "ukprn": "ukprn",
    "hesa_id": "hesa",
    "gtr_id": "gtr",
    "gss_code": "gss",
    "org_id": "org-id",
    "local_authority_code": "local-authority-code",
    "ods_code": "ods",
    "charity_number_england_wales": "charity-ew",
    "charity_number_scotland": "charity-sc",
    "companies_house": "companies-house",
    "companies_house_of_trustee": "trustee-company-number",
    "status_in_ror": "register-status",
    "authority_type": "legal-type",
    "hq_address": "address",
    "headquarters": "headquarters",
    "hq_coordinates": "coordinates",
    "area_centroid": "area-centroid",
    "location": "location",
    "region": "location",
    "founded": "start",
    "start": "start",
    "dissolved": "end",
    "awarded": "award",
    "renewed": "renewal",
    "event": "status-change",
    "funding": "funding",
    "grant": "finding",
    "member_count": "finding",
    "objective": "purpose",
    "run_by": "delivery",
}
# A person's name is not kept, and what the collector rejected is not a fact.
LEFT_OUT = {"director", "coordinates_rejected"}


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, list[dict[str, object]]]:
    """The collected facts."""
    found: dict[str, list[dict[str, object]]] = json.loads((shared / "facts" / "domain-facts.json").read_text("utf-8"))
    return found


def test_the_lists_have_a_kind_for_every_relationship_of_the_facts(facts: dict[str, list[dict[str, object]]]) -> None:
    assert {str(row["predicate"]) for row in facts["relationships"]} == set(PREDICATES)
    scheme = {entry.code: entry.scheme for entry in concepts()}
    assert {scheme[code] for code in PREDICATES.values()} == {"relationship-kind", "event-kind"}


def test_the_lists_have_every_type_of_organisation_of_the_facts(facts: dict[str, list[dict[str, object]]]) -> None:
    assert {str(row["type"]) for row in facts["organisations"]} == set(TYPES)
    scheme = {entry.code: entry.scheme for entry in concepts()}
    assert {code for code in TYPES.values() if scheme[code] != "org-type"} == {"assessment"}


def test_the_lists_have_a_place_for_every_property_of_the_facts(facts: dict[str, list[dict[str, object]]]) -> None:
    properties = {fact["property"] for row in facts["organisations"] for fact in row["facts"]}  # type: ignore[index, attr-defined]
    assert properties == set(PROPERTIES) | LEFT_OUT
    assert {code for code in PROPERTIES.values() if code not in CODE} == set()


def test_every_identifier_scheme_of_the_facts_has_an_identifier_in_the_tables(root: Path) -> None:
    table = (root / "data" / "tables" / "identifiers.csv").read_text("utf-8")
    for entry in concepts("identifier-scheme"):
        assert f",{entry.code}," in table, f"{entry.code} is in the list and nobody has one"
