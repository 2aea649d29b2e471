"""Addresses of e-mail, telephone numbers and names of persons in text: found, and replaced by a word for each.

A number of a telephone is one that begins with + or 0 and is as long as such numbers are, or one that is called so. A
number of a charity or a company, a date, an amount, a postcode, an ISBN or an ISNI is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

__all__ = [
    "EMAIL",
    "PERSON",
    "TELEPHONE",
    "find_contacts",
    "is_personal_heading",
    "may_hold_contacts",
    "redact_contacts",
    "redact_persons",
]

EMAIL, TELEPHONE, PERSON = "e-mail", "telephone", "person"
# A cheap look first: most texts hold none of these.
_SUSPECT = re.compile(r"[@＠+]|[(\[{] ?at ?[)\]}]|\b0\d|\(0|\b(?:tel|phone|fax|mobile)", re.I)
# RFC 5321 (4.5.3.1): 64 characters before the sign, 255 after it. Not behind / ? = & : (an address of the web).
_AT = re.compile(r"\s?(?:[@＠]|[(\[{] ?at ?[)\]}])\s?(?=[^\W_])", re.I)
_LOCAL = re.compile(r"(?:mailto:)?[\w.!#$%&'*+^`{|}~-]{1,64}\Z", re.I)
_DOMAIN = re.compile(r"[^\W_](?:[\w-]{0,62}\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_GAP = r"[ \u00a0.()\u2010-\u2013-]{0,3}"
_TELEPHONE = re.compile(
    # international: + and 8 to 15 digits (ITU-T E.164)
    rf"(?<![\w+.])\+(?:{_GAP}\d){{8,15}}(?![\w])"
    # of the United Kingdom and the like: 0, and 10 or (with gaps between groups) 9 digits more (Ofcom)
    rf"|(?<![\w.,/+-])\(?0(?!0)\d(?:{_GAP}\d){{9}}(?![\w/]|[.,]\d|-\w)"
    rf"|(?<![\w.,/+-])00[1-9]\d{{0,2}} (?:{_GAP}\d){{8,12}}(?![\w/])"
    rf"|(?<![\w.,/+-])\(0\d{{2,5}}\) ?(?:{_GAP}\d){{5,8}}(?![\w/])"
    r"|(?<![\w.,/+-])0(?:800|808|845|300)[ -]\d{3} ?\d{3,4}(?![\w/])"
    # whatever is called one
    rf"|\b(?:tel|telephone|phone|fax|mobile)(?: (?:no|number))?[.:]{{1,2}} ?\(?\d(?:{_GAP}\d){{4,14}}(?![\w])",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_HONORIFICS = frozenset("mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend".split())
_SUFFIXES = frozenset("phd md obe cbe mbe frs jr sr".split())
_MAX_PERSONS = 50


# Headings of columns in which people keep how to reach somebody.
_PERSONAL_HEADINGS = frozenset(
    "contact contacts contact_person contact_name contact_details main_contact lead_contact our_contact their_contact "
    "email e_mail emails mail email_address e_mail_address phone phone_number telephone telephone_number tel mobile "
    "fax person persons people staff staff_member first_name last_name forename surname full_name date_of_birth dob "
    "home_address job_title manager account_manager relationship_manager".split()
)


def is_personal_heading(heading: str) -> bool:
    """Whether a normalised heading is one of a column about persons.

    >>> is_personal_heading("contact_person"), is_personal_heading("partner")
    (True, False)
    """
    return heading in _PERSONAL_HEADINGS


def may_hold_contacts(text: str) -> bool:
    """Whether a closer look is worth while; no for nearly every text, and cheap."""
    return _SUSPECT.search(text) is not None


def find_contacts(text: str) -> Iterator[tuple[str, int, int]]:
    """Each address of e-mail and number of a telephone: its kind, and where it begins and ends.

    >>> [kind for kind, *_ in find_contacts("Ask a@example.org, 01632 960 001 or charity 1168129 of 2014-06-30")]
    ['e-mail', 'telephone']
    """
    if not may_hold_contacts(text):
        return
    for at in _AT.finditer(text):
        begin = max(0, at.start() - 71)
        local, domain = _LOCAL.search(text[begin : at.start()]), _DOMAIN.match(text, at.end())
        if local and domain and text[begin + local.start() - 1 : begin + local.start()] not in ("/", "=", "&", "?"):
            yield EMAIL, begin + local.start(), domain.end()
    for match in _TELEPHONE.finditer(text):
        yield TELEPHONE, match.start(), match.end()


def redact_contacts(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with each address of e-mail and number of a telephone replaced, and the kinds of what was replaced.

    >>> redact_contacts("Write to jane@example.org")
    ('Write to (e-mail)', ('e-mail',))
    """
    return _replaced(text, find_contacts(text))


