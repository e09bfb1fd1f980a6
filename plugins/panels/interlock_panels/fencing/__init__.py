"""Data in a prompt: nothing in it can end the fence around it, and what hides in it is written out."""

from interlock_panels.fencing.cutting import cut
from interlock_panels.fencing.escaping import escaped
from interlock_panels.fencing.fence import Fence, Fenced, read_fences

__all__ = ["Fence", "Fenced", "cut", "escaped", "read_fences"]
