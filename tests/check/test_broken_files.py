"""The 14 broken files: each fails with its own message, through the library and through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph.check import check
from partnergraph.cli import cli
from partnergraph.store import Reader
from tests.check.oracle import REFERENCE, VOCABULARY
from tests.conftest import ROOT

ID = "https://w3id.org/partnergraph/id/"
AWARD = f"{ID}event/primary-care-versus-arthritis--award--2008"
COUNCILS = f"{ID}group/keele-spcsc-partnerships/wmswtp-local-authorities"
# File -> the node that is wrong, the rule, and the whole message.
WRONG = {
    "B01-no-evidence": (
        f"{ID}rel/membership--coventry-university--primary-care-research-consortium",
        "Backed",
        "This record has no evidence. Add pg:evidence pointing at the words in a source that support it.",
    ),
    "B02-kind-not-in-list": (
        f"{ID}rel/x",
        "RelationshipKind",
        "A relationship needs exactly one kind, taken from the list of relationship kinds.",
    ),
    "B03-two-funders-on-one-node": (
        f"{ID}rel/x",
        "RelationshipKind",
        "A relationship goes from exactly one party. For two funders or two members, write two relationships "
        "(and join them with pg:inArrangement).",
    ),
    "B04-passage-offset-in-bytes": (
        f"{ID}passage/keele-spcsc-partnerships/s4b",
        "PassageShape",
        "The quoted passage is not in the source text at the given offsets.",
    ),
    "B05-words-not-in-source": (
        f"{ID}evidence/keele-spcsc-partnerships/S99",
        "EvidenceShape",
        "The words 'funded by Coventry City Council' are not in the source text at the given offsets.",
    ),
    "B06-end-before-start": (f"{ID}rel/x", "Dated", "The end is before the start."),
    "B07-renewal-before-award": (
        f"{ID}event/x",
        "Lifecycle",
        f"A renewal cannot be earlier than what it renews ({AWARD}).",
    ),
    "B08-more-named-than-counted": (
        f"{ID}group/keele-spcsc-partnerships/two-councils",
        "Group",
        "More members are named (3) than the source counts.",
    ),
    "B09-member-of-unnamed-group": (
        f"{ID}rel/x",
        "MembershipTarget",
        f"Membership must be of an organisation, consortium or partnership; {COUNCILS} is a group of unnamed parties.",
    ),
    "B10-date-as-text": (
        f"{ID}event/x",
        "Dated",
        "Write a date as a year, a month or a day with its datatype (xsd:gYear, xsd:gYearMonth or xsd:date), "
        "never as plain text.",
    ),
    "B11-derived-with-evidence": (
        f"{ID}rel/x",
        "Derived",
        "A derived relationship must not carry evidence of its own; "
        "it inherits it from the records it was derived from.",
    ),
    "B12-bad-ror": (f"{ID}identifier/ror-bad", "RorId", "'https://ror.org/KEELE' is not a well-formed ROR identifier."),
    "B13-two-preferred-names": (
        f"{ID}org/public-health-england",
        "OrgShape",
        "An organisation needs one preferred name per language; put other names in skosxl:altLabel with their period.",
    ),
    "B14-count-zero-for-many": (
        f"{ID}group/keele-spcsc-partnerships/many",
        "Group",
        "A stated count is one whole number of at least 1; leave it out when the source gives none "
        "('many', 'a number of').",
    ),
}


def file(name: str) -> Path:
    return ROOT / "tests" / "reference" / "broken" / f"{name}.ttl"


def test_every_broken_file_has_its_own_message() -> None:
    assert {path.stem for path in file("").parent.glob("*.ttl")} == {*WRONG}
    assert len({message for _, _, message in WRONG.values()}) == 14


def test_the_sound_reference_graph_has_no_findings() -> None:
    assert check(Reader.files([REFERENCE, *VOCABULARY])) == []
    done = CliRunner().invoke(cli, ["check", str(REFERENCE)], catch_exceptions=False)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 errors, 0 warnings\n")


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_file_fails_with_its_own_message_and_no_other_error(name: str) -> None:
    focus, rule, message = WRONG[name]
    findings = check(Reader.files([REFERENCE, file(name), *VOCABULARY]))
    errors = [finding for finding in findings if finding.severity == "error"]
    assert [(f.focus, f.rule, f.message) for f in errors] == [(focus, rule, message)]
    assert errors[0].fix
    warnings = ["Evidence needs one confidence in the reading: high, medium or low."] * name.startswith("B05")
    assert [f.message for f in findings if f.severity == "warning"] == warnings


@pytest.mark.parametrize("name", WRONG)
def test_the_command_line_shows_the_message_and_exits_with_1(name: str) -> None:
    focus, rule, message = WRONG[name]
    done = CliRunner().invoke(cli, ["check", str(REFERENCE), str(file(name))], catch_exceptions=False)
    assert done.exit_code == 1
    assert f"<{focus}>: {message}" in done.stdout
    assert f"    error: {rule}\n" in done.stdout
    assert done.stderr.startswith("1 error, ")


def test_the_broken_files_together_show_every_message_at_once() -> None:
    files = [file(name) for name in WRONG if name not in ("B02-kind-not-in-list", "B06-end-before-start")]
    findings = check(Reader.files([REFERENCE, *files, *VOCABULARY]))
    messages = {finding.message for finding in findings}
    assert {message for name, (_, _, message) in WRONG.items() if file(name) in files} <= messages


def test_a_file_that_does_not_parse_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("@prefix ex: <https://example.org/> .\nex:a ex:b\n", "utf-8")
    from partnergraph.errors import DataError

    with pytest.raises(DataError) as caught:
        CliRunner().invoke(cli, ["check", str(path)], catch_exceptions=False)
    [finding] = caught.value.findings
    assert finding.rule == "rdf-syntax"
    assert finding.place is not None
    assert finding.place.file.endswith("bad.ttl")
    assert finding.fix
