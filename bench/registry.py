"""Every bench by name, in the order in which `make bench` runs them.

A bench is a function without required arguments that gives rows (`bench.results.figure`); its sizes are keyword
arguments, so that the tests can run it small. Each runs in a process and on a database of its own. The name of a row
begins with that of its bench: `home: page, …`.
"""

BENCHES = {
    "fan_out": "bench.fan_out.fan_out",
    "trimming": "bench.trimming.trimming",
    "home": "bench.reads.home",
    "http": "bench.http.http",
    "ranked": "bench.ranked.ranked",
    "learned": "bench.learned.learning",
    "memory": "bench.memory.memory",
    "live": "bench.live.live",
    "goals": "bench.goals.goals",
    "celebrity": "bench.celebrity.celebrity",
    "growth": "bench.growth.growth",
    "trends": "bench.trends.trends",
    "replay": "bench.replay.replay",
    "search": "bench.search.searching",
    "limits": "bench.limits.limits",
}
