"""The columns of the claims: the same from a file and by scans, and what the read model and the rules say."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnergraph.build import build
from partnergraph.claims.as_of import as_of
from partnergraph.claims.claim_columns import (
    DISPUTED,
    END_STATED,
    ENTITY_KINDS,
    FILE,
    INFERRED,
    NO_EVIDENCE,
    OPEN_END,
    OPEN_START,
    RETRACTED,
    START_STATED,
    SUPERSEDED,
    ClaimColumns,
    claim_columns,
    scan_columns,
)
from partnergraph.claims.columns_file import TextColumn, _packed, columns_bytes, read_columns
from partnergraph.claims.entities import read_entities
from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.errors import DataError
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCTERMS, FOAF, ORG, PG, RDF, SKOS, XSD, rules
from tests.build.test_register_import import _folder as register_folder
from tests.conftest import ROOT

KEELE_REFERENCE = ROOT / "tests" / "analysis" / "keele-reference.nq.gz"
NOT_COUNTED = INFERRED | DISPUTED | SUPERSEDED | RETRACTED
STANDINGS = {"accepted": 0, "disputed": DISPUTED, "superseded": SUPERSEDED, "retracted": RETRACTED}


@pytest.fixture(scope="module")
def reference() -> Reader:
    """The Keele graph before its data were mended; no bounds are stored in it."""
    return Reader.nquads_lines([gzip.decompress(KEELE_REFERENCE.read_bytes()).decode()])


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A build with a register kept whole."""
    place = tmp_path_factory.mktemp("registers")
    build(register_folder(place / "graph", 'keep = "all"'), place / "build")
    return Reader.at(place / "build")


def bounds_of(claim: Claim) -> list[int]:
    days = (*claim.valid_from, *claim.valid_until)
    opened = (OPEN_START, OPEN_END) * 2
    return [date.fromisoformat(day).toordinal() if day else open_ for day, open_ in zip(days, opened, strict=True)]


def flags_of(claim: Claim) -> int:
    flags = INFERRED if claim.inferred or not claim.evidence else 0
    flags |= STANDINGS[claim.standing] | (0 if claim.evidence else NO_EVIDENCE)
    flags |= START_STATED if claim.start or claim.start_bounds else 0
    return flags | (END_STATED if claim.end or claim.end_bounds else 0)


def assert_as_claims_say(columns: ClaimColumns, reader: Reader) -> None:
    claims, entities = read_claims(reader), read_entities(reader)
    assert list(columns.claims) == [claim.iri for claim in claims]
    name, kind = columns.entities.__getitem__, columns.kinds.__getitem__
    assert [*map(name, columns.from_)] == [claim.from_.iri for claim in claims]
    assert [*map(name, columns.to)] == [claim.to.iri for claim in claims]
    assert [*map(kind, columns.kind)] == [claim.kind for claim in claims]
    assert columns.flags.tolist() == [flags_of(claim) for claim in claims]
    assert columns.bounds.tolist() == [bounds_of(claim) for claim in claims]
    via = [(columns.claims[claim], name(party)) for claim, party in columns.via]
    assert via == [(claim.iri, party.iri) for claim in claims for party in claim.via]
    parties = {party.iri: party.label for claim in claims for party in (claim.from_, claim.to, *claim.via)}
    assert parties.items() <= dict(zip(columns.entities, columns.labels, strict=True)).items()
    assert columns.entities == sorted(set(columns.entities))
    for place, iri in enumerate(columns.entities):
        entity = entities.get(iri)
        assert ENTITY_KINDS[columns.entity_kind[place]] == (entity.kind if entity else "other")
        if entity is not None:
            assert columns.types[place] == (entity.types[0] if entity.types else "")
            assert columns.stated_count[place] == (entity.stated_count or 0)


def assert_pairs_are_those_of_the_graph(columns: ClaimColumns, reader: Reader) -> None:
    """The pairs by the property paths that the rule `04-co-membership` uses."""
    for array, path in (
        (columns.members, "foaf:member"),
        (columns.may_overlap, "pg:mayOverlap"),
        (columns.successions, "^org:originalOrganization/org:resultingOrganization"),
    ):
        rows = reader.rows(f"SELECT DISTINCT ?a ?b {{ ?a {path} ?b }}")
        pairs = [(columns.entities[one], columns.entities[other]) for one, other in array]
        assert pairs == sorted((str(row["a"]), str(row["b"])) for row in rows)


