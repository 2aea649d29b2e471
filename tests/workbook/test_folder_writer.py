"""Any graph folder that builds comes back from its graph: made-up rows of every table, through CSV and a workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from partnergraph.build import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import export_folder, write_folder
from partnergraph.workbook.graph_to_tables import FolderContent, read_tables_back

Row = dict[str, str]
TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")) | st.sampled_from("\n=_;\"'"), min_size=1, max_size=12
)
WORDS = TEXT.map(lambda text: f"a {text} z")
DATES = st.sampled_from(["", "2009", "2009-02", "2012-02-29", "2009/2010-03", "2011-01-31/2011-02"])
SLUGS = ["a", "b-1", "c--2"]
LIMITS = st.sampled_from(["", " []", " [start]", " [note, start]", " [start, end, note]"])


def sometimes(strategy: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.just("") | strategy


@st.composite
def folders(draw: DrawFn) -> FolderContent:
    """Rows that break no rule."""

    def pick(*choices: str) -> str:
        return draw(st.sampled_from(choices))

    def maybe(strategy: SearchStrategy[str]) -> str:
        return draw(sometimes(strategy))

    def several(*choices: str) -> str:
        return "; ".join(draw(st.lists(st.sampled_from(choices), unique=True, max_size=3)))

    def proofs() -> str:
        found = draw(st.lists(st.sampled_from(["e1", "E2", "e10", "e3"]), unique=True, min_size=1, max_size=3))
        return "; ".join(slug + draw(LIMITS) for slug in found)

    def period() -> Row:
        start, end = pick("", "2001", "2001-02/2002"), pick("", "2003-03", "2004/2005")
        return {"start": start, "end": end}

    def some(most: int = 3) -> list[int]:
        return list(range(draw(st.integers(0, most))))

    sources = [
        {"id": "doc", "kind": "document", "title": draw(WORDS), "publisher": draw(WORDS), "date": draw(DATES)},
        {
            "id": "P_2",
            "kind": "page",
            "title": draw(WORDS),
            "publisher": draw(WORDS),
            "accessed": draw(DATES),
            "note": maybe(WORDS),
        },
        {"id": "own", "kind": "editorial", "title": draw(WORDS), "publisher": draw(WORDS), "licence": maybe(WORDS)},
    ]
    evidence = [
        {
            "id": "e1",
            "source": "doc",
            "words": pick("one", "two"),
            "basis": "stated",
            "confidence": "high",
            "locator": pick("s1", "s2"),
        },
        {
            "id": "E2",
            "source": "doc",
            "says": draw(WORDS),
            "basis": "implied",
            "confidence": "low",
            "locator": maybe(WORDS),
        },
        {
            "id": "e10",
            "source": "P_2",
            "says": draw(WORDS),
            "basis": "stated",
            "confidence": "medium",
            "note": maybe(WORDS),
        },
        {
            "id": "e3",
            "source": "own",
            "says": draw(WORDS),
            "basis": "inferred",
            "confidence": "high",
            "strength": "weak",
            "premises": several("doc", "P_2"),
        },
        {
            "id": "e4",
            "source": "P_2",
            "says": draw(WORDS),
            "basis": "stated",
            "confidence": "high",
            "not_modelled": draw(WORDS),
        },
    ]
    bodies = [
        {
            "id": slug,
            "name": draw(WORDS),
            "form": pick("formal", "unit", "collaboration", "organisation"),
            "type": pick("charity", "charity; network", "people"),
            "description": maybe(WORDS),
            "evidence": pick("", "e1", "e1; e10"),
        }
        for slug in SLUGS
    ]
    places = [
        {
            "id": "a",
            "name": draw(WORDS),
            "kind": pick("", "town"),
            "latitude": pick("", "53.0"),
            "evidence": "e10",
            "note": maybe(WORDS),
        }
    ]
    undertakings = [
        {
            "id": "a",
            "name": draw(WORDS),
            "type": "strategy",
            "count_as_stated": maybe(WORDS),
            "evidence": proofs().replace("start", "name").replace("note", "type").replace("end", "id"),
        }
    ]
    groups = [
        {
            "id": "g",
            "source": "doc",
            "name": draw(WORDS),
            "member_type": "people",
            "open": pick("yes", "no"),
            "count": pick("", "3"),
            "places": pick("", "a"),
            "members": several(*SLUGS),
            "evidence": "e1; E2 [count]",
        }
    ]
    names = [
        {
            "id": f"n{n}",
            "organisation": pick(*SLUGS),
            "name": draw(WORDS),
            "kind": "former",
            "language": pick("", "en", "cy"),
            "evidence": proofs().replace("note", "name"),
            **period(),
        }
        for n in some()
    ]
    identifiers = [
        {
            "organisation": pick(*SLUGS),
            "scheme": pick("ods", "hesa"),
            "value": pick("0121", "1212"),
            "evidence": "e1; e10",
        }
        for n in some(2)
    ]
    relationships = [
        {
            "id": f"r{n}",
            "kind": pick("funding", "support"),
            "from": "org:a",
            "to": pick("b-1", "group:g", "undertaking:a", "place:a"),
            "via": several("c--2", "group:g"),
            "role": pick("", "host"),
            "date_note": maybe(WORDS),
            "formalised_through": pick("", "c--2"),
            "note": maybe(WORDS),
            "evidence": proofs(),
            **period(),
        }
        for n in some()
    ]
    statements = [
        {
            "id": f"t{n}",
            "source": "doc",
            "kind": pick("finding", "purpose"),
            "name": draw(WORDS),
            "about": several("b-1", "c--2"),
            "value": pick("", "12", "-3", "about 12"),
            "unit": maybe(WORDS),
            "exercise": pick("", "a"),
            "open": pick("", "yes", "no"),
            "evidence": "e1; e10 [value]",
        }
        for n in some(2)
    ]
    attributes = [
        {
            "id": f"x{n}",
            "organisation": pick(*SLUGS),
            "property": "address",
            "value": draw(WORDS),
            "note": maybe(WORDS),
            "evidence": proofs(),
            **period(),
        }
        for n in some(2)
    ]
    events = [
        {
            "id": "v1",
            "kind": "start",
            "about": "b-1",
            "date": draw(DATES),
            "note": maybe(WORDS),
            "evidence": "e1; e10 [date]",
        },
        {"id": "v2", "kind": "merger", "from": "b-1; c--2", "to": "org:a", "date": draw(DATES), "evidence": "e10"},
    ]
    standing = [
        {
            "record": row["id"],
            "standing": pick("accepted", "disputed"),
            "note": draw(WORDS),
            "counter_evidence": several("e1", "e10"),
        }
        for row in relationships[:2]
    ]
    matches = [
        {
            "organisation": pick(*SLUGS),
            "source": "P_2",
            "record": draw(WORDS).replace("\n", " "),
            "decision": pick("same", "unsure"),
            "who": maybe(WORDS),
            "date": draw(DATES),
        }
        for n in some(1)
    ]
    partnerships = []
    for n in some(4):
        how = pick("funds us", "is a member of", "was part of", "merged into", "We host", "collaborates with")
        partnerships.append(
            {
                "partner": pick("Aster", "aster", "Birch  Trust", "org:c--2", "汉字"),
                "how": how,
                "with_whom": pick("", "us", "org:a", "Cedar Network", "org:b-1"),
                "since": pick("", "2001", "2001-02/2002"),
                "until": "" if how == "merged into" else pick("", "2003-03"),
                "source": pick(
                    "doc", "P_2", "own", "Some report", "https://example.org/x", "Page, https://example.org/x"
                ),
                "where": pick(f"p. {n}", f"s{n + 1}"),
                "what_it_says": maybe(WORDS),
                "type": pick("", "Council; network"),
                "note": maybe(WORDS),
            }
        )
    config = {
        "title": draw(WORDS),
        "id": "x",
        "base": "https://example.org/",
        "language": pick("en", "cy"),
        "licence": draw(WORDS),
        "publisher": draw(WORDS),
        "focus": "a",
    }
    rows = {
        "partnerships": partnerships,
        "sources": sources,
        "evidence": evidence,
        "organisations": bodies,
        "places": places,
        "undertakings": undertakings,
        "groups": groups,
        "names": names,
        "identifiers": identifiers,
        "statements": statements,
        "relationships": relationships,
        "events": events,
        "attributes": attributes,
        "standing": standing,
        "matches": matches,
        "positions": [],
    }
    whole = {
        table: [{column: row.get(column, "") for column in TABLE_SCHEMAS[table].columns} for row in rows[table]]
        for table in TABLE_SCHEMAS
    }
    story: list[dict[str, str | list[str]]] = [
        {"title": draw(WORDS), "text": draw(WORDS), "focus": ["org:a"], "date": "2012-02"}
    ]
    return FolderContent(
        config,
        whole,
        {"doc": "one two. One two.\r\n\none two\n".replace("One", "And one")},
        story[: draw(st.integers(0, 1))],
    )


def partnership_cells(content: FolderContent) -> list[tuple[str, ...]]:
    """The rows of Partnerships, cell by cell."""
    return [tuple(row.values()) for row in content.rows["partnerships"]]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(folders())
def test_any_folder_comes_back_and_builds_to_the_same_statements(made: FolderContent) -> None:
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        (here / "first").mkdir()
        write_folder(here / "first", made)
        first = read_folder(here / "first")
        assert [str(finding) for finding in first.errors] == []
        reader = assemble(first.model).reader()
        _, notes = export_folder(reader, here / "second")
        assert {*partnership_cells(made)} == {*partnership_cells(read_tables_back(reader))}
        who = ["Who decided about matches is not in a graph: the column 'who' of matches is empty."]
        assert notes == (who if made.rows["matches"] else [])
        assert list(assemble(read_folder(here / "second").model).reader().nquads()) == list(reader.nquads())
        given_back = read_tables_back(reader)
        assert {table: len(rows) for table, rows in given_back.rows.items() if table != "identifiers"} == {
            table: len(rows) for table, rows in made.rows.items() if table != "identifiers"
        }
        for file in (here / "second" / "tables").iterdir():
            file.unlink()
        export_folder(reader, here / "second" / "tables" / "all.xlsx")
        assert list(assemble(read_folder(here / "second").model).reader().nquads()) == list(reader.nquads())
