import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interlock.config import Config, load, resolve_key
from interlock.errors import ConfigError
from interlock.http import check_network
from interlock.types.models import Network, Secret, Timeouts
from interlock.types.request import Constraints

DESIGN = """\
deployments:
  - {id: glm-cloud,  model: zhipu/glm-5.2, provider: zhipu, region: cn}
  - {id: glm-onprem, model: zhipu/glm-5.2, provider: openai-compatible, base_url: "http://10.0.0.5:8000/v1",
     region: eu, on_premise: true}
  - {id: claude-eu,  model: anthropic/claude-4-opus, provider: bedrock, region: eu-central-1,
     name: "eu.anthropic.claude-opus-4-20250514-v1:0"}
routes:
  code_generation: [zhipu/glm-5.2, openai/gpt-5.5]
ensembles:
  legal_review: {members: [zhipu/glm-5.2, anthropic/claude-4-opus], arbiter: openai/gpt-5.5}
constraints: {residency: [eu]}
timeouts: {connect: 5, first_token: 15, between_tokens: 15, answer: 60, total: 120}
retries: {max: 2}
rescue: replay
health: {error_rate: 0.05, window: 200, cooldown: 30}
records: sqlite:///interlock.db
"""
EMPTY = "the list is empty; name a deployment, or leave the key out to use the keys in the environment."
ONE = {"id": "a", "model": "m", "provider": "p"}
SECRET = "sk-live-0123456789"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def from_text(text: str, environ: dict[str, str] | None = None) -> Config:
    Path("interlock.yaml").write_text(text, encoding="utf-8")
    return load("interlock.yaml", environ or {})


