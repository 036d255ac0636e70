"""Pages of people, by subject."""