def redact_persons(text: str, names: Iterable[str]) -> tuple[str, int]:
    """The text without the names of these persons, in whichever order their parts stand, also with initials alone or
    behind a title, accents and case aside; and how many were replaced. A surname by itself is a word like any other.

    >>> redact_persons("Award to Dr. J. Doe: Jané Doe's study of the doe", ["Doe, Jane"])
    ('Award to (person): (person) study of the doe', 2)
    """
    words = [(match.start(), match.end(), _plain(match[0])) for match in _WORD.finditer(text)]
    spans: list[tuple[str, int, int]] = []
    for forms in map(_forms, list(dict.fromkeys(names))[:_MAX_PERSONS]):
        index = 0
        while index < len(words):
            length = next((len(form) for form in forms if _stands(words, index, form)), 0)
            if length:
                begin = index
                while begin and words[begin - 1][2] in _HONORIFICS:
                    begin -= 1
                spans.append((PERSON, words[begin][0], words[index + length - 1][1]))
            index += length or 1
    replaced, kinds = _replaced(text, sorted(spans, key=lambda span: (span[1], -span[2])))
    return replaced, len(kinds)


def _replaced(text: str, spans: Iterable[tuple[str, int, int]]) -> tuple[str, tuple[str, ...]]:
    parts, kinds, last = list[str](), list[str](), 0
    for kind, begin, end in sorted(spans, key=lambda span: span[1]):
        if begin >= last:
            parts += [text[last:begin], f"({kind})"]
            kinds.append(kind)
        last = max(last, end)
    return ("".join([*parts, text[last:]]), tuple(kinds)) if kinds else (text, ())


def _plain(word: str) -> str:
    """A word without accents, case, full stops and the s of a possessor."""
    bare = unicodedata.normalize("NFKD", word).casefold().replace("’", "'").removesuffix("'s").replace(".", "")
    return "".join(character for character in bare if not unicodedata.combining(character))


def _forms(name: str) -> list[tuple[str, ...]]:
    """The ways in which a person may be written, the longest first."""
    last, comma, first = name.partition(",")
    words = [_plain(match[0]) for match in _WORD.finditer(f"{first} {last}" if comma else name)]
    words = [word for word in words if word and word not in _HONORIFICS and word not in _SUFFIXES]
    if not words:
        return []
    if len(words) == 1:
        return [(title, words[0]) for title in sorted(_HONORIFICS)] + ([(words[0],)] if len(words[0]) > 3 else [])
    *forenames, surname = words
    initials = [word[0] for word in forenames]
    variants: list[tuple[str, ...]] = [
        *((*forenames, surname), (surname, *forenames), (forenames[0], surname), (surname, forenames[0])),
        *((*initials, surname), (surname, *initials), (initials[0], surname), (surname, initials[0])),
        *(("".join(initials), surname), (surname, "".join(initials))),
        *((forenames[0], *initials[1:], surname), (surname, forenames[0], *initials[1:])),
        *((title, surname) for title in sorted(_HONORIFICS)),
    ]
    return sorted(dict.fromkeys(variants), key=lambda variant: -len(variant))


def _stands(words: list[tuple[int, int, str]], at: int, form: tuple[str, ...]) -> bool:
    return len(words) - at >= len(form) and all(words[at + number][2] == part for number, part in enumerate(form))
