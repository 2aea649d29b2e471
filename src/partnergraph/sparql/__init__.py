"""SPARQL text: tokens, what is refused, what is rewritten for the engine, syntax errors, hints. Runs nothing."""
