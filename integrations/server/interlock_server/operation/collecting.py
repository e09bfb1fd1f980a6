"""When the garbage collector looks at what."""

import gc
from typing import Final

# Objects made and not freed between two looks at the youngest. Requests leave next to no cycles behind.
_YOUNG: Final = 20_000
_OLDER: Final = (20, 50)


def settle() -> None:
    """Have the collector pass over whatever there is now, such as modules and a router that has been made.

    Looking at all of it stands still for a tenth of a second, and would be done again and again while
    requests are served. What a router before this one has left behind is looked for once more.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *_OLDER)
