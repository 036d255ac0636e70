"""`python -m bench.inside NAME [SIZES]`: one bench in the environment it is given; a line of JSON for each row.

SIZES is a JSON object of the bench's keyword arguments.
"""

import json
import sys

import django
from django.utils.module_loading import import_string

from bench.registry import BENCHES


def main(name: str, sizes: str = "{}") -> None:
    django.setup()
    for row in import_string(BENCHES[name])(**json.loads(sizes)):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
