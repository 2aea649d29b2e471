"""A printable brief of one organisation, as HTML or PDF: what is recorded of it, on two or three A4 pages."""

from __future__ import annotations

from partnergraph.report.brief import Brief, BriefMaker
from partnergraph.report.brief_folder import write_briefs

__all__ = ["Brief", "BriefMaker", "write_briefs"]
