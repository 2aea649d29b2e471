"""Lists of anything under any headings: what is imported passes `check`; all else is an error at a row of the list."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from partnergraph.build import collect_findings
from tests.cli.conftest import Run
from tests.cli.test_import import put

ID = "https://w3id.org/partnergraph/id/"
EDGES = (
    "Type,Label,Start,End,date_note,URL,Citation,Role,Via,Tags,Notes,Direction,Id,Standing,derived,said_by,inferred,"
    "evidence,Locator,from_label,to_label,kind"
).split(",")
NODES = "Id,Label,Type,sort,count,identifiers,also_called,Description,URL,Tags".split(",")
EVIDENCE = "claim,form,basis,source,id,words,says,locator,confidence,strength,title,publisher,date,url".split(",")
VALUES = [
    *("A", "a", "B", "C Ltd", "", f"{ID}org/keele", f"{ID}group/s1/g", f"{ID}undertaking/u", f"{ID}place/p"),
    *(f"{ID}rel/x--y", f"{ID}org/Bad_ID", f"{ID}org/a-", "funds", "is funded by", "became", "is located in", "member"),
    *("location", "funding-through", "2014", "2014-13", "2009/2011", "start between 2010 and 2012", "mutual", "true"),
    *("https://example.org/a", "https://example.org/a/", "https://example.org/a b|c", "http://[", "jane@example.org"),
    *("01632 960 001", "=1+1", "-x", "disputed", "person", "City", "Council", "group", "place", "undertaking", "3"),
    *(
        "ROR: https://ror.org/00340yn33",
        "Wikidata: Q1; x",
        "ROR: nonsense",
        "\u202e\u0301",
        "x" * 12_000,
        "日本",
        "a;b",
    ),
    *(
        "inferred (weak): x | “q”",
        "s1; s2",
        "s1",
        "lead authority",
        '"',
        "a\x01b",
        "imported-map",
        "e1",
        "0",
        "inferred",
    ),
]


def listing(chance: random.Random, fixed: list[str], headings: list[str]) -> str:
    columns = [*fixed, *chance.sample(headings, chance.randint(0, len(headings)))]
    lines = [[chance.choice([value for value in VALUES if value or name not in fixed]) for name in columns]
             for _ in range(chance.randint(1, 10))]  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows([columns, *lines])
    return text.getvalue()


@pytest.mark.parametrize("part", range(4))
def test_what_is_imported_passes_the_check_whatever_it_is(part: int, run: Run, tmp_path: Path) -> None:
    chance = random.Random(1900 + part)
    codes = []
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = [put(folder / "edges.csv", listing(chance, ["From", "To"], EDGES))]
        if chance.random() < 0.7:
            files.append(put(folder / "nodes.csv", listing(chance, ["Label"], NODES)))
        if chance.random() < 0.3:
            files.append(put(folder / "evidence.csv", listing(chance, EVIDENCE[:6], EVIDENCE[6:])))
        said = run("import", *files, "-o", folder / "map")
        codes.append(said.code)
        if said.code == 0:
            errors = [finding for finding in collect_findings(folder / "map") if finding.severity == "error"]
            assert errors == []
        else:
            assert said.code == 1
            assert not (folder / "map").exists()
            assert "  tables/" not in said.err, said.err
        assert "jane" not in said.err.replace("Jane", "")
    assert {0, 1} >= set(codes)
    assert 0 in codes
