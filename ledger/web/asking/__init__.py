"""What programs (`api/`) and people (`pages/`) ask alike: each question answered in one place."""
