"""Names without what people write in different ways: case, accents, punctuation, spaces, an article, the word "and"."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold_name", "lookup_key", "reference_key"]


def fold_name(text: str) -> str:
    """Letters and digits without case, accents and punctuation.

    >>> fold_name("Children’s  Trust (Größe)")
    'childrens trust grosse'
    """
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", "", plain.replace("-", " ")).split())


def lookup_key(text: str) -> str:
    """A name as it is looked up: folded, with & as the word "and", without a leading article.

    >>> lookup_key("The Health Foundation"), lookup_key("Telford & Wrekin")
    ('health foundation', 'telford and wrekin')
    """
    return fold_name(text.replace("&", " and ")).removeprefix("the ")


def reference_key(text: str) -> str:
    """A name as a cell may write it that refers to what is called so: as it is looked up.

    >>> reference_key("The Arts & Health Trust") == reference_key("ARTS AND  HEALTH TRUST")
    True
    """
    return lookup_key(text)
