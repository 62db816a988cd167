"""The processes that carry facts through the ledger: ingest, projector, auditor, publisher."""
