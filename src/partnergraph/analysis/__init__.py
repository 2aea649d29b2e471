"""The network analysed: projections of the claims, measures, and answers in words that name their claims."""
