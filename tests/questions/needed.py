"""Values for the parameters that a named question cannot do without, for tests that ask all of them."""

from __future__ import annotations

SPCR = "NIHR School for Primary Care Research"
ARC = "NIHR Applied Research Collaboration West Midlands"
NEEDED: dict[str, dict[str, str]] = {
    "between": {"one": "Keele University", "other": SPCR},
    "changed-between": {"after": "2018-01-01", "before": "2020-12-31"},
    "changed-since": {"after": "2018-01-01"},
    "ended-memberships": {"date": "2021-12-31"},
    "events-of-year": {"year": "2018"},
    "history": {"organisation": "PHE"},
    "identifiers": {"organisation": "Coventry University"},
    "members-at-date": {"date": "2016-01-01", "consortium": SPCR},
    "mentions": {"organisation": "Coventry City Council"},
    "missing-partners": {"other": "University of Birmingham"},
    "names": {"organisation": "NICE"},
    "shared-funders": {"one": SPCR, "other": ARC},
    "shared-partners": {"other": "Coventry University"},
    "sleeping-partnerships": {"date": "2024-12-31"},
    "stale": {"date": "2012-01-01"},
    "way-to-us": {"other": "Coventry University"},
}
