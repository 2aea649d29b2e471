"""The SPARQL 1.1 Protocol over HTTP: requests, content negotiation, answers and their cache."""
