"""Rows written out: as text in columns, and as workbooks. The only place that writes workbooks."""
