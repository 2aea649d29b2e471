"""What the named questions answer on the whole Keele graph, held against the tables from which it is built."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import chain

import pytest

from partnergraph import PartnerGraph
from partnergraph.claims.relationships import read_claims
from partnergraph.questions.named_questions import bind_parameters, get_question
from partnergraph.store import Reader
from partnergraph.vocabulary import concepts
from tests.conftest import ROOT
from tests.questions.needed import ARC, NEEDED, SPCR
from tests.questions.test_named_questions import CLAHRC, CONSORTIUM, PCVA, SCHOOL, TEACHING, Rows, ask

KEELE = "Keele University"
CABINET = "Cabinet, 28 August 2018, item 36: West Midlands Social Work Teaching Partnership"
PAGE = "Our partners (School of Primary, Community and Social Care, Keele University)"
DHSC = "Department of Health and Social Care"
NIHR = "National Institute for Health and Care Research"
CLAHRC_OF_2008 = "NIHR CLAHRC for Birmingham and Black Country"
NICE = "National Institute for Health and Care Excellence"


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables of `data/`."""
    with (ROOT / "data" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def literal(date: str) -> str | None:
    """A date that is only bounded has no literal."""
    return date if date and "/" not in date else None


def many(cell: str) -> list[str]:
    """The ids of a cell with several; what stands in brackets says which columns they support."""
    return [part.split(" [")[0] for part in cell.split("; ") if part]


ORGANISATIONS = {row["id"]: row["name"] for row in table("organisations")}
LABELS = {concept.code: concept.label for concept in concepts()}
EVIDENCE = {row["id"]: row for row in table("evidence")}
SOURCES = {row["id"]: row for row in table("sources")}
RELATIONSHIPS = table("relationships")
EVENTS = table("events")
NAMES = (
    ORGANISATIONS
    | {row["id"]: row["name"] for row in table("groups")}
    | {f"undertaking:{row['id']}": row["name"] for row in table("undertakings")}
    | {row["id"]: row["name"] for row in table("undertakings")}
    | {f"place:{row['id']}": row["name"] for row in table("places")}
)


def bases(row: dict[str, str]) -> set[str]:
    return {EVIDENCE[piece]["basis"] for piece in many(row["evidence"])}


def origins(row: dict[str, str]) -> set[str]:
    """The independent sources of a row, the editor aside."""
    pieces = (EVIDENCE[piece] for piece in many(row["evidence"]))
    return {
        SOURCES[piece["source"]]["origin"] or piece["source"]
        for piece in pieces
        if piece["basis"] not in ("inferred", "editor")
    }


EXPECTED: list[tuple[str, dict[str, str], Rows]] = [
    (
        "shared-partners",
        {"one": KEELE, "other": "University of Birmingham"},
        [(ARC, "membership", "membership"), (SPCR, "leadership", "membership"), (SPCR, "membership", "membership")],
    ),
    (
        "shared-partners",
        {"other": "Coventry University"},
        [(TEACHING, "membership", "leadership"), (TEACHING, "membership", "membership")],
    ),
    (
        "missing-partners",
        {"other": "University of Birmingham", "organisation": KEELE},
        [("NIHR CLAHRC for Birmingham and Black Country", "leadership"), (TEACHING, "membership")],
    ),
    ("shared-funders", {"one": SPCR, "other": ARC}, [(NIHR, None, "2019-10")]),
    (
        "funding-chains",
        {},
        [
            ("Department for Education", "Coventry City Council", TEACHING, "the money goes through it"),
            ("Department for Education", "Coventry University", TEACHING, "the money goes through it"),
            (DHSC, "Coventry University", TEACHING, "the money goes through it"),
            (DHSC, NIHR, ARC, "is funded and funds"),
            (DHSC, NIHR, "NIHR CLAHRC for Birmingham and Black Country", "is funded and funds"),
            (DHSC, NIHR, CLAHRC, "is funded and funds"),
            (DHSC, NIHR, SPCR, "is funded and funds"),
        ],
    ),
    (
        "funding-chains",
        {"recipient": ARC},
        [(DHSC, NIHR, ARC, "is funded and funds")],
    ),
    (
        "changed-partners",
        {},
        [
            ("Arthritis Research UK", "change", "Arthritis UK", "2018-09-19"),
            ("Arthritis UK", "renaming", None, "2025"),
            (CLAHRC, "change", ARC, "2019-10"),
            (NICE, "renaming", None, "2005-04-01"),
            (NICE, "renaming", None, "2013-04-01"),
            ("Public Health England", "change", "Office for Health Improvement and Disparities", "2021-10-01"),
            ("Public Health England", "change", "UK Health Security Agency", "2021-10-01"),
            ("Public Health England", "end", None, "2021-10-01"),
            ("West Midlands Academic Health Science Network", "change", "Health Innovation West Midlands", "2023"),
        ],
    ),
    (
        "events-of-year",
        {"year": "2018"},
        [
            (None, "start", "Impact Accelerator Unit", None),  # between 2015 and November 2018
            ("2018", "start", "Arthritis UK", None),
            ("2018", "start", TEACHING, None),
            ("2018-01", "renaming", DHSC, None),
            ("2018-05-31", "end", "Staffordshire and Stoke on Trent Partnership NHS Trust", None),
            *(
                ("2018-06-01", "merger", trust, "Midlands Partnership University NHS Foundation Trust")
                for trust in (
                    "South Staffordshire and Shropshire Healthcare NHS Foundation Trust",
                    "Staffordshire and Stoke on Trent Partnership NHS Trust",
                )
            ),
            ("2018-06-01", "start", "Midlands Partnership University NHS Foundation Trust", None),
            ("2018-09-19", "change", "Arthritis Research UK", "Arthritis UK"),
        ],
    ),
    (
        "changed-between",
        {"after": "2018-01-01", "before": "2020-12-31", "organisation": KEELE},
        [
            ("began", "2018-05-17", KEELE, "engagement", "Royal College of General Practitioners"),
            ("ended", "2018-05-17", KEELE, "engagement", "Royal College of General Practitioners"),
            ("began", "2019-10", KEELE, "membership", ARC),
            ("began", "2020-08", "Keele University School of Medicine", "part of", KEELE),
            ("ended", "2020-08", SCHOOL, "part of", KEELE),
        ],
    ),
    (
        "sleeping-partnerships",
        {"date": "2019-12-31"},
        [
            ("University of Birmingham", SPCR, "membership", "2009-08"),
            (NIHR, CLAHRC_OF_2008, "funding", "2013"),
            ("University Hospitals Birmingham NHS Foundation Trust", CLAHRC_OF_2008, "leadership", "2013"),
            ("University of Birmingham", CLAHRC_OF_2008, "leadership", "2013"),
            ("University of Birmingham", SPCR, "membership", "2015-09"),
            ("Arthritis Research UK", PCVA, "funding", "2018-09-19"),  # from here on also what ends with a party
            (KEELE, CLAHRC, "membership", "2019-10-31"),
            (NIHR, CLAHRC, "funding", "2019-10-31"),
            (SCHOOL, CLAHRC, "membership", "2019-10-31"),
            ("University Hospitals Birmingham NHS Foundation Trust", CLAHRC, "hosting", "2019-10-31"),
            ("University of Warwick", CLAHRC, "membership", "2019-10-31"),
        ],
    ),
    (
        "roles",
        {},
        [
            ("Coventry City Council", "lead authority", TEACHING, "2018-08", None),
            ("Coventry University", "lead authority", TEACHING, None, None),
            (KEELE, "host", PCVA, "2008", None),
            (KEELE, "host", "Royal College of General Practitioners", "2018-05-17", "2018-05-17"),
            ("University Hospitals Birmingham NHS Foundation Trust", "host", ARC, "2019-10", "2026-03"),
            ("University Hospitals Birmingham NHS Foundation Trust", "host", CLAHRC, None, "2019-10-31"),
            ("University of Oxford", "host", SPCR, None, "2021-03-31"),
        ],
    ),
    (
        "bodies-of-type",
        {"type": "charity"},
        [
            ("charity", "Arthritis Care", "0"),
            ("charity", "Arthritis Research UK", "1"),
            ("charity", "Arthritis UK", "2"),
            ("charity", "Wellcome Trust", "2"),
        ],
    ),
    (
        "bodies-in-place",
        {"place": "stoke"},
        [
            ("Stoke-on-Trent", "Stoke-on-Trent City Council", "local authority"),
            ("Stoke-on-Trent", "University Hospital of North Staffordshire NHS Trust", "NHS body"),
            ("Stoke-on-Trent", "University Hospital of North Staffordshire NHS Trust", "provider of health care"),
            ("Stoke-on-Trent", "University of Staffordshire", "university"),
        ],
    ),
    (
        "stale",
        {"date": "2012-01-01"},
        [
            ("University Hospitals Birmingham NHS Foundation Trust", CLAHRC_OF_2008, "leadership", "2008"),
            ("University of Birmingham", CLAHRC_OF_2008, "leadership", "2008"),
        ],
    ),
    (
        "claims-by-source",
        {"source": "CABINET, 28"},
        [
            (CABINET, "Department for Education", TEACHING, "funding"),
            (CABINET, "Coventry City Council", TEACHING, "leadership"),
            (CABINET, "Coventry City Council", TEACHING, "membership"),
            (CABINET, "fifteen local authorities", TEACHING, "membership"),
            (CABINET, "nine universities", TEACHING, "membership"),
            (CABINET, "two NHS trusts", TEACHING, "membership"),
            (CABINET, "Association of Directors of Adults Services", TEACHING, "support"),
            (CABINET, "West Midlands ADCS Network", TEACHING, "support"),
        ],
    ),
    (
        "mentions",
        {"organisation": "Coventry City Council"},
        [
            ("ROR records", "Research Organization Registry (ROR)", "10"),
            ("UK local authorities 1.6.1", "mySociety", "5"),
            (CABINET, "Coventry City Council", "3"),
            ("GOV.UK register of local authorities (backup)", "Government Digital Service", "3"),
            ("org-id codes (GB-LAE) to GSS codes", "org-id.guide", "3"),
            # Of the grant that the Council receives, and of the start of its lead.
            ("Decisions of the editor", "The editors of this graph", "2"),
            ("Newsletter of the West Midlands Social Work Teaching Partnership", "Coventry City Council", "2"),
            ("Upper-tier local authorities of England with region", "Office for National Statistics", "2"),
            (
                "West Midlands ADCS Network: the 14 local authorities and two children’s trusts",
                "West Midlands ADCS Network",
                "2",
            ),
            (SOURCES["cc2024"]["title"], "Community Care", "1"),
            (SOURCES["resreform"]["title"], "Researching Reform", "1"),
            (SOURCES["wmtp-par"]["title"], "West Midlands Social Work Teaching Partnership", "1"),
            (SOURCES["ucas-how"]["title"], "UCAS", "1"),
        ],
    ),
    ("disagreements", {}, []),
]


@pytest.mark.parametrize(
    ("name", "values", "expected"), EXPECTED, ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(EXPECTED)]
)
def test_the_whole_graph_answers(whole: Reader, name: str, values: dict[str, str], expected: Rows) -> None:
    rows = ask(whole, name, **values)
    assert list(dict.fromkeys(row[: len(expected[0])] for row in rows) if expected else rows) == expected


