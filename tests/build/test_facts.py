"""The built graph against the collected facts: every body, property and link that a source states, and every inference.

The facts are older than the tables and name things by ids of their own. What the tables say in another way, or leave
out, is written down here with its reason; a new deviation fails, and so does one that is no longer there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from partnergraph.store import Reader

BASE = "https://w3id.org/partnergraph/"
WMSWTP = "west-midlands-social-work-teaching-partnership"
SPCR = "nihr-school-for-primary-care-research"
SCHOOL = "school-of-primary-community-and-social-care"

SOURCES = {"seed": "keele-spcsc-partnerships", "bg": "editor"}
SCHEMES = {
    "ror": "ror",
    "isni": "isni",
    "wikidata": "wikidata",
    "crossref_funder_id": "crossref-funder",
    "grid": "grid",
    "website": "website",
    "wikipedia": "wikipedia",
    "ukprn": "ukprn",
    "hesa_id": "hesa",
    "gtr_id": "gtr",
    "ods_code": "ods",
    "gss_code": "gss",
    "companies_house": "companies-house",
    "charity_number_england_wales": "charity-ew",
    "charity_number_scotland": "charity-sc",
    "org_id": "org-id",
    "local_authority_code": "local-authority-code",
}
NAMES = ("name", "alt_name", "former_name", "acronym", "full_name")
EVENTS = {"founded": "start", "start": "start", "dissolved": "end", "awarded": "award", "renewed": "renewal"}
ATTRIBUTES = {
    "authority_type": "legal-type",
    "hq_address": "address",
    "hq_coordinates": "coordinates",
    "area_centroid": "area-centroid",
    "status_in_ror": "register-status",
    "headquarters": "headquarters",
    "companies_house_of_trustee": "trustee-company-number",
}
PLACES = ("location", "region")

# Facts in free words, and the records that say the same; None and a reason where nothing does, on purpose.
FREE: dict[tuple[str, str, int], list[str] | str] = {
    ("keele", "event", 0): ["event/keele-university--start--1949", "event/keele-university--status-change--1962"],
    ("pcva", "funding", 0): ["record/aruk-ctr/keele-centre-funding"],
    ("iau", "director", 0): "Names of people are personal data and stay out of the graph.",
    ("va", "event", 0): ["event/arthritis-care--merger--2017", "event/arthritis-research-uk--change--2018"],
    ("va", "event", 1): ["event/arthritis-uk--rename--2025"],
    ("nihr", "event", 0): ["event/national-institute-for-health-and-care-research--rename--2022"],
    ("spcr", "member_count", 0): ["record/spcr-nihr/spcr-five-members-2006"],
    ("spcr", "member_count", 1): ["record/spcr-nihr/spcr-eight-members-2009"],
    ("spcr", "member_count", 2): [
        "record/spcr-nihr/spcr-nine-members-2015",
        "record/spcr-renew/spcr-nine-members-2015-renewal",
    ],
    ("spcr", "member_count", 3): [
        "record/spcr-ox/spcr-nine-members-2021",
        "record/spcr-exe/spcr-nine-members-2021-exeter",
    ],
    ("hiwm", "event", 0): ["event/west-midlands-health-science-network--change--2023"],
    ("nice", "event", 0): ["event/nice--rename--2013"],
    ("ukhsa", "event", 0): ["event/public-health-england--change--2021"],
    ("rcgp", "event", 0): [
        "event/royal-college-of-general-practitioners--start--1952",
        "event/royal-college-of-general-practitioners--status-change--1972",
    ],
    ("csp", "event", 0): ["event/chartered-society-of-physiotherapy--status-change--1920"],
    ("dhsc", "event", 0): ["event/department-of-health--rename--2018"],
    ("ref", "run_by", 0): ["rel/delivery--uk-higher-education-funding-bodies--ref-2021"],
    ("la_war", "coordinates_rejected", 0): "The collection itself rejects the point: it lies in another county.",
    ("la_wor", "coordinates_rejected", 0): "The collection itself rejects the point: it lies outside the county.",
    ("wmswtp", "member_count", 0): [
        "group/keele-spcsc-partnerships/wmswtp-local-authorities",
        "group/keele-spcsc-partnerships/wmswtp-universities",
    ],
    ("wmswtp", "member_count", 1): [
        "group/covcab/wmswtp-fifteen-local-authorities",
        "group/covcab/wmswtp-nine-universities",
        "group/covcab/wmswtp-two-nhs-trusts",
    ],
    ("wmswtp", "grant", 0): ["record/covcab/wmswtp-grant-2018"],
    ("wmswtp", "event", 0): ["event/wmswtp-department-for-education-funding--end--2024"],
    ("wmswtp", "objective", 0): [
        "record/keele-spcsc-partnerships/wmswtp-objective-1",
        "record/onestop/wmswtp-aim-consistent-education",
    ],
    ("mpft", "event", 0): ["event/midlands-partnership-university-nhs-foundation-trust--rename--2022"],
}
# Records of the editor that weigh several sources name them as premises; the facts name them as sources.
WEIGHED = {("mpft", "event", 0)}

# How a link of the facts is said in the graph: the kind, and whether the parties change sides.
KINDS = {
    "part_of": ("part-of", False),
    "includes": ("part-of", True),
    "member_of": ("membership", False),
    "partner_of": ("partnership", False),
    "joint_research_strategy_with": ("collaboration", False),
    "hosted_by": ("hosting", True),
    "hosts": ("hosting", False),
    "hosted": ("hosting", False),
    "hosted_directorate_of": ("hosting", False),
    "funds": ("funding", False),
    "funded_by": ("funding", True),
    "works_with": ("working-alongside", False),
    "met_with": ("engagement", False),
    "hosted_event_for": ("engagement", False),
    "provides_evidence_to": ("evidence-provision", False),
    "assessed": ("evaluation", False),
    "leads": ("leadership", False),
    "led": ("leadership", False),
    "lead_authority_of": ("leadership", False),
    "established": ("establishment", False),
    "launched_programme_of": ("establishment", False),
    "agency_of": ("oversight", True),
    "sponsored_by": ("sponsorship", True),
    "follows_framework_of": ("alignment", False),
    "aligned_with": ("alignment", False),
    "supports": ("support", False),
    "merged_into": ("change", False),
    "succeeded_by": ("change", False),
    "predecessor_of": ("change", False),
}

SOUGHT_AGAIN = "The facts were read against their sources again in November 2026: "
TERM_OVER = SOUGHT_AGAIN + "the term that the source gives ended, or is bounded, by then."
PHASE_IV = SOUGHT_AGAIN + "five years from 1 April 2021 end on 31 March 2026."
LISTED = (
    SOUGHT_AGAIN
    + "a page of the NIHR School names its nine members of 2021, so no inference is needed; it ended as above."
)
NO_START = SOUGHT_AGAIN + "the source shows it at a time and says nothing of when it began."
ONE_DAY = "What happens once ends when it begins."
OTHERWISE: dict[str, tuple[list[str], str]] = {
    "r001": (
        [f"rel/part-of--{SCHOOL}--keele-university"],
        "The text never names Keele University; its page's address does (seedpage), and the editor says so.",
    ),
    "r018": (
        [
            f"rel/part-of--primary-care-versus-arthritis--{SCHOOL}",
            "event/primary-care-versus-arthritis--award--2008",
        ],
        "2008 is the year of an award in the text, not the start of belonging to the School.",
    ),
    "r021": (
        ["rel/funding--arthritis-uk--primary-care-versus-arthritis"],
        SOUGHT_AGAIN + "a page of the NIHR School of 2019 speaks of the charity's funding: no inference is needed.",
    ),
    "r022": (["event/arthritis-research-uk--change--2018"], SOUGHT_AGAIN + "the charity gives the day."),
    "r023": (["event/arthritis-care--merger--2017"], SOUGHT_AGAIN + "the charity gives the day."),
    "r024": (
        ["event/arthritis-care--merger--2017", "event/arthritis-research-uk--change--2018"],
        SOUGHT_AGAIN + "it was merged into Arthritis Research UK in 2017, and that was called Versus Arthritis then.",
    ),
    "r027": (
        ["rel/part-of--impact-accelerator-unit--keele-university"],
        SOUGHT_AGAIN + "2015 is the year of the team out of which the Unit came; the Unit is seen in November 2018.",
    ),
    "r034": (
        ["rel/working-alongside--impact-accelerator-unit--nhs-consortium-partners"],
        "The text says `our NHS consortium partners` and not which consortium.",
    ),
    "r036": (["rel/engagement--impact-accelerator-unit--chartered-society-of-physiotherapy"], ONE_DAY),
    "r040": (["rel/engagement--keele-university--royal-college-of-general-practitioners"], ONE_DAY),
    "r041": (
        ["rel/funding--wellcome-trust--keele-university"],
        SOUGHT_AGAIN + "2016 is the year of the announcement, and the first intake was in 2017/2018.",
    ),
    "r042": (
        ["record/keele-spcsc-partnerships/ref-90-percent"],
        "A rating is a finding about the School, with the exercise as its source; it draws no edge.",
    ),
    "r043": (
        ["rel/evaluation--ref-2014--keele-university"],
        "Of the exercise of 2014; the results came out on one day.",
    ),
    "r045": (
        [f"rel/membership--{SCHOOL}--{SPCR}", "event/nihr-spcr-membership--award--2009"],
        "2009 is the year of an award in the text; awards never fill in a start date.",
    ),
    "r048": (
        [f"rel/membership--keele-university--{SPCR}--2009"],
        "The text speaks of the School's membership and never names the University: only the other source says so.",
    ),
    "r050": (
        [f"rel/membership--university-of-nottingham--{SPCR}--2009"],
        SOUGHT_AGAIN + "NIHR says August, and another member of that growth October: between the two.",
    ),
    "r052": (
        [f"rel/membership--university-of-southampton--{SPCR}--2009"],
        SOUGHT_AGAIN + "October 2009 was announced, and NIHR says August of the same growth: between the two.",
    ),
    "r053": ([f"rel/membership--university-college-london--{SPCR}--2009"], NO_START),
    "r063": (
        [f"rel/membership--university-of-cambridge--{SPCR}--2006"],
        SOUGHT_AGAIN + "re-joining proves an earlier membership and dates none.",
    ),
    "r068": ([f"rel/membership--keele-university--{SPCR}--2021"], PHASE_IV),
    "r069": ([f"rel/membership--university-of-oxford--{SPCR}--2021"], PHASE_IV),
    "r070": ([f"rel/membership--university-of-exeter--{SPCR}--2021"], PHASE_IV),
    "r071": ([f"rel/membership--queen-mary-university-of-london--{SPCR}--2021"], PHASE_IV),
    "r072": ([f"rel/membership--university-of-bristol--{SPCR}--2021"], LISTED),
    "r073": ([f"rel/membership--university-of-manchester--{SPCR}--2021"], LISTED),
    "r074": ([f"rel/membership--university-of-nottingham--{SPCR}--2021"], LISTED),
    "r075": ([f"rel/membership--university-of-southampton--{SPCR}--2021"], LISTED),
    "r076": ([f"rel/membership--university-college-london--{SPCR}--2021"], LISTED),
    "r078": ([f"rel/leadership--keele-university--{SPCR}"], PHASE_IV),
    "r081": (
        ["rel/membership--university-of-warwick--nihr-clahrc-west-midlands"],
        SOUGHT_AGAIN + "the report was cited for a person's chair, which makes no university a member: inferred.",
    ),
    "r086": (
        ["rel/hosting--university-hospitals-birmingham-nhs-foundation-trust--nihr-arc-west-midlands"],
        TERM_OVER,
    ),
    "r087": (["rel/funding--national-institute-for-health-and-care-research--nihr-arc-west-midlands"], TERM_OVER),
    **{
        fact: ([f"rel/membership--{member}--nihr-arc-west-midlands"], TERM_OVER)
        for fact, member in (
            ("r088", "keele-university"),
            ("r089", "university-of-warwick"),
            ("r090", "university-of-birmingham"),
            ("r091", "birmingham-womens-and-childrens-nhs-foundation-trust"),
        )
    },
    "r092": (
        [
            "rel/leadership--university-hospitals-birmingham-nhs-foundation-trust--nihr-clahrc-birmingham-and-black-country"
        ],
        TERM_OVER,
    ),
    "r093": (["rel/leadership--university-of-birmingham--nihr-clahrc-birmingham-and-black-country"], TERM_OVER),
    "r095": (
        ["rel/establishment--nhs-england--west-midlands-health-science-network"],
        SOUGHT_AGAIN + "April 2013 is the date of the national network; of the regional one the year is read.",
    ),
    "r105": (
        [
            f"rel/funding--department-for-education--{WMSWTP}",
            f"rel/funding--department-for-education--{WMSWTP}--2018",
        ],
        "Two claims: the text knows no dates, the others know no second funder.",
    ),
    "r107": (
        ["rel/establishment--department-of-health--social-work-teaching-partnerships-programme"],
        SOUGHT_AGAIN + "the sources know the programme, and nobody says that the department set up this partnership.",
    ),
    "r109": (
        [f"rel/leadership--coventry-city-council--{WMSWTP}"],
        SOUGHT_AGAIN + "the minutes of August 2018 tell of it as of what is to come; April is the start of the grant.",
    ),
    "r110": ([f"rel/membership--coventry-city-council--{WMSWTP}"], NO_START),
    "r111": ([f"rel/membership--shropshire-council--{WMSWTP}"], NO_START),
    "r124": ([f"rel/membership--midlands-partnership-university-nhs-foundation-trust--{WMSWTP}"], NO_START),
    "r125": (
        [f"rel/membership--{SCHOOL}--{WMSWTP}"],
        "`We` in the text is the School; the University is a member through it, by rule.",
    ),
    "r151": ([f"rel/support--west-midlands-adcs-network--{WMSWTP}"], NO_START),
    "r157": (
        [
            "event/midlands-partnership--merger--2018",
            "event/staffordshire-and-stoke-on-trent-partnership-nhs-trust--end--2018",
        ],
        "The register gives the day on which the old trust's code closes, one day earlier, as an event of its own.",
    ),
}
# Sources that the facts name for a link and that do not carry it.
SILENT = {
    # The text does not name the University.
    "r001": {"keele-spcsc-partnerships"},
    "r048": {"keele-spcsc-partnerships"},
    # The name of the centre says nothing of who pays.
    "r021": {"keele-spcsc-partnerships", "aff-va"},
    # Premises of an inference are no sources of the claim.
    "r063": {"spcr-cam"},
    "r081": {"clahrc-ar"},
    # It names no member of these.
    **{f"r0{number}": {"spcr-next"} for number in range(72, 77)},
}
# Dates of the facts that another source mends: the event and its date, None where it is known within bounds only.
MENDED: dict[tuple[str, str], tuple[str, str | None]] = {
    ("iau|founded", "2015"): ("impact-accelerator-unit--start--2015", None),
    ("ukhsa|founded", "2020"): ("uk-health-security-agency--start--2020", "2021-04-01"),
    ("wmswtp|start", "2018-04"): ("west-midlands-social-work-teaching-partnership--start--2018", "2018"),
    ("midstaffs|dissolved", "2017-10-31"): ("mid-staffordshire-nhs-foundation-trust--end--2017", "2017-11-01"),
}
# Sources that the facts name for a date and that do not give it.
UNDATED = {
    # It traces the origins of the charity of today to that year.
    ("aruk|founded", "1936"): {"va-wiki"},
    # A list of acquisitions: the day is that of a renaming.
    ("mpft|founded", "2018-06-01"): {"trusthist"},
}
# Inferences that are weaker in the tables, since nothing but background knowledge holds them.
WEAKER = {
    "r005": "weak",  # that the School followed the Research Institute, which is still named in January 2019
    "r085": "weak",  # that the one CLAHRC followed the other
}
# Sources that are younger than the facts, with their origins.
YOUNGER = {
    "arc-bham19": "arc",
    "arc-guide18": "nihr",
    "arc-nenc": "nihr",
    "arc-nenc24": "nihr",
    "arc-yh26": "nihr",
    "aruk-hist": "va",
    "aruk10": "va",
    "bhp-arc": "arc",
    "bihr-arc": "bihr-arc",
    "bmj-ohid": "bmj-ohid",
    "ccg-pccc": "icb",
    "clahrc-yh": "nihr",
    "govuk26": "govuk",
    "hf-nhscb": "hf-nhscb",
    "ias-ohid": "hsj",
    "ifg-ukhsa": "ifg-ukhsa",
    "keele-aruk13": "keele",
    "keele-wt": "keele",
    "keele-wt2": "keele",
    "newman-w": "wikipedia",
    "nhse-w": "wikipedia",
    "shrops-live": "shrops-live",
    "shrops-star": "shrops-star",
    "soton-21": "soton-21",
    "spcr-2126": "nihr",
    "spcr-faq": "nihr",
    "spcr-va": "nihr",
    "staffs-su": "staffs-su",
    "staffs-w": "wikipedia",
    "stokeccg19": "icb",
    "uhnm-msft": "uhnm-about",
    "ukhsa-w": "wikipedia",
    "va-keele": "va",
    "va-priv2": "va",
    "wmtp-par": "wmswtp",
}


def source(fact_id: str) -> str:
    """Our id of a source of the facts."""
    return SOURCES.get(fact_id, fact_id.replace("_", "-"))


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "facts" / "domain-facts.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def slugs(facts: dict[str, Any], graph: Reader) -> dict[str, str]:
    """The body of the graph that bears a name of the facts, today's or another."""
    bearers = defaultdict(set)
    for row in graph.rows("SELECT ?o ?name { ?o a org:Organization ; skos:prefLabel|skos:altLabel ?name }"):
        bearers[row["name"]].add(str(row["o"]).removeprefix(f"{BASE}id/org/"))
    return {body["id"]: " or ".join(sorted(bearers[body["name"]])) for body in facts["organisations"]}


