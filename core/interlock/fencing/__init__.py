"""Data in a prompt: nothing in it can end the fence around it, and what hides in it is written out.

For plugins that ask a model about a text which somebody else wrote.
"""

from interlock.fencing.cutting import cut
from interlock.fencing.escaping import escaped
from interlock.fencing.fence import Fence, Fenced, read_fences

__all__ = ["Fence", "Fenced", "cut", "escaped", "read_fences"]
