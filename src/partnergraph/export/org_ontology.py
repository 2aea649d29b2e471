"""The graph in the words of the W3C's Organization Ontology, for clients that know nothing else."""

from __future__ import annotations

import io
from pathlib import Path

from partnergraph.store import Reader
from partnergraph.vocabulary import rules

__all__ = ["to_org_ontology"]

EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def to_org_ontology(reader: Reader) -> bytes:
    """Organisations, memberships with role and period, parts and changes, as Turtle; equal graphs give equal bytes.

    Memberships and parts are what the rules for the graph export/org say, so what is disputed, superseded, retracted or
    only inferred is left out, and so are groups of unnamed parties (as members they would become organisations: ORG,
    section 5.3). Identifiers are org:identifier with the scheme as datatype.
    """
    # The rules themselves, and not the graph they wrote: an export or somebody else's file has no derived graphs.
    links = [line for rule in rules() if rule.graph == "export/org" for line in _lines(reader, rule.sparql)]
    if not reader.ask("ASK { ?membership a org:Membership }"):
        reader = Reader.nquads_lines([*_lines(reader, EVERYTHING), *links])
    described = _lines(reader, (Path(__file__).resolve().parent / "org.rq").read_text("utf-8"))
    output = io.BytesIO()
    Reader.nquads_lines([*links, *described]).answer(EVERYTHING, "turtle", output)
    return output.getvalue()


def _lines(reader: Reader, construct: str) -> list[str]:
    output = io.BytesIO()
    reader.answer(construct, "ntriples", output)
    return output.getvalue().decode("utf-8").splitlines(keepends=True)