@pytest.fixture(scope="module")
def said_by(graph: Reader) -> dict[str, set[str]]:
    """The sources in whose graphs a record has evidence."""
    found = defaultdict(set)
    for row in graph.rows("SELECT ?r ?s { ?r pg:evidence ?e . ?e dcterms:source ?s }"):
        found[str(row["r"]).removeprefix(f"{BASE}id/")].add(str(row["s"]).removeprefix(f"{BASE}id/source/"))
    return found


def each(facts: dict[str, Any], *properties: str) -> list[tuple[str, Any, set[str]]]:
    """The facts of some properties that a source states: body, value, our sources."""
    found = [
        (f"{body['id']}|{fact['property']}", fact["value"], {source(s) for s in fact["sources"]})
        for body in facts["organisations"]
        for fact in body["facts"]
        if fact["property"] in properties and fact["confidence"] != "recalled"
    ]
    assert found
    return found


def test_all_78_organisations_are_there(slugs: dict[str, str], graph: Reader) -> None:
    """77 bodies, and the Research Excellence Framework, which is something done and not a body."""
    assert len(slugs) == 78
    assert [fact_id for fact_id, slug in slugs.items() if not slug] == ["ref"]
    assert len({slug for slug in slugs.values() if slug}) == 77
    assert not any(" or " in slug for slug in slugs.values())
    [row] = graph.rows(f"SELECT ?name {{ <{BASE}id/undertaking/ref> a pg:Undertaking ; skos:prefLabel ?name }}")
    assert "REF (Research Excellence Framework)" in str(row["name"])