def test_the_sums_of_money_are_those_of_the_findings(whole: Reader) -> None:
    found = [(row[0], row[1]) for row in ask(whole, "money")]
    pounds = [(row["value"], row["name"]) for row in table("statements") if row["unit"] == "GBP"]
    assert found == sorted(pounds, key=lambda row: -int(row[0]))
    assert len(found) == 7
    assert {row[2] for row in ask(whole, "money", unit="departments")} == {SPCR}


@pytest.mark.parametrize(("day", "number"), [("2009-01-01", 0), ("2012-01-01", 5), ("2021-12-31", 28)])
def test_the_memberships_that_had_ended(whole: Reader, day: str, number: int) -> None:
    found = ask(whole, "ended-memberships", date=day)
    ended = [
        (claim.from_.label, claim.to.label, claim.start)
        for claim in read_claims(whole)
        if claim.kind == "membership" and claim.status(day) == "ended"
    ]
    assert Counter(row[:3] for row in found) == Counter(ended)
    stated = {
        (NAMES[row["from"]], NAMES[row["to"]], literal(row["start"]), row["end"])
        for row in RELATIONSHIPS
        if row["kind"] == "membership"
        and literal(row["end"])
        and f"{row['end']}-12-31"[:10] < day  # a year ends with its last day
    }
    assert stated <= {row[:4] for row in found}
    assert len(found) == number
    last = {(row[0], row[3]) for row in found if row[4] == "no" and row[:4] in stated}
    left = {("Newcastle University", "2021-03-31"), ("University of Cambridge", "2021-03-31")}
    assert last == (left | {("University of Birmingham", "2015-09")} if number == 28 else set())
    with_a_party = {(SCHOOL, to, None, "2020-08-31", "no") for to in (SPCR, CONSORTIUM, TEACHING)}
    assert number < 28 or with_a_party <= {row[:5] for row in found}


