"""OAuth 2.1, as MCP wants it of clients: tokens of the issuer that the user names, for one server each.

`metadata` reads what servers say of themselves, `discovery` asks for it, `clients` says who we are, `grants`
gets tokens, `keeping` has them between two programs, `bearer` shows them to the server, and `login` is the
way of a person.
"""
