"""What a judge is shown: of an answer, and of the conversation that it answers."""

from interlock_panels.showing.addressing import addresses_judge
from interlock_panels.showing.answers import Shown, shown
from interlock_panels.showing.conversations import attachments, conversation
from interlock_panels.showing.material import Material, material_of

__all__ = ["Material", "Shown", "addresses_judge", "attachments", "conversation", "material_of", "shown"]
