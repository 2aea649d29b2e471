"""The graph as files for other programs: RDF syntaxes, the ORG view, node and edge lists, GraphML, GEXF, its tables."""
