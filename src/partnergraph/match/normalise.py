"""The normal form of names, in which they are compared: one for all the ways in which people write one name."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from partnergraph.vocabulary.name_folding import fold_name

__all__ = [
    "GENERAL",
    "LEGAL",
    "TYPE_WORDS",
    "acronym_of",
    "body_families",
    "is_respelt",
    "normalise_name",
    "normalised_words",
    "sorted_words",
    "website_host",
]


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say nothing about which body it is, in the languages of most registers.
SMALL = _word_set(
    "the of for and in at on to a an de la le les des du der die das und et y e di da do dos das del della dei "
    "delle degli den det och og i il el los las lo l d von vom zu zur fur van voor het pour per para w z na"
)
_SYNONYMS = {
    "university": "univ universitat universitaet universite universidad universita universidade universiteit "
    "universitet universitetet uniwersytet univerzita univerzitet univerza universitatea universitas universiti "
    "universitaria universitario universite",
    "institute": "inst institut instituto istituto instituut institutet institution instituttet insitute",
    "center": "centre ctr cent centro zentrum centrum",
    "hospital": "hosp hospitalier krankenhaus ospedale hopital ziekenhuis sjukhus sykehus",
    "department": "dept dep departamento departement dipartimento",
    "national": "natl nat nacional nationale nazionale nationaal",
    "academy": "acad academia academie akademie",
    "science": "sci ciencias ciencia wissenschaft",
    "technology": "technol tech tecnologia technologie",
    "technical": "techn technische tecnica technique",
    "medical": "medizinische medica medico",
    "college": "coll colegio",
    "school": "sch",
    "research": "res rsch",
    "laboratory": "lab laboratories labs laboratoire laboratorio",
    "international": "intl int internacional internationale",
    "association": "assoc associacao asociacion",
    "council": "cncl",
    "federal": "fed",
    "polytechnic": "polytech politecnico polytechnique politecnica",
    "foundation": "fdn fundacion fundacao fondation fondazione stiftung",
    "government": "govt",
    "organisation": "organization org",
    "faculty": "fac facultad faculte fakultat facolta",
    "engineering": "eng engn",
    "agricultural": "agric agr",
    "chemistry": "chem",
    "physics": "phys",
    "st": "saint ste sainte",
    "program": "programme",
    "ministry": "ministere ministerio ministero",
    "royal": "roy",
    "mount": "mt",
    "health": "hlth",
}
_CANONICAL_WORDS = {other: word for word, others in _SYNONYMS.items() for other in others.split()}
LEGAL = _word_set(
    "ltd limited plc inc incorporated llc llp gmbh ag sa srl spa co corp corporation company cic cio nv bv ab oy "
    "kk pty kg se"
)
# Words by which a name says what type of body it is, by the family of the vocabulary that they belong to.
_FAMILIES = {
    "education": "university college polytechnic academy",
    "academic-unit": "school department faculty division",
    "health-service": "hospital clinic infirmary nhs surgery",
    "research": "institute laboratory observatory",
    "local-government": "council borough",
    "central-government": "ministry agency",
    "civil-society": "foundation charity society association",
}
TYPE_WORDS = {word: family for family, names in _FAMILIES.items() for word in names.split()}
# Words that stand in very many names and tell no body from another.
GENERAL = frozenset(TYPE_WORDS) | _word_set(
    "center national international research science technology technical medical medicine health engineering "
    "group general applied state federal trust service royal programme program organisation unit laboratory "
    "public care"
)
MAX_LENGTH = 2_000  # characters of a name that are looked at
MIN_RESPELT_RATIO = 80  # of 100: how alike the words are in which two names differ, where both are meant to be one
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "Ø": "O", "Ł": "L"}
)
_BREAKS = re.compile(r"[/\u2010-\u2015\u2212_|:+]|\.(?=\w{2})|(?<=\w)\((?=\w)")


def _stem(word: str) -> str:
    word = _CANONICAL_WORDS.get(word, word)
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 6 else word[:-1]
        word = _CANONICAL_WORDS.get(word, word)
    if "isation" in word:
        word = word.replace("isation", "ization") if word != "organisation" else word
    return word


@lru_cache(maxsize=200_000)
def _words(text: str) -> tuple[str, ...]:
    plain = html.unescape(html.unescape(text)) if "&" in text else text
    plain = re.sub(r"</?[A-Za-z][^>]{0,40}>", " ", plain) if "<" in plain else plain
    plain = _BREAKS.sub(" ", plain.replace("&", " and ").translate(_LETTERS))
    return tuple(_stem(word) for word in fold_name(plain).split())


def normalised_words(text: str) -> tuple[str, ...]:
    """The words of a text in their common form; small ones are left out.

    >>> normalised_words("The Univ. of St. Andrews &amp; Clinics")
    ('university', 'st', 'andrew', 'clinic')
    """
    return tuple(word for word in _words(text[:MAX_LENGTH]) if word not in SMALL)


def normalise_name(text: str) -> str:
    """A name in the form in which it is looked up: without legal suffixes, in the common form of its words.

    >>> normalise_name("Centre for Health Sciences Ltd."), normalise_name("Universität Hamburg")
    ('center health science', 'university hamburg')
    """
    words = list(normalised_words(text)) or list(_words(text[:MAX_LENGTH]))
    while len(words) > 1 and words[-1] in LEGAL:
        words.pop()
    return " ".join(words)


def sorted_words(key: str) -> str:
    """The words of a form in the order of the alphabet, each once.

    >>> sorted_words(normalise_name("University of Hamburg")) == sorted_words(normalise_name("Hamburg University"))
    True
    """
    return " ".join(sorted(set(key.split())))


def acronym_of(key: str) -> str:
    """The first letters of the words of a form."""
    return "".join(word[0] for word in key.split())


def body_families(key: str) -> frozenset[str]:
    """The families of the types of body that the words of a normal form name."""
    return frozenset(TYPE_WORDS[word] for word in key.split() if word in TYPE_WORDS)


def is_respelt(key: str, other: str) -> bool:
    """Whether two forms differ in how words are written, and not in the words: what tells one body from another.

    >>> is_respelt("keel univercity", "keele university"), is_respelt("east london trust", "north london trust")
    (True, False)
    """
    from rapidfuzz import fuzz

    ours, theirs = key.split(), other.split()
    left = " ".join(sorted(word for word in ours if word not in theirs))
    right = " ".join(sorted(word for word in theirs if word not in ours))
    return bool(left) == bool(right) and fuzz.ratio(left, right) >= MIN_RESPELT_RATIO


def website_host(address: str) -> str:
    """The host of a web address, as far as it says whose it is.

    >>> website_host("https://www.keele.ac.uk/pcsc/")
    'keele.ac.uk'
    """
    match = re.match(r"(?:https?://)?(?:www\d?\.)?([^/?#:]+)", address.strip().lower())
    return match[1] if match else ""
