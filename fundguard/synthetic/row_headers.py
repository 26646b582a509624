"""Header rows: setl_d and setl_fund_d."""

import numpy as np
import pyarrow as pa

from fundguard.synthetic import visits as v
from fundguard.synthetic.city import ADMDVS
from fundguard.synthetic.columnar import DAY, Array, coded, constant, days, decimals, numbers, times
from fundguard.synthetic.registers import PERSON
from fundguard.synthetic.rows import MDTRT, SETL, Context, Head
from fundguard.synthetic.settle import PARTS

_MONEY = pa.decimal128(16, 2)


def headers(
    context: Context,
    chunk: v.Visits,
    position: Array,
    head: Head,
    employee: Array,
    settled: Array,
    void: Array,
    updt: Array,
    worst: Array,
    rng: np.random.Generator,
    keep: Array,
    fields: dict[str, pa.Array] | None = None,
) -> None:
    """Writes setl_d for the visits at `keep`; `fields` replaces columns (of a reversal)."""
    size = len(chunk)
    stay = v.STAYS[chunk.kind]
    leaves: Array = np.where(stay, chunk.end, chunk.begin)

    def money(name: str) -> pa.Array:
        return decimals(head[name], _MONEY)

    by_kind = context.dise_kind[chunk.kind]
    dise = np.where(
        by_kind >= 0, by_kind, np.where(chunk.kind == v.KIND["chronic"], context.dise_no[chunk.disease], -1)
    )
    drg = np.where(stay & (chunk.kind != v.KIND["psychiatric"]), chunk.disease * 3 + worst, -1)
    method = np.where(stay, np.where(chunk.kind == v.KIND["psychiatric"], 1, 0), 2)
    terminal = np.where(chunk.terminal >= 0, chunk.terminal, position % 4)
    certificate = np.where(chunk.flags & v.AGENT > 0, 2, np.where(position % 10 < 6, 0, 2))
    people = context.plan.city.people
    home = np.where(people.away[chunk.person], 6, people.community[chunk.person] % 6)
    columns = {
        "setl_id": numbers(SETL + position),
        "mdtrt_id": numbers(MDTRT + position),
        "psn_no": numbers(PERSON + chunk.person.astype(np.int64)),
        "fixmedins_code": coded(chunk.place, context.places),
        "insutype": coded(employee.astype(int), pa.array(["390", "310"])),
        "med_type": coded(chunk.kind, context.med_types),
        "begndate": days(chunk.begin // DAY),
        "enddate": days(leaves // DAY),
        "setl_time": times(settled),
        "medfee_sumamt": money("det"),
        "fulamt_ownpay_amt": money("own"),
        "overlmt_selfpay": money("over"),
        "preselfpay_amt": money("before"),
        "inscp_amt": money("scope"),
        "fund_pay_sumamt": money("fund"),
        **{f"{part}_pay": money(part) for part in PARTS},
        "psn_pay": money("person"),
        "acct_pay": money("account"),
        "cash_payamt": money("cash"),
        "acct_mulaid_pay": money("shared"),
        "ownpay_hosp_part": money("hospital"),
        "act_pay_dedc": money("deductible"),
        "refd_setl_flag": constant("0", size),
        "mid_setl_flag": coded((chunk.kind == v.KIND["psychiatric"]).astype(int), pa.array(["0", "1"])),
        "setl_type": coded((chunk.flags & v.MANUAL > 0).astype(int), pa.array(["2", "1"])),
        "manl_reim_rea": coded(np.where(chunk.flags & v.MANUAL > 0, 0, -1), pa.array(["03"])),
        "mdtrt_cert_type": coded(certificate, pa.array(["01", "02", "03"])),
        "insu_admdvs": coded(home, pa.array([str(ADMDVS + n) for n in range(1, 7)] + ["980200"])),
        "fix_blng_admdvs": coded(chunk.place, context.place_admdvs),
        "dise_no": coded(dise, context.dise_nos),
        "drg_codg": coded(drg, context.drg),
        "hi_paymtd": coded(method, pa.array(["4", "5", "1"])),
        "dev_no": numbers(chunk.place.astype(np.int64) * 10 + terminal + 100_000, "T"),
        "invono": numbers(3_000_000_000 + position),
        "vali_flag": coded(1 - void.astype(int), pa.array(["0", "1"])),
        "updt_time": times(updt),
    }
    columns.update(fields or {})
    columns = context.plan.side.patched("setl_d", columns, chunk.key)
    columns = {name: array.take(pa.array(keep)) for name, array in columns.items()}
    context.landing.write("setl_d", columns)
    chance = 0.0005 if fields is None else 0.0
    old = np.flatnonzero(rng.random(len(keep)) < chance)
    if len(old):
        older = {name: array.take(pa.array(old)) for name, array in columns.items()}
        older["invono"] = pa.nulls(len(old), pa.string())
        older["updt_time"] = times(updt[keep[old]] - 3_600)
        context.landing.write("setl_d", older)


def fund(
    context: Context,
    position: Array,
    head: Head,
    employee: Array,
    settled: Array,
    is_open: Array,
    void: Array,
    ids: Array | None = None,
) -> None:
    """Writes setl_fund_d: one row for each part that paid."""
    ids = SETL + position if ids is None else ids
    kinds = pa.array(["310100", "390100", "390200", "330100", "610100", "310200", "999996"])
    parts = (
        ("hifp", np.where(employee, 0, 1)),
        ("hifmi", 2),
        ("hifob", 3),
        ("maf", 4),
        ("account", 5),
        ("hospital", 6),
    )
    for name, kind in parts:
        rows = np.flatnonzero((head[name] != 0) & ~is_open)
        context.landing.write(
            "setl_fund_d",
            {
                "setl_id": numbers(ids[rows]),
                "fund_pay_type": coded(np.broadcast_to(kind, (len(position),))[rows], kinds),
                "fund_payamt": decimals(head[name][rows], _MONEY),
                "vali_flag": coded(1 - void[rows].astype(int), pa.array(["0", "1"])),
                "updt_time": times(settled[rows] + 5),
            },
        )
