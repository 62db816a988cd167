"""The broker: connections, topics, and one to try things with."""
