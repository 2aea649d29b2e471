"""Countries as people write them in addresses, with the code of ISO 3166-1."""

from __future__ import annotations

from partnergraph.match.normalise import normalised_words

__all__ = ["COUNTRIES", "STATES", "country_code", "related_countries"]

_NAMES = """
AE United Arab Emirates|UAE|U.A.E.; AF Afghanistan; AL Albania; AM Armenia; AO Angola; AR Argentina
AT Austria|Österreich; AU Australia; AZ Azerbaijan; BA Bosnia and Herzegovina|Bosnia; BB Barbados; BD Bangladesh
BE Belgium|Belgique|België; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ Benin
BN Brunei|Brunei Darussalam; BO Bolivia; BR Brazil|Brasil; BT Bhutan; BW Botswana; BY Belarus; CA Canada
CD Democratic Republic of the Congo|DR Congo; CG Congo|Republic of the Congo; CH Switzerland|Schweiz|Suisse
CI Ivory Coast|Cote d'Ivoire; CL Chile; CM Cameroon|Cameroun
CN China|P.R. China|PR China|P. R. China|People's Republic of China|PRC; CO Colombia; CR Costa Rica; CU Cuba
CY Cyprus; CZ Czech Republic|Czechia; DE Germany|Deutschland; DK Denmark|Danmark; DO Dominican Republic
DZ Algeria|Algérie; EC Ecuador; EE Estonia; EG Egypt; ES Spain|España; ET Ethiopia; FI Finland; FJ Fiji; FR France
GA Gabon; GB United Kingdom|UK|U.K.|Great Britain|England|Scotland|Wales|Northern Ireland; GE Georgia Republic
GH Ghana; GM Gambia; GN Guinea; GR Greece; GT Guatemala; HK Hong Kong|Hong Kong SAR; HN Honduras; HR Croatia
HT Haiti; HU Hungary; ID Indonesia; IE Ireland|Republic of Ireland; IL Israel; IN India; IQ Iraq
IR Iran|Islamic Republic of Iran; IS Iceland; IT Italy|Italia; JM Jamaica; JO Jordan; JP Japan; KE Kenya
KG Kyrgyzstan; KH Cambodia; KP North Korea; KR South Korea|Korea|Republic of Korea; KW Kuwait; KZ Kazakhstan
LA Laos; LB Lebanon; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania; LU Luxembourg; LV Latvia; LY Libya
MA Morocco|Maroc; MC Monaco; MD Moldova; ME Montenegro; MG Madagascar; MK North Macedonia|Macedonia; ML Mali
MM Myanmar|Burma; MN Mongolia; MO Macau|Macao; MT Malta; MU Mauritius; MV Maldives; MW Malawi; MX Mexico|México
MY Malaysia; MZ Mozambique; NA Namibia; NE Niger; NG Nigeria; NI Nicaragua
NL Netherlands|The Netherlands|Nederland|Holland; NO Norway|Norge; NP Nepal; NZ New Zealand
OM Oman|Sultanate of Oman; PA Panama; PE Peru|Perú; PG Papua New Guinea; PH Philippines; PK Pakistan
PL Poland|Polska; PR Puerto Rico; PS Palestine|State of Palestine; PT Portugal; PY Paraguay; QA Qatar; RO Romania
RS Serbia; RU Russia|Russian Federation; RW Rwanda; SA Saudi Arabia|Kingdom of Saudi Arabia|KSA; SD Sudan
SE Sweden|Sverige; SG Singapore; SI Slovenia; SK Slovakia|Slovak Republic; SL Sierra Leone; SN Senegal; SO Somalia
SR Suriname; SS South Sudan; SV El Salvador; SY Syria; SZ Eswatini|Swaziland; TD Chad; TG Togo; TH Thailand
TJ Tajikistan; TM Turkmenistan; TN Tunisia|Tunisie; TR Turkey|Türkiye|Turkiye; TT Trinidad and Tobago
TW Taiwan|Taiwan R.O.C.|ROC; TZ Tanzania; UA Ukraine; UG Uganda
US United States|USA|U.S.A.|United States of America|US|U.S.; UY Uruguay; UZ Uzbekistan; VE Venezuela
VN Vietnam|Viet Nam; YE Yemen; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""
_STATES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|Iowa
Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska
Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania
Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin
Wyoming
"""


def _codes_by_name() -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in _NAMES.replace("\n", ";").split(";"):
        code, _, names = entry.strip().partition(" ")
        for name in names.split("|") if code else ():
            codes[" ".join(normalised_words(name))] = code
    return codes


COUNTRIES = _codes_by_name()
# What has a code of its own, and is often written with the country it belongs to: "Kowloon, Hong Kong, China".
_PARTS = {"HK": "CN", "MO": "CN", "PR": "US"}
# States of the United States stand where a country would, at the end of an address.
STATES = frozenset(" ".join(normalised_words(name)) for name in _STATES.strip().replace("\n", "|").split("|"))


def country_code(text: str) -> str | None:
    """The code of a country that is written as a code or by a name.

    >>> country_code("gb"), country_code("P. R. China"), country_code("Atlantis")
    ('GB', 'CN', None)
    """
    plain = text.strip()
    if len(plain) == 2 and plain.isalpha() and plain.upper() in _CODES:
        return plain.upper()
    return COUNTRIES.get(" ".join(normalised_words(plain)))


def related_countries(codes: frozenset[str]) -> frozenset[str]:
    """Codes of countries, with those of the countries they are often written with.

    >>> sorted(related_countries(frozenset(["HK", "GB"])))
    ['CN', 'GB', 'HK']
    """
    return codes | {_PARTS[code] for code in codes & _PARTS.keys()}


_CODES = frozenset(COUNTRIES.values())