def test_the_history_of_a_body_has_what_came_before_and_after(whole: Reader) -> None:
    phe = "Public Health England"
    assert list(dict.fromkeys(row[:4] for row in ask(whole, "history", organisation="PHE"))) == [
        ("2013-04-01", "start", None, None),
        ("2021-10-01", "change", phe, "Office for Health Improvement and Disparities"),
        ("2021-10-01", "change", phe, "UK Health Security Agency"),
        ("2021-10-01", "end", None, None),
    ]
    assert {row[:4] for row in ask(whole, "history", organisation="UKHSA")} == {
        ("2021-04-01", "start", None, None),
        ("2021-10-01", "change", phe, "UK Health Security Agency"),
        ("2021-10-01", "change", phe, "Office for Health Improvement and Disparities"),
    }


def test_the_oldest_partnerships_come_first(whole: Reader) -> None:
    rows = ask(whole, "oldest-partnerships")
    founders = ("Birmingham", "Bristol", "Manchester", "Oxford")
    assert [row[:4] for row in rows[:4]] == [
        (f"University of {city}", SPCR, "membership", "2006-10") for city in founders
    ]
    skipped = ("part-of", "engagement", "evaluation", "establishment")
    dated = [row for row in RELATIONSHIPS if literal(row["start"]) and row["kind"] not in skipped]
    assert Counter(row[:4] for row in rows) == Counter(
        (NAMES[row["from"]], NAMES[row["to"]], LABELS[row["kind"]], row["start"]) for row in dated
    )


