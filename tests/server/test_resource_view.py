"""One page for each organisation: every claim in words with what supports it, and nothing that a name could break."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.grammar import past_wording, timeless_wording
from partnergraph.site.resource_description import local_path
from partnergraph.site.views.resource import render
from partnergraph.site.views.search import render as search
from partnergraph.store import Reader
from tests.server.conftest import Server
from tests.server.reading import Read

OURS = "https://w3id.org/partnergraph/"
OWN_FILES = ["/static/icon.svg", "/static/colours.css", "/static/site.css", "/static/scheme.js"]
OF_THE_STATUS = ["/static/status.js", "/static/claim_status.js"]
BODIES = """SELECT DISTINCT ?iri { VALUES ?class { org:Organization pg:UnnamedGroup pg:Undertaking }
  ?iri a ?class } ORDER BY ?iri"""


@pytest.fixture(scope="module")
def graph(keele: Path) -> Reader:
    return Reader.at(keele).resident()


@pytest.fixture(scope="module")
def stated(graph: Reader) -> list[Claim]:
    """Every claim that is stated, and the successions."""
    return read_claims(graph, derived=("succession",))


def page(reader: Reader, iri: str) -> Read:
    """The page of a thing, as the query process makes it."""
    path = local_path(iri, OURS)
    assert path is not None
    shown = render(reader, {"path": path[1:], "format": "html"})
    assert (shown.status, shown.media) == (200, "text/html; charset=utf-8")
    return Read(shown.body.decode())


def test_every_page_names_every_claim_of_its_body_with_its_words(graph: Reader, stated: list[Claim]) -> None:
    bodies = [str(row["iri"]) for row in graph.rows(BODIES)]
    assert len(bodies) > 100
    told = 0
    for iri in bodies:
        read = page(graph, iri)
        links = dict(read.links)
        own = [claim for claim in stated if iri in {claim.from_.iri, claim.to.iri, *(p.iri for p in claim.via)}]
        assert f"Relationships ({len(own)})" in read.text, iri
        for claim in own:
            assert local_path(claim.iri, OURS) in links, claim.iri
            words = claim.forward if claim.from_.iri == iri else claim.inverse if claim.to.iri == iri else "is between"
            tenses = words, past_wording(words), timeless_wording(words)
            assert any(one[:1].upper() + one[1:] in read.text for one in tenses), (iri, words)
            for party in {claim.from_, claim.to, *claim.via}:
                assert party.iri == iri or (local_path(party.iri, OURS), party.label) in read.links, (iri, party)
            for piece in (*claim.evidence, *claim.counter_evidence):
                said = " ".join((piece.words or piece.says or "").split())
                assert said in read.text, (iri, piece.iri)
                assert piece.form != "quoted" or piece.words in read.marks, (iri, piece.words)
                spoken = {"inferred": "Inferred", "editor": "Supplied by the editor"}
                assert spoken.get(piece.form, piece.source.title) in read.text
                told += 1
            for when in (claim.start, claim.end, claim.date_note, claim.standing_note, claim.note):
                assert when is None or " ".join(when.split()) in read.text, (iri, when)
            assert not claim.inferred or "Inferred" in read.text
            assert claim.standing == "accepted" or claim.standing in read.text
    assert told > 500


def test_a_page_has_the_names_identifiers_events_and_ways_on(graph: Reader) -> None:
    read = page(graph, f"{OURS}id/org/public-health-england")
    for words in (
        *("Executive agency", "PHE acronym", "Identifiers", "ror.org/00vbvha87", "What happened", "2021-10-01"),
        *("Passed its work to", "UK Health Security Agency", "Cite", "As data"),
    ):
        assert words in read.text, words
    links = [address for address, _ in read.links]
    assert {"?format=turtle", "?format=jsonld", "?format=rdfxml", "?format=ntriples", "/search"} <= set(links)
    assert any(address.startswith("/draw?query=SELECT") for address in links)
    assert any(address.startswith("/ask#query=") for address in links)
    assert "svg" in read.tags
    assert read.loaded == [*OWN_FILES, *OF_THE_STATUS]
    assert not [name for name in read.attributes if name == "style" or name.startswith("on")]


def test_what_has_ended_by_any_day_of_reading_stands_in_the_past(graph: Reader, stated: list[Claim]) -> None:
    school = f"{OURS}id/org/school-of-primary-community-and-social-care"
    read = page(graph, school)
    # Without scripts only what had ended by the newest source of the page is surely over.
    assert "Is or was a member of" in read.text
    assert "Is a member of" not in read.text
    memberships = [one for one in stated if one.kind == "membership" and one.from_.iri == school]
    claim = next(one for one in memberships if "Leadership in Applied Health" in one.to.label)
    assert f"{claim.from_.label} was a member of {claim.to.label}" in page(graph, claim.iri).text
    change = next(one for one in stated if one.kind == "succession" and one.from_.iri == school)
    assert "last confirmed" not in page(graph, change.iri).text, "an event has a date and no status"


def test_the_words_are_marked_in_their_sentence(graph: Reader) -> None:
    read = page(graph, f"{OURS}id/org/public-health-england")
    assert "Public Health England" in read.marks
    assert "We support stakeholders in translating evidence into practice" in read.text


def test_a_disputed_claim_shows_both_sides_and_an_inferred_one_its_reason(graph: Reader) -> None:
    read = page(graph, f"{OURS}id/org/west-midlands-social-work-teaching-partnership")
    for words in ("disputed", "Against it:", "Contradicted by:", "Inferred"):
        assert words in read.text, words
    assert read.text.count("inferred") >= 1


def test_a_claim_a_source_a_kind_and_an_event_have_plain_pages(graph: Reader, stated: list[Claim]) -> None:
    claim = next(one for one in stated if one.kind == "funding" and not one.inferred)
    read = page(graph, claim.iri)
    assert claim.to.label in read.text
    ended = read.text.count(f"{claim.from_.label} {past_wording(claim.forward)} {claim.to.label}")
    assert ended, "it ended before the newest source of its page"
    assert "This claim" not in read.text
    source = page(graph, f"{OURS}id/source/keele-spcsc-partnerships")
    assert "We are proud of our close relationships" in source.text
    assert source.text.count("This claim") == sum(
        any(piece.source.id == "keele-spcsc-partnerships" for piece in (*one.evidence, *one.counter_evidence))
        for one in stated
    )
    kind = page(graph, f"{OURS}code/funding")
    assert "funds" in kind.text
    tenses = claim.forward, past_wording(claim.forward)
    links = {(local_path(claim.iri, OURS), f"This claim: {claim.from_.label} {one} {claim.to.label}") for one in tenses}
    assert links.intersection(kind.links)
    event = page(graph, f"{OURS}id/event/arthritis-care--merger--2017")
    assert "Properties" in event.text
    words = page(graph, f"{OURS}ns#")
    assert "pg:from from The party the relationship goes from." in words.text
    assert "The from-party pays for the to-party" in kind.text


def test_what_a_page_links_to_in_the_site_is_there(graph: Reader, server: Server) -> None:
    """Every link of a few pages leads to something."""
    seen: set[str] = set()
    for iri in (
        "id/org/keele-university",
        "id/source/covcab",
        "code/membership",
        "graph/",
        "id/event/arthritis-care--start--1947",
    ):
        for address, _ in page(graph, OURS + iri).links:
            if address.startswith("#"):
                continue
            target = address if address.startswith(("/", "http")) else f"/{iri}{address}"
            seen.add(target.partition("#")[0])
    inside = sorted(target for target in seen if target.startswith("/"))
    assert len(inside) > 150
    drawn = [one for one in inside if one.startswith("/draw")]
    assert len(drawn) == 1
    for target in {*inside[::12], *drawn, "/", "/search", "/sparql", "/id/org/keele-university?format=turtle"}:
        assert server.send("GET", target).status == 200, target


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "' onmouseover='alert(1)",
    "</svg><script>alert(1)</script>",
    "&lt;b&gt; & \u202e txt \u0000"[:-1],
    "<!-- --!>",
    "=cmd|' /C calc'!A0",
    "?x } DROP ALL #\nSELECT",
)


def hostile() -> Reader:
    """Bodies whose names, descriptions, websites, sources and words all try to be something else than text."""
    a, xsd = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://www.w3.org/2001/XMLSchema#date>"
    dct, foaf, org = "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/", "http://www.w3.org/ns/org#"
    skos, pg = "http://www.w3.org/2004/02/skos/core#", f"{OURS}ns#"
    lines = [f"<{OURS}graph/> {a} <http://www.w3.org/ns/dcat#Catalog> .\n"]

    def text(words: str) -> str:
        return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def say(subject: str, predicate: str, thing: str) -> None:
        lines.append(f"<{OURS}id/{subject}> <{predicate}> {thing} .\n")

    lines += [f"<{OURS}graph/> <{dct}{name}> {text(EVIL[2])} .\n" for name in ("title", "description", "publisher")]
    lines.append(f"<{OURS}graph/> <{dct}license> <javascript:alert(2)> .\n")
    for number, words in enumerate(EVIL):
        body, claim, proof = f"org/{number}", f"rel/{number}", f"evidence/{number}"
        lines.append(f"<{OURS}id/{body}> {a} <{org}Organization> .\n<{OURS}id/{claim}> {a} <{pg}Relationship> .\n")
        lines.append(f"<{OURS}id/{proof}> {a} <{pg}Evidence> .\n<{OURS}id/source/{number}> {a} <{pg}Source> .\n")
        for predicate, thing in (
            *((f"{skos}prefLabel", text(words)), (f"{skos}altLabel", text("also " + words))),
            *((f"{dct}description", text(words)), (f"{foaf}homepage", "<javascript:alert(3)>")),
            (f"{org}classification", f"<{OURS}code/{'x' * number}%3Cscript%3E>"),
        ):
            say(body, predicate, thing)
        for predicate, thing in (
            *((f"{pg}from", f"<{OURS}id/{body}>"), (f"{pg}to", f"<{OURS}id/org/{(number + 1) % len(EVIL)}>")),
            *((f"{pg}kind", f"<{OURS}code/<>".replace("<>", "odd%22kind>")), (f"{pg}evidence", f"<{OURS}id/{proof}>")),
            *((f"{pg}standingNote", text(words)), (f"{skos}note", text(words)), (f"{pg}dateNote", text(words))),
            (f"{pg}start", f'"2009-01-01"^^{xsd}'),
        ):
            say(claim, predicate, thing)
        for predicate, thing in (
            *(
                (f"{pg}words", text(words)),
                (f"{dct}source", f"<{OURS}id/source/{number}>"),
                (f"{skos}note", text(words)),
            ),
            (f"{dct}identifier", text(words)),
        ):
            say(proof, predicate, thing)
        for predicate, thing in (
            *((f"{dct}title", text(words)), (f"{dct}publisher", text(words)), (f"{dct}issued", text(words))),
            (f"{foaf}page", "<javascript:alert(4)>"),
        ):
            say(f"source/{number}", predicate, thing)
    return Reader.nquads_lines(lines)


def test_hostile_text_is_text_and_only_web_addresses_become_links() -> None:
    reader = hostile()
    pages = [
        page(reader, f"{OURS}id/{sort}/{number}")
        for number in range(len(EVIL))
        for sort in ("org", "rel", "evidence", "source")
    ]
    pages += [Read(search(reader, {"q": words, "format": "html"}).body.decode()) for words in ("", *EVIL)]
    pages.append(Read(render(reader, {"path": "id/%3Cscript%3E", "format": "html"}).body.decode()))
    for read in pages:
        own = [*OWN_FILES, *(OF_THE_STATUS if len(read.loaded) > len(OWN_FILES) else [])]
        assert read.tags.count("script") == sum(name.endswith(".js") for name in own)
        assert "img" not in read.tags
        assert not [name for name in read.attributes if name == "style" or name.startswith("on")]
        assert read.loaded == own
        for address, _ in read.links:
            assert address.startswith(("/", "#", "?", "http://", "https://")), address
        assert "{{" not in read.html or "{{ 7 * 7 }}" in read.text
        assert "49" not in read.text
    shown = " ".join(read.text for read in pages)
    for words in EVIL:
        assert " ".join(words.split()) in shown, words


def test_a_graph_with_nothing_in_it_has_pages_too() -> None:
    empty = Reader.nquads_lines([])
    assert render(empty, {"path": "id/org/x", "format": "html"}).status == 404
    assert "0 organisations" in Read(search(empty, {"q": "", "format": "html"}).body.decode()).text
    a, org = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://www.w3.org/ns/org#Organization>"
    bare = Reader.nquads_lines([f"<{OURS}id/org/x> {a} {org} .\n"])
    nameless = Reader.nquads_lines([f'_:b {a} {org} .\n_:b <http://www.w3.org/2004/02/skos/core#prefLabel> "B" .\n'])
    for words in ("", "B"):
        assert search(nameless, {"q": words, "format": "html"}).status == 200
    assert render(nameless, {"path": "id/org/b", "format": "html"}).status == 404
    read = page(bare, f"{OURS}id/org/x")
    assert "Nothing is stated about what connects it with others." in read.text
