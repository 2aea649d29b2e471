"""`python -m partnergraph` is the same as `partnergraph`."""

from partnergraph.cli import main

if __name__ == "__main__":
    main()