def test_the_names_of_a_body_are_those_of_the_table(whole: Reader) -> None:
    found = {row[:4] for row in ask(whole, "names", organisation="NICE")}
    in_table = {
        (row["name"], LABELS[row["kind"]], row["start"] or None, row["end"] or None)
        for row in table("names")
        if row["organisation"] == "nice"
    }
    assert found == in_table  # where today's name is, too
    assert {row[:2] for row in ask(whole, "names", organisation="Age UK")} == {("Age UK", "preferred name")}
    assert ("National Institute for Clinical Excellence", "former name", "1999-04", "2005") in found


def test_what_is_said_of_a_body(whole: Reader) -> None:
    found = {row[:3] for row in ask(whole, "statements", organisation=SPCR)}
    assert found == {
        (row["name"], row["value"] or None, row["unit"] or None)
        for row in table("statements")
        if "nihr-school-for-primary-care-research" in many(row["about"])
    }
    assert ("Eight member departments from August 2009", "8", "departments") in found
    assert {row[0] for row in ask(whole, "statements")} == {
        "REF rated 90% of “our” research impact as world-leading",
        "high research impact is underpinned by the partnership approach",
    }


def test_every_undertaking_is_there_with_who_has_a_part_in_it(whole: Reader) -> None:
    rows = ask(whole, "undertakings")
    assert {(row[0], row[1]) for row in rows} == {(row["name"], LABELS[row["type"]]) for row in table("undertakings")}
    ids = {row["id"] for row in table("undertakings")}
    parts = [row for row in RELATIONSHIPS if row["to"].removeprefix("undertaking:") in ids]
    assert {row[:4] for row in rows if row[2]} == {
        (
            NAMES[row["to"]],
            next(row_[1] for row_ in rows if row_[0] == NAMES[row["to"]]),
            NAMES[row["from"]],
            LABELS[row["kind"]],
        )
        for row in parts
    }