def counted(reader: Reader) -> set[str]:
    """The relationships that the rule `01-direct` counts, by its own text, whatever their kind."""
    sparql = next(rule.sparql for rule in rules() if rule.name == "01-direct")
    conditions = sparql[sparql.index("?r pg:kind ?k") :]
    prefixes = "\n".join(line for line in sparql.splitlines() if line.startswith("PREFIX"))
    return {str(row["r"]) for row in reader.rows(f"{prefixes}\nSELECT DISTINCT ?r {{ {conditions}")}


def assert_file_says_the_same(columns: ClaimColumns, folder: Path) -> None:
    data = columns_bytes(columns)
    (folder / FILE).write_bytes(data)
    again = read_columns(folder / FILE)
    assert again is not None
    assert columns_bytes(again) == data
    for name in ("entities", "labels", "types", "claims", "kinds"):
        assert list(getattr(again, name)) == list(getattr(columns, name))
    for name in ("entity_kind", "stated_count", "from_", "to", "kind", "flags", "bounds"):
        assert np.array_equal(getattr(again, name), getattr(columns, name))
        assert getattr(again, name).dtype == getattr(columns, name).dtype
    for name in ("via", "members", "may_overlap", "successions"):
        assert np.array_equal(getattr(again, name), getattr(columns, name))


