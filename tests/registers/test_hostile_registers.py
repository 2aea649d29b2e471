"""Files of registers that are broken, or made to harm: an error that names file and place, and nothing of it read."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.errors import DataError
from partnergraph.model.register_records import Grant, RecordCounts
from partnergraph.registers import grants360, gtr, local_authorities
from partnergraph.registers.safe_streams import csv_rows, json_values, open_stream, table_rows

HEAD = b"code,name\nA1,First\n"


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def _link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("link.csv")
    member.create_system, member.external_attr = 3, 0o120777 << 16
    return member


def _flagged(flags: int, method: int | None = None) -> bytes:
    """A zip archive whose member says of itself that it is encrypted, or packed in another way."""
    data = bytearray(_zip(("data.csv", HEAD)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + at
        struct.pack_into("<H", data, place, flags)
        if method is not None:
            struct.pack_into("<H", data, place + 2, method)
    return bytes(data)


def _spoiled(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


RANDOM = random.Random(5).randbytes(50_000)
# (noise that packs badly, so that cutting the archive cuts the content)
LONG = HEAD + b"".join(b"A%d,%d\n" % (n, random.Random(n).getrandbits(200)) for n in range(2000))

# name -> file name, content, words of the error. Read as CSV or as JSON, by the name.
HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "only a byte order mark": ("a.csv", b"\xef\xbb\xbf", "is empty"),
    "gzip cut in the content": ("a.csv.gz", gzip.compress(LONG)[:-3000], "ends too early"),
    "gzip cut in the end": ("a.csv.gz", gzip.compress(LONG)[:-4], "ends too early"),
    "gzip cut in the header": ("a.csv.gz", gzip.compress(HEAD)[:6], "ends too early"),
    "gzip with a wrong checksum": ("a.csv.gz", _spoiled(gzip.compress(LONG), -6), "damaged"),
    "gzip spoiled inside": ("a.csv.gz", _spoiled(gzip.compress(LONG), 3000), "damaged"),
    "gzip with rubbish behind": ("a.csv.gz", gzip.compress(HEAD) + b"rubbish", "damaged"),
    "gzip of gzip": ("a.csv.gz", gzip.compress(gzip.compress(HEAD)), "content is a gzip"),
    "gzip of zip": ("a.csv.gz", gzip.compress(_zip(("a.csv", HEAD))), "content is a zip"),
    "gzip of nothing": ("a.csv.gz", gzip.compress(b""), "is empty"),
    "plain text called gz": ("a.csv.gz", HEAD, "not a .gz archive"),
    "plain text called zip": ("a.zip", HEAD, "not a .zip archive"),
    "zip cut": ("a.zip", _zip(("a.csv", LONG))[:-40], "damaged or ends too early"),
    "zip cut at the front": ("a.zip", _zip(("a.csv", LONG))[:10], "damaged or ends too early"),
    "zip spoiled inside": ("a.zip", _spoiled(_zip(("a.csv", LONG)), 3000), "damaged"),
    "zip with nothing in it": ("a.zip", _zip(), "no data file"),
    "zip without data": ("a.zip", _zip(("readme.txt", b"x")), "no data file"),
    "zip with dots in a path": ("a.zip", _zip(("../../a.csv", HEAD)), "leads out"),
    "zip with dots after a folder": ("a.zip", _zip(("b/../../a.csv", HEAD)), "leads out"),
    "zip with an absolute path": ("a.zip", _zip(("/etc/a.csv", HEAD)), "leads out"),
    "zip with a drive": ("a.zip", _zip(("C:\\a.csv", HEAD)), "leads out"),
    "zip with dots and backslashes": ("a.zip", _zip(("..\\a.csv", HEAD)), "leads out"),
    "zip with a bad path beside the data": ("a.zip", _zip(("a.csv", HEAD), ("../x.txt", b"x")), "leads out"),
    "zip with control characters in a name": ("a.zip", _zip(("a\x1b[2J.csv", HEAD)), "control characters"),
    "zip with a link": ("a.zip", _zip((_link(), b"/etc/passwd")), "a link"),
    "zip encrypted": ("a.zip", _flagged(1), "encrypted"),
    "zip packed by LZMA": ("a.zip", _zip(("a.csv", HEAD), method=zipfile.ZIP_LZMA), "unusual"),
    "zip packed in an unknown way": ("a.zip", _flagged(0, 97), "unusual"),
    "zip in zip": ("a.zip", _zip(("a.zip", _zip(("a.csv", HEAD)))), "archive in an archive"),
    "zip in zip, called csv": ("a.zip", _zip(("a.csv", _zip(("a.csv", HEAD)))), "content is a zip"),
    "zip with thousands of files": ("a.zip", _zip(*((f"{n}.csv", b"x") for n in range(1500))), "1500 files"),
    "zip with a directory that has no end": ("a.zip", _zip(*((f"{n:099}.csv", b"") for n in range(9000))), "too many"),
    "a spreadsheet called csv": ("a.csv", _zip(("xl/workbook.xml", b"<x/>")), "no data file"),
    "a PDF called csv": ("a.csv", b"%PDF-1.7\n", "content is a PDF"),
    "UTF-16": ("a.csv", HEAD.decode().encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": ("a.csv", HEAD.decode().encode("utf-16-le"), "row 1: The table holds a NUL"),
    "UTF-32": ("a.csv", HEAD.decode().encode("utf-32"), "UTF-16 or UTF-32"),
    "UTF-8, then Windows-1252": ("a.csv", HEAD + "B,Łódź\n".encode() + b"C,Caf\xe9\n", "row 4: The table is not UTF-8"),
    "neither UTF-8 nor Windows-1252": ("a.csv", HEAD + b"C,Caf\x81\xe9\n", "row 3: The table is not UTF-8"),
    "NUL in a cell": ("a.csv", HEAD + b"B,No\x00rth\n", "row 3: The table holds a NUL"),
    "random bytes": ("a.csv", RANDOM, "row 1"),
    "a cell of 20 MB in quotation marks": ("a.csv", HEAD + b'B,"' + b"x\n" * 10_000_000 + b'"\n', "row 3"),
    "a cell of 20 MB on one line": ("a.csv", HEAD + b"B," + b"x" * 20_000_000 + b"\n", "row 3: The line is longer"),
    "a cell of 2 MB": ("a.csv", HEAD + b"B," + b"x" * 2_000_000 + b"\n", "row 3: The table cannot be read on"),
    "a quotation mark that is not closed": ("a.csv", HEAD + b'B,"North\nC,South\n', "row 3: The table cannot"),
    "text behind a quotation mark": ("a.csv", HEAD + b'B,"North"x\n', "row 3: The table cannot"),
    "a row of 100,000 cells": ("a.csv", HEAD + b"," * 100_000 + b"\n", "row 3: The row has 100001 cells"),
    "JSON: empty": ("a.json", b"  \n ", "row 1: The file holds no records"),
    "JSON: cut in a string": ("a.json", b'[{"id": "1"},\n{"id": "2', "Line 2: This is not JSON: Unterminated"),
    "JSON: cut between": ("a.json", b'[{"id": "1"},\n', "Line 2: This is not JSON"),
    "JSON: cut after a value": ("a.json", b'[{"id": "1"}\n', "Line 2: Here a comma or ]"),
    "JSON: a comma too few": ("a.json", b'[{"id": 1}\n\n {"id": 2}]', "Line 3: Here a comma or ]"),
    "JSON: single quotation marks": ("a.json", b"[{'id': 1}]" + b" " * 100, "Line 1: This is not JSON"),
    "JSON: text behind": ("a.json", b'[{"id": 1}]\nrubbish', "Line 2: Here stands neither"),
    "JSON: a number": ("a.json", b"42", "Line 1: Here stands neither"),
    "JSON: nested 200 deep": ("a.json", b"[" * 200 + b"]" * 200, "nested more than 100 deep"),
    "JSON: nested a million deep": ("a.json", b"[" * 1_000_000, "nested more than 100 deep"),
    "JSON: objects a million deep": ("a.json", b'{"a":' * 1_000_000, "nested more than 100 deep"),
    "JSON: a number of 100,000 digits": ("a.json", b'[{"n": ' + b"9" * 100_000 + b"}]", "Line 1: The value is refused"),
    "JSON: a number out of range": ("a.json", b'[\n{"n": 1e999}]', "Line 2: The value is refused: a number is too"),
    "JSON: NaN": ("a.json", b'[{"n": NaN}]', "NaN is not a number"),
    "JSON: minus infinity": ("a.json", b'[{"n": -Infinity}]', "-Infinity is not a number"),
    "JSON: a key twice": ("a.json", b'[{"id": 1},\n{"id": 2, "id": 3}]', "Line 2: The value is refused: the key 'id'"),
    "JSON: half a character": ("a.json", b'[{"id": "\\ud800"}]', "half a character"),
    "JSON: NUL written out": ("a.json", b'[{"id": "a\\u0000b"}]', "NUL"),
    "JSON: NUL": ("a.json", b'[{"id": "a"},\n\x00]', "Line 2: The file holds a NUL"),
    "JSON: a string of 20 MB": ("a.json", b'[{"id": "' + b"x" * 20_000_000 + b'"}]', "longer than 16000000"),
    "JSON: a string that never ends": ("a.json", b'["' + b"x" * 40_000_000, "longer than 16000000"),
    "JSON: Latin-1": ("a.json", b'[{"id": "a"},\n{"id": "Caf\xe9"}]', "Line 2: the file is not UTF-8"),
    "JSON: cut in a character": ("a.json", b'[{"id": "' + "é".encode()[:1], "Line 1: the file is not UTF-8"),
    "JSON: UTF-16": ("a.json", '[{"id": 1}]'.encode("utf-16"), "UTF-16"),
    "JSON: random bytes": ("a.json", RANDOM, "Line 1"),
    "JSON: lines, one of them broken": ("a.jsonl", b'{"id": 1}\n{"id": 2\n{"id": 3}\n', "This is not JSON"),
    "JSON: a control character in a string": ("a.json", b'[{"id": "a\nb"}]' + b" " * 99, "Invalid control character"),
}  # fmt: skip


def _read(path: Path) -> list[object]:
    with open_stream(path) as source:
        return list(csv_rows(source) if ".json" not in path.name else json_values(source))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_file_and_place(kind: str, tmp_path: Path) -> None:
    name, content, words = HOSTILE[kind]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        _read(path)
    (finding,) = caught.value.findings
    assert words in str(finding) == str(caught.value)
    assert finding.severity == "error"
    assert finding.fix
    assert finding.place is not None
    assert finding.place.file.split("/")[0] == name
    assert "\x00" not in str(finding)
    assert "\x1b" not in str(finding)


def _missing(path: Path) -> None:
    assert not path.exists()


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _circle(path: Path) -> None:
    path.symlink_to(path)


def _outside(path: Path) -> None:
    target = path.parent.parent / "outside.csv"
    target.write_bytes(HEAD)
    path.symlink_to(target)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [_missing, _folder, _pipe, _circle, _outside, _device], ids=lambda f: f.__name__[1:])
def test_what_is_no_file_of_the_folder_is_refused(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "a.csv"
    make(path)
    with pytest.raises(DataError) as caught, open_stream(path, "registers/a.csv", inside=folder):
        pass
    assert str(caught.value).startswith("registers/a.csv: ")
    assert [finding.place and finding.place.file for finding in caught.value.findings] == ["registers/a.csv"]


def test_a_path_with_a_nul_is_refused() -> None:
    with pytest.raises(DataError, match="not a path"), open_stream(Path("a\x00.csv")):
        pass


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(DataError, match=r"a\.csv: The file cannot be opened: Permission denied"), open_stream(path):
            pass
    finally:
        if root:
            os.seteuid(0)


def test_what_the_user_of_a_file_raises_is_not_taken_for_a_fault_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD)
    for problem in (OSError("disk full"), ValueError("mine")):
        with pytest.raises(type(problem), match=str(problem)), open_stream(path):
            raise problem


def test_a_table_without_a_wanted_column_names_those_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for content, words in (
        (HEAD, "row 1: The table has no column 'id'. Its columns are: code, name"),
        (b"id,name,id\n", "row 1: The column 'id' stands there twice"),
        (b"\n\n", "row 1: The table has no rows"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=words), open_stream(path) as source:
            list(table_rows(source, ["id"]))


def test_a_file_that_breaks_at_the_end_gives_an_error_though_its_first_rows_are_right(tmp_path: Path) -> None:
    """Whoever reads must throw away what came before: the reader never ends as if all had been well."""
    head = "FundingOrgName,ProjectReference,LeadROName,Title,FundingOrgId,LeadROId\n"
    row = "F,{},L,T,,\n"
    text = head + "".join(row.format(number) for number in range(20_000))
    path = tmp_path / "gtr.csv.gz"
    path.write_bytes(gzip.compress(text.encode())[:-1000])
    tally = RecordCounts()
    with pytest.raises(DataError, match=r"gtr\.csv\.gz: .*ends too early"), open_stream(path) as source:
        list(gtr.read(source, tally))
    assert 0 < tally.read < 20_000


def test_text_that_makes_careless_patterns_slow_is_read_at_once(tmp_path: Path) -> None:
    """Patterns that begin anew at every letter would take hours for these."""
    grant = {
        "id": "1", "awardDate": "9" * 900_000, "amountAwarded": "1," * 900_000, "currency": "GBP",
        "title": "x" * 900_000, "url": "a" * 900_000 + "@", "fundingOrganization": {"name": "y." * 900_000},
        "recipientOrganization": {"name": "z", "charityNumber": "0." * 900_000, "companyNumber": ".0" * 900_000 + "x"},
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps([grant]))
    began = time.process_time()
    with open_stream(tmp_path / "a.json") as source:
        found = list(grants360.read(source, RecordCounts()))
    assert time.process_time() - began < 10
    assert isinstance(found[-1], Grant)
    assert all(len(str(finding)) < 2_000_000 for finding in found[:-1])
    assert len(found) > 3


def test_a_table_of_another_format_is_refused_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEAD)
    for reader in (gtr.read, local_authorities.read, local_authorities.read_hierarchy):
        with pytest.raises(DataError, match="has no column"), open_stream(path) as source:
            list(reader(source, RecordCounts()))


BOMBS = """
import gzip, io, json, re, sys, zipfile, zlib
from pathlib import Path
from partnergraph.errors import DataError
from partnergraph.registers.safe_streams import open_stream, csv_rows, json_values

