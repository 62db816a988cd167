"""Evaluates whatever changed or fell due, and records what that means for cases."""
