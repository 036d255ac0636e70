"""Random histories, crowds and two-connection schedules against the promises of the timeline.

`engine.py`, `circles.py` and `writing.py` are the only files here that know the functions of the site.
"""
