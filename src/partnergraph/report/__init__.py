"""A printable brief of one organisation, as HTML or PDF: two or three A4 pages of what is recorded of it, and by whom."""

from __future__ import annotations

from partnergraph.report.brief import Brief, BriefMaker
from partnergraph.report.brief_folder import write_briefs

__all__ = ["Brief", "BriefMaker", "write_briefs"]
