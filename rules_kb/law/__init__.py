"""The law a finding may rest on: structured references in our own words, and a resolver.

``resolve({"law": "reg735", "article": "38", "item": "6"}, on=day)`` gives the provision in force on
the day of the conduct, with the bureau's own official text beside it where that was loaded.
"""

from rules_kb.law.library import Instrument, Provision, instruments, resolve
from rules_kb.law.official_text import import_law

__all__ = ["Instrument", "Provision", "import_law", "instruments", "resolve"]
