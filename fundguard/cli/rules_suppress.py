"""`fundguard rules suppress | suppressed`: a finding hidden for a time, by whom, why, and what it hid."""

import csv
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from core.errors import UsageError
from fundguard.cli.common import Context, command, read_day
from fundguard.cli.rules_common import Rule_, Until, app, find, library_of, pack_of, print_rows
from fundguard.cli.rules_replay import history
from rules_kb.silence import COLUMNS, read_suppressions

PARTIES = ("institution", "pharmacy", "doctor", "person")
LONGEST = timedelta(days=366)
"""A suppression that should last longer is a change of the rule, or of the region's settings."""


@command(app, "suppress")
def suppress(
    context: Context,
    rule: Rule_,
    party: Annotated[str, typer.Option("--party", help="对象 type:id, e.g. institution:H1")] = "",
    item: Annotated[str, typer.Option("--item", help="目录编码 catalogue code")] = "",
    owner: Annotated[str, typer.Option("--owner", help="负责人 who answers for it")] = "",
    reason: Annotated[str, typer.Option("--reason", help="原因 why")] = "",
    expires: Annotated[str, typer.Option("--expires", help="截止日 last day, YYYY-MM-DD")] = "",
    begin: Annotated[str, typer.Option("--begin", help="起始日 first day of service; default: today")] = "",
) -> None:
    """压制 Hide a rule's findings on a party or a code, until a day, with owner and reason."""
    found = find(library_of(context), rule)
    for name, value in (("owner", owner), ("reason", reason), ("expires", expires)):
        if not value.strip():
            raise UsageError(f"rules suppress: --{name} [] is missing: nothing is hidden without it")
    if not party and not item:
        raise UsageError("rules suppress: --party and --item [] are both missing: a rule is not hidden whole")
    kind, _, party_id = party.partition(":")
    if party and (kind not in PARTIES or not party_id):
        raise UsageError(
            f"rules suppress: --party [{party}]: write one of {', '.join(PARTIES)}, a colon, its id"
        )
    first = read_day(begin, "--begin") if begin else date.today()  # noqa: DTZ011 (a calendar day)
    last = read_day(expires, "--expires")
    if not first <= last <= first + LONGEST:
        raise UsageError(
            f"rules suppress: --expires [{last}] must lie between {first} and {first + LONGEST}: "
            "what lasts longer is a change of the rule"
        )
    file = context.home / "rules" / "suppressions.csv"
    known = read_suppressions(file)
    row = dict.fromkeys(COLUMNS, "") | {
        "id": f"s{len(known) + 1}",
        "rule_code": found.code,
        "party_type": kind,
        "party_id": party_id,
        "hilist_code": item,
        "owner": owner.strip(),
        "reason": reason.strip(),
        "begndate": first.isoformat(),
        "expires": last.isoformat(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        if not known and text.tell() == 0:
            writer.writeheader()
        writer.writerow(row)
    context.show(
        row,
        f"suppression {row['id']}: {found.code} on {party or item} until {last}, answered for by {owner}; "
        "`fundguard rules suppressed` counts what it hides",
    )


@command(app, "suppressed")
def suppressed(context: Context, until: Until = "2999-12-31") -> None:
    """压制清单 What suppressions and policy windows hid on HOME's history, per document and week."""
    from rules_kb.compiler import judge

    pack = pack_of(context)
    rows: list[dict[str, Any]] = []
    with history(context, until) as engine:
        judge(engine, pack, pack.grains)
        for grain in pack.grains:
            rows += engine.run(
                "SELECT monday_of(service_date) AS week, silenced_by, rule_code, COUNT(*) AS candidates, "
                f"SUM(vola_amt) AS vola_amt FROM silenced_{grain} GROUP BY silenced_by, rule_code, "
                "monday_of(service_date)"
            ).to_pylist()
    own = {
        f"suppression:{one.id}": one for one in read_suppressions(context.home / "rules" / "suppressions.csv")
    }
    rows.sort(key=lambda row: (str(row["week"]), row["silenced_by"], row["rule_code"]))
    for row in rows:
        one = own.get(row["silenced_by"])
        row |= {"owner": one.owner, "reason": one.reason, "expires": one.expires} if one else {}
        row |= {key: "" for key in ("owner", "reason", "expires") if key not in row}
    idle = [name for name in own if name not in {row["silenced_by"] for row in rows}]
    if context.as_json:
        context.show({"weeks": rows, "hid_nothing": idle})
        return
    print_rows(rows) if rows else print("nothing was silenced")
    if idle:
        print(f"hid nothing: {', '.join(idle)}")
