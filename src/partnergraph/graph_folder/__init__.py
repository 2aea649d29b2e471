"""A graph folder -> the model: settings, tables, documents and story, with every problem and its place."""
