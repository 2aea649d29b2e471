"""Workbooks of openpyxl without its temporary files: a full disk stops nothing halfway, and leaves nothing behind."""

from __future__ import annotations

import io
import zipfile
from typing import IO, Any

__all__ = ["save_workbook", "streaming_workbook"]


def streaming_workbook() -> Any:
    """A new workbook whose sheets take rows one after another (openpyxl's write-only mode), kept in memory as XML."""
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from openpyxl.worksheet._writer import WorksheetWriter

    class Sheet(WriteOnlyWorksheet):  # type: ignore[misc,unused-ignore]
        _writer: Any

        def _get_writer(self) -> None:
            if self._writer is None:
                self._writer = WorksheetWriter(self, io.BytesIO())
                self._writer.write_top()

    class Book(Workbook):  # type: ignore[misc,unused-ignore]
        def create_sheet(self, title: str | None = None, index: int | None = None) -> Any:
            sheet = Sheet(self, title)
            self._add_sheet(sheet, index)
            return sheet

    return Book(write_only=True)


def save_workbook(book: Any, out: IO[bytes]) -> None:
    """Write a workbook (openpyxl's usual one, or one of `streaming_workbook`) to an open file."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class Writer(ExcelWriter):  # type: ignore[misc,unused-ignore]
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

    Writer(book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)).save()
