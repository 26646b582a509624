"""One file per job: READS, WRITES, and a pure function from tables to tables."""
