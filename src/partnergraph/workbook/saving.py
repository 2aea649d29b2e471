"""Saving workbooks of openpyxl: without its temporary files, of which a full disk leaves some behind, and without the
time of saving.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO, Any

__all__ = ["save_workbook", "streaming_workbook", "workbook_bytes"]

_TIME = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def streaming_workbook() -> Any:
    """A new workbook whose sheets take rows one after another (openpyxl's write-only mode), kept in memory as XML."""
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from openpyxl.worksheet._writer import WorksheetWriter

    class InMemorySheet(WriteOnlyWorksheet):  # type: ignore[misc,unused-ignore]
        _writer: Any

        def _get_writer(self) -> None:
            if self._writer is None:
                self._writer = WorksheetWriter(self, io.BytesIO())
                self._writer.write_top()

    class InMemoryWorkbook(Workbook):  # type: ignore[misc,unused-ignore]
        def create_sheet(self, title: str | None = None, index: int | None = None) -> Any:
            sheet = InMemorySheet(self, title)
            self._add_sheet(sheet, index)
            return sheet

    return InMemoryWorkbook(write_only=True)


def save_workbook(book: Any, out: IO[bytes]) -> None:
    """Write a workbook (openpyxl's usual one, or one of `streaming_workbook`) to an open file."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemoryWriter(ExcelWriter):  # type: ignore[misc,unused-ignore]
        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            if book.write_only:
                if not ws.closed:
                    ws.close()
                writer = ws._writer
            else:
                writer = WorksheetWriter(ws, io.BytesIO())
                writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], writer.out.getvalue())
            self.manifest.append(ws)

    InMemoryWriter(book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)).save()


def workbook_bytes(book: Any, saved_at: bytes) -> bytes:
    """The bytes of a workbook that says it was saved at a given time (2000-01-01T00:00:00Z): the same each time."""
    raw, output = io.BytesIO(), io.BytesIO()
    save_workbook(book, raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(output, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "docProps/core.xml":
                data = _TIME.sub(rb"\g<1>" + saved_at, data)
            target.writestr(zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return output.getvalue()