def test_the_98_sources_and_the_younger_ones_are_there_with_their_origins(facts: dict[str, Any], graph: Reader) -> None:
    """Sources of one origin count as one, so the origin decides what is corroborated."""
    rows = graph.rows("SELECT ?s ?origin { ?s a pg:Source ; pg:origin ?origin }")
    ours = {str(row["s"]).removeprefix(f"{BASE}id/source/"): row["origin"] for row in rows}
    theirs = {source(s["id"]): s["origin_family"].replace("_", "-") for s in facts["sources"]}
    assert len(theirs) == 98
    assert theirs.pop("editor") == "bg"  # background knowledge: whatever rests on it alone is the editor's inference
    assert ours.pop("editor") == "editor"
    assert ours == theirs | YOUNGER


def test_every_identifier_is_there_from_its_sources_and_no_other(
    facts: dict[str, Any], slugs: dict[str, str], graph: Reader
) -> None:
    rows = graph.rows(
        "SELECT ?o ?scheme ?value ?s { GRAPH ?g { ?o adms:identifier ?i . ?i pg:scheme ?scheme ; "
        "skos:notation ?value } ?g dcterms:source ?s }"
    )
    ours = defaultdict(set)
    for row in rows:
        key = (str(row["o"]).rsplit("/", 1)[1], str(row["scheme"]).rsplit("/", 1)[1], row["value"])
        ours[key].add(str(row["s"]).rsplit("/", 1)[1])
    theirs = {}
    for about, value, sources in each(facts, *SCHEMES):
        body, _, name = about.partition("|")
        theirs[slugs[body], SCHEMES[name], value.removeprefix("https://doi.org/10.13039/")] = sources
    assert len(theirs) == 362
    assert set(ours) == set(theirs)
    assert {key: sources - ours[key] for key, sources in theirs.items() if not sources <= ours[key]} == {}


