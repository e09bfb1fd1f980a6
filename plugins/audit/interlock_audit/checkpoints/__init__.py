"""What a chain's writer signs and puts outside the database, so that nobody can cut the chain unseen."""