def complaint(source: object, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(source, environ or {})  # type: ignore[arg-type]  # some sources are wrong on purpose
    return str(caught.value)


def complaint_about(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        from_text(text)
    return str(caught.value)


def test_the_documented_file_is_read_as_documented() -> None:
    config = from_text(DESIGN)
    assert [deployment.id for deployment in config.deployments] == ["glm-cloud", "glm-onprem", "claude-eu"]
    assert config.deployments[1].on_premise is True
    assert config.routes == {"code_generation": ("zhipu/glm-5.2", "openai/gpt-5.5")}
    assert config.ensembles["legal_review"].arbiter == ("openai/gpt-5.5",)
    assert config.constraints.constraints() == Constraints(residency={"eu"})
    assert config.timeouts.over(Timeouts()) == Timeouts(first_token=15)
    assert (config.retries.max, config.rescue) == (2, "replay")
    assert config.records is not None
    assert config.records.url.reveal() == "sqlite:///interlock.db"
    assert (config.records.keep, config.records.days) == (100_000, None)


def test_nothing_at_all_is_a_configuration_of_defaults() -> None:
    assert load(None, {}).deployments == ()
    assert load({}, {}).rescue == "replay"
    assert from_text("").health.error_rate == 0.05
    assert from_text("# only a comment\n").routes == {}
    assert from_text("timeouts:\n  # connect: 5\n").timeouts.connect is None


def test_without_a_source_the_variable_names_the_file_before_the_folder_does() -> None:
    Path("interlock.yaml").write_text("rescue: hold", encoding="utf-8")
    Path("other.yaml").write_text("rescue: raise", encoding="utf-8")
    assert load(None, {}).rescue == "hold"
    assert load(None, {"INTERLOCK_CONFIG": "other.yaml"}).rescue == "raise"
    assert complaint(None, {"INTERLOCK_CONFIG": "gone.yaml"}) == (
        "gone.yaml: there is no such file; `interlock init` writes one."
    )


def test_a_mapping_is_stronger_than_the_environment_and_that_than_a_file() -> None:
    environ = {"INTERLOCK_TIMEOUTS__CONNECT": "2", "INTERLOCK_RESCUE": "raise"}
    over_file = from_text("rescue: hold\ntimeouts: {connect: 1, total: 9}", environ)
    assert (over_file.rescue, over_file.timeouts.connect, over_file.timeouts.total) == ("raise", 2, 9)
    under_mapping = load({"timeouts": {"connect": 3}}, environ)
    assert (under_mapping.rescue, under_mapping.timeouts.connect) == ("raise", 3)


def test_lists_and_names_come_from_the_environment_too() -> None:
    config = load(
        None,
        {
            "INTERLOCK_DEPLOYMENTS": '[{"id": "a", "model": "m", "provider": "p"}]',
            "INTERLOCK_CONSTRAINTS__RESIDENCY": "eu, no",
            "INTERLOCK_CONSTRAINTS__ON_PREMISE": "true",
            "INTERLOCK_ROUTES__CODE_GENERATION": "zhipu/glm-5.2,openai/gpt-5.5",
            "INTERLOCK_RECORDS": "",
        },
    )
    assert config.deployments[0].provider == "p"
    assert config.constraints.constraints() == Constraints(residency={"eu", "no"}, on_premise=True)
    assert config.routes["code_generation"] == ("zhipu/glm-5.2", "openai/gpt-5.5")
    assert config.records is None


def test_variables_that_are_no_settings_pass() -> None:
    names = ("DISABLED_PLUGINS", "STRICT_PLUGINS", "LOCAL_MODEL")
    assert load(None, {f"INTERLOCK_{name}": "1" for name in names} | {"PATH": "/bin"}).rescue == "replay"


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("INTERLOCK_TIMEOUT", "5", "there is no such setting. Did you mean 'INTERLOCK_TIMEOUTS'?"),
        (
            "INTERLOCK_TIMEOUTS__FIRST_TOKN",
            "5",
            "there is no such setting. Did you mean 'INTERLOCK_TIMEOUTS__FIRST_TOKEN'?",
        ),
        ("INTERLOCK_CONFG", "x", "there is no such setting. Did you mean 'INTERLOCK_CONFIG'?"),
        ("INTERLOCK_XYZ", "1", "there is no such setting."),
        ("INTERLOCK_HEDGE__PERCENTILE", "1", "expected less than 1, not 1."),
        ("INTERLOCK_HEDGE__PERCENTILE", "1.5", "expected less than 1, not 1.5."),
        ("INTERLOCK_TIMEOUTS__TOTAL", "-5", "expected a positive number, not -5."),
        ("INTERLOCK_TIMEOUTS__TOTAL", "soon", "expected a number, not text."),
        ("INTERLOCK_DEPLOYMENTS", "[]", "the list is empty; name a deployment, or leave the key out"),
        ("INTERLOCK_DEPLOYMENTS", "[{", "is not readable JSON: "),
        ("INTERLOCK_DEPLOYMENTS", "glm", "expected a list, not text."),
        ("INTERLOCK_DEPLOYMENTS__0__ID", "a", "a list is given whole, as JSON in INTERLOCK_DEPLOYMENTS."),
    ],
)
def test_a_bad_variable_is_named(variable: str, value: str, told: str) -> None:
    text = complaint(None, {variable: value})
    assert text.startswith(f"environment: {variable}: {told}")
    assert "\n" not in text