def test_every_name_is_there_from_its_sources(facts: dict[str, Any], slugs: dict[str, str], graph: Reader) -> None:
    """Today's preferred name is the editors' choice; every other name is a claim of the sources that use it."""
    preferred = {
        (row["o"], row["n"]) for row in graph.rows("SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n }")
    }
    rows = graph.rows(
        "SELECT ?o ?n ?s { GRAPH ?g { ?name pg:nameOf ?o ; skosxl:literalForm ?n } ?g dcterms:source ?s }"
    )
    used = defaultdict(set)
    for row in rows:
        used[row["o"], row["n"]].add(str(row["s"]).rsplit("/", 1)[1])
    missing = []
    for about, value, sources in each(facts, *NAMES):
        body = about.partition("|")[0]
        key = (f"{BASE}id/org/{slugs[body]}", value)
        if body != "ref" and key not in preferred and not sources <= used[key]:
            missing.append((about, value, sources - used[key]))
    assert missing == []


def test_every_date_is_there_from_its_sources(
    facts: dict[str, Any], slugs: dict[str, str], graph: Reader, said_by: dict[str, set[str]]
) -> None:
    """A year that another source knows to the day supports the same event."""
    rows = graph.rows("SELECT ?e ?about ?kind ?date { ?e pg:kind ?kind ; pg:about ?about ; pg:date ?date }")
    found = defaultdict(list)
    for row in rows:
        about, kind = str(row["about"]).removeprefix(f"{BASE}id/org/"), str(row["kind"]).rsplit("/", 1)[1]
        found[about, kind].append((str(row["date"]), said_by[str(row["e"]).removeprefix(f"{BASE}id/")]))
    missing, mended = [], set()
    for about, value, sources in each(facts, *EVENTS):
        body, _, name = about.partition("|")
        events = found[slugs[body], EVENTS[name]]
        if (about, value) in MENDED:
            assert [date for date, _ in events] == [date for date in MENDED[about, value][1:] if date], about
            assert sources <= said_by[f"event/{MENDED[about, value][0]}"], about
            mended.add((about, value))
        elif not any(
            date.startswith(value) and sources - UNDATED.get((about, value), set()) <= said for date, said in events
        ):
            missing.append((about, value, sources, events))
    assert missing == []
    assert mended == set(MENDED)


