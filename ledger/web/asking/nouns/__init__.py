"""Nouns: a list and a page of each thing, as far as the viewer sees it.

`lists` says of each list what its rows are, `cards` of each noun the sections of its page; what
both are shown with is in `listing` and `sections`.
"""
