"""A small harbour town to look at: the demo community that a fresh site starts with."""
