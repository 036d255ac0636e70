"""`make bench`, or `python -m bench NAME …`: figures as ratios to a raw limit measured in the same run."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from feedsite import embedded

RESULTS = Path(__file__).parent / "results" / "latest.json"


def main(names: list[str]) -> None:
    with embedded.temporary(postgres=True, redis=True) as directory:
        engines = embedded.urls(directory)
        os.environ |= {
            "DATABASE_URL": engines.database_url,
            "REDIS_URL": engines.cache_url,
            "CELERY_BROKER_URL": engines.broker_url,
            "DATA_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "feedsite.settings",
        }
        results = run(names)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nWritten to {RESULTS.relative_to(Path.cwd())}")


def run(names: list[str]) -> list[dict[str, object]]:
    import django

    django.setup()
    from django.core.management import call_command

    from bench import engine

    call_command("migrate", verbosity=0)
    chosen: dict[str, Callable[[], list[dict[str, object]]]] = {
        name: bench for name, bench in engine.BENCHES.items() if not names or name in names
    }
    if not chosen:
        sys.exit(f"Choose of: {', '.join(engine.BENCHES)}")
    results = []
    print(f"{'what':52} {'value':>12} {'raw':>12} {'ratio':>7} {'goal':>7}")
    for bench in chosen.values():
        for row in bench():
            results.append(row)
            print(show(row))
    return results


def show(row: dict[str, object]) -> str:
    goal = "" if row["goal"] is None else f"{row['goal']:7.2f} {'met' if row['met'] else 'MISSED'}"
    return f"{row['name']:52} {row['value']:12,.2f} {row['raw']:12,.2f} {row['ratio']:7.2f} {goal}  {row['unit']}"


if __name__ == "__main__":
    main(sys.argv[1:])
