"""The gate: Great Expectations judges what landed; a stop is documented, and so is the way past it."""

from pipelines.gate.suites import Check, Result, suite
from pipelines.gate.waivers import all_waivers, stored_gate, waive

__all__ = ["Check", "Result", "all_waivers", "stored_gate", "suite", "waive"]
