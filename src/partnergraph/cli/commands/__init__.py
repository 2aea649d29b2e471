"""One file a command, each imported only when it is called; `partnergraph.cli.COMMANDS` lists them."""
