"""Draws what `cascade_curve.py` finds; needs matplotlib, which nothing else here does."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

COLOURS = {
    "length alone": "#9a6700",
    "random": "#8b8b8b",
    "always cheap": "#000000",
    "always best": "#000000",
}
OTHERS = ("#0b6e99", "#7b4fa3", "#2e7d32", "#b3261e", "#00838f")
MARKS = {"always cheap": "s", "always best": "D"}


def draw(pictures: dict[str, list[Any]], path: Path) -> None:
    """One picture a data set: cost against the share that is right, with intervals of 95 %."""
    # The same bytes each time: no date, and ids that do not depend on the run.
    mpl.rcParams.update({"svg.hashsalt": "interlock", "font.size": 9, "axes.spines.top": False})
    mpl.rcParams["axes.spines.right"] = False
    figure, panes = plt.subplots(1, len(pictures), figsize=(12, 4.2), constrained_layout=True)
    for pane, (name, lines) in zip(panes, pictures.items(), strict=True):
        others = iter(OTHERS)
        for line in lines:
            colour = COLOURS.get(line.name) or next(others)
            costs = [each.value for each in line.costs]
            right = [100 * each.value for each in line.qualities]
            low = [100 * each.low for each in line.qualities]
            high = [100 * each.high for each in line.qualities]
            if len(costs) > 1:
                pane.plot(costs, right, color=colour, label=line.name, linewidth=1.6)
                pane.fill_between(costs, low, high, color=colour, alpha=0.15, linewidth=0)
            else:
                errors = [[right[0] - low[0]], [high[0] - right[0]]]
                pane.errorbar(
                    costs,
                    right,
                    yerr=errors,
                    color=colour,
                    label=line.name,
                    fmt=MARKS.get(line.name, "o"),
                    capsize=3,
                )
        pane.set_title(name)
        pane.set_xlabel("cost, always best = 1")
        pane.grid(alpha=0.25)
        pane.legend(frameon=False, fontsize=7, loc="lower right")
    panes[0].set_ylabel("answers that are right, %")
    figure.savefig(path, format="svg", metadata={"Date": None})
    print(f"The picture is in {path}.")
