"""From Kafka into the log."""
