"""A release while it serves: what it said, how that held, and whether the world is still the one it learnt."""
