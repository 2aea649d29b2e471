"""The views: each module makes one kind of page or document, in a query process, by its function `render`."""