def test_a_whole_and_a_part_of_it_from_the_environment_are_refused_with_the_way_out() -> None:
    text = complaint(None, {"INTERLOCK_RECORDS": "sqlite:///x.db", "INTERLOCK_RECORDS__KEEP": "10"})
    assert text.startswith("environment: INTERLOCK_RECORDS__KEEP: INTERLOCK_RECORDS sets the whole")
    assert text.endswith("set its parts alone, as INTERLOCK_RECORDS__….")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("deploymnts: []", "interlock.yaml:1: deploymnts: there is no such key. Did you mean 'deployments'?"),
        (
            "\ntimeouts:\n  frist_token: 5",
            "interlock.yaml:3: timeouts.frist_token: there is no such key. Did you mean 'first_token'?",
        ),
        (
            "timeouts:\n  connect: -5",
            "interlock.yaml:2: timeouts.connect: expected a positive number, not -5.",
        ),
        ("timeouts: {total: 0}", "interlock.yaml:1: timeouts.total: expected a positive number, not 0."),
        (
            "timeouts: {total: true}",
            "interlock.yaml:1: timeouts.total: expected a number, not true or false.",
        ),
        ("timeouts: {total: .inf}", "interlock.yaml:1: timeouts.total: expected a number, not text."),
        ("timeouts: [5]", "interlock.yaml:1: timeouts: expected keys and values, not a list."),
        ("retries: {max: 2.5}", "interlock.yaml:1: retries.max: expected a whole number, not a fraction."),
        ("retries: {max: -1}", "interlock.yaml:1: retries.max: expected at least 0, not -1."),
        ("health: {error_rate: 5}", "interlock.yaml:1: health.error_rate: expected at most 1, not 5."),
        (
            "rescue: replya",
            (
                "interlock.yaml:1: rescue: expected one of hold, replay, continue, restart, raise, "
                "not 'replya'. Did you mean 'replay'?"
            ),
        ),
        (
            "deployments: []",
            f"interlock.yaml:1: deployments: {EMPTY}",
        ),
        (
            "deployments:\n",
            f"interlock.yaml:1: deployments: {EMPTY}",
        ),
        ("deployments: {a: 1}", "interlock.yaml:1: deployments: expected a list, not keys and values."),
        (
            "deployments:\n  - {id: a, model: m}",
            "interlock.yaml:2: deployments.0.provider: is required.",
        ),
        (
            "deployments:\n  - {id: a, modle: m, provider: p}",
            "interlock.yaml:2: deployments.0.modle: there is no such key. Did you mean 'model'?",
        ),
        (
            "deployments:\n  - {id: a, model: m, provider: p}\n  - {id: a, model: m, provider: p}",
            "interlock.yaml:3: deployments.1.id: 'a' is the id of deployments.0 too; each needs its own.",
        ),
        (
            "deployments:\n  - id: a\n    model: m\n    provider: p\n    region: eu-cental-1",
            (
                "interlock.yaml:5: deployments.0.region: 'eu-cental-1' is no known jurisdiction or cloud "
                "region. Did you mean 'eu-central-1'?"
            ),
        ),
        (
            "deployments:\n  - {id: a, model: m, provider: p, base_url: localhost}",
            "interlock.yaml:2: deployments.0.base_url: expected an address that starts with http:// or https://.",
        ),
        (
            "deployments:\n  - {id: a, model: m, provider: p, name: 5.2}",
            "interlock.yaml:2: deployments.0.name: expected text, not a number; put it in quotes.",
        ),
        ("routes: {code: []}", "interlock.yaml:1: routes.code: the list is empty."),
        (
            "ensembles: {e: {members: [a]}}",
            "interlock.yaml:1: ensembles.e.members: expected at least 2, not 1.",
        ),
        (
            "ensembles: {e: {members: [a, b], quorum: 3}}",
            "interlock.yaml:1: ensembles.e.quorum: expected at most 2: there are no more members.",
        ),
        (
            "constraints: {residency: [euu]}",
            (
                "interlock.yaml:1: constraints.residency: 'euu' is no known jurisdiction or cloud region."
                " Did you mean 'eu'?"
            ),
        ),
        ("- a\n- b", "interlock.yaml:1: expected keys and values at the top, not a list."),
        ("hello", "interlock.yaml:1: expected keys and values at the top, not a single value."),
        ("1: x", "interlock.yaml:1: 1: a key must be text; write '1' in quotes."),
        ("rescue: hold\ntrue: x", "interlock.yaml:2: true: a key must be text; write 'true' in quotes."),
        ("? [a]\n: b", "interlock.yaml:1: a key must be text, not a list or a mapping."),
        (
            "timeouts:\n  total: 1\n  total: 2",
            "interlock.yaml:3: timeouts.total: this key comes twice; the first is in line 2.",
        ),
        ("records: !secret x", "interlock.yaml:1: records: tags such as '!secret' are not read."),
        (
            "rescue: hold\n---\nrescue: raise",
            "interlock.yaml:2: holds a second document; one is expected.",
        ),
    ],
)
def test_a_bad_file_gets_one_line_that_names_the_key(text: str, told: str) -> None:
    assert complaint_about(text) == told


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b: c", "\tx: 1", "a: 'b", "a: \x07", "{", "a: @b", "%x"])
def test_unreadable_yaml_says_where(text: str) -> None:
    told = complaint_about("rescue: hold\n" + text)
    assert told.startswith("interlock.yaml")
    assert "is not readable YAML: " in told
    assert "\n" not in told


def test_only_a_name_that_is_alike_is_suggested() -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {"INTERLOCK_FOO": "1"})
    assert caught.value.suggestion is None


