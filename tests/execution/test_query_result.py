"""The answer in a program: rows, frames, text, truth and HTML, the awkward ones included."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnergraph import PartnerGraph
from partnergraph.errors import QueryError, StoreError, UsageError
from partnergraph.execution.query_result import Result
from partnergraph.results.tsv import python_value
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader

NOTHING = PartnerGraph(empty_reader())
MIXED = r"""SELECT ?int ?text ?iri ?truth ?broken ?all ?none { VALUES (?int ?text ?iri ?truth ?broken ?all ?none) {
  (1 "a\tb\n\"c\"\\"@en <urn:a> true 1.5 1 UNDEF)
  (UNDEF "" UNDEF false 1e3 "1" UNDEF)
  (-3 "007" <urn:b> UNDEF 2 <urn:x> UNDEF)
} }"""
XSD = "http://www.w3.org/2001/XMLSchema#"


def values(*terms: str) -> Result:
    """A column of these terms."""
    return NOTHING.query(f"SELECT ?x {{ VALUES ?x {{ {' '.join(terms)} }} }}")


def plain(frame: pd.DataFrame) -> list[list[object]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False)]


def test_rows_are_dicts_of_python_values() -> None:
    result = NOTHING.query(MIXED)
    assert result.columns == ["int", "text", "iri", "truth", "broken", "all", "none"]
    assert len(result) == 3
    assert list(result) == result.rows
    assert [list(row.values()) for row in result] == [
        [1, 'a\tb\n"c"\\', "urn:a", True, 1.5, 1, None],
        [None, "", None, False, 1000.0, "1", None],
        [-3, "007", "urn:b", None, 2, "urn:x", None],
    ]
    assert result.rows[0]["truth"] is True


def test_a_pandas_frame_has_nullable_types_and_the_same_values() -> None:
    frame = NOTHING.query(MIXED).to_pandas()
    assert [str(kind) for kind in frame.dtypes] == [
        "Int64",
        "string",
        "string",
        "boolean",
        "Float64",
        "string",
        "string",
    ]
    assert plain(frame) == [
        [1, 'a\tb\n"c"\\', "urn:a", True, 1.5, "1", None],
        [None, "", None, False, 1000.0, "1", None],
        [-3, "007", "urn:b", None, 2.0, "urn:x", None],
    ]
    assert list(frame.index) == [0, 1, 2]


def test_a_polars_frame_has_the_same_types_and_values() -> None:
    frame = NOTHING.query(MIXED).to_polars()
    assert frame.dtypes == [pl.Int64, pl.String, pl.String, pl.Boolean, pl.Float64, pl.String, pl.String]
    assert [list(row) for row in frame.iter_rows()] == plain(NOTHING.query(MIXED).to_pandas())


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("SELECT * {}", (1, 0)),
        ("SELECT * { FILTER(false) }", (0, 0)),
        ("SELECT ?x { FILTER(false) }", (0, 1)),
        ("SELECT ?x {}", (1, 1)),
        ("SELECT ?x ?y {}", (1, 2)),
        ("SELECT ?x { VALUES ?x { UNDEF 1 UNDEF } }", (3, 1)),
        ("SELECT ?x ?y { VALUES ?x { 1 2 } }", (2, 2)),
    ],
)
def test_no_row_and_no_column_is_lost(query: str, shape: tuple[int, int]) -> None:
    result = NOTHING.query(query)
    assert (len(result), len(result.columns)) == shape
    assert len(result.rows) == shape[0]
    assert all(list(row) == result.columns for row in result)
    assert result.to_pandas().shape == shape
    assert result.to_polars().shape == shape
    assert str(result).endswith(f"({shape[0]} row{'' if shape[0] == 1 else 's'})\n")
    assert f"{shape[0]} row" in result._repr_html_()


LITERALS = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.integers(2**63, 2**70).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000).map(
        lambda d: f"{d:f}"
    ),
    st.sampled_from(["true", "false", "UNDEF", "<urn:a>", "<http://example.org/b#c>", '"_:b"']),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(
        lambda text: json.dumps(text, ensure_ascii=False)
    ),
    st.sampled_from(['"x"@en', '"x\\ty"@en-GB', f'"2009"^^<{XSD}gYear>', f'"INF"^^<{XSD}double>', f'"5"^^<{XSD}byte>']),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LITERALS, max_size=6))
def test_frames_hold_what_rows_hold(terms: list[str]) -> None:
    result = values(*terms)
    cells = [row["x"] for row in result]
    for frame in (plain(result.to_pandas()), [list(row) for row in result.to_polars().iter_rows()]):
        for [shown], cell in zip(frame, cells, strict=True):
            if cell is None or isinstance(cell, str):
                assert shown == cell
            elif isinstance(shown, str):  # a mixed column, or a number beyond 64 bits: as it was written
                assert shown == str(cell).lower() or math.isclose(float(shown), cell)
            else:
                assert isinstance(cell, bool) == (str(shown) in ("True", "False"))
                assert math.isclose(shown, cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("14", 14),
        ("-2.50", -2.5),
        (f'"1000"^^<{XSD}double>', 1000.0),
        (f'"5"^^<{XSD}unsignedShort>', 5),
        (f'"x"^^<{XSD}integer>', "x"),
        (f'"1_0"^^<{XSD}integer>', "1_0"),
        (f'"\uff11"^^<{XSD}int>', "\uff11"),
        (f'"0x1p3"^^<{XSD}double>', "0x1p3"),
        (f'"-INF"^^<{XSD}float>', -math.inf),
        (f'"x"^^<{XSD}boolean>', "x"),
        ("9" * 5000, "9" * 5000),
        (f'"2009"^^<{XSD}gYear>', "2009"),
        ('"false"', "false"),
        ("false", False),
        (f'"1"^^<{XSD}boolean>', True),
        ('"a\\"^^<b>"', 'a"^^<b>'),
        ('"é\\u00e9\\n"@en--ltr', "éé\n"),
        ("<urn:a>", "urn:a"),
        ("_:b0", "_:b0"),
        ("<<( <urn:a> <urn:b> 1 )>>", "<<( <urn:a> <urn:b> 1 )>>"),
        ("99999999999999999999", 99999999999999999999),
        ("", None),
    ],
)
def test_a_term_becomes_a_value(cell: str, expected: object) -> None:
    assert python_value(cell) == expected
    assert type(python_value(cell)) is type(expected)


def test_an_ask_has_a_truth_and_no_rows() -> None:
    yes, no = NOTHING.query("ASK {}"), NOTHING.query("ASK { ?s ?p ?o }")
    assert yes
    assert not no
    assert (str(yes), str(no)) == ("yes", "no")
    assert json.loads(no.text("json"))["boolean"] is False
    assert yes._repr_html_() == "<pre>yes</pre>"
    assert no._repr_html_() == "<pre>no</pre>" + "".join(f"<br>{reason}" for reason in no.why_empty())
    assert "Nothing in this graph matches ?s ?p ?o" in no._repr_html_()
    for what in ("rows", "columns"):
        with pytest.raises(QueryError, match=r"ASK gives no rows; use text\(format\)"):
            getattr(yes, what)
    with pytest.raises(QueryError, match="its forms are json, xml"):
        yes.text("csv")


def test_an_answer_without_rows_is_still_an_answer() -> None:
    assert NOTHING.query("SELECT ?x { FILTER(false) }"), "only an ASK has a truth of its own"


def test_a_graph_is_text(whole: Reader) -> None:
    result = PartnerGraph(whole).query("CONSTRUCT { ?s a pg:Record } WHERE { ?s a pg:Finding }")
    assert result.form == "CONSTRUCT"
    assert str(result) == result.text("turtle")
    assert result.text("ntriples").count("\n") == result.bytes("ntriples").count(b" .\n") > 0
    with pytest.raises(QueryError, match="gives no rows"):
        result.to_pandas()
    assert result._repr_html_().startswith("<pre>@prefix")


def test_the_same_answer_can_be_had_again_in_every_format(whole: Reader) -> None:
    result = PartnerGraph(whole).query("SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n LIMIT 3")
    assert result.bytes("csv") == result.bytes("csv")
    assert result.text() == result.text("tsv")
    assert len(json.loads(result.text("json"))["results"]["bindings"]) == len(result) == 3
    assert result.sparql.startswith("SELECT ?o ?n")


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b", "' onload='x", "\u2028</td>"]


@pytest.mark.parametrize("text", HOSTILE)
def test_html_of_a_result_escapes_everything(text: str) -> None:
    term = json.dumps(text, ensure_ascii=False)
    page = values(term, "<http://example.org/?a=1&b='2'>")._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("<td>") == 2
    assert text not in page or not set(text) & set("<>&\"'")
    graph = NOTHING.query(f"CONSTRUCT {{ <urn:a> <urn:b> {term} }} WHERE {{}}")._repr_html_()
    assert "<script" not in graph
    assert "<img" not in graph


def test_names_stand_instead_of_iris_and_the_iri_is_told(whole: Reader) -> None:
    result = PartnerGraph(whole).query("SELECT ?o ?x { VALUES (?o ?x) { (o:keele-university <urn:nameless>) } }")
    iri = "https://w3id.org/partnergraph/id/org/keele-university"
    assert f'<td><span title="{iri}">Keele University</span></td><td>urn:nameless</td>' in result._repr_html_()
    assert repr(result).splitlines() == [
        "o                 x",
        "----------------  ------------",
        "Keele University  urn:nameless",
        "(1 row)",
    ]


def test_a_representation_is_short_and_says_why_there_is_nothing() -> None:
    many = repr(values(*map(str, range(50)))).splitlines()
    assert (many[0], many[2], many[-2], many[-1]) == ("x", "0", "19", "(50 rows, the first 20 shown)")
    nothing = NOTHING.query("SELECT ?s { ?s a org:Organization }")
    assert repr(nothing).splitlines() == ["s", "-", "(0 rows)", *nothing.why_empty()]
    assert nothing.why_empty()
    assert repr(NOTHING.query("SELECT * {}")) == "(1 row)"
    assert repr(NOTHING.query("ASK {}")) == "yes"


def test_an_answer_is_saved_in_the_form_that_the_suffix_says(tmp_path: Path) -> None:
    result = NOTHING.query(MIXED)
    for name, form in (("a.csv", "csv"), ("a.xlsx", "xlsx"), ("a.parquet", "parquet"), ("a.feather", "arrow")):
        path = result.save(tmp_path / name)
        assert path == tmp_path / name
        assert path.read_bytes() == result.bytes(form)
    assert result.save(tmp_path / "b.csv", "excel-csv").read_bytes() == result.bytes("excel-csv")
    graph = NOTHING.query("CONSTRUCT { <urn:a> <urn:b> 1 } {}")
    assert graph.save(tmp_path / "a.ttl").read_text("utf-8") == graph.text("turtle")
    with pytest.raises(UsageError, match=r"a\.doc: the suffix says no form\. Those that do: \.csv, \.tsv, .*\.xlsx"):
        result.save(tmp_path / "a.doc")
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        result.save(tmp_path / "nowhere" / "a.csv")
    with pytest.raises(QueryError, match="gives a graph; its forms are"):
        graph.save(tmp_path / "a.xlsx")
    assert not (tmp_path / "a.doc").exists()


def test_html_shows_the_first_rows_and_says_so() -> None:
    page = values(*map(str, range(50)))._repr_html_()
    assert "<caption>50 rows, the first 20 shown</caption>" in page
    assert page.count("<td>") == 20
    assert values("1")._repr_html_() == (
        '<table><caption>1 row</caption><thead><tr><th scope="col">x</th></tr></thead>'
        "<tbody><tr><td>1</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("missing", "method", "extra"),
    [
        ("pandas", "to_pandas()", "pandas"),
        ("pyarrow", "to_pandas()", "pandas"),
        ("polars", "to_polars()", "polars"),
        ("pyarrow", "to_polars()", "polars"),
        ("pyarrow", "bytes('parquet')", "pandas"),
        ("xlsxwriter", "bytes('xlsx')", "excel"),
    ],
)
def test_a_missing_package_is_named_with_the_line_that_installs_it(missing: str, method: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "from partnergraph import PartnerGraph\nfrom partnergraph.sparql.syntax_errors import empty_reader\n"
        f"PartnerGraph(empty_reader()).query('SELECT * {{}}').{method}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        f"partnergraph.errors.MissingExtra: This needs {missing}, which is not installed. "
        f"In the folder with the source code of partnergraph: pip install '.[{extra}]'; "
        f"where it came from a package index: pip install 'partnergraph[{extra}]'"
    )


def test_a_question_by_name_takes_parameters_and_text_does_not(whole: Reader) -> None:
    graph = PartnerGraph(whole)
    rows = graph.query("members-at-date", consortium="NIHR SPCR", date="2012-06-30").to_pandas()
    assert list(rows.columns) == ["member", "on_that_day", "basis", "since", "until", "last_confirmed"]
    assert "University of Oxford" in set(rows["member"])
    with pytest.raises(UsageError, match="Did you mean 'who-leads'"):
        graph.query("wholeads")
    with pytest.raises(UsageError, match="write values into SPARQL text as VALUES"):
        graph.query("SELECT * { ?s ?p ?o }", partnership="x")


def test_a_large_answer_becomes_a_frame_without_python_rows(tmp_path: Path) -> None:
    path = tmp_path / "many.nt"
    path.write_text("".join(f'<urn:{i}> <urn:p> "text {i}" .\n' for i in range(30_000)), "utf-8")
    result = PartnerGraph.open(path).query("SELECT ?s ?o (STRLEN(?o) AS ?n) { ?s ?p ?o } ORDER BY STRLEN(?o) ?o")
    frame = result.to_pandas()
    assert frame.shape == (30_000, 3)
    assert str(frame["n"].dtype) == "Int64"
    assert frame["o"].iloc[0] == "text 0"
    assert frame.equals(result.to_polars().to_pandas(use_pyarrow_extension_array=False).astype(frame.dtypes.to_dict()))
