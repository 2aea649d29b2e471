"""Words and quads never disagree: the patch is the difference, and no quad that differs is passed over in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph.claims.statements import plain_value
from partnergraph.compare import compare
from partnergraph.compare.quad_diff import apply_patch, parse_quad
from partnergraph.errors import UsageError
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, PG, RDF
from tests.compare.conftest import Edited, Rows, changes, stated

# A text cell of each table: any of them may be edited.
CELLS = {
    **{"attributes": "note", "events": "note", "evidence": "note", "groups": "name", "identifiers": "note"},
    **{"names": "name", "organisations": "description", "places": "name", "positions": "x", "relationships": "note"},
    **{"sources": "publisher", "standing": "note", "statements": "name", "undertakings": "name"},
}
FOLLOW = ("/graph/catalogue", "/graph/vocabulary", "/graph/questions")


@pytest.mark.parametrize("table", CELLS)
def test_an_edit_of_any_table_is_told_and_the_patch_leads_from_one_to_the_other(edited: Edited, table: str) -> None:
    def edit(rows: Rows) -> None:
        rows[-1][CELLS[table]] = "77"

    after = edited.reader(**{table: edit})
    report = compare(edited.base, after)
    assert changes(report)
    assert report.added or report.removed
    assert apply_patch(edited.base.nquads(), report.patch()) == set(after.nquads())


@pytest.mark.parametrize("table", [table for table in CELLS if table not in ("sources", "evidence", "organisations")])
def test_a_row_that_is_dropped_is_told(edited: Edited, table: str) -> None:
    def edit(rows: Rows) -> None:
        del rows[-1]

    found = edited.copy(**{table: edit})
    model = read_folder(found)
    if model.errors:  # others speak of that row
        assert all(finding.rule.startswith("unknown") for finding in model.errors)
        return
    report = compare(edited.base, stated(model.model))
    assert changes(report)
    assert report.removed


def test_the_loss_of_any_quad_is_told(base: Reader) -> None:
    """One quad for each property of each type of thing."""
    lines = sorted(base.nquads())
    types: dict[str, str] = {}
    for line in lines:
        quad = parse_quad(line)
        if quad.predicate == RDF.type:
            types[quad.subject] = plain_value(quad.object)
    seen: dict[tuple[str, str], str] = {}
    for line in lines:
        quad = parse_quad(line)
        if not quad.graph.endswith(FOLLOW):
            seen.setdefault((types.get(quad.subject, ""), quad.predicate), line)
    assert len(seen) > 100
    silent = []
    for key, line in sorted(seen.items())[::14]:
        report = compare(base, Reader.nquads_lines(other for other in lines if other != line))
        if not changes(report) or report.removed != 1:
            silent.append((key, line))
    assert not silent


WORLD = [
    f"<https://e.org/{s}> <https://e.org/{p}> {o} ."
    for s in "ab"
    for p in "pq"
    for o in ('"1"', '"2"@en', "<https://e.org/c>")
]
WORLD = [line.replace(" .", f" <https://e.org/g{n % 2}> .\n") for n, line in enumerate(WORLD)] + [
    '<https://e.org/a> <https://e.org/p> "of no graph" .\n',
    '<https://e.org/a> <https://e.org/q> "a <b> \\"c\\" _:d " <https://e.org/g0> .\n',
]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(WORLD), min_size=1), st.sets(st.sampled_from(WORLD), min_size=1))
def test_between_any_two_graphs_the_patch_is_exact_and_the_words_not_empty(a: set[str], b: set[str]) -> None:
    before, after = Reader.nquads_lines(sorted(a)), Reader.nquads_lines(sorted(b))
    report = compare(before, after)
    assert apply_patch(before.nquads(), report.patch()) == set(after.nquads())
    assert bool(changes(report)) == (set(before.nquads()) != set(after.nquads()))
    assert (report.summary == "Nothing has changed.") == report.equal
    values = [change.new or change.old for change in changes(report)]
    assert len(values) >= len({parse_quad(line).subject for line in set(before.nquads()) ^ set(after.nquads())})


def test_the_same_input_gives_the_same_bytes(edited: Edited) -> None:
    def edit(rows: Rows) -> None:
        for row in rows[:5]:
            row["note"] = "Changed."

    after = edited.reader(relationships=edit)
    one, two = compare(edited.base, after), compare(edited.base, after)
    for form in ("text", "markdown", "html", "json", "patch"):
        assert getattr(one, form)() == getattr(two, form)()


def test_nodes_without_names_are_refused(base: Reader) -> None:
    nameless = Reader.nquads_lines(['_:x <https://e.org/p> "1" <https://e.org/g> .\n'])
    with pytest.raises(UsageError, match="blank nodes"):
        compare(base, nameless)


def test_graphs_whose_records_lack_parts_are_compared(base: Reader) -> None:
    lines = list(base.nquads())
    evidence = next(line for line in lines if "/evidence/" in line and f"<{DCTERMS.source}>" in line)
    place = next(line for line in lines if f"<{PG.x}>" in line)
    partner = next(line for line in lines if "/id/rel/" in line and f"<{PG.to}>" in line)
    text_for_iri = partner.replace(partner.split(" ")[2], '"some body"')
    removed = {evidence, place, partner}
    report = compare(base, Reader.nquads_lines([*(line for line in lines if line not in removed), text_for_iri]))
    assert apply_patch(base.nquads(), report.patch()) == {*lines, text_for_iri} - removed
    sentences = " ".join(change.sentence for change in changes(report))
    assert "some body" in sentences
    assert "→ ?, " in sentences


@pytest.mark.parametrize("party", [PG["from"], PG.to])
def test_a_relationship_that_lost_one_party_is_compared(base: Reader, party: str) -> None:
    lines = list(base.nquads())
    partner = next(line for line in lines if "/id/rel/" in line and f"<{party}>" in line)
    subject = partner.split(" ")[0]
    less = Reader.nquads_lines([line for line in lines if not line.startswith(f"{subject} <{party}> ")])
    for report, words in ((compare(base, less), "Changed: {} (was: "), (compare(less, base), "(was: {}).")):
        [change] = changes(report)
        assert f"<{change.subject}>" == subject
        incomplete = change.new if words.startswith("Changed") else change.old
        assert incomplete
        assert words.format(incomplete) in change.sentence
        assert incomplete.startswith("? ") if party == PG["from"] else " ?" in incomplete


def test_changed_ids_are_sorted(edited: Edited) -> None:
    def rename(rows: Rows) -> None:
        for row in rows[:6]:
            row["id"] = f"renamed-{row['id']}"

    ids = [*compare(edited.base, edited.reader(attributes=rename)).renamed]
    assert len(ids) > 2
    assert ids == sorted(ids)
