"""Placeholder written by the lead; helper A replaces it."""
from types import MappingProxyType
PREFIXES = MappingProxyType({
 "pg":"https://w3id.org/partnergraph/ns#","code":"https://w3id.org/partnergraph/code/","o":"https://w3id.org/partnergraph/id/org/",
 "rdf":"http://www.w3.org/1999/02/22-rdf-syntax-ns#","rdfs":"http://www.w3.org/2000/01/rdf-schema#","xsd":"http://www.w3.org/2001/XMLSchema#",
 "skos":"http://www.w3.org/2004/02/skos/core#","skosxl":"http://www.w3.org/2008/05/skos-xl#","dcterms":"http://purl.org/dc/terms/","foaf":"http://xmlns.com/foaf/0.1/",
 "org":"http://www.w3.org/ns/org#","oa":"http://www.w3.org/ns/oa#","adms":"http://www.w3.org/ns/adms#","prov":"http://www.w3.org/ns/prov#","void":"http://rdfs.org/ns/void#","dcat":"http://www.w3.org/ns/dcat#","owl":"http://www.w3.org/2002/07/owl#","sh":"http://www.w3.org/ns/shacl#"})