def test_everything_between_two_bodies(whole: Reader) -> None:
    rows = ask(whole, "between", one=KEELE, other=SPCR)
    assert list(dict.fromkeys(row[:5] for row in rows)) == [
        (KEELE, SPCR, "leadership", "2021-04-01", "2026-03-31"),
        (KEELE, SPCR, "membership", None, "2015-09"),
        (KEELE, SPCR, "membership", "2015-10-01", "2021-03-31"),
        (KEELE, SPCR, "membership", "2021-04-01", "2026-03-31"),
    ]
    sources = {"School for Primary Care Research", "Decisions of the editor"}  # the editor takes it to have begun then
    assert {row[7] for row in rows if row[4] == "2015-09"} == sources
    assert ask(whole, "between", one=SPCR, other=KEELE) == rows  # the direction is that of the claims


@pytest.mark.parametrize("kind", ["any", "membership", "funding"])
def test_what_rests_on_inference_alone(whole: Reader, kind: str) -> None:
    rows = ask(whole, "inferred-only", kind=kind)
    assert Counter(row[:3] for row in rows) == Counter(
        (NAMES[row["from"]], NAMES[row["to"]], LABELS[row["kind"]])
        for row in RELATIONSHIPS
        if bases(row) == {"inferred"} and kind in ("any", row["kind"])
    )
    said = {(row["strength"], row["says"]) for row in EVIDENCE.values() if row["basis"] == "inferred"}
    assert {(row[3], row[4]) for row in rows} <= said


def test_what_rests_on_one_independent_source(whole: Reader) -> None:
    rows = ask(whole, "single-source", kind="leadership")
    assert Counter(row[:3] for row in rows) == Counter(
        (NAMES[row["from"]], NAMES[row["to"]], "leadership")
        for row in RELATIONSHIPS
        if row["kind"] == "leadership" and len(origins(row)) == 1
    )
    # Two documents of one council are one source; three publishers are not.
    assert (("Coventry City Council", TEACHING, "leadership", CABINET)) in rows
    assert not [row for row in rows if row[:2] == (KEELE, SPCR)]


def test_both_sides_of_every_contradiction_are_told(whole: Reader) -> None:
    rows = ask(whole, "disputed")
    assert [(row[0], row[2], row[3], row[5]) for row in rows if row[4] in (PAGE, CABINET)] == [
        ("Department for Education", "funding", "accepted", "Department for Education"),
        ("Department for Education", "funding", "accepted", DHSC),
        ("Department for Education", "funding", "disputed", "Department for Education"),
        (DHSC, "funding", "disputed", "Department for Education"),
        ("Coventry City Council", "leadership", "accepted", "Coventry University"),
        ("Coventry University", "leadership", "disputed", "Coventry City Council"),
        ("14 local authorities in the West Midlands", "membership", "accepted", "fifteen local authorities"),
        ("8 universities drawn from across the region", "membership", "accepted", "nine universities"),
        ("fifteen local authorities", "membership", "accepted", "14 local authorities in the West Midlands"),
        ("nine universities", "membership", "accepted", "8 universities drawn from across the region"),
    ]
    claims = {row["id"] for row in RELATIONSHIPS}
    notes = {row["note"] for row in table("standing") if row["contradicts"] and row["record"] in claims}
    assert {row[6] for row in rows if row[6]} == notes


def test_how_much_rests_on_a_source(whole: Reader) -> None:
    rows = {row[0]: row for row in ask(whole, "sources-by-weight")}
    # The winter issue of 2010 supports who funds and who hosts the centre, both not alone, and what a centre was given.
    title = SOURCES["aruk-ctr"]["title"]
    uses = [
        row
        for name in ("relationships", "statements", "events", "names", "organisations", "identifiers", "attributes")
        for row in table(name)
        if any(EVIDENCE[piece]["source"] == "aruk-ctr" for piece in many(row["evidence"]))
    ]
    assert len(uses) == 3
    assert rows[title][2:] == ("3", "1")
    assert next(iter(rows)) == "ROR records"
    assert all(int(row[2] or 0) >= int(row[3] or 0) for row in rows.values())
    used = {EVIDENCE[piece]["source"] for row in RELATIONSHIPS for piece in many(row["evidence"])}
    assert {SOURCES[source]["title"] for source in used} <= set(rows)


def test_organisations_that_no_register_knows(whole: Reader) -> None:
    known = {row["organisation"] for row in table("identifiers")}
    found = {row[0] for row in ask(whole, "without-identifier")}
    assert found == {name for slug, name in ORGANISATIONS.items() if slug not in known}
    assert len(found) == 16


