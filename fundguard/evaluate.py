"""How good the list is: leads, rings and hits of one run against the truth of a simulation (contract §6).

Only this module and its label mode read truth or labels. A lead is true when its party is in scheme.csv in
any role and the periods touch; p_at_k is true ÷ k over the investigate queue. Money recall is the planted
yuan of the schemes that one of the first hundred parties belongs to, over all planted yuan. The naive
orders rank the parties that have claims, by the fund's money, by hits, and at random (its expectation).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from core.errors import UsageError

Party = tuple[str, str]
_TOP = 100
_RING_TOP = 20
_RING_PERSONS = 3  # a scheme of fewer persons is nobody's ring


# Reading ------------------------------------------------------------------------------------------


def read_truth(folder: Path, name: str) -> pd.DataFrame:
    """One truth file as text columns; `folder` holds it or is the parent of `truth/`."""
    for place in (folder, folder / "truth"):
        if (place / f"{name}.csv").is_file():
            return pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False)
    raise UsageError(f"--truth [{folder}] has no {name}.csv; give the folder `fundguard simulate` wrote")


def run_dates(home: Path, table: str) -> list[str]:
    """The run dates of a result table, oldest first."""
    folders = (home / "warehouse" / table).glob("run_date=*")
    return sorted(path.name.split("=", 1)[1] for path in folders)


def read_table(
    home: Path, table: str, columns: Sequence[str], days: Iterable[str] | None = None
) -> pd.DataFrame:
    """Columns of a warehouse table, all partitions or those named; no rows where nothing is there."""
    root = home / "warehouse" / table
    folders = [root] if days is None else [root / f"run_date={day}" for day in days]
    parts = []
    for folder in folders:
        for path in sorted(folder.rglob("*.parquet")):
            file = pq.ParquetFile(path)
            there = [name for name in columns if name in file.schema_arrow.names]
            part = file.read(columns=there).to_pandas().reindex(columns=list(columns))
            part["run_date"] = path.parent.name.split("=", 1)[-1]
            if len(part):
                parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*columns, "run_date"])


def present_hits(home: Path, date: str) -> pd.DataFrame:
    """Hits that stand on `date`: of each judged day, those of the latest run that judged it."""
    columns = [
        "rule_code",
        "party_type",
        "party_id",
        "setl_id",
        "bkkp_sn",
        "related_sn",
        "shadow",
        "judged_day",
    ]
    hits = read_table(home, "hit", columns, [day for day in run_dates(home, "hit") if day <= date])
    if hits.empty:
        return hits
    newest = hits.groupby("judged_day", dropna=False)["run_date"].transform("max")
    return hits[(hits["run_date"] == newest) & ~hits["shadow"].fillna(False).astype(bool)]


# Truth --------------------------------------------------------------------------------------------


@dataclass
class Truth:
    """What was planted, ready to be asked."""

    scheme: pd.DataFrame
    event: pd.DataFrame
    lookalike: set[Party]
    parties: set[Party] = field(init=False)
    money: dict[str, float] = field(init=False)
    schemes_of: dict[Party, list[tuple[str, str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        pairs = list(zip(self.scheme["party_type"], self.scheme["party_id"], strict=True))
        self.parties = set(pairs)
        self.lookalike -= self.parties
        amounts = pd.to_numeric(self.event["vola_amt"], errors="coerce").fillna(0.0)
        totals = amounts.groupby(self.event["scheme_id"]).sum()
        self.money = {str(name): float(amount) for name, amount in totals.items()}
        fund = pd.to_numeric(self.scheme["fund_amt"], errors="coerce").fillna(0.0)
        for scheme, amount in fund.groupby(self.scheme["scheme_id"]).max().items():
            self.money.setdefault(str(scheme), float(amount))
        self.schemes_of = {}
        rows = self.scheme[["scheme_id", "period_from", "period_to"]].itertuples(index=False, name=None)
        for party, row in zip(pairs, rows, strict=True):
            self.schemes_of.setdefault(party, []).append(row)

    def touched(self, party: Party, start: str | None = None, end: str | None = None) -> set[str]:
        """Schemes a party belongs to whose period touches [start, end] (open where not given)."""
        return {
            scheme
            for scheme, period_from, period_to in self.schemes_of.get(party, ())
            if (not end or not period_from or period_from <= end)
            and (not start or not period_to or period_to >= start)
        }


def load_truth(folder: Path) -> Truth:
    """The three truth files of a simulation."""
    if not folder.is_dir():
        raise UsageError(f"--truth [{folder}] is no such folder")
    like = read_truth(folder, "lookalike")
    parties = set(zip(like["party_type"], like["party_id"], strict=True))
    return Truth(read_truth(folder, "scheme"), read_truth(folder, "event"), parties)


def near_misses(folder: Path) -> pd.DataFrame:
    """Planted rows that must stay silent, where the simulation wrote them (near_miss.csv)."""
    for place in (folder, folder / "truth"):
        if (place / "near_miss.csv").is_file():
            return read_truth(folder, "near_miss")
    return pd.DataFrame(columns=["rule_code", "setl_id", "bkkp_sn"], dtype=str)


# The list -----------------------------------------------------------------------------------------


def order_figures(
    truth: Truth, found: Sequence[set[str]], parties: Sequence[Party], universe: int
) -> dict[str, Any]:
    """Precision, lift, money recall and look-alikes of an order: its parties, and each one's true schemes."""
    if truth.scheme.empty:
        figures: dict[str, Any] = dict.fromkeys(
            ("p_at_20", "p_at_50", "p_at_100", "lift_at_100", "money_recall_at_100")
        )
    else:
        figures = {f"p_at_{k}": sum(bool(schemes) for schemes in found[:k]) / k for k in (20, 50, _TOP)}
        base = len(truth.parties) / universe if universe else 0.0
        figures["lift_at_100"] = round(figures["p_at_100"] / base, 2) if base else None
        figures["money_recall_at_100"] = _money_share(truth, set().union(*found[:_TOP]))
    figures["lookalikes_in_top_100"] = sum(party in truth.lookalike for party in parties[:_TOP])
    return figures


