"""The kernel: canonical schema, SQL functions, engines, settings, run, money, privacy and vault."""