def test_organisations_without_a_date(whole: Reader) -> None:
    dated = set()
    for row in table("events"):
        if row["date"]:
            dated |= {row["about"], *many(row["from"]), *many(row["to"])}
    for row in RELATIONSHIPS:
        if row["start"] or row["end"]:
            dated |= {row["from"], row["to"], row["via"]}
    found = {row[0] for row in ask(whole, "undated-bodies")}
    assert found == {name for slug, name in ORGANISATIONS.items() if slug not in dated}
    assert CONSORTIUM in found


def test_groups_that_nobody_names_and_their_counts(whole: Reader) -> None:
    assert Counter(ask(whole, "unnamed-groups")) == Counter(
        (
            row["name"],
            LABELS[row["member_type"]],
            row["count"] or None,
            str(len(many(row["members"]))),
            SOURCES[row["source"]]["title"],
        )
        for row in table("groups")
    )


def test_the_best_connected_bodies(whole: Reader) -> None:
    partners, connections = defaultdict(set), Counter[str]()
    for row in RELATIONSHIPS:
        if row["kind"] == "location":
            continue
        for one, other in ((row["from"], row["to"]), (row["to"], row["from"])):
            if one in ORGANISATIONS:
                partners[ORGANISATIONS[one]].add(other)
                connections[ORGANISATIONS[one]] += 1
    rows = ask(whole, "hubs")
    assert {row[0]: (row[1], row[2]) for row in rows} == {
        name: (str(len(others)), str(connections[name])) for name, others in partners.items()
    }
    assert rows[0] == (TEACHING, "35", "39")


def test_members_of_the_same_partnerships(whole: Reader) -> None:
    """No part with its whole, no body with its successor (also an inferred one), none that joined after the School."""
    [closed] = {row["date"] for row in EVENTS if row["kind"] == "end" and NAMES.get(row["about"]) == SCHOOL}
    members = defaultdict(set)
    for row in RELATIONSHIPS:
        if row["kind"] == "membership" and bases(row) != {"inferred"} and row["start"] <= closed:
            members[row["to"]].add(NAMES[row["from"]])
    changes = [{NAMES.get(body) for column in ("from", "to") for body in many(row[column])} for row in EVENTS]
    successive = set().union(*(bodies for bodies in changes if SCHOOL in bodies))
    assert "Research Institute for Primary Care and Health Sciences" in successive
    others = [names - successive - {SCHOOL, KEELE} for names in members.values() if SCHOOL in names]
    rows = ask(whole, "co-members")
    assert {row[1]: row[3] for row in rows} == {name: str(n) for name, n in Counter(chain(*others)).items()}
    assert {row[2] for row in rows} == {"co-membership"}


@pytest.mark.parametrize("kind", ["any", "funding", "part-of", "hosting"])
def test_all_links_of_a_kind(whole: Reader, kind: str) -> None:
    rows = ask(whole, "links", kind=kind)
    assert {row[:4] for row in rows} == {
        (NAMES[row["from"]], NAMES[row["to"]], LABELS[row["kind"]], literal(row["start"]))
        for row in RELATIONSHIPS
        if row["kind"] != "location" and kind in ("any", row["kind"])
    }
    assert all(PCVA in row[:2] for row in ask(whole, "links", kind=kind, organisation=PCVA))


def test_the_identifiers_of_a_body_are_those_of_the_table(whole: Reader) -> None:
    found = {row[:2] for row in ask(whole, "identifiers", organisation="Coventry University")}
    assert found == {
        (LABELS[row["scheme"]], row["value"])
        for row in table("identifiers")
        if row["organisation"] == "coventry-university"
    }
    assert ("UKPRN", "10001726") in found


def test_where_the_evidence_is_thin(whole: Reader) -> None:
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in RELATIONSHIPS:
        counts = expected[LABELS[row["kind"]]]
        number = len(origins(row))
        for column, more in enumerate((1, number == 0, number == 1, not row["start"] and not row["end"])):
            counts[column] += more
    found = {row[0]: [int(cell or 0) for cell in row[1:]] for row in ask(whole, "evidence-gaps")}
    assert found == expected
    assert found["membership"][1] == 30


