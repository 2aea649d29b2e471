"""The engine Oxigraph: all that knows it. Another engine is a folder beside this one that has the same `Reader` and
`Writer`; `partnergraph.store` says which one is used, and `tests/store/test_contract.py` what it must do.
"""