@pytest.mark.parametrize("text", ["timeouts:\n\ttotal: 5", "routes:\n  \tcode_generation: [a]"])
def test_a_tab_is_called_a_tab(text: str) -> None:
    told = complaint_about(text)
    assert told == "interlock.yaml:2: is not readable YAML: the line begins with a tab; indent with spaces."


def test_several_mistakes_get_a_line_each_in_the_files_order() -> None:
    with pytest.raises(ConfigError) as caught:
        from_text("retries: {max: -1}\nrescue: no way\ntimeouts: {conect: 1}")
    assert [line.split(": ")[:2] for line in str(caught.value).splitlines()] == [
        ["interlock.yaml:1", "retries.max"],
        ["interlock.yaml:2", "rescue"],
        ["interlock.yaml:3", "timeouts.conect"],
    ]
    assert caught.value.key == "retries.max"
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("mistakes", "rest"), [(7, "1 more problem follows."), (20, "14 more problems follow.")]
)
def test_many_mistakes_are_counted(mistakes: int, rest: str) -> None:
    told = complaint_about("\n".join(f"key{number}: 1" for number in range(mistakes))).splitlines()
    assert len(told) == 7
    assert told[-1] == f"interlock.yaml: {rest}"


def test_files_that_cannot_be_read() -> None:
    Path("folder").mkdir()
    Path("latin.yaml").write_bytes(b"rescue: hold\n# caf\xe9")
    assert complaint("folder") == "folder: is a directory; name the file in it."
    assert complaint("latin.yaml") == "latin.yaml:2: is not UTF-8 text; save it as UTF-8."
    assert complaint("no.yaml") == "no.yaml: there is no such file; `interlock init` writes one."
    assert complaint(5) == "expected a path, a mapping or nothing, not int."
    assert "is no path" in complaint("a\0b")


def test_a_byte_order_mark_is_no_key() -> None:
    Path("bom.yaml").write_bytes(b"\xef\xbb\xbfrescue: hold")
    assert load(Path("bom.yaml"), {}).rescue == "hold"


def test_norway_is_a_country_and_not_a_refusal() -> None:
    deployment = from_text("deployments: [{id: a, model: m, provider: p, region: no}]").deployments[0]
    assert deployment.region == "no"
    told = complaint({"deployments": [{**ONE, "region": False}]})
    assert told == (
        "mapping: deployments.0.region: expected text, not false; "
        "a bare no or yes is read as false or true, so put it in quotes."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "deployments:\n  - &base {id: a}\n",
            "2: deployments.0: anchors and aliases such as &base",
        ),
        ("rescue: *mode", "1: rescue: anchors and aliases such as *mode are not read"),
        ("&key rescue: hold", "1: anchors and aliases such as &key are not read"),
        ("timeouts:\n  <<: {total: 5}\n", "2: timeouts: << merges nothing here"),
    ],
)
def test_anchors_aliases_and_merges_are_refused_with_the_way_out(text: str, told: str) -> None:
    complaint = complaint_about(text)
    assert complaint.startswith(f"interlock.yaml:{told}")
    assert complaint.endswith("write the value out where it is wanted.")


def test_a_file_of_very_many_values_is_refused() -> None:
    assert "holds more than 100,000 values." in complaint_about("models: [" + "1," * 100_000 + "1]")


@pytest.mark.parametrize(
    "text", ["models: " + "[" * 100_000, "models: " + "{a: " * 5_000, "a:\n" + " - " * 5_000]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nests more than 32 levels deep." in complaint_about(text)


def test_a_huge_file_is_refused() -> None:
    assert complaint_about("#" * 1_000_001) == "interlock.yaml: is longer than 1,000,000 characters."


def test_a_mapping_that_holds_itself_is_refused() -> None:
    knot: dict[str, Any] = {}
    knot["routes"] = knot
    assert "holds more than 32 levels." in complaint(knot)


def test_a_mapping_with_a_key_that_is_no_text() -> None:
    assert complaint({"timeouts": {1: 2}}) == "mapping: timeouts.1: a key must be text, not int."


@pytest.mark.parametrize(
    "deployment",
    [
        {**ONE, "api_key": SECRET, "regin": "eu"},
        {**ONE, "api_key": [SECRET]},
        {**ONE, "api_key": {"value": SECRET}},
        {**ONE, "headers": {"Authorization": SECRET + "\n"}},
        {**ONE, "headers": [SECRET]},
        {**ONE, "proxy": SECRET},
        {**ONE, "timeouts": {"total": SECRET}},
        {**ONE, "on_premise": SECRET},
        {**ONE, "extra_body": SECRET},
        {**ONE, "price": SECRET},
    ],
)
def test_no_secret_is_in_an_error(deployment: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"deployments": [deployment]}, {})
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__dict__)
    assert caught.value.__suppress_context__