@pytest.mark.parametrize("graph", ["whole", "reference", "registers"])
def test_columns_say_what_the_claims_say(graph: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    reader: Reader = request.getfixturevalue(graph)
    columns = scan_columns(reader)
    assert len(columns.claims) > 0
    assert_as_claims_say(columns, reader)
    assert_pairs_are_those_of_the_graph(columns, reader)
    assert_file_says_the_same(columns, tmp_path)
    plain = {iri for iri, flags in zip(columns.claims, columns.flags, strict=True) if not flags & NOT_COUNTED}
    assert plain == counted(reader) & set(columns.claims)


def test_the_figures_of_the_reference_graph(reference: Reader) -> None:
    """Those of the design brief, section 5: 126 claims counted, 163 with inferred, of the 126 71 undated, 32 ended."""
    columns = scan_columns(reference)
    left_out = [columns.kinds.index(kind) for kind in ("location", "succession") if kind in columns.kinds]
    asked = ~np.isin(columns.kind, left_out)
    counted_ = asked & (columns.flags & NOT_COUNTED == 0)
    organisation = columns.entity_kind == ENTITY_KINDS.index("organisation")
    between = organisation[columns.from_] & organisation[columns.to]
    assert (counted_.sum(), (counted_ & between).sum()) == (126, 104)
    assert (asked & (columns.flags & (NOT_COUNTED - INFERRED) == 0)).sum() == 163
    assert (counted_ & (columns.flags & (START_STATED | END_STATED) == 0)).sum() == 71
    assert (counted_ & (columns.flags & END_STATED != 0)).sum() == 32


def test_a_build_writes_what_scans_of_it_give(keele: Path, whole: Reader, registers: Reader) -> None:
    for reader in (Reader.at(keele), registers):
        assert reader.folder is not None
        written = (reader.folder.parent / FILE).read_bytes()
        assert written == columns_bytes(scan_columns(reader))
        assert isinstance(claim_columns(reader).claims, TextColumn)
        assert columns_bytes(claim_columns(reader)) == written
    assert columns_bytes(claim_columns(whole)) == (keele / "current" / FILE).read_bytes()
    assert f"  {FILE}\n" in (keele / "current" / "SHA256SUMS").read_text("utf-8")


def test_columns_of_a_view_of_a_date_are_those_of_the_view(whole: Reader) -> None:
    view = as_of(whole, "2014")
    columns = claim_columns(view)
    assert 0 < len(columns.claims) < len(claim_columns(whole).claims)
    assert_as_claims_say(columns, view)


def test_a_graph_without_claims_has_empty_columns(tmp_path: Path) -> None:
    columns = scan_columns(Reader.nquads_lines([]))
    assert (len(columns.claims), columns.entities, columns.bounds.shape) == (0, [], (0, 4))
    assert_file_says_the_same(columns, tmp_path)


# ---- made-up graphs

E = "urn:x:"
ENTITIES = [f"{E}e{number}" for number in range(6)]
DAYS = st.dates(date(1990, 1, 1), date(2020, 12, 31)).map(date.isoformat)
ITEMS = [f"{E}item{number}" for number in range(4)]  # of evidence
some_entities = st.lists(st.sampled_from(ENTITIES), min_size=1, max_size=2, unique=True)
date_pairs = st.none() | st.tuples(DAYS, DAYS).map(sorted)


def iri_lines(subject: str, predicate: str, objects: Iterable[str]) -> list[str]:
    return [f"<{subject}> <{predicate}> <{value}> .\n" for value in objects]


def date_lines(subject: str, name: str, days: list[str] | None) -> list[str]:
    bounds = zip(("Earliest", "Latest"), days or (), strict=False)
    return [f'<{subject}> <{PG[name + bound]}> "{day}"^^<{XSD.date}> .\n' for bound, day in bounds]


@st.composite
def relationship_lines(draw: st.DrawFn, number: int) -> list[str]:
    iri = f"{E}r{draw(st.sampled_from('ab'))}{number}"
    lines = iri_lines(iri, RDF.type, [PG.Relationship])
    for predicate, optional in ((PG["from"], False), (PG.to, False), (PG.via, True)):
        lines += iri_lines(iri, predicate, [] if optional and draw(st.booleans()) else draw(some_entities))
    kinds = st.lists(st.sampled_from([CODE.membership, CODE.funding, CODE["part-of"]]), max_size=2, unique=True)
    lines += iri_lines(iri, PG.kind, draw(kinds))
    lines += iri_lines(iri, PG.evidence, draw(st.lists(st.sampled_from(ITEMS), max_size=3, unique=True)))
    standing = draw(st.sampled_from(["", "accepted", "disputed", "superseded", "retracted"]))
    lines += iri_lines(iri, PG.standing, [CODE[standing]] if standing else [])
    start, end = draw(date_pairs), draw(date_pairs)
    lines += date_lines(iri, "start", start) + date_lines(iri, "end", end)
    if draw(st.booleans()):  # as a build stores them, or some of them
        lines += date_lines(iri, "validFrom", draw(date_pairs)) + date_lines(iri, "validUntil", draw(date_pairs))
    if draw(st.integers(0, 5)) == 0:
        lines += iri_lines(iri, PG.derivedBy, ["https://w3id.org/partnergraph/rule/co-membership"])
    return lines


@st.composite
def event_lines(draw: st.DrawFn, number: int) -> list[str]:
    iri, change = f"{E}event{number}", draw(st.booleans())
    lines = iri_lines(iri, RDF.type, [PG.ChangeEvent if change else PG.LifecycleEvent])
    lines += iri_lines(
        iri, PG.kind, [draw(st.sampled_from([CODE.merger, CODE.rename] if change else [CODE.start, CODE.end]))]
    )
    if change:
        lines += iri_lines(iri, ORG.originalOrganization, draw(some_entities))
        lines += iri_lines(iri, ORG.resultingOrganization, draw(some_entities))
    else:
        about = [*ENTITIES, f"{E}ra0", f"{E}rb1"]
        lines += iri_lines(iri, PG.about, draw(st.lists(st.sampled_from(about), min_size=1, max_size=2)))
    lines += iri_lines(iri, PG.evidence, [draw(st.sampled_from(ITEMS))])
    return lines + date_lines(iri, "date", draw(date_pairs))


@st.composite
def graphs(draw: st.DrawFn) -> Reader:
    lines: list[str] = []
    classes = (ORG.Organization, PG.UnnamedGroup, PG.Undertaking, DCTERMS.Location)
    for iri in ENTITIES:
        lines += iri_lines(iri, RDF.type, draw(st.lists(st.sampled_from(classes), max_size=2)))
        for name in draw(st.lists(st.sampled_from(["Ä körper", "A body", "Z\\nbody", ""]), max_size=2)):
            lines.append(f'<{iri}> <{SKOS.prefLabel}> "{name}" .\n')
        if draw(st.booleans()):
            lines += iri_lines(iri, ORG.classification, [CODE.university, CODE.charity])
            lines.append(f'<{iri}> <{PG.statedCount}> "{draw(st.integers(0, 99))}"^^<{XSD.integer}> .\n')
        lines += iri_lines(iri, FOAF.member, draw(st.lists(st.sampled_from(ENTITIES), max_size=1)))
        lines += iri_lines(iri, PG.mayOverlap, draw(st.lists(st.sampled_from(ENTITIES), max_size=1)))
    for item in ITEMS:
        lines += iri_lines(item, RDF.type, [PG.Evidence])
        lines += iri_lines(item, PG.basis, [draw(st.sampled_from([CODE.inferred, CODE.stated, CODE.editor]))])
    for number in range(draw(st.integers(0, 5))):
        lines += draw(relationship_lines(number))
    for number in range(draw(st.integers(0, 4))):
        lines += draw(event_lines(number))
    return Reader.nquads_lines(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_columns_of_any_graph_say_what_its_claims_say(tmp_path: Path, reader: Reader) -> None:
    columns = scan_columns(reader)
    if not any(len(counts) > 1 for counts in reader.values(PG.statedCount).values()):
        assert_as_claims_say(columns, reader)
    assert_pairs_are_those_of_the_graph(columns, reader)
    assert_file_says_the_same(columns, tmp_path)
    kinds = reader.values(PG.kind)
    plain = {iri for iri, flags in zip(columns.claims, columns.flags, strict=True) if not flags & NOT_COUNTED}
    assert {iri for iri in plain if iri in kinds} == counted(reader) & set(columns.claims)


# ---- what any file may hold


def claim_lines(*more: str) -> list[str]:
    lines = iri_lines(f"{E}r", RDF.type, [PG.Relationship])
    return [*lines, *iri_lines(f"{E}r", PG["from"], [f"{E}a"]), *iri_lines(f"{E}r", PG.to, [f"{E}b"]), *more]


def test_a_claim_of_two_standings_is_not_counted_if_one_says_so() -> None:
    lines = claim_lines(*iri_lines(f"{E}r", PG.standing, [CODE.accepted, CODE.retracted]))
    assert scan_columns(Reader.nquads_lines(lines)).flags.tolist() == [INFERRED | NO_EVIDENCE | RETRACTED]


def test_of_several_numbers_of_members_the_largest_is_kept_and_nonsense_is_not() -> None:
    numbers = ("9", "24", "many", "-3", "99999999999", "9" * 5000)
    more = [f'<{E}a> <{PG.statedCount}> "{number}" .\n' for number in numbers]
    columns = scan_columns(Reader.nquads_lines(claim_lines(*more)))
    assert dict(zip(columns.entities, columns.stated_count.tolist(), strict=True)) == {f"{E}a": 24, f"{E}b": 0}


def test_a_text_that_is_no_day_leaves_its_bound_open() -> None:
    days = zip(("startEarliest", "startLatest", "endLatest"), ("2014", "2014-02-30", "2016-05-06Z"), strict=True)
    more = [f'<{E}r> <{PG[name]}> "{day}" .\n' for name, day in days]
    columns = scan_columns(Reader.nquads_lines(claim_lines(*more)))
    last = date(2016, 5, 6).toordinal()
    assert columns.bounds.tolist() == [[OPEN_START, OPEN_END, last, last]]
    assert columns.flags[0] & START_STATED


def test_more_kinds_than_a_byte_can_number_are_refused_in_words() -> None:
    lines = [
        line.replace(f"{E}r>", f"{E}r{number}>")
        for number in range(300)
        for line in claim_lines(*iri_lines(f"{E}r", PG.kind, [f"{E}kind/{number}"]))
    ]
    with pytest.raises(DataError, match="300 kinds of relationship"):
        scan_columns(Reader.nquads_lines(lines))


# ---- the same bytes

SUM = """import hashlib, sys
from partnergraph.claims.claim_columns import scan_columns
from partnergraph.claims.columns_file import columns_bytes
from partnergraph.store import Reader
from pathlib import Path
print(hashlib.sha256(columns_bytes(scan_columns(Reader.at(Path(sys.argv[1]))))).hexdigest())
"""


def test_five_hash_seeds_in_processes_of_their_own_give_the_same_bytes(reference: Reader, tmp_path: Path) -> None:
    file = tmp_path / "graph.nq"
    file.write_bytes(gzip.decompress(KEELE_REFERENCE.read_bytes()))
    sums = {hashlib.sha256(columns_bytes(scan_columns(reference))).hexdigest()}
    for seed, zone in zip(("0", "1", "42", "4294967295", "random"), ("UTC", "Asia/Tokyo") * 3, strict=False):
        environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-c", SUM, str(file)], env=environment, capture_output=True, text=True, check=True
        )
        sums.add(done.stdout.strip())
    assert len(sums) == 1


# ---- damage


@pytest.fixture
def copy(keele: Path, tmp_path: Path) -> Path:
    """The generation of a build that may be damaged."""
    return Path(shutil.copytree((keele / "current").resolve(), tmp_path / "generation"))


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def change(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def of_another_version(file: Path) -> None:
    rewritten(file, "format", np.array([999], "<i4"))


def folder_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [Path.unlink, cut, change, empty, of_another_version, folder_there])
def test_a_damaged_file_counts_for_nothing(damage: Callable[[Path], None], copy: Path) -> None:
    right = (copy / FILE).read_bytes()
    damage(copy / FILE)
    reader = Reader.open(copy / "store")
    assert read_columns(copy / FILE) is None
    assert columns_bytes(claim_columns(reader)) == right


def test_no_changed_byte_is_trusted(reference: Reader, tmp_path: Path) -> None:
    """Whichever bit is turned: nothing is read, or what was written."""
    columns = scan_columns(reference)
    right, file = columns_bytes(columns), tmp_path / FILE
    refused = 0
    for place in range(0, len(right), 61):
        data = bytearray(right)
        data[place] ^= 1 << place % 8
        file.write_bytes(data)
        again = read_columns(file)
        refused += again is None
        assert again is None or columns_bytes(again) == right
    assert refused > len(right) // 61 * 0.8
    for length in range(0, len(right), 997):
        file.write_bytes(right[:length])
        assert read_columns(file) is None


def rewritten(file: Path, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
    """Put another array into a file, with the right sums."""
    with zipfile.ZipFile(file) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    data = io.BytesIO()
    np.lib.format.write_array(data, array, version=(1, 0))
    members[f"{name}.npy"] = data.getvalue()
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)


class Bomb:
    """An object that would write a file when it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return Path.write_text, (Path("exploded"), "x")  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "change_array"),
    [
        ("from_", lambda array: array + 1_000_000),
        ("to", lambda array: array - 1_000_000),
        ("from_", lambda array: array[1:]),
        ("from_", lambda array: array.astype("<i8")),
        ("kind", lambda array: array | 0x80),
        ("flags", lambda array: array | 0x80),
        ("bounds", lambda array: array + 4_000_000),
        ("bounds", lambda array: array.reshape(-1)),
        ("bounds", np.asfortranarray),
        ("entity_kind", lambda array: array + 10),
        ("stated_count", lambda array: array - 1),
        ("via", lambda array: array[:, ::-1] + 100_000),
        ("members", lambda array: array - 1_000),
        ("may_overlap", lambda array: array.reshape(-1)),
        ("labels_offsets", lambda array: array[::-1].copy()),
        ("labels_offsets", lambda array: array[:-1]),
        ("claims_offsets", lambda array: array + 1),
        ("labels", lambda array: array | 0x80),
        ("types", lambda array: array[:-1]),
        ("claims", lambda array: np.array([Bomb()], object)),
    ],
)
def test_columns_that_contradict_each_other_count_for_nothing(
    name: str, change_array: Callable[..., np.ndarray[tuple[int, ...], np.dtype[np.generic]]], copy: Path
) -> None:
    with zipfile.ZipFile(copy / FILE) as archive:
        array = np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")))
    rewritten(copy / FILE, name, array)
    assert read_columns(copy / FILE) is not None
    rewritten(copy / FILE, name, change_array(array))
    assert read_columns(copy / FILE) is None
    assert not Path("exploded").exists()


def test_texts_that_begin_inside_a_character_count_for_nothing(tmp_path: Path) -> None:
    reader = Reader.nquads_lines(claim_lines(f'<{E}a> <{SKOS.prefLabel}> "ÄÖ" .\n'))
    (tmp_path / FILE).write_bytes(columns_bytes(scan_columns(reader)))
    with zipfile.ZipFile(tmp_path / FILE) as archive:
        offsets = np.lib.format.read_array(io.BytesIO(archive.read("labels_offsets.npy")))
    assert offsets.tolist() == [0, 0, 4, 11]
    rewritten(tmp_path / FILE, "labels_offsets", np.array([0, 0, 3, 11], "<i8"))
    assert read_columns(tmp_path / FILE) is None


def test_a_compressed_file_is_refused(copy: Path) -> None:
    with zipfile.ZipFile(copy / FILE) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(copy / FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    assert read_columns(copy / FILE) is None


# ---- texts that are decoded when they are read


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30), st.data())
def test_a_text_column_reads_as_the_list_of_its_texts(texts: list[str], data: st.DataObject) -> None:
    packed, offsets = _packed(texts)
    column = TextColumn(str(packed[: offsets[1]].data, "utf-8"), packed.data, offsets[1:])
    assert column == texts
    assert texts == column
    assert len(column) == len(texts)
    assert list(column) == texts
    places = data.draw(st.slices(len(texts)))
    assert column[places] == texts[places]
    for place in range(-len(texts), len(texts)):
        assert column[place] == texts[place]
    with pytest.raises(IndexError):
        column[len(texts)]
    assert column != [*texts, "x"]
