"""Amount identities of a settled record (interfaces §4): broken ones are flagged, never refused.

An absent part counts as 0. Tolerance: 0.01 yuan on a line, 0.05 on a header (sums of roundings).
"""

PARTS = (
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "hifdm_pay",
    "maf_pay",
    "othfund_pay",
)
SUMMED = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt")

_LINE = "0.01"
_HEADER = "0.05"


def _off(left: str, right: str, tolerance: str) -> str:
    return f"absolute({left} - ({right})) > {tolerance}"


def _total(columns: tuple[str, ...]) -> str:
    return " + ".join(f"COALESCE({column}, 0)" for column in columns)


def line_flags() -> dict[str, str]:
    """Flag → condition on a fee line. A6 holds with or without the institution's discount."""
    amount = "line_amount(cnt, pric)"
    return {
        "A6": f"{_off('det_item_fee_sumamt', amount, _LINE)} AND "
        f"{_off('det_item_fee_sumamt', f'{amount} - COALESCE(medins_disc_amt, 0)', _LINE)}",
        "A7": _off("det_item_fee_sumamt", _total(SUMMED), _LINE),
    }


def header_flags() -> dict[str, str]:
    """Flag → condition on a settlement `s` joined with the sums of its lines and with its original.

    A10 only where lines were delivered; A11 on refunds: nothing positive, an original named, and no more
    given back (with all refunds of it) than was paid.
    """
    amounts = ("medfee_sumamt", "fund_pay_sumamt", "psn_pay", "acct_pay", "cash_payamt", *SUMMED)
    filled = " OR ".join(f"{part} IS NOT NULL" for part in PARTS)
    positive = " OR ".join(f"{amount} > 0" for amount in amounts)
    lines = " OR ".join(
        _off(f"COALESCE({column}, 0)", f"COALESCE(line_{column}, 0)", _HEADER)
        for column in ("medfee_sumamt", *SUMMED)
    )
    return {
        "A1": _off("medfee_sumamt", _total(SUMMED), _HEADER),
        "A2": _off("medfee_sumamt", "fund_pay_sumamt + psn_pay + COALESCE(ownpay_hosp_part, 0)", _HEADER),
        "A3": f"{_off('psn_pay', 'acct_pay + cash_payamt', _HEADER)} AND "
        f"{_off('psn_pay', 'acct_pay + cash_payamt + COALESCE(acct_mulaid_pay, 0)', _HEADER)}",
        "A4": f"({filled}) AND {_off('fund_pay_sumamt', _total(PARTS), _HEADER)}",
        "A10": f"line_count IS NOT NULL AND ({lines})",
        "A11": f"refd_setl_flag = '1' AND (init_setl_id IS NULL OR {positive} OR "
        f"COALESCE(original_left, 0) < -{_HEADER})",
    }


def flags_sql(flags: dict[str, str], *more: str) -> str:
    """A list of the flags whose condition holds; `more` are further list members."""
    members = [f"CASE WHEN {condition} THEN '{name}' END" for name, condition in flags.items()]
    return f"text_list({', '.join([*members, *more])})"
