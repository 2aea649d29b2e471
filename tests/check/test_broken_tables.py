"""Broken tables: one wrong cell gives one finding with its rule, file, row, column, value, message and fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from partnergraph.build import build
from partnergraph.errors import DataError, Place
from partnergraph.graph_folder.folder import read_folder
from tests.check.conftest import Copy

LEADS = {"id": "leadership--coventry-university--west-midlands-social-work-teaching-partnership"}
MEMBER = {"id": "membership--school-of-primary-community-and-social-care--nihr-school-for-primary-care-research"}
AWARD, RENEWAL = ({"id": f"primary-care-versus-arthritis--{what}"} for what in ("award--2008", "renewal--2013"))
ALONGSIDE = {"id": "working-alongside--impact-accelerator-unit--nhs-consortium-partners"}
IRI = "https://w3id.org/partnergraph/id"
PARTY_FIX = "Add it to organisations.csv or groups.csv or undertakings.csv or places.csv, or mend the id."


@dataclass(frozen=True)
class Case:
    """The row to break, what to write into it, and the one finding that must follow."""

    table: str
    where: Mapping[str, str]
    changes: Mapping[str, str]
    rule: str
    column: str
    message: str
    fix: str
    value: str | None = ""  # empty: what was written into the column
    focus: str | None = field(default=None)

    @property
    def expected_value(self) -> str | None:
        return self.changes[self.column] if self.value == "" else self.value


# What the tables alone tell.
CASES = {
    "unknown kind of relationship": Case(
        "relationships", ALONGSIDE, {"kind": "fundin"},
        "unknown-kind", "kind",
        "'fundin' is not a relationship kind.", "Did you mean 'funding'? All kinds: partnergraph kinds",
    ),
    "kind with a typing error": Case(
        "relationships", ALONGSIDE, {"kind": "Working Alongsied"},
        "unknown-kind", "kind",
        "'Working Alongsied' is not a relationship kind.", "Did you mean 'working-alongside'?",
    ),
    "words not in the document": Case(
        "evidence", {"id": "S1"}, {"words": "our close relationship with our NHS partners"},
        "words-not-found", "words",
        "The words do not stand in the text.",
        "The nearest wording is 'our close relationships with our NHS partners'. Copy the words exactly.",
    ),
    "words that differ in a space": Case(
        "evidence", {"id": "S1"}, {"words": "our close relationships  with our NHS partners"},
        "words-not-found", "words",
        "The words do not stand in the text.", "Only white space differs",
    ),
    "words found twice": Case(
        "evidence", {"id": "S1"}, {"words": "partners"},
        "words-twice", "words",
        "The words stand 5 times in the text (sentences 1, 4, 7, 9).",
        "Quote more of the sentence, or write the sentence as locator, for example s4.",
    ),
    "words found twice in the sentence named": Case(
        "evidence", {"id": "S1"}, {"words": "partners", "locator": "s1"},
        "words-twice", "words",
        "The words stand 2 times in the text (sentence 1).", "Quote more of the sentence.",
    ),
    "words in another sentence than the one named": Case(
        "evidence", {"id": "S1"}, {"locator": "s3"},
        "words-not-found", "words",
        "The words do not stand in the text in sentence 3.", "Copy the words exactly.",
        value="our close relationships with our NHS partners",
    ),
    "words of a source without an archived text": Case(
        "evidence", {"id": "covcab-2"}, {"words": "Coventry City Council would be the lead authority"},
        "words-without-document", "words",
        "'covcab' has no archived text.", "Only archived texts may be quoted.",
    ),
    "neither words nor a statement": Case(
        "evidence", {"id": "covcab-2"}, {"says": ""},
        "empty-evidence", "says",
        "The evidence has neither words nor a statement.", "Quote the words of an archived text", value=None,
    ),
    "unknown basis": Case(
        "evidence", {"id": "covcab-2"}, {"basis": "state"},
        "unknown-basis", "basis",
        "'state' is not a basis of evidence.", "Did you mean 'stated'? All of them: partnergraph kinds --list basis",
    ),
    "unknown confidence": Case(
        "evidence", {"id": "covcab-2"}, {"confidence": "90%"},
        "unknown-confidence", "confidence",
        "'90%' is not in the list confidence.", "All of them: partnergraph kinds --list confidence",
    ),
    "inference without strength": Case(
        "evidence", {"basis": "inferred"}, {"strength": ""},
        "inferred-strength", "strength",
        "An inference needs its strength.", "Write strong, moderate or weak.", value=None,
    ),
    "inference without reason": Case(
        "evidence", {"basis": "inferred"}, {"says": ""},
        "inferred-reason", "says",
        "An inference needs its reason.", "Write it into 'says'.", value=None,
    ),
    "inference with an unknown strength": Case(
        "evidence", {"basis": "inferred"}, {"strength": "very strong"},
        "unknown-strength", "strength",
        "'very strong' is not in the list strength.", "Did you mean 'strong'?",
    ),
    "strength of something stated": Case(
        "evidence", {"id": "covcab-2"}, {"strength": "weak"},
        "strength", "strength",
        "Only an inference has a strength.", "Leave it empty, or write basis inferred.",
    ),
    "evidence without a source": Case(
        "evidence", {"id": "covcab-2"}, {"source": ""},
        "missing-value", "source",
        "The cell 'source' is empty.", "Fill it in.", value=None,
    ),
    "evidence of an unknown source": Case(
        "evidence", {"id": "covcab-2"}, {"source": "covcap"},
        "unknown-source", "source",
        "'covcap' is not the id of any source.", "Did you mean 'covcab'? Add it to sources.csv, or mend the id.",
    ),
    "premise that is no source": Case(
        "evidence", {"basis": "inferred"}, {"premises": "covcab; covnewz"},
        "unknown-source", "premises",
        "'covnewz' is not the id of any source.", "Did you mean 'covnews'?", value="covnewz",
    ),
    "no evidence": Case(
        "relationships", LEADS, {"evidence": ""},
        "no-evidence", "evidence",
        "No evidence is given.", "Name the rows of evidence.csv that support this.", value=None,
    ),
    "unknown evidence": Case(
        "relationships", LEADS, {"evidence": "covcab-22"},
        "unknown-evidence", "evidence",
        "'covcab-22' is not the id of any piece of evidence.",
        "Did you mean 'covcab-2'? Add it to evidence.csv, or mend the id.",
    ),
    "evidence ids separated by commas": Case(
        "relationships", LEADS, {"evidence": "covcab-2, S1"},
        "evidence-form", "evidence",
        "'covcab-2, S1' is not an evidence id.", "Write evidence ids separated by '; '",
    ),
    "evidence for a column that does not exist": Case(
        "relationships", LEADS, {"evidence": "covcab-2; S47 [strat]"},
        "evidence-column", "evidence",
        "'strat' in brackets is not a column of this table.", "Did you mean 'start'?", value="S47 [strat]",
    ),
    "unknown party": Case(
        "relationships", {"from": "keele-university"}, {"from": "keele-universty"},
        "unknown-party", "from",
        "'keele-universty' is not the id of any party.", f"Did you mean 'keele-university'? {PARTY_FIX}",
    ),
    "party named by its address": Case(
        "relationships", {"from": "keele-university"}, {"from": f"{IRI}/org/keele-university"},
        "reference-form", "from",
        f"'{IRI}/org/keele-university' is not an id.",
        "Write the id of the row alone, or with one of org:, group:, undertaking:, place: before it.",
    ),
    "party with the prefix of another table": Case(
        "relationships", {"from": "keele-university"}, {"from": "group:keele-university"},
        "unknown-group", "from",
        "'group:keele-university' is not the id of any group.", "Add it to groups.csv, or mend the id.",
    ),
    "party with an unknown prefix": Case(
        "relationships", {"from": "keele-university"}, {"from": "body:keele-university"},
        "reference-form", "from",
        "'body:keele-university' is not an id.", "Write the id of the row alone",
    ),
    "unknown intermediary among several": Case(
        "relationships", LEADS, {"via": "nice; wellcom"},
        "unknown-party", "via",
        "'wellcom' is not the id of any party.", "Did you mean 'wellcome-trust'?", value="wellcom",
    ),
    "unknown role": Case(
        "relationships", LEADS, {"role": "leader"},
        "unknown-role", "role",
        "'leader' is not in the list role.", "partnergraph kinds --list role",
    ),
    "from a party to itself": Case(
        "relationships", LEADS, {"to": "coventry-university"},
        "to-itself", "to",
        "A relationship cannot go from a party to itself.", "Mend one of the two parties.",
    ),
    "end before start": Case(
        "relationships", MEMBER, {"start": "2009-08", "end": "1999"},
        "end-before-start", "end",
        "The end (1999) is before the start (2009-08).", "Mend one of the two dates.",
    ),
    "unknown organisation": Case(
        "names", {"organisation": "keele-university"}, {"organisation": "keele-universiti"},
        "unknown-organisation", "organisation",
        "'keele-universiti' is not the id of any organisation.",
        "Did you mean 'keele-university'? Add it to organisations.csv, or mend the id.",
    ),
    "unknown kind of name": Case(
        "names", {"organisation": "keele-university"}, {"kind": "nickname"},
        "unknown-kind", "kind",
        "'nickname' is not in the list name-kind.", "partnergraph kinds --list name-kind",
    ),
    "language that is none": Case(
        "names", {"organisation": "keele-university"}, {"language": "British English"},
        "language", "language",
        "'British English' is not the code of a language.", "Write a code such as en, cy or en-GB.",
    ),
    "id in a wrong form": Case(
        "attributes", {"id": "arthritis-research-uk--register-status"}, {"id": "Arthritis Research UK"},
        "id-form", "id",
        "'Arthritis Research UK' is not a valid id.", "Use small letters, digits and hyphens",
    ),
    "unknown property": Case(
        "attributes", {"id": "arthritis-research-uk--register-status"}, {"property": "status"},
        "unknown-property", "property",
        "'status' is not in the list attribute-kind.", "partnergraph kinds --list attribute-kind",
    ),
    "date with slashes": Case(
        "events", AWARD, {"date": "31/03/2008"},
        "date-form", "date",
        "'31/03/2008' is not a date in the form 2009, 2009-08 or 2009-08-01.", "For 31 March 2008 write 2008-03-31.",
    ),
    "date in words": Case(
        "events", AWARD, {"date": "Spring. For years 2008 write"},
        "date-form", "date",
        "'Spring. For years 2008 write' is not a date in the form", "Write 2009, 2009-08 or 2009-08-01",
    ),
    "day that no calendar has": Case(
        "events", AWARD, {"date": "2008-02-30"},
        "date-form", "date",
        "'2008-02-30' is not a day of the calendar.", "Write 2009, 2009-08 or 2009-08-01",
    ),
    "date between two that are turned round": Case(
        "events", AWARD, {"date": "2009/2008"},
        "date-form", "date",
        "'2009/2008' ends before it begins.", "Write 2009, 2009-08 or 2009-08-01",
    ),
    "digits of another script": Case(
        "events", AWARD, {"date": "٢٠٠٨"},
        "date-form", "date",
        "'٢٠٠٨' is not a date in the form", "Write 2009, 2009-08 or 2009-08-01",
    ),
    "unknown kind of event": Case(
        "events", AWARD, {"kind": "awarded"},
        "unknown-kind", "kind",
        "'awarded' is not in the list event-kind.", "Did you mean 'award'?",
    ),
    "event about nothing": Case(
        "events", AWARD, {"about": ""},
        "event-about", "about",
        "The event does not say what it is about.", "Write the body or relationship into 'about'", value=None,
    ),
    "change without the bodies before it": Case(
        "events", AWARD, {"to": "nice"},
        "event-from-to", "from",
        "A change names the bodies before or after, but not both.", "A change needs both", value=None,
    ),
    "renewal of an unknown event": Case(
        "events", RENEWAL, {"renews": "primary-care-versus-arthritis--award--2007"},
        "unknown-event", "renews",
        "'primary-care-versus-arthritis--award--2007' is not the id of any event.",
        "Did you mean 'primary-care-versus-arthritis--award--2008'?",
    ),
    "count zero": Case(
        "groups", {"id": "wmswtp-universities"}, {"count": "0"},
        "count", "count",
        "'0' is not a whole number of at least 1.", "Leave it empty when the source gives no number ('many')",
    ),
    "count in words": Case(
        "groups", {"id": "wmswtp-universities"}, {"count": "eight"},
        "count", "count",
        "'eight' is not a whole number of at least 1.", "put its word into count_as_stated",
    ),
    "more named than counted": Case(
        "groups", {"id": "wmswtp-two-nhs-trusts"}, {"members": "nice; wellcome-trust; keele-university"},
        "more-named-than-counted", "members",
        "More members are named (3) than the source counts (2).", "Mend the count or the members.", value="3",
    ),
    "neither open nor closed": Case(
        "groups", {"id": "patients"}, {"open": "perhaps"},
        "yes-or-no", "open",
        "'perhaps' is neither yes nor no.", "Write yes or no.",
    ),
    "unknown type of members": Case(
        "groups", {"id": "patients"}, {"member_type": "patient"},
        "unknown-member_type", "member_type",
        "'patient' is not a type of organisation.", "partnergraph kinds --list org-type",
    ),
    "unknown place": Case(
        "groups", {"id": "wmswtp-universities"}, {"places": "west-midland"},
        "unknown-place", "places",
        "'west-midland' is not the id of any place.", "Did you mean 'west-midlands'? Add it to places.csv",
    ),
    "unknown group to overlap with": Case(
        "groups", {"id": "wmswtp-nine-universities"}, {"may_overlap": "wmswtp-university"},
        "unknown-group", "may_overlap",
        "'wmswtp-university' is not the id of any group.", "Did you mean 'wmswtp-universities'?",
    ),
    "latitude without its point": Case(
        "places", {"id": "birmingham"}, {"latitude": "5248142"},
        "coordinate", "latitude",
        "'5248142' is not a latitude.", "Write degrees between -90 and 90",
    ),
    "longitude in minutes": Case(
        "places", {"id": "birmingham"}, {"longitude": "1°53′W"},
        "coordinate", "longitude",
        "'1°53′W' is not a longitude.", "Write degrees between -180 and 180",
    ),
    "address without https": Case(
        "sources", {"id": "keele-spcsc-partnerships"}, {"url": "www.keele.ac.uk"},
        "url", "url",
        "'www.keele.ac.uk' is not a web address.", "Write it with https://, without spaces.",
    ),
    "address that is a script": Case(
        "sources", {"id": "keele-spcsc-partnerships"}, {"url": "javascript:alert(1)"},
        "url", "url",
        "'javascript:alert(1)' is not a web address.", "Write it with https://, without spaces.",
    ),
    "unknown form of organisation": Case(
        "organisations", {"id": "nice"}, {"form": "legal"},
        "unknown-form", "form",
        "'legal' is not a form of organisation.", "Write formal, unit, collaboration, or organisation",
    ),
    "organisation without a name": Case(
        "organisations", {"id": "nice"}, {"name": ""},
        "missing-value", "name",
        "The cell 'name' is empty.", "Fill it in.", value=None,
    ),
    "one unknown type of several": Case(
        "organisations", {"id": "nice"}, {"type": "public-body; regulater"},
        "unknown-type", "type",
        "'regulater' is not a type of organisation.", "partnergraph kinds --list org-type", value="regulater",
    ),
    "a control character": Case(
        "organisations", {"id": "nice"}, {"description": "rings \x07 a bell"},
        "control-character", "description",
        "The cell holds a control character.", "Delete it", value="rings \\x07 a bell",
    ),
    "unknown standing": Case(
        "standing", {"standing": "disputed"}, {"standing": "disputted"},
        "unknown-standing", "standing",
        "'disputted' is not in the list standing.", "Did you mean 'disputed'?",
    ),
    "standing of an unknown record": Case(
        "standing", {"standing": "disputed"}, {"record": "rel:leadership--coventry"},
        "unknown-relationship", "record",
        "'rel:leadership--coventry' is not the id of any relationship.", "Add it to relationships.csv, or mend the id.",
    ),
    "statement about an unknown record": Case(
        "statements", {"id": "ref-90-percent"}, {"about": "keele-universe"},
        "unknown-record", "about",
        "'keele-universe' is not the id of any record.", "Did you mean 'keele-university'?",
    ),
    "unknown scheme of identifiers": Case(
        "identifiers", {"scheme": "ror"}, {"scheme": "rorr"},
        "unknown-scheme", "scheme",
        "'rorr' is not in the list identifier-scheme.", "Did you mean 'ror'?",
    ),
}  # fmt: skip
IDENTIFIERS = {
    "ror": ("https://ror.org/00340yn34", "https://ror.org/00340yn33, its last two digits a checksum"),
    "isni": ("0000 0004 0415 6206", "0000 0004 0415 6205, its last character a checksum"),
    "ods": ("rre", "RRE: capital letters and digits"),
    "gss": ("E0800002", "E08000026: a letter and eight digits"),
    "ukprn": ("0007767", "10007767: eight digits that begin with 1"),
    "companies-house": ("490500", "00490500: eight digits, or two letters and six"),
    "charity-ew": ("20", "207711: six or seven digits"),
    "charity-sc": ("041156", "SC041156: SC and six digits"),
    "website": ("www.keele.ac.uk", "https://www.keele.ac.uk"),
}
CASES |= {
    f"bad {scheme}": Case(
        *("identifiers", {"scheme": scheme}, {"value": value}),
        *("identifier-form", "value", f"'{value}' is not a well-formed {scheme} identifier."),
        f"It should look like {looks}. Compare it with the register.",
    )
    for scheme, (value, looks) in IDENTIFIERS.items()
}
# What only the whole graph tells: the shapes find it, and name the row and the column all the same.
GRAPH_CASES = {
    "renewal before the award": Case(
        "events", RENEWAL, {"date": "2003"},
        "Lifecycle", "date",
        "A renewal cannot be earlier than what it renews", "Mend one of the two dates",
        value=f"{IRI}/event/{AWARD['id']}", focus=f"{IRI}/event/{RENEWAL['id']}",
    ),
    "member of a group": Case(
        "relationships", MEMBER, {"to": "wmswtp-universities"},
        "MembershipTarget", "to",
        "Membership must be of an organisation, consortium or partnership", "Name the body that it is a member of",
        value=f"{IRI}/group/keele-spcsc-partnerships/wmswtp-universities", focus=f"{IRI}/rel/{MEMBER['id']}",
    ),
    "intermediary that is the first party": Case(
        "relationships", LEADS, {"via": "coventry-university"},
        "RelationshipKind", "via",
        "An intermediary (pg:via) must be a third party", "Name the party in between, or leave it empty.",
        value=f"{IRI}/org/coventry-university", focus=f"{IRI}/rel/{LEADS['id']}",
    ),
    "merger of one body": Case(
        "events", AWARD, {"kind": "merger"},
        "Lifecycle", "kind",
        "The kind of an event must be award, renewal, start, end, rename or status-change.",
        "write the bodies before and after a change into 'from' and 'to'",
        value="https://w3id.org/partnergraph/code/merger", focus=f"{IRI}/event/{AWARD['id']}",
    ),
}  # fmt: skip


def examine(folder: Copy, case: Case) -> None:
    row = folder.edit(case.table, case.where, case.changes)
    findings = folder.findings()
    assert [(f.rule, f.severity) for f in findings] == [(case.rule, "error")], findings
    [finding] = findings
    assert finding.place == Place(f"tables/{case.table}.csv", row, case.column)
    assert (finding.value, finding.focus) == (case.expected_value, case.focus)
    assert finding.message.startswith(case.message)
    assert case.fix in (finding.fix or "")


def test_the_keele_folder_has_no_findings(folder: Copy) -> None:
    assert folder.findings() == []


@pytest.mark.parametrize("name", CASES)
def test_one_wrong_cell_gives_one_finding(name: str, folder: Copy) -> None:
    examine(folder, CASES[name])


@pytest.mark.parametrize("name", GRAPH_CASES)
def test_what_only_the_graph_tells_is_placed_in_its_cell(name: str, folder: Copy) -> None:
    examine(folder, GRAPH_CASES[name])


def test_all_errors_of_a_folder_come_at_once(folder: Copy) -> None:
    """Every case on a row of its own, as far as there are rows; and nothing that is not an error of these."""
    used: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    expected = set()
    for case in CASES.values():
        key = case.table, frozenset(case.where.items())
        if key in used or case.rule == "id-form":
            continue
        used.add(key)
        row = folder.edit(case.table, case.where, case.changes)
        expected.add((case.rule, f"tables/{case.table}.csv", row, case.column, case.expected_value))
    findings = folder.findings()
    assert len(expected) > 25
    found = {(f.rule, f.place.file, f.place.row, f.place.column, f.value) for f in findings if f.place}
    assert found == expected
    assert len(findings) == len(expected)
    assert [f for f in findings if not f.fix] == []
    places = [(f.place.file, f.place.row) for f in findings if f.place]
    assert places == sorted(places)


def test_the_build_stops_at_the_same_findings_and_publishes_nothing(folder: Copy, tmp_path: Path) -> None:
    folder.edit("relationships", ALONGSIDE, {"kind": "fundin"})
    folder.edit("events", AWARD, {"date": "31/03/2008"})
    with pytest.raises(DataError, match=r"2 errors in .*; nothing was published") as stopped:
        build(folder.path, tmp_path / "build")
    assert stopped.value.findings == folder.findings()
    assert not (tmp_path / "build" / "current").exists()


def test_an_id_that_stands_twice_names_both_rows(folder: Copy) -> None:
    first = folder.rows("attributes")[0]
    row = folder.add("attributes", first)
    [finding] = folder.findings()
    assert (finding.rule, finding.value) == ("duplicate-id", first["id"])
    assert finding.place == Place("tables/attributes.csv", row, "id")
    assert finding.message == f"The id '{first['id']}' stands there twice; it is also in row 2."
    assert finding.fix == "Give one of them another id, or delete it."


def test_the_same_body_written_twice_under_one_id_is_found(folder: Copy) -> None:
    row = folder.add("organisations", folder.rows("organisations")[4] | {"name": "Another name"})
    [finding] = folder.findings()
    assert (finding.rule, finding.place) == ("duplicate-id", Place("tables/organisations.csv", row, "id"))


def test_a_renamed_id_is_missed_wherever_it_is_named_and_the_new_one_is_proposed(folder: Copy) -> None:
    folder.edit("organisations", {"id": "nice"}, {"id": "niece"})
    findings = folder.findings()
    assert {f.value for f in findings} == {"nice"}
    errors = {f.rule for f in findings if f.severity == "error"}
    assert errors == {"unknown-organisation", "unknown-party", "unknown-record"}
    assert {f.rule for f in findings if f.severity == "warning"} == {"unknown-body"}  # its kept positions
    assert all("Did you mean 'niece'?" in (f.fix or "") for f in findings)


def test_a_loop_of_parts_is_found_at_each_body_in_it_and_nothing_else(folder: Copy) -> None:
    part = {"id": "part-of--keele-university-school-of-medicine--keele-university"}
    folder.edit("relationships", part, {"from": "keele-university", "to": "impact-accelerator-unit"})
    findings = folder.findings()
    assert {f.rule for f in findings} == {"PartOfNoCycle"}
    bodies = ["impact-accelerator-unit", "keele-university", "school-of-primary-community-and-social-care"]
    assert [f.focus for f in findings] == [f"{IRI}/org/{body}" for body in bodies]
    rows = [row["id"] for row in folder.rows("organisations")]
    assert [f.place for f in findings] == [Place("tables/organisations.csv", rows.index(b) + 2) for b in bodies]


def test_two_preferred_names_are_found_at_the_row_of_the_body(folder: Copy) -> None:
    """One name comes from the table, the other from an RDF file of the folder."""
    config = folder.path / "partnergraph.toml"
    config.write_text(f'{config.read_text("utf-8")}\n[[rdf]]\nsource = "editor"\npath = "more.ttl"\n', "utf-8")
    line = f'<{IRI}/org/nice> <http://www.w3.org/2004/02/skos/core#prefLabel> "NICE"@en .\n'
    (folder.path / "more.ttl").write_text(line, "utf-8")
    [finding] = folder.findings()
    row = [row["id"] for row in folder.rows("organisations")].index("nice") + 2
    assert (finding.rule, finding.place) == ("OrgShape", Place("tables/organisations.csv", row, "name"))
    assert finding.message.startswith("An organisation needs one preferred name per language")
    assert finding.fix == "Keep one of them."


def test_words_that_differ_in_typography_alone_are_found_and_said(folder: Copy) -> None:
    words = "our close relationships with our NHS partners"
    row = folder.edit("evidence", {"id": "S1"}, {"words": words.replace(" NHS ", "\u00a0NHS\u00a0")})
    [finding] = folder.findings()
    assert (finding.rule, finding.severity) == ("words-alike", "warning")
    assert finding.place == Place("tables/evidence.csv", row, "words")
    [proof] = [proof for proof in read_folder(folder.path).model.evidence if proof.id == "S1"]
    assert proof.words == words


def test_evidence_that_supports_nothing_is_a_warning(folder: Copy) -> None:
    row = folder.add("evidence", folder.rows("evidence")[100] | {"id": "spare-1"})
    [finding] = folder.findings()
    assert (finding.rule, finding.severity, finding.value) == ("unused-evidence", "warning", "spare-1")
    assert finding.place == Place("tables/evidence.csv", row, "id")


def test_a_page_pasted_into_a_cell_is_not_repeated_whole(folder: Copy) -> None:
    folder.edit("groups", {"id": "wmswtp-universities"}, {"count": "9" * 5000})
    folder.edit("relationships", LEADS, {"via": "x" * 200_000})
    findings = folder.findings()
    assert [f.rule for f in findings] == ["count", "unknown-party"]
    assert all(len(str(f)) < 700 and f.value is not None and f.value.endswith("…") for f in findings)
