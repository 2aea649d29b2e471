"""An archive is judged by its directory before anything of it is read."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from partnergraph.reading.archive import directory_size
from partnergraph.tables.safe_zip import MAX_DIRECTORY_LENGTH, SafeZip
from partnergraph.tables.sheet import FileRefused
from tests.tables.spreadsheets import packed, parts


def _many(number: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for one in range(number):
            archive.writestr(f"xl/worksheets/sheet{one}.xml", b"")
    return made.getvalue()


def test_the_size_of_the_directory_is_what_zipfile_reads() -> None:
    for data in (packed(parts()), _many(10), _many(0)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = sum(46 + len(part.filename) + len(part.extra) + len(part.comment) for part in archive.infolist())
        assert directory_size(io.BytesIO(data)) == listed


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"x" * 100_000, b"PK\x05\x06" * 10])
def test_what_is_no_archive_has_no_directory_or_a_nonsensical_one(data: bytes) -> None:
    size = directory_size(io.BytesIO(data))
    assert size is None or size > len(data)


def test_a_directory_of_a_million_parts_is_refused_before_it_is_read() -> None:
    data = _many(1)
    entry = data[data.index(b"PK\x01\x02") : data.rindex(b"PK\x05\x06")]
    directory = entry * 1_000_000
    at = data.index(b"PK\x01\x02")
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(directory), at, 0)
    hostile = data[:at] + directory + end
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(FileRefused, match=f"longer than {MAX_DIRECTORY_LENGTH:,} bytes"):
        SafeZip(hostile)
    assert time.process_time() - begun < 1
    assert tracemalloc.get_traced_memory()[1] < 2 * len(hostile)
    tracemalloc.stop()


def test_a_directory_that_only_the_long_form_of_its_end_tells_is_refused() -> None:
    data = packed(parts())
    start = data.rindex(b"PK\x05\x06")
    long = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 5_000_000, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, start, 1)
    assert directory_size(io.BytesIO(data[:start] + long + locator + data[start:])) == 5_000_000
    with pytest.raises(FileRefused, match="directory"):
        SafeZip(data[:start] + long + locator + data[start:])


def test_of_two_ends_the_larger_counts() -> None:
    """One reader takes the last that it finds, another the one at the very end."""
    data = packed(parts())
    small = b"PK\x05\x06" + bytes(18)
    large = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 9_000_000, 0, 0)
    assert directory_size(io.BytesIO(data + small + large)) == 9_000_000
    assert directory_size(io.BytesIO(data + large)) == 9_000_000
