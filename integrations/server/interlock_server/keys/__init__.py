"""Keys: who asks, what they may, and how that is held to."""

from interlock_server.keys.keyring import Keyring
from interlock_server.keys.plugin import KeyRules
from interlock_server.keys.secrets import digest_of, new_secret

__all__ = ["KeyRules", "Keyring", "digest_of", "new_secret"]