def test_every_attribute_is_there_from_its_sources(facts: dict[str, Any], slugs: dict[str, str], graph: Reader) -> None:
    rows = graph.rows(
        "SELECT ?o ?p ?v ?s { GRAPH ?g { ?a pg:attributeOf ?o ; pg:property ?p ; pg:value ?v } ?g dcterms:source ?s }"
    )
    ours = defaultdict(set)
    for row in rows:
        key = (str(row["o"]).rsplit("/", 1)[1], str(row["p"]).rsplit("/", 1)[1], row["v"])
        ours[key].add(str(row["s"]).rsplit("/", 1)[1])
    missing = []
    for about, value, sources in each(facts, *ATTRIBUTES):
        body, _, name = about.partition("|")
        text = f"{value['lat']}, {value['long']}" if isinstance(value, dict) else value
        if not sources <= ours[slugs[body], ATTRIBUTES[name], text]:
            missing.append((about, text, sources))
    assert missing == []


def test_every_place_is_there_with_its_point(facts: dict[str, Any], slugs: dict[str, str], graph: Reader) -> None:
    rows = graph.rows(
        "SELECT ?o ?p ?lat ?long ?id ?s { GRAPH ?g { ?r pg:kind code:location ; pg:from ?o ; pg:to ?p } "
        "?g dcterms:source ?s OPTIONAL { ?p wgs84:lat ?lat ; wgs84:long ?long ; dcterms:identifier ?id } }"
    )
    ours = {
        (
            str(row["o"]).rsplit("/", 1)[1],
            str(row["s"]).rsplit("/", 1)[1],
            (float(row["lat"]), float(row["long"] or 0), row["id"]) if row["lat"] else str(row["p"]).rsplit("/", 1)[1],
        )
        for row in rows
    }
    missing = []
    for about, value, sources in each(facts, *PLACES):
        body = about.partition("|")[0]
        place: object = "west-midlands"
        if isinstance(value, dict):
            place = (float(value["lat"]), float(value["long"]), f"geonames:{value['geonames_id']}")
        missing += [(about, place, s) for s in sources if (slugs[body], s, place) not in ours]
    assert missing == []


