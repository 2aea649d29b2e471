"""The view in the words of the W3C's Organization Ontology, read as a client would that knows nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from rdflib import DCTERMS, ORG, RDF, SKOS, TIME, URIRef

from partnergraph import PartnerGraph
from partnergraph.store import Reader
from tests.network.conftest import REL, O

Made = Callable[[str], PartnerGraph]
SCHOOL = URIRef(O + "school-of-primary-community-and-social-care")
SPCR = URIRef(O + "nihr-school-for-primary-care-research")
OWN = "https://w3id.org/partnergraph/ns#"


@pytest.fixture(scope="module")
def view(graph: PartnerGraph) -> rdflib.Graph:
    """The export, read with rdflib."""
    return rdflib.Graph().parse(data=graph.dump("org"), format="turtle")


def test_it_uses_only_words_of_others(view: rdflib.Graph) -> None:
    predicates = {str(predicate) for predicate in view.predicates()}
    classes = {str(of) for of in view.objects(None, RDF.type)}
    assert len(predicates) > 15
    assert [term for term in predicates | classes if term.startswith(OWN)] == []
    for term in predicates | classes:
        if term.startswith(str(ORG)):
            assert URIRef(term) in ORG
        if term.startswith(str(TIME)):
            assert URIRef(term) in TIME


def test_a_membership_has_one_member_one_organisation_and_a_role_with_a_label(view: rdflib.Graph) -> None:
    memberships = set(view.subjects(RDF.type, ORG.Membership))
    assert len(memberships) > 40
    for membership in memberships:
        [member], [body], [role] = (
            list(view.objects(membership, predicate)) for predicate in (ORG.member, ORG.organization, ORG.role)
        )
        assert (member, ORG.memberOf, body) in view
        assert (role, RDF.type, ORG.Role) in view
        assert view.value(role, SKOS.prefLabel)
    school = {view.value(m, ORG.organization) for m in view.subjects(ORG.member, SCHOOL)}
    assert len(school) == 4
    assert SPCR in school


def test_every_member_and_every_part_is_an_organisation_with_a_name_and_a_type(view: rdflib.Graph) -> None:
    named = set(view.objects(None, ORG.member)) | set(view.objects(None, ORG.organization))
    named |= {body for pair in view.subject_objects(ORG.subOrganizationOf) for body in pair}
    named |= {
        body for event in (ORG.originalOrganization, ORG.resultingOrganization) for body in view.objects(None, event)
    }
    assert len(named) > 40
    for body in named:
        assert (body, RDF.type, ORG.Organization) in view, body
        assert view.value(body, SKOS.prefLabel), body
        for kind in view.objects(body, ORG.classification):
            assert view.value(kind, SKOS.prefLabel), kind
    assert (SCHOOL, ORG.subOrganizationOf, URIRef(O + "keele-university")) in view


def test_no_group_of_unnamed_parties_is_a_member(view: rdflib.Graph, graph: PartnerGraph) -> None:
    rows = graph.reader.rows("SELECT ?group { ?group a pg:UnnamedGroup } ORDER BY ?group")
    groups = {URIRef(str(row["group"])) for row in rows}
    assert len(groups) == 16
    assert groups & set(view.all_nodes()) == set()
    assert list(view.triples((None, ORG.hasMember, None))) == []


def test_what_is_disputed_or_only_inferred_is_left_out(view: rdflib.Graph, graph: PartnerGraph) -> None:
    claims = {claim.iri: claim for claim in graph.claims() if claim.kind == "membership"}
    for membership in view.subjects(RDF.type, ORG.Membership):
        claim = claims[str(membership)]
        assert not claim.inferred
        assert claim.standing == "accepted"
    inferred = [iri for iri, claim in claims.items() if claim.inferred]
    assert inferred
    assert not any((URIRef(iri), None, None) in view for iri in inferred)


def test_a_membership_says_when_it_held_as_precisely_as_stated(view: rdflib.Graph, graph: PartnerGraph) -> None:
    told = 0
    for claim in graph.claims():
        membership = URIRef(claim.iri)
        if (membership, RDF.type, ORG.Membership) not in view:
            continue
        period = view.value(membership, ORG.memberDuring)
        assert (period is not None) == bool(claim.start or claim.end)
        for stated, at in ((claim.start, TIME.hasBeginning), (claim.end, TIME.hasEnd)):
            if stated is None:
                assert period is None or view.value(period, at) is None
                continue
            moment = view.value(period, at)
            precise = {4: TIME.inXSDgYear, 7: TIME.inXSDgYearMonth, 10: TIME.inXSDDate}[len(stated)]
            assert [str(value) for value in view.objects(moment, precise)] == [stated]
            assert (moment, RDF.type, TIME.Instant) in view
            told += 1
    assert told > 10


def test_identifiers_carry_their_scheme_as_datatype(view: rdflib.Graph) -> None:
    keele = {
        str(value.datatype).rpartition("/")[2]: str(value)
        for value in view.objects(URIRef(O + "keele-university"), ORG.identifier)
    }
    assert keele["ror"] == "https://ror.org/00340yn33"
    assert keele["ukprn"] == "10007767"
    assert "website" not in keele


def test_changes_have_bodies_before_and_after_and_a_date(view: rdflib.Graph) -> None:
    changes = set(view.subjects(RDF.type, ORG.ChangeEvent))
    assert len(changes) > 8
    for change in changes:
        assert view.value(change, ORG.originalOrganization)
        assert view.value(change, ORG.resultingOrganization)
    after = {
        new
        for change in view.subjects(ORG.originalOrganization, URIRef(O + "public-health-england"))
        for new in view.objects(change, ORG.resultingOrganization)
    }
    assert URIRef(O + "uk-health-security-agency") in after
    assert any(view.value(change, DCTERMS.date) for change in changes)


def test_there_is_no_blank_node(view: rdflib.Graph) -> None:
    assert [node for node in view.all_nodes() if isinstance(node, rdflib.BNode)] == []


def test_it_is_what_the_build_writes_into_its_graph_and_more(view: rdflib.Graph, graph: PartnerGraph) -> None:
    written = graph.reader.rows(
        "SELECT ?s ?p ?o { GRAPH <https://w3id.org/partnergraph/graph/export/org> { ?s ?p ?o } } ORDER BY ?s ?p ?o"
    )
    assert len(written) > 200
    triples = {(str(s), str(p), str(o)) for s, p, o in view}
    assert {(row["s"], row["p"], row["o"]) for row in written} <= triples


def test_a_turtle_export_without_named_graphs_has_the_same_view(graph: PartnerGraph, tmp_path: Path) -> None:
    [path] = graph.export("turtle", tmp_path / "keele.ttl")
    assert PartnerGraph.open(path).dump("org") == graph.dump("org")
    [trig] = graph.export("trig", tmp_path / "keele.trig")
    assert PartnerGraph.open(trig).dump("org") == graph.dump("org")


def test_a_file_with_claims_alone_has_a_view_too(turtle: Made) -> None:
    small = turtle("""@prefix foaf: <http://xmlns.com/foaf/0.1/> .
        o:a a org:Organization ; skos:prefLabel "A" . o:b a org:Organization ; skos:prefLabel "B" .
        o:g a pg:UnnamedGroup , foaf:Group ; skos:prefLabel "some" .
        rel:r a pg:Relationship ; pg:kind code:membership ; pg:from o:a ; pg:to o:b ; pg:evidence ev:e .
        rel:r pg:end "2012"^^xsd:gYear .
        rel:g a pg:Relationship ; pg:kind code:membership ; pg:from o:g ; pg:to o:b ; pg:evidence ev:e .
        rel:d a pg:Relationship ; pg:kind code:membership ; pg:from o:b ; pg:to o:a ; pg:evidence ev:e .
        rel:d pg:standing code:disputed .""")
    view = rdflib.Graph().parse(data=small.dump("org"), format="turtle")
    assert list(view.subjects(RDF.type, ORG.Membership)) == [URIRef(REL + "r")]
    assert str(view.value(URIRef(REL + "r#end"), TIME.inXSDgYear)) == "2012"
    assert len(view) == 16


def test_a_graph_without_memberships_gives_an_empty_file() -> None:
    assert PartnerGraph(Reader.nquads_lines([])).dump("org").strip() == b""
