"""The night: jobs in order, the warehouse, the gate, the run ledger."""
