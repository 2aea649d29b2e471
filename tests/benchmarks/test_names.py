"""Finding a name: through the index, by looking at every name, and by CONTAINS in SPARQL. Never a timed assertion.

Run: ``python -m pytest -m benchmark -n 0 -s tests/benchmarks/test_names.py``
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import pytest

from partnergraph.build.assemble import assemble
from partnergraph.claims.name_search import find_by_name
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from partnergraph.store.name_index import NameIndex, is_short_form, write_index
from partnergraph.vocabulary.name_folding import lookup_key
from tests.benchmarks.processor import taken
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark

NAMES = """SELECT DISTINCT ?iri ?label ?name { { ?iri a org:Organization } UNION { ?iri a pg:UnnamedGroup }
  UNION { ?iri a pg:Undertaking } ?iri skos:prefLabel ?label .
  { ?iri skos:prefLabel ?name } UNION { ?iri skos:altLabel ?name } } ORDER BY ?iri ?name"""
CONTAINS = """SELECT DISTINCT ?iri ?name {{ ?iri a org:Organization ; skos:prefLabel|skos:altLabel ?name
  FILTER(CONTAINS(LCASE(?name), "{}")) }} LIMIT 5"""
FIRST = ("Northern", "Royal", "County", "Greater", "Saint", "New", "United", "Central", "National", "Old")
LAST = ("University", "College", "Hospital", "Council", "Trust", "School", "Foundation", "Institute", "Network")
PARTS = ("ka", "lo", "mir", "sten", "dor", "val", "ben", "tri", "os", "gar", "el", "win", "pra", "shu", "ted")
ENDS = ("bridge", "ford", "ham", "ton", "chester", "field", "mouth", "wick", "by", "stead")


def made_up(number: int) -> Iterator[str]:
    """Organisations as N-Quads, two names each."""
    choose = random.Random(7)
    org, a = "<http://www.w3.org/ns/org#Organization>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    label, also = (f"<http://www.w3.org/2004/02/skos/core#{name}Label>" for name in ("pref", "alt"))
    for one in range(number // 2):
        place = "".join(choose.choice(PARTS) for _ in range(3)).title() + choose.choice(ENDS)
        name = f"{choose.choice(FIRST)} {place} {choose.choice(LAST)} of {choose.choice(LAST)} {one}"
        iri = f"<https://example.org/id/org/{place.lower()}-{one}>"
        yield f'{iri} {a} {org} .\n{iri} {label} "{name}"@en .\n{iri} {also} "{place} {choose.choice(LAST)}"@en .\n'


def by_looking(reader: Reader, text: str) -> list[str]:
    """As names were found before there was an index: every name is read, folded and compared."""
    rows = [(str(row["iri"]), lookup_key(str(row["name"]))) for row in reader.rows(NAMES)]
    wanted, keys = lookup_key(text), {name for _, name in rows}
    found = [iri for iri, name in rows if name == wanted or is_short_form(wanted, name) or name.startswith(wanted)]
    near = get_close_matches(wanted, sorted(keys), n=5, cutoff=0.75)
    return [*found, *(iri for iri, name in rows if name in near)][:5]


@pytest.mark.parametrize("number", [0, 100_000], ids=["the Keele graph", "100,000 names"])
def test_finding_a_name(number: int, tmp_path: Path) -> None:
    reader = Reader.nquads_lines(made_up(number)) if number else assemble(read_folder(ROOT / "data").model).reader()
    label = str(reader.rows("SELECT ?n { ?s a org:Organization ; skos:prefLabel ?n } ORDER BY ?s LIMIT 40")[-1]["n"])
    start = time.process_time()
    write_index(reader, tmp_path / "names")
    made = (time.process_time() - start) * 1000
    size = (tmp_path / "names").stat().st_size / 1e6
    print(f"\n{len(reader)} quads: the index is made in {made:.0f} ms, {size:.1f} MB")
    opened = taken(lambda: next(NameIndex(reader).with_name("x"), None), 1)
    print(f"in memory, for a reader that has none: {opened:.0f} ms once")
    words = label.split()
    swapped = label[:3] + label[4] + label[3] + label[5:]
    texts = {
        "a whole name": label,
        "a beginning": label[: len(label) // 2],
        "one word": words[1],
        "two words": f"{words[-1]} {words[0]}",
        "two letters swapped": swapped,
        "nothing like it": "zzzzqqqq",
    }
    assert len(find_by_name(reader, label)) >= 1
    for what, text in texts.items():
        ours = taken(lambda text=text: find_by_name(reader, text), 15)  # type: ignore[misc]
        before = taken(lambda text=text: by_looking(reader, text), 1 if number else 5)  # type: ignore[misc]
        sparql = taken(lambda text=text: reader.rows(CONTAINS.format(text.lower())), 5)  # type: ignore[misc]
        print(
            f"{what:22} {ours:8.2f} ms   every name {before:9.1f} ms, {before / ours:7.0f} times as long"
            f"   CONTAINS {sparql:8.2f} ms, {sparql / ours:6.1f}"
        )
        assert ours > 0
