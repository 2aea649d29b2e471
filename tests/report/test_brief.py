"""What a brief says: every claim with its status and evidence, cut openly, traceable, the same each time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.gaps import gaps
from partnergraph.analysis.overlap import overlap
from partnergraph.analysis.timeline import timeline
from partnergraph.claims.entities import read_entities
from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.errors import QueryError, UsageError
from partnergraph.grammar import past_wording
from partnergraph.graph import PartnerGraph
from partnergraph.report import Brief, BriefMaker
from partnergraph.report.network_findings import network_findings
from partnergraph.report.partner_rows import partner_rows
from partnergraph.report.source_notes import SourceNotes
from partnergraph.store import Reader
from tests.report.conftest import DAY, HOSTILE, Markup, crowded_reader

FORBIDDEN = r"\b(important|influential|key|depends? on|because|would collapse|not connected|all partners)\b"


@cache
def _claims(reader: Reader) -> tuple[Claim, ...]:
    return tuple(read_claims(reader))


def _own_claims(reader: Reader, iri: str) -> list[Claim]:
    return [
        claim
        for claim in _claims(reader)
        if iri in (claim.from_.iri, claim.to.iri)
        and claim.kind not in ("location", "succession")
        and claim.standing not in ("superseded", "retracted")
    ]


def test_every_claim_of_every_organisation_is_a_row_with_its_status(maker: BriefMaker, keele_reader: Reader) -> None:
    whole = BriefMaker(keele_reader, DAY)
    organisations = whole.read_all()
    assert len(organisations) > 75
    records = whole._records
    assert records is not None
    for iri, _ in organisations:
        rows = {row.claim.iri: row for row in partner_rows(records.of(iri), DAY)}
        claims = _own_claims(keele_reader, iri)
        assert rows.keys() == {claim.iri for claim in claims}
        for claim in claims:
            row = rows[claim.iri]
            other = claim.to if claim.from_.iri == iri else claim.from_
            assert row.partner.label == other.label
            wording = claim.forward if claim.from_.iri == iri else claim.inverse
            assert row.relation == (past_wording(wording) if row.status == "ended" else wording)
            assert row.status == claim.status(DAY)
            assert row.confirmed == (claim.last_confirmed or "")


def test_shown_and_left_out_are_all(keele_brief: Brief, keele_reader: Reader) -> None:
    page = Markup(keele_brief.html)
    claims = _own_claims(keele_reader, keele_brief.iri)
    shown = keele_brief.html.count('<td role="cell" class="relation">')
    left_out = re.search(r"And (\d+) more claims: see the page", page.words)
    assert left_out
    assert shown + int(left_out[1]) == len(claims) == keele_brief.figures.claims
    assert shown > 15
    statuses = [claim.status(DAY) for claim in claims]
    figures = keele_brief.figures
    assert (figures.current, figures.unknown, figures.ended, figures.ahead) == tuple(
        statuses.count(status) for status in ("current", "not known", "ended", "ahead")
    )
    assert f"asked on {DAY}" in page.words
    # What may hold is shown before what is over.
    shown_statuses = re.findall(r'class="status"><span class="day">([a-z ]+)<', keele_brief.html)
    assert shown_statuses.count("not known") == statuses.count("not known")


def test_each_note_leads_to_its_source_and_passage(maker: BriefMaker, keele_reader: Reader) -> None:
    for name in ("Keele University", "West Midlands Social Work Teaching Partnership"):
        brief = maker.brief(maker.resolve(name))
        page = Markup(brief.html)
        targets = [link[1:] for link in page.links if link.startswith("#n")]
        assert len(targets) > 15
        assert {*targets} <= {*page.ids}
        assert len(page.ids) == len({*page.ids})
        numbers = [int(text) for text in re.findall(r'<span class="number">(\d+)<', brief.html)]
        assert numbers == [*range(1, len(numbers) + 1)]
        # A passage that nobody refers to is not listed.
        passages = {one for one in page.ids if re.fullmatch(r"n\d+[a-z]+", one)}
        assert passages <= {*targets}


def test_only_words_of_a_kept_text_stand_in_quotation_marks(maker: BriefMaker, keele_reader: Reader) -> None:
    brief = maker.brief(maker.resolve("West Midlands Social Work Teaching Partnership"))
    page = Markup(brief.html)
    items = {item.iri: item for claim in read_claims(keele_reader) for item in claim.evidence}
    quoted = {item.words for item in items.values() if item.form == "quoted"}
    cited = [item.says for item in items.values() if item.form == "cited" and item.says]
    found = [words for words in quoted if words and f"“{words}”" in page.words]
    assert found
    assert not [says for says in cited if f"“{says}”" in page.words]


def test_the_sentences_of_the_network_are_those_of_the_commands(keele_reader: Reader) -> None:
    whole = BriefMaker(keele_reader, DAY)
    organisations = whole.read_all()
    assert whole._records is not None
    checked = 0
    for iri, _ in organisations[::9]:
        found = network_findings(whole.context, whole.undated, whole._records.of(iri))
        said = {finding.heading: finding.sentences for finding in found.findings}
        day = None if "so this is of all dates" in found.scope else DAY
        context = AnalysisContext(keele_reader, AnalysisOptions(as_of=day), whole.context.columns)
        dated = AnalysisContext(keele_reader, AnalysisOptions(), whole.context.columns)
        commands = {
            "Only through one body": brokers(context, iri).sentences,
            "Gaps": gaps(context, iri).sentences,
            "What began and ended": timeline(dated, iri).sentences,
        }
        for heading, sentences in commands.items():
            assert {*said.get(heading, ())} <= {sentence.text for sentence in sentences}
            checked += len(said.get(heading, ()))
        for text in said.get("Partners in common", ()):
            others = [other for other, label in organisations if other != iri and f"and {label} have" in text]
            assert any(overlap(context, iri, other).sentences[0].text == text for other in others)
            checked += 1
    assert checked > 25


def test_nothing_forbidden_is_said(maker: BriefMaker, keele_reader: Reader) -> None:
    whole = BriefMaker(keele_reader, DAY)
    for iri, _ in whole.read_all():
        page = Markup(whole.brief(iri).html).words
        own = page.split("Sources")[0].split("Disputes")[0]  # the rest has the words of others
        assert not re.findall(FORBIDDEN, own)
        assert "None" not in page
        assert "  " not in page


def test_a_brief_alone_is_that_of_all(maker: BriefMaker, keele_reader: Reader) -> None:
    whole = BriefMaker(keele_reader, DAY)
    bodies = whole.read_all()
    others = [iri for iri, entity in whole._records.model.entities.items() if entity.kind in ("group", "undertaking")]  # type: ignore[union-attr]
    assert len(others) > 20
    for iri in [*(iri for iri, _ in bodies), *others]:
        assert maker.brief(iri).html == whole.brief(iri).html


@pytest.mark.parametrize("seed", ["0", "7"])
def test_the_same_bytes_in_every_process(keele: Path, keele_brief: Brief, seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "report", "Keele University", "-g", str(keele), "--as-of", DAY],
        capture_output=True,
        env=os.environ | {"PYTHONHASHSEED": seed},
        check=True,
    )
    assert done.stdout == keele_brief.html.encode()


def test_another_day_another_status(keele_reader: Reader) -> None:
    then = BriefMaker(keele_reader, "2012")
    brief = then.brief(then.resolve("Keele University"))
    page = Markup(brief.html)
    assert "asked in 2012" in page.words
    assert brief.figures.current > 0
    assert brief.figures.ahead > 0
    claims = _own_claims(keele_reader, brief.iri)
    assert brief.figures.current == [claim.status("2012") for claim in claims].count("current")


def test_who_it_is(keele_brief: Brief, maker: BriefMaker) -> None:
    words = Markup(keele_brief.html).words
    assert "University College of North Staffordshire (former name, from 1949 until 1962)" in words
    assert "HESA 0121" in words
    assert "began 1949" in words
    assert "No end is recorded." in words
    ended = Markup(maker.brief(maker.resolve("NHS North Staffordshire CCG")).html).words
    assert "NHS Staffordshire and Stoke-on-Trent Integrated Care Board, 2022-07-01" in ended
    assert "No end is recorded." not in ended


def test_what_is_over_on_the_day_is_told_of_all_dates(maker: BriefMaker) -> None:
    words = Markup(maker.brief(maker.resolve("School of Primary, Community and Social Care")).html).words
    assert f"No counted claim that can have held on {DAY} joins it to another organisation; so this is of all" in words
    assert "Claims projection, all dates together" in words
    assert "Only through Keele University are" in words


def test_a_group_is_counted_apart_and_no_node(maker: BriefMaker) -> None:
    brief = maker.brief(maker.resolve("West Midlands Social Work Teaching Partnership"))
    assert brief.figures.groups >= 5
    assert "groups without names of their own" in Markup(brief.html).words
    group = maker.brief(maker.resolve("nine universities"))
    assert "is an unnamed group, which no projection has as a node" in Markup(group.html).words
    undertaking = maker.brief(maker.resolve("Research Excellence Framework 2014"))
    assert "is an undertaking, which no projection has as a node" in Markup(undertaking.html).words


def test_a_place_has_no_report(maker: BriefMaker, keele_reader: Reader) -> None:
    places = [entity for entity in read_entities(keele_reader).values() if entity.kind == "place"]
    assert places
    for place in places:
        with pytest.raises(UsageError, match=f"^{re.escape(place.label)} is a place"):
            maker.brief(place.iri)


def test_what_is_no_name_and_no_date(maker: BriefMaker, keele_reader: Reader) -> None:
    with pytest.raises(QueryError, match="Nothing here is called"):
        maker.resolve("Nowhere Institute of Nothing")
    with pytest.raises(UsageError, match="is not a date"):
        BriefMaker(keele_reader, "yesterday")


def test_long_lists_are_cut_openly() -> None:
    maker = BriefMaker(crowded_reader(400), "2026")
    brief = maker.brief(maker.resolve("Hub"))
    words = Markup(brief.html).words
    shown = brief.html.count('<td role="cell" class="relation">')
    assert 10 < shown < 100
    assert f"And {400 - shown} more claims: see the page." in words
    assert "and 18 more: see the page" in words  # identifiers
    assert re.search(r"\d+ of the 40 sources that name it are noted here", words)
    totals = re.findall(r"\((\d+) of (\d+) claims shown\)", words)
    assert sum(int(shown_here) for shown_here, _ in totals) == shown
    assert sum(int(total) for _, total in totals) <= 400


def test_text_of_a_graph_is_text(tmp_path: Path) -> None:
    maker = BriefMaker(crowded_reader(5, words=HOSTILE), "2026")
    iris = {label: iri for iri, label in maker.read_all()}
    hostile = next(label for label in iris if label.startswith("</style>"))
    for label in (hostile, "Hub"):
        page = Markup(maker.brief(iris[label]).html)
        assert "script" not in page.tags
        assert page.tags.count("style") == 1
        assert page.loaded == []
        assert "<script>alert(1)</script>" in page.words


def test_nothing_is_loaded_and_nothing_runs(keele_brief: Brief) -> None:
    page = Markup(keele_brief.html)
    assert page.loaded == []
    assert not {"script", "link", "iframe", "img", "object"} & {*page.tags}
    assert "default-src 'none'" in unescape(keele_brief.html)
    assert not re.findall(r"@import|url\(", keele_brief.html)
    outward = [link for link in page.links if not link.startswith("#")]
    assert outward
    assert all(link.startswith(("https://", "http://")) for link in outward)


def test_a_body_without_claims_has_a_brief(keele_reader: Reader) -> None:
    whole = BriefMaker(keele_reader, DAY)
    alone = [iri for iri, _ in whole.read_all() if not _own_claims(keele_reader, iri)]
    assert alone
    for iri in alone:
        page = Markup(whole.brief(iri).html)
        assert "No claim that joins it to another body is recorded." in page.words
        assert "table" not in page.tags


def test_in_python(keele: Path, keele_brief: Brief, tmp_path: Path) -> None:
    graph = PartnerGraph.open(keele)
    brief = graph.report("Keele University", tmp_path / "k.html", as_of=DAY)
    assert brief.html == keele_brief.html
    assert (tmp_path / "k.html").read_text("utf-8") == keele_brief.html
    assert graph.as_of("2012").report("Keele University").day == "2012"
    assert graph.report().title.startswith("School of Primary")
    assert "<iframe" in brief._repr_html_()
    with pytest.raises(UsageError, match=r"\.html or \.pdf"):
        brief.save(tmp_path / "k.docx")
    assert not (tmp_path / "k.docx").exists()


def test_notes_of_one_source_share_its_number(keele_reader: Reader) -> None:
    items = [item for claim in read_claims(keele_reader) for item in claim.evidence]
    by_source: dict[str, list[str]] = {}
    for item in items:
        by_source.setdefault(item.source.iri, []).append(item.iri)
    notes = SourceNotes()
    keys = notes.refer(items)
    marks = {key: notes.mark(key) for key in keys}
    assert len({*marks.values()}) == len(marks)
    for entry in notes.sources.values():
        own = [marks[item.iri] for item in entry.passages]
        assert all(re.fullmatch(rf"{entry.number}[a-z]*", mark) for mark in own)
        assert (own == [str(entry.number)]) == (len(own) == 1)
