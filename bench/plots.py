"""Draws what `python -m bench.peers --json FILE` found, and writes its tables as a page.

    python -m bench.plots FILE [--into docs]

Writes the pictures `performance-*.svg`, and puts targets and peers into `performance.md` between
the two lines that say so; what is written by hand around them stays.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.chart import Line, chart

PICTURES = {
    "rate by batch": ("Append by events a transaction", "events a transaction", "events/s"),
    "rate by partitions": ("Kafka to log by partitions", "partitions", "events/s"),
    "rate by history": ("Project and audit by length of the log", "events in the log", "events/s"),
    "memory by history": ("Memory by length of the log", "events in the log", "MiB"),
}
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.plots", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--into", type=Path, default=Path("docs"))
    chosen = parser.parse_args()
    found = json.loads(chosen.file.read_text())
    chosen.into.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, (title, x_name, y_name) in PICTURES.items():
        if points := found["curves"].get(name):
            file = chosen.into / f"performance-{name.replace(' ', '-')}.svg"
            file.write_text(chart(title, x_name, y_name, lines(points)))
            drawn.append(f"![{title}]({file.name})")
    page = chosen.into / "performance.md"
    text = page.read_text() if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{tables(found)}\n{chr(10).join(drawn)}\n\n{END}{after}")
    print(f"{page} and {len(drawn)} pictures beside it")


def lines(points: list[dict[str, Any]]) -> list[Line]:
    """The points of a curve, a line a series."""
    series: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for point in points:
        series[str(point["series"])].append((float(point["x"]), float(point["y"])))
    return [Line(name, sorted(each)) for name, each in series.items()]


def tables(found: dict[str, Any]) -> str:
    """Targets, peers and what else was said, as Markdown."""
    out = ["| target | found | of the rounds | wanted | |", "|---|---|---|---|---|"]
    for each in found["verdicts"]:
        spread = f"{each['low']:.2f}–{each['high']:.2f}" if each["high"] else ""
        bound = "≥" if each["at_least"] else "≤"
        out.append(
            f"| {each['what']} | {each['found']:,.2f} {each['unit']} | {spread}"
            f" | {bound} {each['target']:g} {each['unit']} | {each['verdict']} |"
        )
    out += ["", "| peer, its best round | events/s | CPU µs an event | memory MiB |",
            "|---|---|---|---|"]  # fmt: skip
    peers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in found["runs"]:
        peers[run["peer"]].append(run)
    for peer, runs in peers.items():
        rate, cpu = max(run["rate"] for run in runs), min(run["cpu_us"] for run in runs)
        memory = max(run["memory_mib"] for run in runs)
        shown = f"{memory:,.0f}" if memory else ""
        out.append(f"| {peer} | {rate:,.0f} | {cpu:.1f} | {shown} |")
    out += ["", *(f"- {note}" for note in found["notes"])]
    out += [f"- Not measured: {each}" for each in found["missing"]]
    return "\n".join([*out, ""])


if __name__ == "__main__":
    main()
