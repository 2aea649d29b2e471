"""The site's own files, styles and scripts: what stands in `static/` and `vendor/`, and the colours."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE / "static", HERE / "vendor")
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# The colours are not a file: they are those of `partnergraph.page.palette`, in light and dark.
COLOURS = "colours.css"


@cache
def file(name: str) -> tuple[bytes, str, str] | None:
    """A file by its name: content, media type and entity tag; None when there is none."""
    if name == COLOURS:
        from partnergraph.page.palette import LOOKS, css

        content = css(LOOKS).encode()
    else:
        found = [path for path in (folder / name for folder in FOLDERS) if path.is_file()]
        if not found or found[0].suffix not in MEDIA or found[0].resolve().parent not in FOLDERS:
            return None
        content = found[0].read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return content, MEDIA[Path(name).suffix], tag
