"""Tables: what is refused, and by which name."""
