"""Scores: every institution, doctor, pharmacy, department, person and stay against its shown peers."""

import features
from core.engine import Engine
from core.run import Run
from models.group import LEAST_PEERS, SCHEMA, scorer
from models.measures import MEASURES

DAYS = 180
READS = {
    "setl_d": DAYS,
    "fee_list_d": DAYS,
    "mdtrt_d": DAYS + 60,
    "fixmedins_b": None,
    "medins_dr_b": None,
    "psn_info_b": None,
    "pattern_score": None,
    "drug_inv_d": DAYS,
    "setl_list_diag_d": DAYS + 60,
    "rx_d": DAYS,
    "ltc_serv_d": DAYS,
}
WRITES = ("score",)

_COLUMNS = (
    "party_type, party_id, model, model_ver, period, round_to(score, 6) AS score, round_to(p, 6) AS p, "
    "reasons, peer_group, peer_n, round_to(percentile, 6) AS percentile, "
    "as_money(excess_amt) AS excess_amt"
)


def transform(engine: Engine, run: Run) -> dict[str, str]:
    """One row per party and model: score, p, reasons, and the peer group it was compared with."""
    period = f"{run.day_before(DAYS)}/{run.as_of}"
    names = []
    features.register(engine, *_parties().values())
    for party_type, source in _parties().items():
        relation = f"scored_{party_type}"
        engine.register(f"{relation}_peers", sql=peers_sql(party_type, source), keep=True)
        engine.by_key(
            relation,
            f"{relation}_peers",
            key="reference",
            order=("party_id",),
            function=scorer(party_type, period, run.settings.seed),
            schema=SCHEMA,
        )
        names.append(relation)
    union = " UNION ALL ".join(f"SELECT {_COLUMNS} FROM {name}" for name in [*names, "pattern_score"])
    engine.register("score_out", sql=union, keep=True)
    return {"score": "score_out"}


def peers_sql(party_type: str, source: str) -> str:
    """Each party in the finest group with at least 30 parties, and in each coarser group others fell back to.

    `reference` is level|name; `own` marks the group a party is judged in: the other rows of a group are
    the peers it is judged against.
    """
    columns = sorted({c for m in MEASURES[party_type] for c in m.columns} | {"fund_amt"})
    chosen = ", ".join(f"as_number(p.{column}) AS {column}" for column in columns)
    listed = ", ".join(f"c.{column}" for column in columns)
    levels = (1, 2, 3, 4)
    counts = ", ".join(f"COUNT(*) OVER (PARTITION BY p.group_{n}) AS count_{n}" for n in levels)
    cases = " ".join(
        f"WHEN c.count_{n} >= {LEAST_PEERS} THEN concat_text('{n}|', c.group_{n})" for n in levels[:-1]
    )
    unions = " UNION ALL ".join(
        f"SELECT j.party_id, concat_text('{n}|', j.group_{n}) AS reference, "
        f"CASE WHEN j.judged = concat_text('{n}|', j.group_{n}) THEN TRUE ELSE FALSE END AS own, "
        + ", ".join(f"j.{column}" for column in columns)
        + f" FROM judged AS j LEFT SEMI JOIN needed AS k ON k.judged = concat_text('{n}|', j.group_{n})"
        for n in levels
    )
    return (
        f"WITH counted AS (SELECT p.party_id, p.group_1, p.group_2, p.group_3, p.group_4, {counts}, {chosen} "
        f"FROM {source} AS p WHERE p.party_type = '{party_type}'), "
        f"judged AS (SELECT c.party_id, c.group_1, c.group_2, c.group_3, c.group_4, {listed}, "
        f"CASE {cases} ELSE concat_text('4|', c.group_4) END AS judged FROM counted AS c), "
        f"needed AS (SELECT DISTINCT judged FROM judged) {unions}"
    )


def _parties() -> dict[str, str]:
    return {
        party_type: "peer_institution" if party_type == "pharmacy" else f"peer_{party_type}"
        for party_type in MEASURES
    }
