"""`make bench`, or `python -m bench NAME …`: figures as ratios to a raw limit measured in the same run."""

import json
import subprocess
import sys
import time
from pathlib import Path

from bench import results, stage
from bench.registry import BENCHES
from bench.results import Row

BASE_DIR = Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    """Runs the benches of these names, or all; 1 when one of them broke, whatever the figures."""
    if unknown := set(names) - set(BENCHES):
        print(f"There is no bench {', '.join(sorted(unknown))}. Choose of: {' '.join(BENCHES)}", file=sys.stderr)
        return 2
    names = [name for name in BENCHES if not names or name in names]
    with stage.engines() as directory:
        env = stage.environment(directory)
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=BASE_DIR, env=env, check=True)
        print(results.line(results.HEAD))
        broken = [name for name in names if not run(name, env)]
        print(f"\nWritten to {results.JSON.relative_to(BASE_DIR)} and {results.TABLE.relative_to(BASE_DIR)}")
    if broken:
        print(f"Broke: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def run(name: str, env: dict[str, str]) -> bool:
    """Runs one bench on a fresh database and puts its rows into the files; whether it went to its end."""
    began = time.monotonic()
    stage.flush(env)
    with stage.copy_of(env["DATABASE_URL"], f"bench_{name}") as database_url:
        rows, done = rows_of(name, env | {"DATABASE_URL": database_url})
        if done:
            results.write(results.kept([name]) + rows, stage.versions(env))
    print(f"{'' if done else 'BROKE '}{name}: {time.monotonic() - began:.0f} s", flush=True)
    return done


def rows_of(name: str, env: dict[str, str]) -> tuple[list[Row], bool]:
    """The rows as they come, and whether the process ended well."""
    rows: list[Row] = []
    command = [sys.executable, "-m", "bench.inside", name]
    with subprocess.Popen(command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, text=True) as process:
        for text in process.stdout or ():
            rows.append(json.loads(text))
            print(results.line(results.shown(rows[-1])), flush=True)
    return rows, process.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
