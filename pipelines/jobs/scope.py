"""Keep the cost with the day: windows look back only at the persons the run's days concern."""

from core.engine import Engine

_JUDGED_PERSON = """
SELECT s.psn_no FROM setl_d AS s
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('setl_date=', day_of(s.setl_time))
UNION ALL
SELECT f.psn_no FROM fee_list_d AS f
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('open=', day_of(f.fee_ocur_time))
  WHERE f.setl_id IS NULL
UNION ALL
SELECT r.psn_no FROM rx_d AS r
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('event_date=', day_of(r.prsc_time))
UNION ALL
SELECT m.psn_no FROM mdtrt_d AS m
  LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('event_date=', day_of(m.begntime))
UNION ALL
SELECT t.psn_no FROM drug_trac_d AS t
  LEFT SEMI JOIN (
    SELECT c.drug_trac_codg FROM drug_trac_d AS c
    LEFT SEMI JOIN judged_day AS j ON j.judged_day = concat_text('event_date=', day_of(c.event_time))
  ) AS codes ON codes.drug_trac_codg = t.drug_trac_codg
  WHERE t.psn_no IS NOT NULL
"""


def limit_to_judged_persons(engine: Engine) -> None:
    """Narrow settlements, lines and visits to persons with something in the judged days.

    A person's windows (stays, supply, pairs) need that person's history and nobody else's; of a trace
    code all its buyers are kept, so that a refunded sale is known as such.
    """
    engine.register("judged_person", sql=f"SELECT DISTINCT psn_no FROM ({_JUDGED_PERSON}) AS p", keep=True)
    for table in ("setl_d", "fee_list_d", "mdtrt_d"):
        engine.register(
            table,
            sql=f"SELECT t.* FROM {table} AS t LEFT SEMI JOIN judged_person AS p ON p.psn_no = t.psn_no",
            keep=True,
        )
