"""Ids from names."""

from __future__ import annotations

import re
import unicodedata


def ascii_slug(text: str) -> str:
    """Small letters and digits of ASCII with hyphens between words, "" for a text without any.

    >>> ascii_slug("Ünited Partners (UK)")
    'united-partners-uk'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
