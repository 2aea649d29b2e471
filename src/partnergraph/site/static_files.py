"""Styles, scripts and images: the files of `static/` and `vendor/`, the colours, and what drawn pages share."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

SITE = Path(__file__).resolve().parent
FOLDERS = (SITE / "static", SITE / "vendor")
SHARED = SITE.parent / "page" / "templates" / "status.js"
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# The colours are not a file: they are those of `partnergraph.palette`, in light and dark.
COLOURS = "colours.css"


def static_file(name: str) -> tuple[bytes, str, str] | None:
    """A file by its name: content, media type and entity tag; None when there is none."""
    return _content(name) if name == COLOURS or name in _paths() else None


@cache
def _paths() -> dict[str, Path]:
    """Every file by its name, so that no name that is asked for reaches the file system."""
    paths = (path for folder in FOLDERS for path in sorted(folder.iterdir()))
    by_name: dict[str, Path] = {}
    for path in paths:
        if path.suffix in MEDIA and path.is_file() and path.resolve().parent in FOLDERS:
            by_name.setdefault(path.name, path)
    return by_name | {SHARED.name: SHARED}


@cache
def _content(name: str) -> tuple[bytes, str, str]:
    if name == COLOURS:
        from partnergraph.palette import LOOKS, css_variables

        content = css_variables(LOOKS).encode()
    else:
        content = _paths()[name].read_bytes()
    return content, MEDIA[Path(name).suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"'
