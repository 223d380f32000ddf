"""Draws a plot of the benchmark's results.

usage: plot.py BENCHMARK.json PLOT.svg
"""

import json
import statistics
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "benchmark"
import matplotlib.pyplot as plot  # noqa: E402

# The figure, the title, and the candidates with their labels, from left to right.
PANELS = [
    (
        "cold start and first call, ms",
        "Cold start and first call, ms",
        [("boto3, packed", "boto3 in\nits zip"), ("boto3", "boto3 of\nthe runtime"), ("zip x16", "this,\nzip")],
    ),
    (
        "1,000 calls of 0 ms, processor ms",
        "1,000 calls of 0 ms, processor ms",
        [("boto3", "boto3"), ("boto3 x16", "boto3,\n16 threads"), ("zip x16", "this,\nzip")],
    ),
    (
        "1,000 calls of 50 ms, ms",
        "1,000 calls of 50 ms, 16 at a time, ms",
        [("ideal x16", "ideal"), ("boto3 x16", "boto3,\n16 threads"), ("zip x16", "this,\nzip")],
    ),
]
BASELINE, THIS, IDEAL = "#9aa5b1", "#d2691e", "#dfe3e8"


def colour(candidate):
    return IDEAL if candidate.startswith("ideal") else BASELINE if candidate.startswith("boto3") else THIS


def main(data, target):
    with open(data, encoding="utf-8") as file:
        figures = json.load(file)
    _, axes = plot.subplots(1, len(PANELS), figsize=(12, 3.4))
    for panel, (figure, title, candidates) in zip(axes, PANELS):
        medians = [statistics.median(figures[figure][candidate]) for candidate, _ in candidates]
        bars = panel.bar([label for _, label in candidates], medians, color=[colour(candidate) for candidate, _ in candidates])
        panel.bar_label(bars, fmt="{:,.0f}")
        panel.set_title(title, fontsize=10)
        panel.margins(y=0.15)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.yaxis.set_visible(False)
        panel.tick_params(labelsize=8, length=0)
    plot.tight_layout()
    plot.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