def test_no_secret_is_in_a_repr() -> None:
    config = load(
        {
            "deployments": [
                {**ONE, "api_key": SECRET, "headers": {"A": SECRET}, "proxy": f"http://u:{SECRET}@h"}
            ],
            "records": f"postgresql://u:{SECRET}@h/db",
        },
        {},
    )
    assert SECRET not in repr(config)
    assert SECRET not in str(config.deployments)
    assert config.deployments[0].api_key == Secret(SECRET)


def test_assembly_can_point_at_any_key() -> None:
    config = from_text(DESIGN, {"INTERLOCK_RETRIES__MAX": "3"})
    assert config.locate("deployments.2.region") == ("interlock.yaml", 5)
    assert config.locate("routes.code_generation.1") == ("interlock.yaml", 8)
    assert config.locate("retries.max") == ("environment", None)
    assert config.locate("plugins.disabled") == ("defaults", None)
    error = config.error("deployments.0.model", "there is no model 'x'.", "y")
    assert str(error) == "interlock.yaml:2: deployments.0.model: there is no model 'x'. Did you mean 'y'?"
    assert config.folder == Path()
    assert load({"rescue": "hold"}, {}).locate("rescue") == ("mapping", None)
    assert load({"rescue": "hold"}, {}).folder is None


def test_a_deployments_network_and_timeouts() -> None:
    deployment = load(
        {
            "deployments": [
                {
                    **ONE,
                    "proxy": "http://proxy:3128",
                    "ca_bundle": "ca.pem",
                    "client_cert": ["me.pem", "me.key"],
                    "timeouts": {"total": 300},
                    "price": {"input": 1, "output": 2},
                }
            ]
        },
        {},
    ).deployments[0]
    assert deployment.network() == Network(
        proxy="http://proxy:3128", ca_bundle="ca.pem", client_cert=("me.pem", "me.key")
    )
    assert deployment.timeouts.over(Timeouts(connect=1)) == Timeouts(connect=1, total=300)
    assert deployment.price is not None
    assert deployment.price.price().output == 2


def test_a_key_is_a_value_a_variable_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(SECRET + "\n", encoding="utf-8")
    environ = {"MY_KEY": f" {SECRET}\n"}
    for spec in (SECRET, "env:MY_KEY", "file:key.txt", f"file:{tmp_path / 'key.txt'}"):
        credential = resolve_key(spec, environ=environ, folder=tmp_path)
        assert credential.secret == Secret(SECRET)
        assert SECRET not in repr(credential)
    assert resolve_key(Secret("env:MY_KEY"), environ=environ).source == "env:MY_KEY"


def test_a_variable_that_is_not_set_leaves_a_hint() -> None:
    credential = resolve_key("env:MY_KEY", environ={"MY_KEY": " "})
    assert credential.secret is None
    assert credential.hint == "MY_KEY is not set"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("", "is empty."),
        ("env:", "env: must be followed by the name of a variable."),
        ("file:", "file: must be followed by a path."),
        ("file:gone.txt", "there is no file gone.txt."),
        ("file:.", ". is a directory."),
        ("file:empty.txt", "empty.txt is empty."),
        ("file:bytes.bin", "bytes.bin is not text."),
        ("file:a\0b", "is no path."),
        ("${MY_KEY}", "is written for a shell; write env:MY_KEY."),
        (f"{SECRET}\n{SECRET}", "holds a character that no key can"),
        (f"{SECRET}é", "holds a character that no key can"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_name(spec: str, told: str) -> None:
    Path("empty.txt").touch()
    Path("bytes.bin").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError) as caught:
        resolve_key(spec, environ={}, key="deployments.0.api_key", source="interlock.yaml", line=4)
    assert str(caught.value).startswith("interlock.yaml:4: deployments.0.api_key: ")
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


