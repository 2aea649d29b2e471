"""Whose record is whose: bodies of a graph, or any list of names, against the records of registers.

Nothing here merges anything. A candidate has a score and reasons; what it means is decided by a person.
"""
