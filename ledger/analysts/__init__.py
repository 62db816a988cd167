"""Data for analysts: the log and the views as Parquet files or as one DuckDB file.

What is written is written whole or not at all, and says up to which position it goes.
"""
