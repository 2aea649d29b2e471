"""Where every symbol, label and line of the map stands. Knows neither RDF nor HTML."""
