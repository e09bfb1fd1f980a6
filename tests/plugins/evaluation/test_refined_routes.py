"""Routes refined by words: learned by the verb, put to use, and followed by a router."""

import json

import pytest

from interlock import ConfigError
from interlock.testing import scripted_router
from interlock_evaluation.learning import sight
from outcome_tables import invoke
from routing_worlds import written
from worded_worlds import worded

SUM = "Please add 12 and 4033, halve it, and say 7"
STORY = "Please tell a story of a fox and the moon, 7"


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Written without sentence vectors."""
    folder = tmp_path_factory.mktemp("learned")
    outcomes = worded(1000)
    table = written(folder / "marked.csv", outcomes, texts=outcomes.texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sight, "sight", lambda: None)
        return invoke("eval", "learn", table, "--write", folder / "routes.yaml"), folder / "routes.yaml"


def router(path, **settings):
    scripts = {name: [f"from {name}"] * 9 for name in ("teller", "adder", "small")}
    return scripted_router(scripts, learned_routes=str(path), **settings)


def first(decision):
    return decision.shortlist[0]


def test_the_verb_says_what_words_add_and_writes_arrays_beside_the_routes(learned):
    done, path = learned
    assert done.exit_code == 0, done.stderr
    assert "refined by words" in done.stdout
    assert "are used" in done.stderr
    assert "interlock-embeddings" in done.stderr
    assert "by: words" in path.read_text("utf-8")
    assert path.with_suffix(".words.npz").stat().st_size < 2_000_000


async def test_a_router_follows_each_prompts_own_words(learned):
    routing = router(learned[1])
    sums, story = [await routing.refine(each, task="quantitative") for each in (SUM, STORY)]
    assert {first(sums).deployment, first(story).deployment} == {"adder", "teller"}
    led = routing.decide(SUM, task="quantitative").shortlist[0].deployment
    moved = next(each for each in (sums, story) if first(each).deployment != led)
    assert "predicted gain +" in first(moved).reasons[-1]
    assert first(moved).reasons[-1].startswith("learned: refined by words: ")
    response = await routing.complete(SUM, task="quantitative")
    assert response.deployment == first(sums).deployment


async def test_long_prompts_and_none_are_no_trouble(learned):
    routing = router(learned[1])
    assert (await routing.refine(SUM * 5_000, task="quantitative")).shortlist
    assert (await routing.refine(" ", task="quantitative")).shortlist == routing.decide(
        " ", task="quantitative"
    ).shortlist


def test_a_file_that_was_changed_is_refused(learned, tmp_path):
    path = tmp_path / "routes.yaml"
    path.write_bytes(learned[1].read_bytes())
    content = learned[1].with_suffix(".words.npz").read_bytes()
    (tmp_path / "routes.words.npz").write_bytes(content[:-1])
    with pytest.raises(ConfigError, match="its digest is another one"):
        router(path)


def test_without_words_the_table_alone_is_learned(learned, tmp_path):
    table = learned[1].with_name("marked.csv")
    done = invoke("eval", "learn", table, "--no-words", "--json", "--write", tmp_path / "routes.yaml")
    found = json.loads(done.stdout)
    assert found["refined"] is None
    assert "refinement" not in found
    assert "refined:" not in (tmp_path / "routes.yaml").read_text("utf-8")


def test_of_two_models_the_figures_stand_at_the_top_of_the_json(tmp_path):
    outcomes = worded(200, cost=False)
    table = written(tmp_path / "marked.csv", outcomes, texts=outcomes.texts)
    done = invoke("eval", "learn", table, "--json", "--without", "adder")
    found = json.loads(done.stdout)
    assert found["apgr"] == found["ordering"]["apgr"]["value"]
    assert 0 <= found["cpt50"] <= found["cpt80"] <= 1
    assert "refined by them from 1,000 on" in done.stderr
    assert (
        "Half of what teller gains over small" in invoke("eval", "learn", table, "--without", "adder").stderr
    )


def test_the_gate_follows_words_where_the_routes_do(learned):
    table = learned[1].with_name("marked.csv")
    plain, refined = (
        json.loads(invoke("eval", "gate", table, "--routes", learned[1], "--json", *more).stdout)
        for more in (("--no-words",), ())
    )
    assert refined["estimate"]["gain"]["value"] > plain["estimate"]["gain"]["value"] + 0.1
    assert refined["verdict"] == "holds"


def test_the_gate_refuses_words_that_are_not_the_routes_own(learned, tmp_path):
    path = tmp_path / "routes.yaml"
    path.write_bytes(learned[1].read_bytes())
    table = learned[1].with_name("marked.csv")
    done = invoke("eval", "gate", table, "--routes", path)
    assert (done.exit_code, "routes.words.npz" in done.stderr) == (2, True)
    (tmp_path / "routes.words.npz").write_bytes(b"other words")
    done = invoke("eval", "gate", table, "--routes", path)
    assert (done.exit_code, "digest is another one" in " ".join(done.stderr.split())) == (2, True)


def test_where_the_table_has_no_words_the_gate_holds_by_task(learned, tmp_path):
    table = written(tmp_path / "marked.csv", worded(200))
    done = invoke("eval", "gate", table, "--routes", learned[1], "--margin", "99")
    assert (done.exit_code, "held by task alone" in done.stderr) == (0, True)


@pytest.fixture
def configured(tmp_path):
    """A configuration whose learned routes are not there yet."""
    models = {"teller": "zhipu/glm-5.2", "adder": "openai/gpt-5.5", "small": "meta/llama-4-ultra"}
    there = 'provider: openai-compatible, base_url: "http://127.0.0.1:9/v1", region: eu'
    lines = [f"  - {{id: {name}, model: {model}, {there}}}" for name, model in models.items()]
    path = tmp_path / "interlock.yaml"
    path.write_text("\n".join(["deployments:", *lines, "learned_routes: live.yaml", ""]), "utf-8")
    return path


def explained(path, prompt):
    done = invoke("--config", path, "explain", "--json", "--task", "quantitative", prompt)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)["shortlist"][0]


def test_words_are_put_to_use_with_their_routes_and_taken_back_with_them(learned, configured, tmp_path):
    assert invoke("--config", configured, "routes", "apply", learned[1], "--yes").exit_code == 0
    leads = {explained(configured, each)["deployment"] for each in (SUM, STORY)}
    assert leads == {"adder", "teller"}
    other = tmp_path / "plain.yaml"
    text = learned[1].read_text("utf-8")
    other.write_text(text[: text.index("refined:")] + text[text.index("source:") :], "utf-8")
    assert invoke("--config", configured, "routes", "apply", other, "--yes").exit_code == 0
    assert len({explained(configured, each)["deployment"] for each in (SUM, STORY)}) == 1
    done = invoke("--config", configured, "routes", "rollback", "--yes")
    assert done.exit_code == 0, done.stderr
    assert {explained(configured, each)["deployment"] for each in (SUM, STORY)} == leads
    told = [
        each["deployment"]
        for each in (explained(configured, SUM), explained(configured, STORY))
        if "refined by words" in each["reasons"][-1]
    ]
    assert len(told) == 1, "one of the two is the row's own first"


def test_replaying_says_that_words_are_not_kept(learned, configured):
    with configured.open("a", encoding="utf-8") as file:
        file.write("records: sqlite:///calls.db\n")
    assert invoke("--config", configured, "routes", "apply", learned[1], "--yes").exit_code == 0
    invoke("--config", configured, "ask", "--task", "quantitative", SUM)
    done = invoke("--config", configured, "replay", "--routes", learned[1])
    assert done.exit_code == 0, done.stderr
    assert "refined by prompts' words" in " ".join(done.stderr.split())