def test_every_fact_in_free_words_is_a_record_from_its_sources(
    facts: dict[str, Any], said_by: dict[str, set[str]], graph: Reader
) -> None:
    handled = {*SCHEMES, *NAMES, *EVENTS, *ATTRIBUTES, *PLACES}
    number: dict[tuple[str, str], int] = defaultdict(int)
    free = {}
    for body in facts["organisations"]:
        for fact in body["facts"]:
            if fact["property"] not in handled and fact["confidence"] != "recalled":
                key = (body["id"], fact["property"])
                free[*key, number[key]] = {source(s) for s in fact["sources"]}
                number[key] += 1
    assert set(free) == set(FREE)
    premises = {str(row["s"]).rsplit("/", 1)[1] for row in graph.rows("SELECT ?s { ?e pg:premise ?s }")}
    for key, sources in free.items():
        records = FREE[key]
        if isinstance(records, str):
            assert len(records) > 20, key
        elif key in WEIGHED:
            assert sources <= premises, key
            assert all(said_by[record] == {"editor"} for record in records), key
        else:
            assert sources <= set().union(*(said_by[record] for record in records)), key
            assert all(said_by[record] for record in records), key


@pytest.fixture(scope="module")
def links(graph: Reader) -> dict[tuple[str, str, str], list[str]]:
    """Kind, from and to of every asserted relationship, and of every change from one body to another."""
    found = defaultdict(list)
    rows = graph.rows(
        "SELECT ?r ?k ?a ?b { { ?r a pg:Relationship ; pg:kind ?k ; pg:from ?a ; pg:to ?b "
        "FILTER NOT EXISTS { ?r a pg:DerivedRelationship } } UNION "
        "{ ?r org:originalOrganization ?a ; org:resultingOrganization ?b BIND(code:change AS ?k) } }"
    )
    for row in rows:
        kind, a, b = (str(row[name]).rsplit("/", 1)[1] for name in ("k", "a", "b"))
        found[kind, a, b].append(str(row["r"]).removeprefix(f"{BASE}id/"))
    return found


