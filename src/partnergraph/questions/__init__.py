"""Named questions: their parameters, and the search for the one that fits a person's words."""