def _money_share(truth: Truth, schemes: set[str], among: set[str] | None = None) -> float | None:
    total = sum(amount for scheme, amount in truth.money.items() if among is None or scheme in among)
    if not total:
        return None
    return round(sum(truth.money.get(scheme, 0.0) for scheme in schemes) / total, 4)


def read_leads(home: Path, date: str) -> pd.DataFrame:
    """The investigate queue of one run in order of rank, dates as text."""
    columns = ["queue", "rank", "lead_id", "scheme", "party_type", "party_id", "period_from", "period_to"]
    leads = read_table(home, "lead", columns, [date])
    leads = leads[leads["queue"] == "investigate"].sort_values("rank").reset_index(drop=True)
    for column in ("period_from", "period_to"):
        leads[column] = leads[column].map(lambda day: "" if pd.isna(day) else str(day)[:10])
    return leads


def scheme_figures(truth: Truth, leads: pd.DataFrame, found: Sequence[set[str]]) -> list[dict[str, Any]]:
    """One row for each scheme and grade: planted, found in the first hundred, precision, recalls.

    Precision: of the first hundred leads that name this scheme, the share whose party is in the truth.
    """
    led = set().union(*found[:_TOP]) if len(found) else set()
    named = leads["scheme"].tolist()[:_TOP]
    out = []
    for (scheme, grade), rows in truth.scheme.groupby(["scheme", "grade"], sort=True):
        ids = set(rows["scheme_id"])
        right = [bool(found[n]) for n, name in enumerate(named) if name == scheme]
        out.append(
            {
                "scheme": scheme,
                "grade": int(str(grade)),
                "planted": len(ids),
                "found": len(ids & led),
                "precision": round(sum(right) / len(right), 4) if right else None,
                "recall": round(len(ids & led) / len(ids), 4),
                "money_recall": _money_share(truth, ids & led, ids),
            }
        )
    return out


# Rings and rules ----------------------------------------------------------------------------------


