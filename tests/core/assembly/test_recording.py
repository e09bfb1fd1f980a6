"""The section `log`: its options are checked by the schema of whatever keeps it, and given to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from interlock import ConfigError, StoreError
from interlock.assembly import Wiring, assemble
from interlock.types.models import Secret
from shaky_log import SealingLog, ShakyLog

MODEL = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "region": "us"}
KEY = "tk-9f3b77c1d2e84a06"


@dataclass(frozen=True, kw_only=True)
class Options:
    anchors: tuple[str, ...] = ()
    every: float = 60.0
    key: Secret | None = None
    file: Path | None = None


class Vault(ShakyLog):
    name = "vault"
    schemes = ("vault+shaky",)
    options: Any = Options

    def __init__(self, raises: Exception | None = None) -> None:
        super().__init__()
        self.raises = raises
        self.calls: list[Any] = []

    def open(self, call: Any) -> Any:
        self.calls.append(call)
        if self.raises is not None:
            raise self.raises
        return self


def wired(log: Any, kind: Any = None, environ: dict[str, str] | None = None) -> Wiring:
    return assemble({"deployments": [MODEL], "log": log}, plugins=[kind or Vault()], environ=environ or {})


def written(**options: Any) -> dict[str, Any]:
    return {"url": "vault+shaky://", "options": options}


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (written(anchor="a"), r"log\.options\.anchor: there is no such key\. Did you mean 'anchors'"),
        (written(every="soon"), r"log\.options\.every: expected a number"),
        (written(every=True), r"log\.options\.every: expected a number, not true or false"),
        (written(key="env:NO_SUCH_KEY"), r"log\.options\.key: .*NO_SUCH_KEY"),
        ({"url": "vault+shaky://", "options": [1]}, r"log\.options: expected"),
        ({"url": "vault+shaky://", "option": {}}, "Did you mean 'options'"),
        ({"url": "vault+shakey://"}, r"log\.url: .*Did you mean 'vault\+shaky'"),
        ({"url": "+://"}, r"log\.url: expected an address"),
    ],
)
def test_what_the_schema_of_the_log_refuses_is_refused_with_its_key(log: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        wired(log)


@pytest.mark.parametrize("empty", [{}, None])
def test_a_log_without_options_of_its_own_takes_none(empty: Any) -> None:
    wired({"url": "shaky://", "options": empty}, ShakyLog())
    with pytest.raises(ConfigError, match=r"log\.options: a log in shaky takes no options of its own"):
        wired({"url": "shaky://", "options": {"key": KEY}}, ShakyLog())


def test_options_are_given_to_what_keeps_the_log_as_its_schema_has_them(tmp_path: Path) -> None:
    vault = Vault()
    wired({"url": "vault+shaky://"}, vault)
    assert {call.options for call in vault.calls} == {Options()}
    (tmp_path / "interlock.yaml").write_text(
        "deployments: [{id: gpt, model: openai/gpt-5.5, provider: openai, region: us}]\n"
        "log: {url: 'vault+shaky://', options: {anchors: a, key: 'env:VAULT', file: keys/one.pem}}\n"
    )
    wiring = assemble(tmp_path / "interlock.yaml", plugins=[vault], environ={"VAULT": KEY})
    call = vault.calls[-1]
    assert call.options == Options(anchors=("a",), key=Secret(KEY), file=tmp_path / "keys" / "one.pem")
    assert KEY not in repr(call) + repr(wiring.config)


def test_an_option_may_come_from_the_environment() -> None:
    vault = Vault()
    environ = {"INTERLOCK_LOG__URL": "vault+shaky://", "INTERLOCK_LOG__OPTIONS__EVERY": "5"}
    assemble({"deployments": [MODEL]}, plugins=[vault], environ=environ)
    assert vault.calls[-1].options == Options(every=5.0)


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (ConfigError("expected two.", key="anchors"), r"log\.options\.anchors: expected two"),
        (ValueError("a key without an anchor"), r"log\.options: a key without an anchor\."),
        (ValueError(f"a key such as Bearer {KEY}"), r"log\.options: a key such as"),
        (StoreError("it is not there"), r"log\.url: it is not there"),
    ],
)
def test_options_that_do_not_go_together_are_refused_by_what_keeps_the_log(
    raised: Exception, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        wired(written(), Vault(raises=raised))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"subject": "customer"}, r"log\.subject: a log in shaky cannot seal"),
        ({"personal": ["answer"]}, r"log\.personal: a log in shaky cannot seal"),
    ],
)
def test_a_log_that_cannot_seal_is_told_of_no_person(told: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        wired({"url": "shaky://"} | told, ShakyLog())
    wired({"url": "shaky://"} | told, SealingLog())
    almost = SealingLog()
    almost.seals = 1  # type: ignore[assignment]  # as untyped code has it
    with pytest.raises(ConfigError, match=sentence):
        wired({"url": "shaky://"} | told, almost)


def test_parts_that_nobody_knows_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"log\.personal\.1: expected one of metadata, request, answer"):
        wired({"url": "shaky://", "personal": "request, prompt"}, SealingLog())


def test_a_schema_that_is_none_is_its_plugins_to_mend() -> None:
    vault = Vault()
    vault.options = 7
    with pytest.raises(
        ConfigError, match=r"log\.options: a log in vault\+shaky cannot take its options: 7 is"
    ):
        wired(written(), vault)