@pytest.fixture(scope="module")
def dates(graph: Reader) -> dict[str, tuple[str | None, str | None]]:
    rows = graph.rows(
        "SELECT ?r (COALESCE(?start, ?date) AS ?first) ?end { ?r pg:evidence ?e "
        "OPTIONAL { ?r pg:start ?start } OPTIONAL { ?r pg:date ?date } OPTIONAL { ?r pg:end ?end } }"
    )
    return {str(row["r"]).removeprefix(f"{BASE}id/"): (row["first"], row["end"]) for row in rows}


@pytest.fixture(scope="module")
def inferences(graph: Reader) -> dict[str, list[dict[str, str | None]]]:
    found = defaultdict(list)
    rows = graph.rows(
        "SELECT ?r ?e ?strength ?why (GROUP_CONCAT(STR(?p); separator=' ') AS ?premises) { ?r pg:evidence ?e . "
        "?e pg:basis code:inferred ; pg:strength ?strength ; pg:reason ?why OPTIONAL { ?e pg:premise ?p } } "
        "GROUP BY ?r ?e ?strength ?why"
    )
    for row in rows:
        found[str(row["r"]).removeprefix(f"{BASE}id/")].append(row)
    return found


def test_every_link_is_there_with_its_dates_and_sources(
    facts: dict[str, Any],
    slugs: dict[str, str],
    links: dict[tuple[str, str, str], list[str]],
    dates: dict[str, tuple[str | None, str | None]],
    said_by: dict[str, set[str]],
    inferences: dict[str, list[dict[str, str | None]]],
) -> None:
    """159 links: 120 that a source states or two corroborate, and 39 inferences with strength, reason and premises."""
    assert len(facts["relationships"]) == 159
    otherwise = []
    inferred = 0
    for fact in facts["relationships"]:
        kind, turned = KINDS[fact["predicate"]]
        a, b = slugs[fact["subject"]], slugs[fact["object"]]
        records = links.get((kind, b, a) if turned else (kind, a, b), [])
        fitting = [record for record in records if dates[record] == (fact["start"], fact["end"])]
        sources = {source(s) for s in fact["sources"]}
        if fact["inference"]:
            inferred += 1
            reasons = [reason for record in fitting for reason in inferences.get(record, [])]
            if not reasons:
                otherwise.append(fact["id"])
                continue
            [strength] = {str(reason["strength"]).rsplit("/", 1)[1] for reason in reasons}
            assert strength == WEAKER.get(fact["id"], fact["inference_strength"]), fact["id"]
            assert all(len(str(reason["why"])) > 20 for reason in reasons), fact["id"]
            premises = {p.rsplit("/", 1)[1] for reason in reasons for p in (reason["premises"] or "").split()}
            assert sources - {"editor"} <= premises, fact["id"]
            assert all(said_by[record] == {"editor"} for record in fitting), fact["id"]
        elif not any(sources <= said_by[record] and record not in inferences for record in fitting):
            otherwise.append(fact["id"])
    assert inferred == 39
    assert otherwise == sorted(OTHERWISE)


