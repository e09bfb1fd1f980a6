"""What an entry says of a person, kept so that it can be erased while the chain stays as it is.

Each subject has a data key of its own, with which it is sealed; the entry has the ciphertext and a handle
that leads to that key and to nothing else. The key is kept wrapped in the keyring, beside the chain. Once it
is gone, nobody reads what it sealed, and no hash has changed.
"""

from interlock_audit.sealing.keys import SealingKey, sealing_key
from interlock_audit.sealing.sealer import Sealer

__all__ = ["Sealer", "SealingKey", "sealing_key"]
