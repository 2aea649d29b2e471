"""How a graph is shown: positions.csv and story.toml. One wrong cell or key, one finding with place and fix."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.build.assemble import assemble
from partnergraph.check import check
from partnergraph.errors import DataError, Finding, Place
from partnergraph.graph_folder.folder import input_hashes, read_folder
from partnergraph.graph_folder.story import MAX_STEPS
from partnergraph.model.records import Position, StoryStep

ID = "https://w3id.org/partnergraph/id"
TABLES = {
    "sources": "id,title,publisher,kind\ns,A source,Somebody,page\nother,Another,Somebody,page\n",
    "evidence": "id,source,says,basis,confidence\ne,s,It says so.,stated,high\nf,other,It says so.,stated,high\n",
    "organisations": "id,name,form,type\nalpha,Alpha,formal,university\nbeta,Beta,formal,charity\n"
    "gamma,Gamma,formal,charity\ntwin,Twin,formal,charity\n",
    "groups": "id,source,name,member_type,open,evidence\nmany,s,many others,charity,yes,e\n"
    "twin,s,twins,charity,yes,e\n",
    "undertakings": "id,name,type,evidence\nwork,some work,strategy,e\n",
    "relationships": "id,kind,from,to,evidence\nr1,membership,alpha,beta,e\nr2,funding,alpha,gamma,f\n"
    "r3,support,alpha,many,e\n",
}
STEP = '[[step]]\ntitle = "One"\ntext = "It is so."\nfocus = ["alpha"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small graph folder."""
    made = tmp_path / "graph"
    (made / "tables").mkdir(parents=True)
    (made / "partnergraph.toml").write_text('id = "small"\ntitle = "Small"\n', "utf-8")
    for table, text in TABLES.items():
        (made / "tables" / f"{table}.csv").write_text(text, "utf-8")
    return made


def positions(folder: Path, *rows: str) -> list[Finding]:
    """What is found wrong with these rows."""
    (folder / "tables" / "positions.csv").write_text("\n".join(("body,view,x,y", *rows, "")), "utf-8")
    return read_folder(folder).findings


def story(folder: Path, text: str) -> list[Finding]:
    """What is found wrong with this story."""
    (folder / "story.toml").write_text(text, "utf-8")
    return read_folder(folder).findings


def test_the_small_folder_is_sound_without_either(folder: Path) -> None:
    assert collect_findings(folder) == []
    model = read_folder(folder).model
    assert (model.positions, model.story) == ((), ())
    assert not [graph for graph in assemble(model).reader().named_graphs() if graph.endswith("/drawing")]


def test_positions_are_read_with_their_bodies(folder: Path) -> None:
    rows = ("alpha,wide,10,20", "group:many,tall,0,99999", "undertaking:work,unfolded,1,2", "alpha,folded-tall,3,4")
    assert positions(folder, *rows) == []
    found = [(p.body.removeprefix(ID), p.view, p.x, p.y) for p in read_folder(folder).model.positions]
    assert found == [
        ("/org/alpha", "wide", 10, 20),
        ("/group/s/many", "tall", 0, 99999),
        ("/undertaking/work", "unfolded", 1, 2),
        ("/org/alpha", "folded-tall", 3, 4),
    ]
    assert collect_findings(folder) == []


