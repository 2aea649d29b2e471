"""IRIs: their parts, and their grammar, so that a wrong one is a finding in its cell and no error of the engine."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_iri", "is_web_address", "label_from_iri", "last_segment"]


def _run(also: str) -> str:
    """A run of characters that an IRI may hold in every part, or of `also`, or percent-coded bytes."""
    no = re.escape("".join(c for c in '"#%/:<>?@[\\]^`{|}' if c not in also))
    return rf"(?:[^\x00-\x20\x7f-\x9f{no}]++|%[0-9A-Fa-f]{{2}})*+"


# RFC 3987, section 2.2: an absolute IRI with an optional fragment. Possessive throughout, so that a text that is none
# is refused in one pass. Characters beyond Latin-1 that an IRI may not hold are looked for apart.
_HOST = rf"(?:\[[0-9A-Fa-f:.]++\]|{_run('')})"
_AUTHORITY = rf"//(?:{_run(':')}@)?{_HOST}(?::[0-9]*+)?(?=[/?#]|\Z)"
_IRI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*+:(?:{_AUTHORITY}|(?!//)){_run(':@/')}(?:\?{_run(':@/?')})?(?:#{_run(':@/?')})?"
)
_LAST_OF_A_PLANE = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_NOWHERE = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff{_LAST_OF_A_PLANE}]")
_MAX_CACHED_LENGTH = 300  # characters; what is cached comes from outside, too
_ONLY_IN_THE_QUERY = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI.

    >>> [is_iri(text) for text in ("urn:x", "https://example.org/ü#a", "https://example.org/100%", "example.org", ":x")]
    [True, True, False, False, False]
    """
    return (_is_iri if len(text) <= _MAX_CACHED_LENGTH else _is_iri.__wrapped__)(text)


@lru_cache(100_000)
def _is_iri(text: str) -> bool:
    if _IRI.fullmatch(text) is None:
        return False
    if text.isascii():
        return True
    before, _, fragment = text.partition("#")
    outside_the_query = before.partition("?")[0] + fragment
    return not (_NOWHERE.search(text) or _ONLY_IN_THE_QUERY.search(outside_the_query))


def is_web_address(text: str) -> bool:
    """Whether a text is an address of the web that may stand in the graph.

    >>> is_web_address("https://example.org/a%20b?c#d")
    True
    >>> [is_web_address(text) for text in ("javascript:alert(1)", "https://example.org/a b", "https://", "example.org")]
    [False, False, False, False]
    """
    return re.match(r"https?://[^/?#]", text) is not None and is_iri(text)


def last_segment(iri: str) -> str:
    """The last part of an IRI: the code of a concept, the id of a record.

    >>> last_segment("https://w3id.org/partnergraph/code/part-of")
    'part-of'
    """
    return iri.rpartition("/")[2]


def label_from_iri(iri: str) -> str:
    """A label for what has none: the last part of its IRI in words.

    >>> label_from_iri("https://w3id.org/partnergraph/id/org/keele-university")
    'keele university'
    """
    return last_segment(iri).replace("-", " ")
