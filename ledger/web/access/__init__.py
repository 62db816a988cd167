"""Who asks: tokens, sessions, and what a role may do."""
