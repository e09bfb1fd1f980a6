"""The code review: every fault that was planted is found, and one check that fails keeps no other from it."""

import pytest

EXAMPLE = "code_review"
PLANTED = {  # file, line, rule
    ("requirements.txt", 2, "GHSA-6757-jp84-gxfx"),
    ("requirements.txt", 3, "GHSA-j8r2-6x86-q33q"),
    ("shop/orders.py", 5, "F401"),
    ("shop/orders.py", 6, "B404"),
    ("shop/orders.py", 12, "B105"),
    ("shop/orders.py", 15, "B006"),
    ("shop/orders.py", 22, "B506"),
    ("shop/orders.py", 30, "F821"),
    ("shop/orders.py", 34, "B602"),
    ("shop/orders.py", 38, "B501"),
    ("shop/orders.py", 42, "B324"),
}
RUN = ("agent", "run", "--plan", "plan.yaml", "--policy", "script.py")


@pytest.mark.timeout(600)  # a model answers on this machine, whatever else it has to do
def test_the_example_does_what_its_page_shows(play, example, shown):
    play("A code review")
    run = shown("review-1")
    review = run["values"]["review"]
    assert {(each["file"], each["line"], each["rule"]) for each in review["findings"]} == PLANTED
    assert len(review["findings"]) == len(PLANTED)
    [posted] = (example / "work" / "reviews").glob("*.txt")
    assert posted.read_text("utf-8") == run["values"]["post"]
    [effect] = run["effects"]
    assert (effect["tool"], effect["state"]) == ("post_review", "confirmed")
    assert effect["approved_by"]
    assert shown("verdict-1")["value"] in ("approve", "comment", "request_changes")


def test_a_check_that_cannot_be_made_is_named_in_the_review_and_stops_no_other(example, interlock, shown):
    waits = interlock(*RUN, "--run", "r1", "--input", "scanner=none")
    assert waits.exit_code == 3, waits.output
    review = shown("r1")["values"]["review"]
    assert review["missing"] == ["security"]
    # The scanner's rules are B and three digits above those of the linter.
    left = {each for each in PLANTED if each[2][:2] not in ("B1", "B3", "B4", "B5", "B6")}
    assert {(each["file"], each["line"], each["rule"]) for each in review["findings"]} == left
    assert not (example / "work" / "reviews").exists()
