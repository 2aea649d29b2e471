"""Forms, checksums and normal forms of identifiers.

A checksum shows that an identifier is well formed, not that it is the body's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from partnergraph.vocabulary.iri import is_web_address, last_segment

# Addresses, which several bodies may share: they identify none of them.
SHARED_SCHEMES = frozenset(["website", "wikipedia"])
MAX_SPELLINGS = 20
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's alphabet, without i, l, o and u


def is_ror(value: str) -> bool:
    """ROR: 0, six characters of Crockford's base 32, two check digits by ISO/IEC 7064 MOD 97-10.

    >>> is_ror("https://ror.org/00340yn33"), is_ror("https://ror.org/00340yn34")
    (True, False)
    """
    match = re.fullmatch(r"(?:https://ror\.org/)?(0[0-9a-hj-km-np-tv-z]{6})([0-9]{2})", value)
    if match is None:
        return False
    number = 0
    for character in match[1]:
        number = number * 32 + _BASE32.index(character)
    return 98 - (number * 100) % 97 == int(match[2])


def is_isni(value: str) -> bool:
    """ISNI: sixteen digits, the last a check character by ISO/IEC 7064 MOD 11-2 (ISO 27729).

    >>> is_isni("0000 0004 0415 6205"), is_isni("0000 0004 0415 6206")
    (True, False)
    """
    bare = value.replace(" ", "")
    if not re.fullmatch(r"[0-9]{15}[0-9X]", bare):
        return False
    total = 0
    for digit in bare[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return bare[15] == ("X" if check == 10 else str(check))


def _form(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


# Scheme -> test, and how a right one looks.
SCHEMES: dict[str, tuple[Callable[[str], bool], str]] = {
    "ror": (is_ror, "https://ror.org/00340yn33, its last two digits a checksum"),
    "isni": (is_isni, "0000 0004 0415 6205, its last character a checksum"),
    "ods": (_form(r"[A-Z0-9]{3,10}"), "RRE: capital letters and digits"),
    "gss": (_form(r"[EWSNKJLM]\d{8}"), "E08000026: a letter and eight digits"),
    "ukprn": (_form(r"1\d{7}"), "10007767: eight digits that begin with 1"),
    "companies-house": (_form(r"(?:\d{8}|(?:[A-Z]{2}|R0)\d{6})"), "00490500: eight digits, or two letters and six"),
    "charity-ew": (_form(r"\d{6,7}(?:-\d{1,3})?"), "207711: six or seven digits"),
    "charity-sc": (_form(r"SC\d{6}"), "SC041156: SC and six digits"),
    "crossref-funder": (_form(r"(?:https://doi\.org/10\.13039/)?(?:501100|100)\d{3,9}"), "501100005044"),
    "grid": (_form(r"grid\.\d+\.[0-9a-f]{1,2}"), "grid.9757.c"),
    "wikidata": (_form(r"Q[1-9]\d*"), "Q1737734"),
    "hesa": (_form(r"\d{4}"), "0121: four digits"),
    "gtr": (_form(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "FC59975E-26E8-4A62-ABD8-A570DC6ABF06"),
    "org-id": (_form(r"[A-Z]{2}-[A-Z0-9]+-.+"), "GB-LAE-COV"),
    "local-authority-code": (_form(r"[A-Z]{3}"), "COV: three capital letters"),
    "website": (is_web_address, "https://www.keele.ac.uk"),
    "wikipedia": (_form(r"https?://[a-z-]+\.wikipedia\.org/wiki/\S+"), "https://en.wikipedia.org/wiki/Keele_University"),
}  # fmt: skip


def identifier_problem(scheme: str, value: str) -> tuple[str, str] | None:
    """What is wrong with an identifier and what to do, or None. Schemes without a known form are taken as they are.

    >>> identifier_problem("hesa", "121")[0]
    "'121' is not a well-formed hesa identifier."
    """
    test, looks = SCHEMES.get(scheme, (None, ""))
    if test is None or test(value):
        return None
    return (
        f"'{value}' is not a well-formed {scheme} identifier.",
        f"It should look like {looks}. Compare it with the register.",
    )


def normalise_identifier(scheme: str, value: str) -> str:
    """The normal form of an identifier: two that are written differently and mean the same have the same one.

    It is bare (without the address of its register), without spaces, in lower case; a web address is without its
    scheme.

    >>> normalise_identifier("isni", "0000 0004 0415 6205"), normalise_identifier("ror", "https://ror.org/00340yn33")
    ('0000000404156205', '00340yn33')
    >>> normalise_identifier("wikidata", "http://www.wikidata.org/entity/Q42")
    'q42'
    >>> normalise_identifier("website", "http://www.keele.ac.uk/")
    'www.keele.ac.uk'
    """
    text = value.strip()
    if scheme in SHARED_SCHEMES:
        return text.casefold().removeprefix("https://").removeprefix("http://").rstrip("/")
    text = text.removeprefix("https://ror.org/").removeprefix("https://doi.org/10.13039/").rstrip("/")
    if "://" in text:
        bare = last_segment(text)
        text = bare if scheme in SCHEMES and SCHEMES[scheme][0](bare) else text
    if scheme == "isni":
        text = text.replace("-", "")
    return text.replace(" ", "").casefold()


def identifier_spellings(scheme: str, value: str) -> list[str]:
    """The ways in which an identifier may be written in a graph, at most `MAX_SPELLINGS`, to look it up by each.

    >>> identifier_spellings("ror", "https://ror.org/00340yn33"), identifier_spellings("gss", "e08000026 ")
    (['https://ror.org/00340yn33', '00340yn33'], ['e08000026', 'E08000026'])
    """
    text = value.strip()
    spellings = [text]
    if scheme in SHARED_SCHEMES:
        bare = text.removeprefix("https://").removeprefix("http://").rstrip("/")
        spellings += [f"{start}{bare}{end}" for start in ("https://", "http://") for end in ("", "/")]
    elif scheme == "ror":
        bare = last_segment(text.rstrip("/")).lower()
        spellings += [f"https://ror.org/{bare}", bare]
    elif scheme == "isni":
        bare = last_segment(text.rstrip("/")).replace(" ", "").replace("-", "").upper()
        spellings += [bare, " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))]
    elif "://" in text:
        spellings.append(last_segment(text.rstrip("/")))
        if scheme == "crossref-funder":
            spellings.append(f"https://doi.org/10.13039/{spellings[-1]}")
    else:
        spellings += [text.upper(), text.lower()] if text.isascii() else []
        if scheme == "crossref-funder":
            spellings.append(f"https://doi.org/10.13039/{text}")
    return list(dict.fromkeys(spellings))[:MAX_SPELLINGS]