def ring_figures(truth: Truth, home: Path, date: str) -> dict[str, Any]:
    """P@20 of the rings by score, and the share of schemes of three persons or more with a true ring."""
    persons = truth.scheme[truth.scheme["party_type"] == "person"]
    schemes = {name: set(rows["party_id"]) for name, rows in persons.groupby("scheme_id")}
    schemes = {name: members for name, members in schemes.items() if len(members) >= _RING_PERSONS}
    if not schemes:
        return {"p_at_20": None, "recall": None}
    rings = read_table(home, "ring", ["ring_id", "score"], [date])
    rings = rings.sort_values(["score", "ring_id"], ascending=[False, True])
    members = read_table(home, "ring_member", ["ring_id", "party_type", "party_id"], [date])
    members = members[members["party_type"] == "person"]
    inside = {ring: set(rows["party_id"]) for ring, rows in members.groupby("ring_id")}
    right = [
        {
            name
            for name, planted in schemes.items()
            if len(people & planted) >= 0.5 * len(people) and len(people & planted) >= 0.4 * len(planted)
        }
        for people in (inside.get(ring, set()) for ring in rings["ring_id"])
        if people
    ]
    found = set().union(*right) if right else set()
    return {
        "p_at_20": sum(bool(names) for names in right[:_RING_TOP]) / _RING_TOP,
        "recall": round(len(found) / len(schemes), 4),
    }


def rule_figures(truth: Truth, hits: pd.DataFrame, near: pd.DataFrame) -> list[dict[str, Any]]:
    """For each planted rule: events, hits, the share of hits on an event, the share of events hit.

    A hit without settlement and line (an indicator of an institution) is compared by party: it hits the
    events of the schemes of this rule that name its party. near_misses are planted rows that must stay
    silent, near_miss_hits those the rule hit all the same.
    """
    rules = truth.scheme[truth.scheme["scheme"].str.startswith("rule:")]
    code_of = dict(zip(rules["scheme_id"], rules["scheme"].str[5:], strict=True))
    settled, lined = set(truth.event["setl_id"]), set(truth.event["bkkp_sn"]) - {""}
    bare = set(truth.event.loc[truth.event["bkkp_sn"] == "", "setl_id"])
    out = []
    for code in sorted(set(code_of.values())):
        events = truth.event[truth.event["scheme_id"].map(code_of) == code]
        mine = hits[hits["rule_code"] == code]
        lines = set(mine["bkkp_sn"].dropna())
        for related in mine["related_sn"].dropna():
            lines.update(related)
        stays = set(mine["setl_id"].dropna())
        without = set(mine.loc[mine["bkkp_sn"].isna(), "setl_id"].dropna())
        hit = events["bkkp_sn"].isin(lines) | (events["bkkp_sn"].eq("") & events["setl_id"].isin(stays))
        hit |= events["setl_id"].isin(without)
        right = mine["bkkp_sn"].isin(lined) | mine["setl_id"].isin(bare)
        right |= mine["bkkp_sn"].isna() & mine["setl_id"].isin(settled)
        planted = rules[rules["scheme"] == f"rule:{code}"].set_index(["party_type", "party_id"])["scheme_id"]
        party = pd.MultiIndex.from_frame(mine[["party_type", "party_id"]])
        unsettled = mine["setl_id"].isna() & mine["bkkp_sn"].isna()
        hit |= events["scheme_id"].isin(set(planted[planted.index.isin(party[unsettled])]))
        right |= unsettled & party.isin(planted.index)
        close = near[near["rule_code"] == code]
        wrong = close["bkkp_sn"].isin(set(mine["bkkp_sn"].dropna()))
        wrong |= close["bkkp_sn"].eq("") & close["setl_id"].isin(stays)
        out.append(
            {
                "rule_code": code,
                "planted": len(events),
                "hits": len(mine),
                "precision": round(float(right.mean()), 4) if len(mine) else None,
                "recall": round(float(hit.mean()), 4) if len(events) else None,
                "near_misses": len(close),
                "near_miss_hits": int(wrong.sum()),
            }
        )
    return out


# Naive orders -------------------------------------------------------------------------------------


def universe(home: Path) -> pd.DataFrame:
    """Every party that has a claim, with the fund's yuan that went through it (doctors: yuan in scope)."""
    kinds = read_table(home, "fixmedins_b", ["fixmedins_code", "fixmedins_type"])
    pharmacies = set(kinds.loc[kinds["fixmedins_type"].astype(str) == "2", "fixmedins_code"])
    people = _sums(home, "setl_d", "psn_no", "fund_pay_sumamt")
    places = _sums(home, "setl_d", "fixmedins_code", "fund_pay_sumamt")
    doctors = _sums(home, "fee_list_d", "bilg_dr_code", "inscp_amt")
    rows = [("person", name, yuan) for name, yuan in people.items()]
    rows += [
        ("pharmacy" if name in pharmacies else "institution", name, yuan) for name, yuan in places.items()
    ]
    rows += [("doctor", name, yuan) for name, yuan in doctors.items()]
    return pd.DataFrame(rows, columns=["party_type", "party_id", "yuan"])