ANEW = "or write the table anew: partnergraph draw --keep."
WRONG = {
    "a view that there is not": (
        "alpha,broad,1,2", "unknown-view", "view", "broad", "'broad' is not a view of the map.",
        "All of them: partnergraph kinds --list view",
    ),
    "a view with a slip": (
        "alpha,wyde,1,2", "unknown-view", "view", "wyde", "'wyde' is not a view of the map.",
        "Did you mean 'wide'? All of them: partnergraph kinds --list view",
    ),
    "half a pixel": (
        "alpha,wide,1.5,2", "whole-pixels", "x", "1.5", "'1.5' is not a whole number of pixels.",
        f"Write one from 0 to 99999, {ANEW}",
    ),
    "left of the edge": (
        "alpha,wide,1,-2", "whole-pixels", "y", "-2", "'-2' is not a whole number of pixels.",
        f"Write one from 0 to 99999, {ANEW}",
    ),
    "far away": (
        "alpha,wide,1,100000", "whole-pixels", "y", "100000", "'100000' is not a whole number of pixels.",
        f"Write one from 0 to 99999, {ANEW}",
    ),
    "a number of another script": (
        "alpha,wide,١,2", "whole-pixels", "x", "١", "'١' is not a whole number of pixels.",
        f"Write one from 0 to 99999, {ANEW}",
    ),
    "no number": ("alpha,wide,1,", "missing-value", "y", None, "The cell 'y' is empty.", "Fill it in."),
    "no body": (",wide,1,2", "missing-value", "body", None, "The cell 'body' is empty.", "Fill it in."),
    "no view": ("alpha,,1,2", "missing-value", "view", None, "The cell 'view' is empty.", "Fill it in."),
    "an id of two bodies": (
        "twin,wide,1,2", "ambiguous", "body", "twin", "'twin' is the id of 2 rows: org:twin (charity); group:twin (s).",
        "Write org:twin or group:twin.",
    ),
    "a claim is no body": (
        "rel:r1,wide,1,2", "reference-form", "body", "rel:r1", "'rel:r1' is not an id.",
        "Write the id of the row alone, or with one of org:, group:, undertaking: before it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_cell_of_positions_is_one_finding(folder: Path, name: str) -> None:
    row, rule, column, value, message, fix = WRONG[name]
    place = Place("tables/positions.csv", 3, column)
    assert positions(folder, "beta,wide,5,5", row) == [Finding(rule, "error", message, place, value, fix)]


def test_a_second_position_of_a_body_in_one_view_is_a_finding(folder: Path) -> None:
    found = positions(folder, "alpha,wide,1,2", "alpha,tall,1,2", "org:alpha,wide,3,4")
    message, fix = "The body has a position in this view already, in row 2.", f"Delete one of the two, {ANEW}"
    place = Place("tables/positions.csv", 4, "body")
    assert found == [Finding("duplicate-position", "error", message, place, "org:alpha", fix)]


def test_a_position_of_a_body_that_is_gone_is_only_a_warning_and_is_not_used(folder: Path, tmp_path: Path) -> None:
    [finding] = positions(folder, "alpha,wide,1,2", "betta,wide,3,4")
    assert (finding.severity, finding.rule, finding.value) == ("warning", "unknown-body", "betta")
    assert finding.place == Place("tables/positions.csv", 3, "body")
    assert finding.message == "'betta' is not the id of any body. Its position is not used."
    assert finding.fix == f"Did you mean 'beta'? Delete the row, {ANEW}"
    assert [position.body for position in read_folder(folder).model.positions] == [f"{ID}/org/alpha"]
    report = build(folder, tmp_path / "build")
    assert [warning.rule for warning in report.warnings] == ["unknown-body"]


def test_positions_and_story_are_inputs_of_the_build(folder: Path, tmp_path: Path) -> None:
    first = build(folder, tmp_path / "build").fingerprint
    assert positions(folder, "alpha,wide,1,2") == []
    second = build(folder, tmp_path / "build").fingerprint
    assert story(folder, STEP) == []
    third = build(folder, tmp_path / "build").fingerprint
    assert len({first, second, third}) == 3
    assert {"story.toml", "tables/positions.csv"} <= input_hashes(folder).keys()
    assert build(folder, tmp_path / "build").unchanged


def test_both_stand_in_a_graph_of_their_own_that_the_catalogue_describes(folder: Path) -> None:
    positions(folder, "alpha,folded-wide,1,2")
    story(folder, STEP.replace('["alpha"]', '["alpha", "group:many"]\ndate = "2014-06"'))
    reader = assemble(read_folder(folder).model).reader()
    assert check(reader) == []
    lines = [line for line in reader.nquads() if "<https://w3id.org/partnergraph/graph/drawing> ." in line]
    ns, code = "https://w3id.org/partnergraph/ns#", "https://w3id.org/partnergraph/code"
    said = [re.fullmatch(r"<(\S+)> <\S+[#/](\w+)> (.+) <\S+> \.\n", line) for line in lines]
    assert {(m[1].removeprefix(f"{ID}/"), m[2], m[3]) for m in said if m} == {
        ("position/folded-wide/org/alpha", "type", f"<{ns}Position>"),
        ("position/folded-wide/org/alpha", "positionOf", f"<{ID}/org/alpha>"),
        ("position/folded-wide/org/alpha", "view", f"<{code}/folded-wide>"),
        ("position/folded-wide/org/alpha", "x", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("position/folded-wide/org/alpha", "y", '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("story/1", "type", f"<{ns}StoryStep>"),
        ("story/1", "stepNumber", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("story/1", "title", '"One"@en'),
        ("story/1", "narration", '"It is so."@en'),
        ("story/1", "focus", f"<{ID}/org/alpha>"),
        ("story/1", "routeTo", f"<{ID}/group/s/many>"),
        ("story/1", "asOf", '"2014-06"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
    }
    assert reader.ask("ASK { GRAPH ?c { ?g a dcat:Dataset ; dcterms:title ?t } FILTER(STRENDS(STR(?g), '/drawing')) }")
    assert not reader.ask("ASK { ?s a pg:Record . GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), '/drawing')) }")


def test_a_narrow_graph_keeps_the_positions_of_its_bodies_and_tells_no_story(folder: Path) -> None:
    positions(folder, "alpha,wide,1,2", "beta,wide,1,9", "gamma,wide,3,4", "group:many,wide,5,6")
    story(folder, STEP)
    model = read_folder(folder, {"other"}).model
    assert [position.body for position in model.positions] == [f"{ID}/org/alpha", f"{ID}/org/gamma"]
    assert model.story == ()
    assert len(read_folder(folder).model.story) == 1


def test_a_story_is_read_in_its_order(folder: Path) -> None:
    text = (
        STEP
        + '[[step]]\ntitle = "Two"\ntext = """\nTwo lines,\nplain."""\n'
        + 'focus = ["alpha", "undertaking:work"]\ndate = 2014\n'
        + '[[step]]\ntitle = "Three"\ntext = "The whole."\ndate = 2014-06-30\n'
    )
    assert story(folder, text) == []
    told = read_folder(folder).model.story
    assert told[0] == StoryStep(1, "One", "It is so.", (f"{ID}/org/alpha",))
    assert [(step.number, step.title, step.text) for step in told[1:]] == [
        (2, "Two", "Two lines,\nplain."),
        (3, "Three", "The whole."),
    ]
    assert told[1].focus == (f"{ID}/org/alpha", f"{ID}/undertaking/work")
    assert [step.date.text if step.date else None for step in told] == [None, "2014", "2014-06-30"]
    assert collect_findings(folder) == []


PARTY = "Add it to organisations.csv or groups.csv or undertakings.csv, or mend the id."
STORIES = {
    "a key that there is not": (
        STEP + 'tittle = "x"\n', "story-key", "step 1", "tittle", "'tittle' is not a key of a step.",
        "Did you mean 'title'?",
    ),
    "a key like no other": (
        STEP + "qqq = 1\n", "story-key", "step 1", "qqq", "'qqq' is not a key of a step.",
        "Known keys: title, text, focus, date.",
    ),
    "no title": (
        STEP.replace('title = "One"', ""), "missing-value", "step 1, title", None, "The step has no title.",
        'Write title = "...".',
    ),
    "an empty text": (
        STEP.replace("It is so.", "  "), "missing-value", "step 1, text", None, "The step has no text.",
        'Write text = "...".',
    ),
    "a title that is a number": (
        STEP.replace('"One"', "1"), "story-text", "step 1, title", "1", "title must be text.", "Put it in quotes.",
    ),
    "a character that does not show": (
        STEP.replace("It is", r"It\u0000 is"), "control-character", "step 1, text", r"It\x00 is so.",
        "The text holds a control character.", "Delete it; it does not show on the screen.",
    ),
    "a body that there is not": (
        STEP.replace("alpha", "alhpa"), "unknown-body", "step 1, focus", "alhpa", "'alhpa' is not the id of any body.",
        f"Did you mean 'alpha'? {PARTY}",
    ),
    "a group without its prefix's row": (
        STEP.replace("alpha", "group:most"), "unknown-group", "step 1, focus", "group:most",
        "'group:most' is not the id of any group.", "Add it to groups.csv, or mend the id.",
    ),
    "three bodies": (
        STEP.replace('["alpha"]', '["alpha", "beta", "gamma"]'), "story-focus", "step 1, focus", "alpha, beta, gamma",
        "focus names 3 bodies; a step shows one, or the route between two.", "Keep one or two of them.",
    ),
    "the same body twice": (
        STEP.replace('["alpha"]', '["alpha", "org:alpha"]'), "story-focus", "step 1, focus", "alpha",
        "focus names the same body twice.", "Keep one of them, or name the body at the other end.",
    ),
    "a body without brackets": (
        STEP.replace('["alpha"]', '"alpha"'), "story-focus", "step 1, focus", "alpha", "focus is not a list of ids.",
        'Write focus = ["keele-university"], with one or two ids.',
    ),
    "a date in another form": (
        STEP + 'date = "30/06/2014"\n', "date-form", "step 1, date", "30/06/2014",
        "'30/06/2014' is not a date in the form 2009, 2009-08 or 2009-08-01.", "For 30 June 2014 write 2014-06-30.",
    ),
    "a span of time": (
        STEP + 'date = "2014/2016"\n', "date-form", "step 1, date", "2014/2016", "'2014/2016' is a span of time.",
        "Write one date: 2014, 2014-06 or 2014-06-30.",
    ),
    "a time of day": (
        STEP + "date = 2014-06-30T12:00:00\n", "story-text", "step 1, date", "2014-06-30T12:00:00",
        "date must be text.", "Put it in quotes.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_a_mistake_in_a_step_is_one_finding_with_the_step(folder: Path, name: str) -> None:
    text, rule, where, value, message, fix = STORIES[name]
    [finding] = story(folder, text)
    assert finding == Finding(rule, "error", message, Place("story.toml", None, where), value, fix)


WHOLE = {
    "not TOML": (b"[[step]\n", "story-file", "The story cannot be read: "),
    "not UTF-8": (b'[[step]]\ntitle = "\xff"\n', "story-file", "The story cannot be read: "),
    "another key": (b'title = "x"\n' + STEP.encode(), "story-key", "'title' is not a key."),
    "one pair of brackets": (b'[step]\ntitle = "x"\n', "story-key", "'step' is not a list of entries."),
    "not entries": (b"step = [1, 2]\n", "story-key", "'step' is not a list of entries."),
    "too many steps": (
        STEP.encode() * (MAX_STEPS + 1),
        "story-length",
        "The story has 41 steps; at most 40 are told.",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_story_that_is_wrong_as_a_whole_is_one_finding(folder: Path, name: str) -> None:
    data, rule, message = WHOLE[name]
    (folder / "story.toml").write_bytes(data)
    [finding] = read_folder(folder).findings
    assert (finding.rule, finding.severity, finding.place) == (rule, "error", Place("story.toml"))
    assert finding.message.startswith(message)
    assert finding.fix
    with pytest.raises(DataError):
        build(folder, folder.parent / "build")


def test_as_many_steps_as_are_told_are_fine(folder: Path) -> None:
    assert story(folder, STEP * MAX_STEPS) == []


def test_a_broken_table_of_bodies_is_not_blamed_on_who_names_them(folder: Path) -> None:
    positions(folder, "alpha,wide,1,2")
    story(folder, STEP)
    (folder / "tables" / "organisations.csv").write_bytes(b"id,name\x81\n")
    assert {finding.place.file for finding in read_folder(folder).findings if finding.place} == {
        "tables/organisations.csv"
    }


def test_a_story_in_another_language_is_marked_as_such(folder: Path) -> None:
    story(folder, STEP.replace("It is so.", "Felly y mae."))
    model = read_folder(folder).model
    welsh = replace(model, config=replace(model.config, language="cy"))
    assert assemble(welsh).reader().ask('ASK { ?s pg:narration "Felly y mae."@cy }')


def test_a_position_without_a_body_is_no_record() -> None:
    assert Position("x").body == ""
