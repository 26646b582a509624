"""The few ways a command can fail, each with its exit code (the table stands in the README).

A message is one line: what, where, the bad value in brackets, the way out. The command line prints
it without a traceback; anything that is not one of these is a defect of ours.
"""


class FundguardError(Exception):
    """Base of every failure a user may see; never raised itself."""

    exit_code = 3


class Refused(FundguardError):
    """A gate or check said no (exit 1): nothing is promoted; quarantine, gate report, manifest stay."""

    exit_code = 1


class UsageError(FundguardError):
    """Wrong usage (exit 2): no such folder, unknown option, source, region, setting, malformed date."""

    exit_code = 2


class Fault(FundguardError):
    """A fault of the machine (exit 3): disk full, database away, lock held; run again to resume."""

    exit_code = 3
