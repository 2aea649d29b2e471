"""The site's own files: styles, scripts and whatever else stands in `static/`, which never changes while it runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent / "static"
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

        content = (css(LOOKS) + _named_families()).encode()
    else:
        path = HERE / name
        if path.suffix not in MEDIA or not path.resolve().is_relative_to(HERE) or not path.is_file():
            return None
        content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return content, MEDIA[Path(name).suffix], tag


def _named_families() -> str:
    """The fills once more, by the name of the family."""
    from partnergraph.page.palette import LOOKS

    light, dark = (
        "".join(f".family-{name}{{fill:{colour}}}" for name, colour in fills)
        for fills in (
            [(name, look.light) for name, look in LOOKS.items()],
            [(name, look.dark) for name, look in LOOKS.items()],
        )
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark){{{dark}}}\n"
