"""Tables at the ledger's doors: a file is checked against the log, what is good recorded."""
