"""What a plugin builds on that keeps something of its own in a database: import it in the thread that asks.

`Connected` is the connection, whose tables a line of `Migrations` makes; `writing` has a transaction take
its lock at the beginning; `text` makes texts fit every database, and `moment` times; `INSERT` makes inserts
that may meet what is there.
"""

from interlock_sql.connected import INSERT, Connected
from interlock_sql.engines import writing
from interlock_sql.rows import moment, text
from interlock_sql.upgrade import Migrations

__all__ = ["INSERT", "Connected", "Migrations", "moment", "text", "writing"]