@pytest.mark.parametrize("fact_id", sorted(OTHERWISE))
def test_what_is_said_otherwise_is_said(fact_id: str, facts: dict[str, Any], said_by: dict[str, set[str]]) -> None:
    records, reason = OTHERWISE[fact_id]
    [fact] = [fact for fact in facts["relationships"] if fact["id"] == fact_id]
    assert all(said_by[record] for record in records)
    assert len(reason) > 20
    lacking = {source(s) for s in fact["sources"]} - set().union(*(said_by[record] for record in records))
    assert lacking == SILENT.get(fact_id, set())


def test_the_disagreement_about_the_lead_is_kept_from_both_sides(facts: dict[str, Any], graph: Reader) -> None:
    [fact] = [fact for fact in facts["relationships"] if fact.get("contradicted_by")]
    rows = graph.rows(
        f"SELECT DISTINCT ?s {{ <{BASE}id/rel/leadership--coventry-university--{WMSWTP}> pg:standing code:disputed ; "
        f"pg:contradicts <{BASE}id/rel/leadership--coventry-city-council--{WMSWTP}> ; "
        "pg:counterEvidence ?e . ?e dcterms:source ?s }"
    )
    assert {str(row["s"]).rsplit("/", 1)[1] for row in rows} == {source(s) for s in fact["contradicted_by"]}