folder = Path(sys.argv[1])
said = {}

def packed(first, block, times, last=b""):
    parts, packer = [], zlib.compressobj(9, zlib.DEFLATED, 31)
    parts.append(packer.compress(first))
    parts += [packer.compress(block) for _ in range(times)]
    return b"".join([*parts, packer.compress(last), packer.flush()])

def zipped(block, times):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(times):
            member.write(block)
    return bytearray(out.getvalue())

line = (b"a," * 100 + b"b\\n") * 5_000
(folder / "rows.csv.gz").write_bytes(packed(b"", line, 100))
(folder / "one-line.csv.gz").write_bytes(packed(b"", b"a" * 1_000_000, 120))
(folder / "spaces.json.gz").write_bytes(packed(b"[", b" " * 1_000_000, 120))
(folder / "string.json.gz").write_bytes(packed(b'["', b"a" * 1_000_000, 120))
(folder / "lists.json.gz").write_bytes(packed(b"[", (b'["' + b"a" * 994 + b'"],') * 1_000, 100, b"1]"))
(folder / "one-list.json.gz").write_bytes(packed(b"[[", b"{}," * 330_000, 60, b"1]]"))
(folder / "commas.csv.gz").write_bytes(packed(b"", b"," * 1_000_000, 15, b"\\n"))
bomb = zipped(line, 100)
(folder / "rows.zip").write_bytes(bomb)
for mark, at in ((b"PK\\x03\\x04", 22), (b"PK\\x01\\x02", 24)):  # a size that is a lie
    place = bomb.index(mark) + at
    bomb[place : place + 4] = (100).to_bytes(4, "little")
(folder / "liar.zip").write_bytes(bomb)
for path in sorted(folder.iterdir()):
    try:
        with open_stream(path) as source:
            count = sum(1 for _ in (json_values(source) if ".json" in path.name else csv_rows(source)))
        said[path.name] = f"read {count}"
    except DataError as error:
        said[path.name] = str(error)
# Not getrusage: its maximum begins with that of the process that started this one.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps({"said": said, "peak": peak}))
"""


def test_bombs_are_stopped_in_little_memory(tmp_path: Path) -> None:
    run = [sys.executable, "-c", BOMBS, str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout)
    said = told["said"]
    assert said.keys() == {path.name for path in tmp_path.iterdir()}
    for name, text in said.items():
        assert text.startswith(f"{name}"), f"{name} was taken: {text}"
    for name in ("rows.csv.gz", "rows.zip", "spaces.json.gz", "lists.json.gz"):
        assert "holds more than" in said[name], said[name]
    assert "damaged" in said["liar.zip"]
    assert told["peak"] < 500_000, f"{told['peak']} KB"