def test_what_two_records_give_differently_is_found() -> None:
    base, a = "https://w3id.org/partnergraph/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    says = [
        ("id/attribute/one", f"{base}ns#attributeOf", f"<{base}id/org/x>"),
        ("id/attribute/one", f"{base}ns#property", f"<{base}code/address>"),
        ("id/attribute/one", f"{base}ns#value", '"High Street 1"'),
        ("id/attribute/two", f"{base}ns#attributeOf", f"<{base}id/org/x>"),
        ("id/attribute/two", f"{base}ns#property", f"<{base}code/address>"),
        ("id/attribute/two", f"{base}ns#value", '"High Street 2"'),
        ("id/identifier/a", f"{base}ns#scheme", f"<{base}code/ror>"),
        ("id/identifier/a", "http://www.w3.org/2004/02/skos/core#notation", '"a"'),
        ("id/identifier/b", f"{base}ns#scheme", f"<{base}code/ror>"),
        ("id/identifier/b", "http://www.w3.org/2004/02/skos/core#notation", '"b"'),
        ("id/org/x", "http://www.w3.org/ns/adms#identifier", f"<{base}id/identifier/a>"),
        ("id/org/x", "http://www.w3.org/ns/adms#identifier", f"<{base}id/identifier/b>"),
        ("id/org/x", "http://www.w3.org/2004/02/skos/core#prefLabel", '"X"'),
        ("id/org/x", a, "<http://www.w3.org/ns/org#Organization>"),
        ("code/ror", "http://www.w3.org/2004/02/skos/core#prefLabel", '"ROR"'),
        ("code/address", "http://www.w3.org/2004/02/skos/core#prefLabel", '"address"'),
    ]
    reader = Reader.nquads_lines([f"<{base}{s}> <{p}> {o} <{base}graph/g> .\n" for s, p, o in says])
    assert ask(reader, "disagreements") == [("X", "ROR", "a", "b"), ("X", "address", "High Street 1", "High Street 2")]


def test_the_document_alone_answers_the_new_questions_too(seed: Reader) -> None:
    assert ask(seed, "roles", columns=5) == [("Coventry University", "lead authority", TEACHING, None, None)]
    assert [row[:3] for row in ask(seed, "funding-chains")] == [
        ("Department for Education", "Coventry University", TEACHING),
        (DHSC, "Coventry University", TEACHING),
    ]
    assert ask(seed, "disputed") == []
    # What an editor infers from the document alone belongs to it.
    assert [row[:4] for row in ask(seed, "inferred-only")] == [
        ("Coventry University", TEACHING, "membership", "moderate")
    ]
    assert {row[0]: row[2] for row in ask(seed, "unnamed-groups") if row[2]} == {
        "14 local authorities in the West Midlands": "14",
        "8 universities drawn from across the region": "8",
    }
    assert ask(seed, "undertakings", 1) == sorted({(row[0],) for row in ask(seed, "undertakings", 1)})
    assert len(ask(seed, "undertakings", 1)) == 6
    assert ask(seed, "sources-by-weight", 2)[0] == (PAGE, KEELE)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("links", {"kind": "funding"}),
        ("sleeping-partnerships", NEEDED["sleeping-partnerships"]),
        ("between", NEEDED["between"]),
        ("disputed", {}),
        ("oldest-partnerships", {}),
        ("inferred-only", {}),
        ("single-source", {"kind": "leadership"}),
        ("stale", NEEDED["stale"]),
        ("changed-between", NEEDED["changed-between"]),
        ("claims-by-source", {"source": "Cabinet"}),
        ("co-members", {}),
        ("readings", {}),
        ("thin-evidence", {}),
    ],
)
def test_an_answer_of_links_is_drawn_with_the_evidence_of_its_claims(
    whole: Reader, name: str, values: dict[str, str]
) -> None:
    from partnergraph.network.from_query import network_from_query

    question = get_question(name)
    result = PartnerGraph(whole).query(name, **values)
    made = network_from_query(whole, result.bytes("tsv"), "SELECT", title=question.question)
    links = {frozenset((row["from"], row["to"])) for row in whole.rows(bind_parameters(question, values, whole))}
    drawn = {frozenset((made.nodes[a]["label"], made.nodes[b]["label"])) for a, b in made.edges()}
    assert drawn == links
    assert not [data for _, _, data in made.edges(data=True) if data.get("computed")]
    derived = name == "co-members"
    assert all(data["evidence"] or derived for _, _, data in made.edges(data=True))
