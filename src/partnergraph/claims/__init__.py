"""The read model: what a graph says of organisations and relationships, with evidence and sources, as of a date."""