WORDS = [
    *Config.model_fields,
    "id",
    "model",
    "provider",
    "region",
    "connect",
    "total",
    "max",
    "members",
    "mode",
    "x",
]
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
    | st.binary()
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | scalars, inner, max_size=3)
    ),
    max_leaves=12,
)


def load_or_complain(source: Any, environ: dict[str, str]) -> None:
    try:
        config = load(source, environ)
    except ConfigError as error:
        complaints = str(error).splitlines()
        told = all(line.endswith((".", "?")) for line in complaints)
    else:
        told = isinstance(config, Config)
    assert told


@given(st.dictionaries(st.sampled_from(WORDS) | scalars, values, max_size=4))
@example({"timeouts": {"total": 10**400}})
@example({"retries": {"max": 10**400}})
def test_any_mapping_is_a_configuration_or_a_config_error(data: dict[Any, Any]) -> None:
    load_or_complain(data, {})


@given(st.text() | st.text(alphabet="ab:-[]{}&*!#|>'\"?,%@` \n\t01"))
@example("a: &x\n<<: *x")
@example("<<: [1, 2]")
@example("? ")
def test_any_text_is_a_configuration_or_a_config_error(text: str) -> None:
    Path("any.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    load_or_complain("any.yaml", {})


@given(st.binary())
def test_any_bytes_are_a_configuration_or_a_config_error(raw: bytes) -> None:
    Path("any.yaml").write_bytes(raw)
    load_or_complain("any.yaml", {})


@given(
    st.dictionaries(st.sampled_from(["TIMEOUTS__TOTAL", "DEPLOYMENTS", "ROUTES__A", "X", "_", ""]), st.text())
)
def test_any_environment_is_a_configuration_or_a_config_error(environ: dict[str, str]) -> None:
    load_or_complain(None, {f"INTERLOCK_{name}": value for name, value in environ.items()})


def test_the_processs_own_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("INTERLOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INTERLOCK_RESCUE", "hold")
    assert load().rescue == "hold"


@pytest.mark.parametrize(
    ("file", "environ", "expected"),
    [
        ("records: sqlite:///a.db", {}, ("sqlite:///a.db", 100_000, None)),
        ("records: {url: sqlite:///a.db, keep: 5, days: 7}", {}, ("sqlite:///a.db", 5, 7.0)),
        ("records: {url: sqlite:///a.db, keep: null}", {}, ("sqlite:///a.db", None, None)),
        ("records: sqlite:///a.db", {"INTERLOCK_RECORDS__KEEP": "9"}, ("sqlite:///a.db", 9, None)),
        (
            "records: {url: sqlite:///a.db, keep: 5}",
            {"INTERLOCK_RECORDS": "sqlite:///b.db"},
            ("sqlite:///b.db", 5, None),
        ),
    ],
)
def test_an_address_for_records_and_its_bounds_may_come_from_two_places(
    file: str, environ: dict[str, str], expected: tuple[str, int | None, float | None]
) -> None:
    records = from_text(file, environ).records
    assert records is not None
    assert (records.url.reveal(), records.keep, records.days) == expected


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("records: interlock.db", "records.url: expected an address such as sqlite:///interlock.db or"),
        ("records: {keep: 5}", "records.url: is required."),
        ("records: {url: sqlite:///a, keep: 0}", "records.keep: expected at least 1, not 0."),
        ("records: {url: sqlite:///a, days: 0}", "records.days: expected a positive number, not 0."),
        ("records: {url: sqlite:///a, kep: 5}", "records.kep: there is no such key. Did you mean 'keep'?"),
        ("records: {url: 5}", "records.url: expected text, not a number; put it in quotes."),
    ],
)
def test_bad_places_for_records(line: str, told: str) -> None:
    assert complaint_about(line).startswith(f"interlock.yaml:1: {told}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="a pipe or a device"):
        load(tmp_path / "pipe")
    for spec in ("file:pipe", "file:/dev/zero"):
        with pytest.raises(ConfigError, match="a pipe or a device"):
            resolve_key(spec, environ={}, folder=tmp_path)
    for network in (Network(ca_bundle="pipe"), Network(client_cert=("pipe", None))):
        with pytest.raises(ConfigError, match="a pipe or a device"):
            check_network(network)


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights here")
def test_a_key_that_everybody_may_read_is_taken_with_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(SECRET, encoding="utf-8")
    file.chmod(0o644)
    assert "chmod 600" in resolve_key("file:key.txt", environ={}, folder=tmp_path).warning
    file.chmod(0o600)
    assert not resolve_key("file:key.txt", environ={}, folder=tmp_path).warning


KEYS = [SECRET, "mykey-with-dashes-2024", "AKIAIOSFODNN7EXAMPLE", "nvapi-abc123456", "0f3c" * 10]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_in_a_names_place_is_not_repeated(key: str) -> None:
    credential = resolve_key(f"env:{key}", environ={})
    assert credential.secret is None
    assert key not in f"{credential.source}{credential.hint}"
    with pytest.raises(ConfigError) as caught:
        resolve_key(f"file:{key}", environ={})
    assert key not in str(caught.value)
    Path("interlock.yaml").write_text(f"deployments:\n  - {{id: a, {key}: x}}\n", encoding="utf-8")
    for source in (None, {"deployments": [ONE | {key: "x"}]}):
        with pytest.raises(ConfigError) as caught:
            load(source, {})
        assert key not in str(caught.value)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "my_key", "TEAM_7_KEY", "COMPANY_OPENAI_KEY_2024_NEW"])
