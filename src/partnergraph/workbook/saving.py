"""A workbook of openpyxl -> its bytes, without temporary files, so that no full disk can stop it halfway."""

from __future__ import annotations

import io
import zipfile
from typing import IO, Any

__all__ = ["save"]


def save(book: Any, out: IO[bytes]) -> None:
    """Write a workbook to an open file. (openpyxl itself writes each sheet to a temporary file first.)"""
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class Writer(ExcelWriter):  # type: ignore[misc,unused-ignore]
        def write_worksheet(self, ws: Any) -> None:
            sheet = io.BytesIO()
            writer = WorksheetWriter(ws, sheet)
            writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], sheet.getvalue())
            self.manifest.append(ws)

    Writer(book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)).save()
