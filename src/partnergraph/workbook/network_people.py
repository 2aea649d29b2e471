"""Persons among the nodes of an imported network: a personal name of two words beside a role ("Jane Smith, trustee").

An organisation is never left out for its name alone: a role must stand in the label, in the type of the node, or as the
kind of every edge that the name has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from partnergraph.vocabulary.wordings import kind_of_wording, normalise_wording, type_of_wording
from partnergraph.workbook.network_columns import NetworkRow

__all__ = ["PEOPLE", "people_by_edges", "role_beside"]

PEOPLE = ("person", "people", "individual", "contact", "human", "staff", "employee")
# What persons are for bodies, in the form of `normalise_wording`.
_ROLES = frozenset(
    {
        *PEOPLE,
        *("trustee", "chair", "chairman", "chairwoman", "chairperson", "vice chair", "co chair", "treasurer"),
        *("secretary", "volunteer", "director", "managing director", "executive director", "chief executive", "ceo"),
        *("manager", "project manager", "officer", "coordinator", "co ordinator", "administrator", "governor"),
        *("councillor", "patron", "ambassador", "founder", "board member", "committee member", "staff member"),
        *("is a trustee of", "trustee of", "is trustee of", "volunteers for", "is a director of"),
        *("director of", "works for", "employed by", "is employed by"),
    }
)
_WORD = r"[^\W\d_]['’]?[^\W\d_]+(?:-[^\W\d_]+)?"
_PERSONAL_NAME = re.compile(rf"(?P<first>{_WORD}) (?:[A-Z]\.? )?(?P<last>{_WORD})")
_WITH_ROLE = re.compile(r"(?P<name>[^,()]+?)\s*(?:,\s*(?P<role>[^,()]+)|\((?P<bracketed>[^()]+)\))")
# Words that stand in names of bodies and not in those of persons.
_OF_BODIES = frozenset(
    "trust council fund foundation school college university charity society association network alliance group club "
    "centre center hospital church bank police board institute agency authority partnership forum federation union "
    "museum theatre library company services service project concern action aid care health housing arts youth".split()
)


def _role(text: str) -> str:
    """A text that is a role, "" for another."""
    return text.strip() if normalise_wording(text).replace("-", " ") in _ROLES else ""


def _is_personal_name(text: str) -> bool:
    """Whether a text looks like a first and a last name.

    >>> [_is_personal_name(text) for text in ("Jane Smith", "Oxfam GB", "Elm Trust", "Youth Action", "Barnardo's")]
    [True, False, False, False, False]
    """
    match = _PERSONAL_NAME.fullmatch(text.strip())
    words = (match["first"], match["last"]) if match else ()
    return bool(words) and all(
        word[0].isupper() and not word.isupper() and word.lower() not in _OF_BODIES and type_of_wording(word) is None
        for word in words
    )


def role_beside(label: str, type_: str = "") -> str:
    """The role that stands beside a personal name, in its label or as its type; "" for what is no such name.

    >>> role_beside("Jane Smith, trustee"), role_beside("Jane Smith", "Volunteer"), role_beside("Elm Trust, trustee")
    ('trustee', 'Volunteer', '')
    """
    match = _WITH_ROLE.fullmatch(label.strip())
    if match and (role := _role(match["role"] or match["bracketed"])) and _is_personal_name(match["name"]):
        return role
    return _role(type_) if _is_personal_name(label) else ""


def people_by_edges(rows: Iterable[NetworkRow]) -> dict[str, str]:
    """Personal names whose every edge is a role, each with the first one."""
    roles: dict[str, str] = {}
    others: set[str] = set()
    for row in rows:
        role = next((role for text in row.texts("kind") if kind_of_wording(text) is None and (role := _role(text))), "")
        for end in (row.get("from"), row.get("to")):
            if role and _is_personal_name(end):
                roles.setdefault(end, role)
            elif not role:
                others.add(end)
    return {name: role for name, role in roles.items() if name not in others}
