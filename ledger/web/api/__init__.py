"""The API: events in, answers out, each with the position it rests on."""
