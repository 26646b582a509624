"""Every example of every rule holds, on every engine, as one query per grain."""

import pytest

from core.settings import RulesSettings
from rules_kb.compiler import Pack
from rules_kb.examples import run_examples
from rules_kb.library import read_library

LIBRARY = read_library()
PACK = Pack(tuple(LIBRARY.judging(RulesSettings(active="all"))), RulesSettings(active="all"))


@pytest.mark.parametrize("grain", PACK.grains)
def test_examples_hold(engine, grain):
    outcomes = run_examples(engine, PACK, grain)
    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.holds] == []
