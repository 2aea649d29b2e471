"""ontology/README.md is equal to the files in both directions, and what it says about adding a kind is true."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.vocabulary import CODE, PG, PREFIXES, concepts, rules, schemes
from tests.conftest import ROOT
from tests.vocabulary import generate

README = generate.README.read_text("utf-8")
TICKED = set(re.findall(r"`([^`\n]+)`", README))
SHAPES = "https://w3id.org/partnergraph/shapes#"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def ticked(prefix: str) -> set[str]:
    """The names with a prefix that the README shows as code."""
    return {name for text in TICKED for name in re.findall(rf"(?<![\w-]){prefix}:([A-Za-z][\w-]*)", text)}


def test_the_tables_are_what_the_generator_writes() -> None:
    assert generate.readme(README) == README


def test_the_generator_says_which_place_is_missing() -> None:
    with pytest.raises(ValueError, match="no place for the table prefixes: <!-- generated: prefixes -->"):
        generate.readme("# Nothing\n")


def test_every_class_and_property_is_named_and_no_other() -> None:
    assert ticked("pg") == set(PG)


def test_every_concept_is_named_and_no_other() -> None:
    assert ticked("code") == set(CODE)
    for kind in concepts("relationship-kind"):
        inverse = "the same" if kind.symmetric else kind.inverse
        assert f"| `code:{kind.code}` | {kind.forward} | {inverse} |" in README
    assert README.count("**: ") >= len(schemes()) - 1


def test_every_shape_is_named_with_one_line_and_no_other() -> None:
    graph = rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl")
    shapes = {str(s).removeprefix(SHAPES) for s in graph.subjects(rdflib.RDF.type, SH.NodeShape)}
    assert len(shapes) > 15
    rows = re.findall(r"(?m)^\| (`shp:\w+`(?:, `shp:\w+`)*) \| .{10,} \|$", README)
    assert sorted(re.findall(r"shp:(\w+)", " ".join(rows))) == sorted(shapes)
    notes = {str(s).removeprefix(SHAPES) for s in graph.subjects(rdflib.RDF.type, rdflib.OWL.AnnotationProperty)}
    assert ticked("shp") == shapes | notes


def test_every_rule_is_named_and_no_other() -> None:
    assert {text for text in TICKED if text.startswith("rules/") and "*" not in text} == {
        f"rules/{rule.name}.rq" for rule in rules()
    }
    for rule in rules():
        assert rule.why in README


def test_every_prefix_is_named_and_what_is_named_is_declared() -> None:
    for prefix, iri in PREFIXES.items():
        assert f"| `{prefix}` | `{iri}` |" in README
    used = {text.split(":")[0] for text in TICKED if re.fullmatch(r"[a-z0-9]+:[\w/-]*", text)}
    assert used - {"shp", "frapo"} <= set(PREFIXES)


def test_every_kind_of_named_graph_is_told() -> None:
    reader = assemble(read_folder(ROOT / "data").model).reader()
    told = [text.removeprefix("g:") for text in TICKED if re.fullmatch(r"g:[\w/]+", text)]
    patterns = [re.sub(r"/[A-Z]+$", "/[^/]+", text) for text in told]
    graphs = [iri.removeprefix(PREFIXES["g"]) for iri in reader.named_graphs()]
    assert [graph for graph in graphs if not any(re.fullmatch(pattern, graph) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(re.fullmatch(pattern, graph) for graph in graphs)] == []


def test_the_example_stands_in_the_graph() -> None:
    [turtle] = re.findall(r"(?m)^```turtle\n(.*?)^```", README, flags=re.DOTALL)
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    example = rdflib.Graph().parse(data=prefixes + turtle)
    reader = assemble(read_folder(ROOT / "data").model).reader()
    assert len(example) == 6
    for subject, predicate, value in example:
        assert reader.ask(f"ASK {{ {subject.n3()} {predicate.n3()} {value.n3()} }}"), predicate


def test_a_kind_is_added_by_editing_the_list_and_running_the_generator(tmp_path: Path) -> None:
    """In a copy of the checkout, as the README says it, with the kind that it shows."""
    for name in ("src", "ontology", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "vocabulary", tmp_path / "tests" / "vocabulary")
    (tmp_path / "tests" / "__init__.py").touch()
    [block] = re.findall(r"(?m)^   ```turtle\n(.*?)^   ```", README, flags=re.DOTALL)
    with (tmp_path / "ontology" / "kinds.ttl").open("a", encoding="utf-8") as kinds:
        kinds.write("\n" + re.sub(r"(?m)^   ", "", block))
    table = tmp_path / "data" / "tables" / "relationships.csv"
    with table.open("a", encoding="utf-8", newline="") as rows:
        rows.write("mentoring--keele,mentoring,keele-university,newman-university,,,2020,,,,,,S1\n")
    script = (
        "from pathlib import Path; import partnergraph.build as b, partnergraph.vocabulary as v\n"
        "from partnergraph.graph_folder.folder import read_folder\n"
        "from partnergraph.network import build_network\n"
        "assert Path(v.__file__).is_relative_to(Path.cwd()), v.__file__\n"
        "reader = b.assemble(read_folder(Path('data')).model).reader()\n"
        "edges = [d for *_, d in build_network(reader).edges(data=True) if d['kind'] == 'mentoring']\n"
        "print(len(b.check(reader)), [(d['label'], d['forward'], d['inverse']) for d in edges])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "tests.vocabulary.generate")
    assert run("-c", script).strip() == "0 [('mentoring', 'mentors', 'is mentored by')]"
    assert "[mentors / is mentored by]" in run("-m", "partnergraph", "kinds")
    assert "| `code:mentoring` | mentors | is mentored by |" in (tmp_path / "ontology" / "README.md").read_text("utf-8")
