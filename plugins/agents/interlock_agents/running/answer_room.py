"""How long a model's answer may be."""

from dataclasses import replace

from interlock import InterlockError, Request, Router

_LEAST = 256


def with_room(router: Router, request: Request, most: int) -> Request:
    """The request, with a limit of its answer where it says none: `most` tokens, or as many halves of that as
    it takes for a model that may be asked to have the room.
    """
    if request.settings.max_tokens is not None:
        return request
    limited = [_limited(request, most)]
    if not _is_served(router, limited[0]) and _is_served(router, request):
        while (fewer := (limited[-1].settings.max_tokens or 0) // 2) >= _LEAST:
            limited.append(_limited(request, fewer))
            if _is_served(router, limited[-1]):
                return limited[-1]
    return limited[0]


def _limited(request: Request, tokens: int) -> Request:
    return replace(request, settings=replace(request.settings, max_tokens=tokens))


def _is_served(router: Router, request: Request) -> bool:
    try:
        # Observers may do as they like with what is decided on.
        return bool(router.decide(replace(request)).shortlist)
    except InterlockError:
        return False  # why is told when it is asked
