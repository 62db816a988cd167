"""The seal ledger: where every organic seal is, and whether what everybody says agrees."""
