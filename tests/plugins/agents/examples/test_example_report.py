"""The report: its figures are those of the table, and each leads to the node that has computed it."""

import csv
import re
from collections import Counter
from decimal import Decimal

import pytest

EXAMPLE = "report"
RUN = ("agent", "run", "--plan", "plan.yaml", "--policy", "script.py", "--run")
LINK = re.compile(r"\[([^]]+)\]\(<#(\w+)>\)")


def test_the_example_does_what_its_page_shows_and_each_figure_is_traced_to_its_node(play, example, shown):
    play("A report")
    text = (example / "work" / "report.md").read_text("utf-8")
    values = shown("report-1")["values"]
    assert values["report"] == text
    links = LINK.findall(text)
    assert len(links) == 12
    for figure, anchor in links:
        [node] = [name for name in values if re.sub(r"\W", "", name) == anchor]
        assert figure in values[node]["figures"].values()
    sentences = [line for line in text.splitlines() if LINK.search(line)]
    assert not [line for line in sentences if re.search(r"\d", LINK.sub("", line))]
    html = (example / "work" / "report.html").read_text("utf-8")
    assert all(f'id="{anchor}"' in html and f'href="#{anchor}"' in html for _, anchor in links)


def test_the_figures_are_those_of_the_table(example, interlock, shown):
    assert interlock(*RUN, "r1").exit_code == 0
    with (example / "orders.csv").open(encoding="utf-8") as lines:
        rows = [*csv.DictReader(lines)]
    euros = sum(Decimal(row["amount"]) for row in rows if row["currency"] == "EUR")
    countries = Counter(row["country"] for row in rows)
    values = shown("r1")["values"]
    totals, by_country = values["sections[0].figures"]["figures"], values["sections[1].figures"]["figures"]
    assert (totals["orders"], totals["EUR"]) == ("25", f"{euros:,.2f} EUR")
    assert totals == {
        "orders": "25",
        "first": "2026-01-05",
        "last": "2026-02-28",
        "EUR": "2,148.05 EUR",
        "USD": "1,254.99 USD",
        "GBP": "132.50 GBP",
    }
    assert by_country == {"most": "DE", "most_orders": str(countries["DE"]), "most_share": "36.0 %"}
    assert values["sections[2].figures"]["figures"]["best"] == "C-17 and C-30"


@pytest.mark.parametrize(
    ("said", "why"),
    [("There were 25 orders.", "does not fit `out`"), ("A profit of {profit}.", "has no figure 'profit'")],
)
def test_a_sentence_with_a_figure_of_its_own_or_of_nobody_is_in_no_report(example, interlock, said, why):
    (example / "script.py").write_text(f"def policy(call):\n    return call.say({said!r})\n")
    failed = interlock(*RUN, "r1", "--stuck", "fail")
    assert failed.exit_code == 1
    assert why in failed.output
    assert not (example / "work").exists()