def _sums(home: Path, table: str, key: str, money: str) -> dict[str, float]:
    total: pd.Series = pd.Series(dtype=float)
    for path in sorted((home / "warehouse" / table).rglob("*.parquet")):
        part = (
            pq.read_table(path, columns=[key, money], partitioning=None)
            .group_by(key)
            .aggregate([(money, "sum")])
        )
        frame = part.to_pandas().dropna(subset=[key]).set_index(key)[f"{money}_sum"].astype(float)
        total = total.add(frame, fill_value=0.0)
    return {str(name): float(amount) for name, amount in total.items()}


def naive_figures(truth: Truth, parties: pd.DataFrame, hits: pd.DataFrame) -> dict[str, Any]:
    """The same figures for three orders that need no thought."""
    size = len(parties)
    counts = hits.groupby(["party_type", "party_id"]).size().rename("hits").reset_index()
    counted = parties.merge(counts, how="left", on=["party_type", "party_id"]).fillna({"hits": 0})
    out: dict[str, Any] = {}
    for name, column in (("by_money", "yuan"), ("by_hits", "hits")):
        first = counted.sort_values([column, "party_type", "party_id"], ascending=[False, True, True])
        first = first.head(_TOP)
        if column == "hits":
            first = first[first["hits"] > 0]
        order = list(zip(first["party_type"], first["party_id"], strict=True))
        out[name] = order_figures(truth, [truth.touched(party) for party in order], order, size)
    out["random"] = _random(truth, size)
    return out


def _random(truth: Truth, size: int) -> dict[str, Any]:
    """What a hundred parties drawn at random give on average."""
    if truth.scheme.empty or not size:
        keys = ("p_at_20", "p_at_50", "p_at_100", "lift_at_100", "money_recall_at_100")
        return {**dict.fromkeys(keys), "lookalikes_in_top_100": 0}
    base = len(truth.parties) / size
    drawn = min(1.0, _TOP / size)
    members = truth.scheme.groupby("scheme_id").size()
    total = sum(truth.money.values())
    caught = sum(
        truth.money.get(str(name), 0.0) * (1 - (1 - drawn) ** count) for name, count in members.items()
    )
    return {
        **{f"p_at_{k}": round(base, 6) for k in (20, 50, 100)},
        "lift_at_100": 1.0,
        "money_recall_at_100": round(caught / total, 4) if total else None,
        "lookalikes_in_top_100": round(drawn * len(truth.lookalike), 2),
    }


# All of it ----------------------------------------------------------------------------------------


def evaluate(truth_folder: Path, home: Path, date: str | None = None) -> dict[str, Any]:
    """The one object of contract §6 for the newest run (or that of `date`). UsageError without a run."""
    truth = load_truth(truth_folder)
    days = run_dates(home, "lead")
    if not days:
        raise UsageError(f"--home [{home}] holds no leads; run `fundguard nightly` first")
    if date is not None and date not in days:
        raise UsageError(f"--date [{date}] has no leads; there are {', '.join(days[-5:])}")
    run = date or days[-1]
    leads = read_leads(home, run)
    order = list(zip(leads["party_type"], leads["party_id"], strict=True))
    periods = zip(order, leads["period_from"], leads["period_to"], strict=True)
    found = [truth.touched(party, start, end) for party, start, end in periods]
    hits = present_hits(home, run)
    parties = universe(home)
    figures = order_figures(truth, found, order, len(parties))
    return {
        "run_date": run,
        **figures,
        "schemes": scheme_figures(truth, leads, found),
        "list": figures,
        "rings": ring_figures(truth, home, run),
        "rules": rule_figures(truth, hits, near_misses(truth_folder)),
        "naive": naive_figures(truth, parties, hits),
        "parties": len(parties),
        "base_rate": round(len(truth.parties) / len(parties), 6) if len(parties) else None,
    }
