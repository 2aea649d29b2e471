"""Names that a register knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.errors import Place, UsageError
from partnergraph.extraction.gazetteer import Gazetteer
from partnergraph.extraction.input import document_from_bytes
from partnergraph.extraction.proposals import Proposals, propose_rows
from partnergraph.model.register_records import Entry, EntryName
from tests.conftest import ROOT


def _entries() -> list[Entry]:
    place = Place("register.csv", 2)
    return [
        Entry("R1", "Elm District Council", place, names=(EntryName("Elm"), EntryName("EDC", "acronym"))),
        Entry("R2", "Corve Trust", place, names=(EntryName("Corve Charitable Trust", "former"),)),
    ]


def _read(text: str) -> Proposals:
    known = Gazetteer()
    assert known.from_entries(_entries(), "register.csv") == 2
    return propose_rows(document_from_bytes("text.txt", text.encode(), "text"), known)


def test_a_body_of_a_register_is_a_proposal_that_names_its_record() -> None:
    [row] = _read("The Corve Charitable Trust grew.").proposals
    assert (row["id"], row["accept"]) == ("corve-charitable-trust", "")
    assert row["already_known_as"] == "R2 (Corve Trust, register.csv)"


def test_a_place_or_an_acronym_that_a_register_has_is_no_organisation_by_itself() -> None:
    assert _read("People live in Elm. The EDC is a device.").proposals == []


def test_an_acronym_beside_organisations_is_looked_up() -> None:
    reading = _read("It works with Ash University, EDC and Corve Trust.")
    said = {row["id"]: row["already_known_as"] for row in reading.proposals}
    assert said["edc"] == "R1 (Elm District Council, register.csv)"
    assert said["ash-university"] == ""


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="ods-trusts, ods-practices"):
        Gazetteer().from_register(tmp_path / "a.csv", "phone-book")


def test_real_registers_neither_hide_nor_add_organisations_of_the_schools_page(shared: Path) -> None:
    known = Gazetteer()
    lists = shared / "registers"
    mysociety = lists / "local-authorities" / "mysociety_uk_local_authorities_current.csv"
    assert known.from_register(mysociety, "local-authorities") > 300
    assert known.from_register(lists / "nhs-ods" / "etr_2025-07.csv", "ods-trusts") > 150
    page = ROOT / "data" / "documents" / "school-partnerships.txt"
    reading = propose_rows(document_from_bytes(page.name, page.read_bytes(), "page"), known)
    cold = propose_rows(document_from_bytes(page.name, page.read_bytes(), "page"), Gazetteer())
    names = [row["id"] for row in reading.tables["organisations"]]
    assert names == [row["id"] for row in cold.tables["organisations"]]
    assert len(names) == 16
