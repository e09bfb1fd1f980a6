"""Whether keys name what there is: what they allow by a name that means nothing, they do not allow."""

from collections.abc import Iterable

from interlock import ConfigError, RequestError, Router
from interlock.logs import looks_secret, redacting_logger
from interlock.types.names import nearest
from interlock_server.principals import Principal

_log = redacting_logger("interlock.server.keys")


def check_names(
    principals: Iterable[Principal], router: Router, source: str = "", *, strict: bool = False
) -> None:
    """Whether the tasks, vendors and levels of keys are those of a router; where it is `strict`, models too.

    A model that is not there is logged otherwise: it may come again, and until then allows nothing.

    Raises:
        ConfigError: naming the key and the field.
    """
    found: list[ConfigError] = []
    for principal in principals:
        try:
            for name in sorted(principal.tasks or ()):
                if name not in router.tasks:
                    what = f"{_shown(name)} is no task; there are {', '.join(router.tasks)}."
                    raise ConfigError(what, key="tasks", suggestion=nearest(name, router.tasks))
            for name in sorted(principal.models or ()):
                _check_model(name, router, principal, strict=strict)
            router.decide("", constraints=principal.constraints)
        except (ConfigError, RequestError) as error:
            key = f"{principal.id}.{error.key}" if error.key else principal.id
            found.append(ConfigError(error.message, key=key, source=source, suggestion=error.suggestion))
    if found:
        first, *others = found
        first.others = tuple(others)
        raise first


def _check_model(name: str, router: Router, principal: Principal, *, strict: bool) -> None:
    deployments = router.deployments
    models = {each.card.id for each in deployments.values()} | {*deployments, *router.ensembles}
    if name in models:
        return
    what, near = f"there is no model, deployment or ensemble {_shown(name)} here.", nearest(name, models)
    try:
        meant = {deployments[each].card.id for each in router.meant(name) if each in deployments}
    except RequestError:
        meant = set()
    if meant:
        what, near = f"{_shown(name)} is another name; write {' or '.join(sorted(meant))}.", None
    if strict:
        raise ConfigError(what, key="models", suggestion=near)
    hint = f" Did you mean {near!r}?" if near else ""
    _log.warning("the key %s: %s%s", principal.id, what, hint)


def _shown(name: str) -> str:
    return "***" if looks_secret(name) else repr(name)
