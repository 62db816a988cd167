"""Tells others: dead letters and decisions, to Kafka and to webhooks."""
