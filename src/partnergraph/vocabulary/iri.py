"""The grammar of IRIs, so that a wrong address is a finding in its cell and never an error of the engine."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_iri", "is_web_address"]

# RFC 3987, section 2.2: an absolute IRI with an optional fragment. Possessive throughout, so that a text that is none
# is refused in one pass.
_PLANES = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 15))
_OPEN = f"A-Za-z0-9._~!$&'()*+,;=\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{_PLANES}-"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_CODED = "%[0-9A-Fa-f]{2}"
_HOST = rf"(?:\[[0-9A-Fa-f:.]++\]|(?:[{_OPEN}]++|{_CODED})*+)"
_AUTHORITY = rf"//(?:(?:[{_OPEN}:]++|{_CODED})*+@)?{_HOST}(?::[0-9]*+)?(?=[/?#]|\Z)"
_IRI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*+:(?:{_AUTHORITY}|(?!//))(?:[{_OPEN}:@/]++|{_CODED})*+"
    rf"(?:\?(?:[{_OPEN}:@/?{_PRIVATE}]++|{_CODED})*+)?(?:#(?:[{_OPEN}:@/?]++|{_CODED})*+)?"
)


@lru_cache(100_000)
def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI.

    >>> [is_iri(text) for text in ("urn:x", "https://example.org/ü#a", "https://example.org/100%", "example.org", ":x")]
    [True, True, False, False, False]
    """
    return _IRI.fullmatch(text) is not None


def is_web_address(text: str) -> bool:
    """Whether a text is an address of the web that may stand in the graph.

    >>> is_web_address("https://example.org/a%20b?c#d")
    True
    >>> [is_web_address(text) for text in ("javascript:alert(1)", "https://example.org/a b", "https://", "example.org")]
    [False, False, False, False]
    """
    return re.match(r"https?://[^/?#]", text) is not None and is_iri(text)
