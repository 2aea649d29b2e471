"""Characters that XML 1.0 forbids (section 2.2), so that no format made of XML can carry them, not even escaped."""

from __future__ import annotations

import re

# Control characters, halves of surrogate pairs, and the two last of the first plane.
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def replace_forbidden(text: str) -> str:
    """A text with the replacement character (U+FFFD) for each character that XML forbids.

    >>> replace_forbidden("a\\x00b")
    'a�b'
    """
    return FORBIDDEN.sub("\ufffd", text)
