"""A body is found by any of its names; where there is doubt, the nearest names are told."""

from __future__ import annotations

import pytest

from partnergraph.claims.name_search import find_by_name, fold_name, is_short_form, resolve_name
from partnergraph.errors import QueryError
from partnergraph.store import Reader

KEELE = "https://w3id.org/partnergraph/id/org/keele-university"


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("Keele University", "Keele University", "Keele University"),
        ("KEELE  university", "Keele University", "Keele University"),
        ("Kéele Universíty", "Keele University", "Keele University"),
        ("the Keele University", "Keele University", "Keele University"),
        (KEELE, "Keele University", "Keele University"),
        ("o:keele-university", "Keele University", "Keele University"),
        ("keele-university", "Keele University", "Keele University"),
        ("PHE", "Public Health England", "PHE"),
        ("phe", "Public Health England", "PHE"),
        ("DHSC", "Department of Health and Social Care", "DHSC"),
        ("Department of Health", "Department of Health and Social Care", "Department of Health"),
        ("DoH", "Department of Health and Social Care", "Department of Health"),
        ("Versus Arthritis", "Arthritis UK", "Versus Arthritis"),
        ("Oxford University", "University of Oxford", "Oxford University"),
        ("coventry uni", "Coventry University", "Coventry University"),
        ("WMSWTP", "West Midlands Social Work Teaching Partnership", "WMSWTP"),
        ("NIHR SPCR", "NIHR School for Primary Care Research", "NIHR School of Primary Care Research"),
        ("West Midlands AHSN", *["West Midlands Academic Health Science Network"] * 2),
        ("patients", "patients", "patients"),
    ],
)
def test_a_body_is_found_by_any_of_its_names_and_the_name_is_told(
    whole: Reader, text: str, label: str, name: str
) -> None:
    found = resolve_name(whole, text)
    assert (found.label, found.name) == (label, name)
    assert find_by_name(whole, text)[0].iri == found.iri


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Kele University", "Keele University"),
        ("public health englnd", "Public Health England"),
        ("Quen Mary University", "Queen Mary University of London"),
        ("Université de Keele", "Keele University"),
    ],
)
def test_a_misspelt_name_is_not_guessed_but_the_nearest_is_told_first(whole: Reader, text: str, near: str) -> None:
    with pytest.raises(QueryError, match=f"Nothing here is called '{text}'. Did you mean: {near}"):
        resolve_name(whole, text)


def test_a_name_that_begins_several_is_not_guessed(whole: Reader) -> None:
    with pytest.raises(QueryError, match="Did you mean: Coventry University; Coventry City Council"):
        resolve_name(whole, "Coventry")
    assert len(find_by_name(whole, "University")) == 5
    assert len(find_by_name(whole, "University", most=2)) == 2


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "xyzzy", "https://example.org/nobody", "o:nobody", '") } DROP ALL #', "a" * 5000]
)
def test_an_unknown_name_is_an_error_that_says_where_the_names_are(whole: Reader, text: str) -> None:
    with pytest.raises(QueryError, match=r"Nothing here is called .*partnergraph query organisations"):
        resolve_name(whole, text)


def _named(bodies: dict[str, tuple[str, ...]]) -> Reader:
    """Organisations by their IRIs: the name of today, then others."""
    org, label = "<http://www.w3.org/ns/org#Organization>", "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    also, a = "<http://www.w3.org/2004/02/skos/core#altLabel>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    lines = []
    for iri, (name, *others) in bodies.items():
        lines += [f"<{iri}> {a} {org} .\n", f'<{iri}> {label} "{name}"@en .\n']
        lines += [f'<{iri}> {also} "{other}"@en .\n' for other in others]
    return Reader.nquads_lines(lines)


def test_a_name_of_several_bodies_is_an_error_that_names_them_and_the_ids_to_use() -> None:
    iri = "https://example.org/id/{}"
    reader = _named({iri.format(f"x-{name}"): (name, "Twin") for name in ("alpha", "beta")})
    with pytest.raises(QueryError) as caught:
        resolve_name(reader, "twin")
    assert str(caught.value) == (
        "'twin' is the name of several: alpha (x-alpha); beta (x-beta). Use what stands in brackets, or a longer name."
    )
    for given in ("alpha", "x-alpha", iri.format("x-alpha")):
        assert resolve_name(reader, given).iri == iri.format("x-alpha")


def test_bodies_of_one_name_are_told_apart_by_id_and_by_iri_where_an_id_is_not_enough() -> None:
    one, same, other = (f"https://example.org/{end}" for end in ("a/dfe", "b/dfe", "b/register-d6"))
    reader = _named(dict.fromkeys((one, same, other), ("Department for Education",)))
    with pytest.raises(QueryError) as caught:
        resolve_name(reader, "Department for Education")
    bodies = "; ".join(f"Department for Education ({given})" for given in (one, same, "register-d6"))
    assert str(caught.value).startswith(f"'Department for Education' is the name of several: {bodies}. Use")
    assert [resolve_name(reader, given).iri for given in (one, same, "register-d6")] == [one, same, other]


def test_of_many_bodies_of_one_name_five_are_offered() -> None:
    reader = _named({f"https://example.org/id/x-{number}": ("St Mary's",) for number in range(7)})
    with pytest.raises(QueryError, match=r"\(x-0\); .*\(x-4\); and others\. Use what stands in brackets"):
        resolve_name(reader, "St Mary's")


def test_the_best_match_comes_first_even_where_only_few_are_asked_for(whole: Reader) -> None:
    """An exact name once came after six unnamed groups whose identifiers begin with it, and was cut off."""
    for text, label in (
        ("WMSWTP", "West Midlands Social Work Teaching Partnership"),
        ("Keele University", "Keele University"),
    ):
        [found] = find_by_name(whole, text, most=1)
        assert found.label == label


def test_folding_and_short_forms() -> None:
    assert fold_name("  Children’s  TRUST—(Größe) Ⅻ ") == "childrens trustgrosse xii"
    assert fold_name("e\u0301cole") == fold_name("\u00e9cole") == "ecole"
    assert is_short_form("nhs", "national health service")
    assert is_short_form("doh", "department of health")
    assert is_short_form("dhsc", "department of health and social care")
    assert not is_short_form("doc", "department of health")
    assert not is_short_form("", "department of health")
    assert not is_short_form("department", "department of health")
