"""The columns of a graph's claims in a file of NumPy's format `npz`: the same columns have the same bytes. Numbers are
little-endian, and nothing in it names a clock or a system.

Nothing in a file is trusted: objects are never loaded, and shapes, types, ranges and checksums are looked at first.
"""

from __future__ import annotations

import io
import operator
import os
import struct
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from partnergraph.claims.claim_columns import ENTITY_KINDS, FORMAT, NO_EVIDENCE, OPEN_END, ClaimColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Each text column is two arrays: bytes, and where each text begins in them.
_TEXTS = ("entities", "labels", "types", "claims", "kinds")
_CLAIM_ARRAYS = {"from_": "<i4", "to": "<i4", "kind": "|u1", "flags": "|u1", "bounds": "<i4"}
_ENTITY_ARRAYS = {"entity_kind": "|u1", "stated_count": "<i4"}
_PAIRS = {"via": "<i4", "members": "<i4", "may_overlap": "<i4", "successions": "<i4"}
_ARRAYS = _CLAIM_ARRAYS | _ENTITY_ARRAYS | _PAIRS
# All that reading a damaged archive or array raises.
_DAMAGE = (
    *(OSError, ValueError, KeyError, EOFError, RuntimeError, TypeError, IndexError, OverflowError),
    *(struct.error, zipfile.BadZipFile),
)
_AT_ONCE = 10_000  # texts


class TextColumn(Sequence[str]):
    """Texts that are decoded when they are read: a million identifiers in the memory of their bytes.

    `offsets` (int64, n + 1): text i is `prefix` and the bytes of `data` from `offsets[i]` to `offsets[i + 1]`.
    """

    def __init__(self, prefix: str, data: memoryview, offsets: NDArray[np.int64]) -> None:
        self._prefix, self._data, self._offsets = prefix, data, offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = operator.index(index)
        place += len(self) if place < 0 else 0
        if not 0 <= place < len(self):
            raise IndexError(f"{index}: there are {len(self)} texts")
        return self._prefix + str(self._data[self._offsets[place] : self._offsets[place + 1]], "utf-8")

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _AT_ONCE):
            offsets = self._offsets[start : start + _AT_ONCE + 1].tolist()
            for begin, end in pairwise(offsets):
                yield self._prefix + str(self._data[begin:end], "utf-8")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]


def columns_bytes(columns: ClaimColumns) -> bytes:
    """The columns as the bytes of an `npz` file."""
    import numpy as np

    arrays: dict[str, NDArray[Any]] = {"format": np.array([FORMAT], "<i4")}
    for name in _TEXTS:
        arrays[name], arrays[f"{name}_offsets"] = _packed(getattr(columns, name))
    arrays |= {name: np.ascontiguousarray(getattr(columns, name), dtype) for name, dtype in _ARRAYS.items()}
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy")  # of 1980, whatever the clock says
            member.create_system = 3  # else it names the system that it was written on
            archive.writestr(member, data.getbuffer())
    return output.getvalue()


def _packed(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts as bytes, and where each ends; the first is what all begin with, which the others leave out."""
    import numpy as np

    prefix = os.path.commonprefix([min(texts), max(texts)]) if texts else ""  # noqa: RUF071 (of texts, not of paths)
    encoded = [prefix.encode(), *(text[len(prefix) :].encode() for text in texts)]
    offsets = np.zeros(len(encoded) + 1, "<i8")
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def read_columns(file: Path) -> ClaimColumns | None:
    """The columns in a file; None where there is none, one of another version, or one that is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _checked(archive, file.stat().st_size)
    except _DAMAGE:
        return None


def _checked(archive: zipfile.ZipFile, size: int) -> ClaimColumns:
    """The columns in an archive. Raises one of `_DAMAGE`, mostly `ValueError`, where anything is not as it must be."""
    if _array(archive, "format", "<i4", size).tolist() != [FORMAT]:
        raise ValueError("the columns are of another version")
    entities, labels, types, claims, kinds = (_text_column(archive, name, size) for name in _TEXTS)
    arrays = {name: _array(archive, name, dtype, size) for name, dtype in _ARRAYS.items()}
    _check_shapes(arrays, len(claims), len(entities), {len(labels), len(types)})
    last = len(entities) - 1
    ranges = {
        **{"from_": last, "to": last, "kind": len(kinds) - 1, "flags": 2 * NO_EVIDENCE - 1, "bounds": OPEN_END},
        **{"entity_kind": len(ENTITY_KINDS) - 1, "stated_count": 2**31 - 1, "members": last},
        **{"may_overlap": last, "successions": last, "via": max(last, len(claims) - 1)},
    }
    for name, maximum in ranges.items():
        _check_range(arrays[name], maximum)
    for column, maximum in ((0, len(claims) - 1), (1, last)):
        _check_range(arrays["via"][:, column], maximum)
    return ClaimColumns(list(entities), list(labels), types=list(types), claims=claims, kinds=tuple(kinds), **arrays)


def _check_shapes(arrays: dict[str, NDArray[Any]], claims: int, entities: int, others: set[int]) -> None:
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(_CLAIM_ARRAYS, (claims,)) | {"bounds": (claims, 4)}
    shapes |= dict.fromkeys(_ENTITY_ARRAYS, (entities,)) | {name: (len(arrays[name]), 2) for name in _PAIRS}
    if others != {entities} or any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("the columns are of different lengths")


def _check_range(array: NDArray[Any], maximum: int) -> None:
    if array.size and (array.min() < 0 or array.max() > maximum):
        raise ValueError("a number in the columns is out of range")


def _array(archive: zipfile.ZipFile, name: str, dtype: str, size: int) -> NDArray[Any]:
    """An array in the memory of its bytes; the archive checks their sum."""
    import numpy as np

    member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > size:
        raise ValueError(f"the column {name} is not as a build writes it")
    data = archive.read(member)
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError(f"the column {name} is of another version")
    shape, by_columns, stored = np.lib.format.read_array_header_1_0(stream)
    if by_columns or stored.str != dtype:
        raise ValueError(f"the column {name} is of another type")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape)


def _text_column(archive: zipfile.ZipFile, name: str, size: int) -> TextColumn:
    import numpy as np

    data, offsets = _array(archive, name, "|u1", size), _array(archive, f"{name}_offsets", "<i8", size)
    if data.ndim != 1 or offsets.ndim != 1 or len(offsets) < 2:
        raise ValueError(f"the column {name} is of another shape")
    if offsets[0] != 0 or offsets[-1] != len(data) or np.any(offsets[1:] < offsets[:-1]):
        raise ValueError(f"the texts of the column {name} lie outside of it")
    view = data.data
    if np.any(data >= 0x80):
        str(view, "utf-8")
        inner = offsets[offsets < len(data)]
        if np.any(data[inner] & 0xC0 == 0x80):
            raise ValueError(f"a text of the column {name} begins inside a character")
    return TextColumn(str(view[: offsets[1]], "utf-8"), view, offsets[1:])
