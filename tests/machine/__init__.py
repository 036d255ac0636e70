"""Random histories, crowds and two-connection schedules against the promises of the timeline.

`engine.py` is the only file here that knows the engine's functions.
"""
