"""Experiments with the order of home: who is in which arm, what it did, and the way out."""