def test_the_name_of_a_variable_is(name: str) -> None:
    credential = resolve_key(f"env:{name}", environ={})
    if name != "COMPANY_OPENAI_KEY_2024_NEW":  # too like a key to be told
        assert (credential.source, credential.hint) == (f"env:{name}", f"{name} is not set")


def constrained(environ: dict[str, str], file: dict[str, Any] | None = None, text: str = "") -> Constraints:
    if text:
        Path("interlock.yaml").write_text(f"constraints: {text}\n", encoding="utf-8")
    source = None if file is None else {"constraints": file}
    return load(source, environ).constraints.constraints()


def test_sources_can_only_tighten_each_others_constraints() -> None:
    environ = {"INTERLOCK_CONSTRAINTS__RESIDENCY": "de,us", "INTERLOCK_CONSTRAINTS__DENY_VENDORS": "acme"}
    found = constrained(environ, text="{residency: [eu], deny_vendors: [other], on_premise: true}")
    assert found == Constraints(
        residency=frozenset({"de"}), deny_vendors=frozenset({"acme", "other"}), on_premise=True
    )
    assert constrained({"INTERLOCK_CONSTRAINTS__ON_PREMISE": "false"}, text="{on_premise: true}").on_premise
    assert constrained(environ, {"residency": ["fr", "us"]}).residency == {"us"}


def test_residencies_without_a_place_in_common_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        constrained({"INTERLOCK_CONSTRAINTS__RESIDENCY": "us"}, text="{residency: [eu]}")
    told = str(caught.value)
    assert told.startswith("interlock.yaml:1: constraints.residency: eu has no place in common")
    assert "environment allows: us" in told


@pytest.mark.parametrize("window", [1, 4])
def test_a_window_too_small_for_a_rate_is_refused(window):
    with pytest.raises(ConfigError, match=r"health\.window"):
        load({"health": {"window": window}}, environ={})


@pytest.mark.parametrize(
    ("text", "environ", "told"),
    [
        (
            "constraints: {low_latency: true}",
            {},
            "interlock.yaml:1: constraints.low_latency: it excludes nothing",
        ),
        ("demands: [low_latancy]", {}, "interlock.yaml:1: demands: 'low_latancy' cannot be demanded"),
        ("", {"INTERLOCK_DEMANDS": "cheap"}, "INTERLOCK_DEMANDS: 'cheap' cannot be demanded"),
    ],
)
def test_a_demand_in_the_wrong_place_or_of_a_wrong_name_is_refused(
    text: str, environ: dict[str, str], told: str
) -> None:
    Path("interlock.yaml").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(environ=environ)
    assert told in str(refused.value)


def test_of_the_demands_of_two_sources_the_stronger_ones_count() -> None:
    Path("interlock.yaml").write_text("demands: [low_latency]\n", encoding="utf-8")
    assert load(environ={}).demands == ("low_latency",)
    assert load({"demands": []}, environ={"INTERLOCK_DEMANDS": "low_latency"}).demands == ()
