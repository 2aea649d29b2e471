"""From prose to proposals: what a text may claim, for a person to accept. Nothing enters a graph by itself."""
