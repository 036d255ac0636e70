"""Figures, the file they are kept in, and the table people read."""

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.registry import BENCHES

Row = dict[str, Any]
FOLDER = Path(__file__).parent / "results"
JSON, TABLE = FOLDER / "latest.json", FOLDER / "latest.md"


def figure(name: str, unit: str, value: float, raw: float, goal: float | None = None, *, most: bool = False) -> Row:
    """One row. `raw` is the limit measured in the same run, or an absolute goal's own number.

    `goal` is the least ratio of value to raw, or with `most` the greatest; rows without one only inform.
    """
    ratio = value / raw if raw else 0.0
    met = True if goal is None else ratio <= goal if most else ratio >= goal
    return {"name": name, "value": value, "unit": unit, "raw": raw, "ratio": ratio, "goal": goal, "met": met}


def shown(row: Row) -> list[str]:
    """The row as the cells of a table."""
    goal = "" if row["goal"] is None else f"{row['goal']:g} {'met' if row['met'] else 'MISSED'}"
    return [row["name"], number(row["value"]), number(row["raw"]), row["unit"], f"{row['ratio']:.2f}", goal]


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3f}"


def line(cells: list[str]) -> str:
    name, value, raw, unit, ratio, goal = cells
    return f"{name:74} {value:>11} {raw:>11} {unit:14} {ratio:>8} {goal:>12}"


HEAD = ["what", "value", "raw", "unit", "ratio", "goal"]


def kept(names: Iterable[str]) -> list[Row]:
    """The rows of the last file that are of other benches than these; a row's name begins with its bench's."""
    try:
        rows: list[Row] = json.loads(JSON.read_text())
    except (OSError, ValueError):
        return []
    others = set(BENCHES) - set(names)
    return [row for row in rows if bench_of(row) in others]


def bench_of(row: Row) -> str:
    return str(row["name"]).partition(":")[0]


def write(rows: list[Row], versions: dict[str, str]) -> None:
    """Writes both files, the rows in the order of their benches."""
    rows = sorted(rows, key=lambda row: list(BENCHES).index(bench_of(row)))
    FOLDER.mkdir(exist_ok=True)
    JSON.write_text(json.dumps(rows, indent=1) + "\n")
    cells = [HEAD, ["---", "--:", "--:", "---", "--:", "---"], *(shown(row) for row in rows)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in cells)
    about = "\n".join(f"- {name}: {value}" for name, value in machine(versions).items())
    TABLE.write_text(f"# Benchmarks\n\n{about}\n\n{table}\n")


def machine(versions: dict[str, str]) -> dict[str, str]:
    """What the figures were taken on."""
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Machine": f"{os.cpu_count()} cores ({processor()}), {gibibytes:.0f} GiB, {platform.system()}",
        "Load when done": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
    } | versions


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [text.partition(":")[2].strip() for text in lines if text.startswith("model name")]
    return names[0] if names else platform.machine()
