"""The site's settings with one more address; a bench's web processes run under these."""

import os

from feedsite.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# What the constant view answers; written by the bench before its web processes start.
BENCH_BODY_FILE = os.environ.get("BENCH_BODY_FILE", "")
# Off: the web processes answer from PostgreSQL alone.
BENCH_REDIS = os.environ.get("BENCH_REDIS", "on") == "on"
