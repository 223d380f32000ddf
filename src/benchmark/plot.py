"""Draws a plot of the benchmark's results.

usage: plot.py PLOT.svg RESULTS.json...
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
        "message to reset, one event, warm, ms",
        "A lone message waits for its reset, ms",
        [("window 1 s", "window 1 s\n(default)"), ("window 0 s", "window 0")],
    ),
    (
        "20 calls of 50 ms, a split, a dead letter, a third of one, ms",
        "20 calls of 50 ms after a restore, ms",
        [("warm", "warm"), ("first after a restore", "first after\na restore")],
    ),
    (
        "1,000 calls of 50 ms, a third of one, ms",
        "1,000 calls of 50 ms, 8 at the same time, ms",
        [("ideal x8", "ideal"), ("boto3 x8", "boto3,\n8 threads"), ("zip x8", "this\nfunction")],
    ),
]
BASELINE, THIS, IDEAL = "#9aa5b1", "#d2691e", "#dfe3e8"


def colour(candidate):
    return IDEAL if candidate.startswith("ideal") else BASELINE if candidate.startswith("boto3") else THIS


def main(target, *results):
    figures = {}
    for result in results:
        with open(result, encoding="utf-8") as file:
            figures |= json.load(file)
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
