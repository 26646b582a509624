"""Suite C1: four detectors, three schemes, one list; with 0 to 3,000 reviewed leads.

World: 30,000 parties, 1 % crooked in one of three disjoint schemes. Three detector values share a busy
factor (.3); the first scheme shifts the first by 2.0 and is hit by a hard rule in 55 % (others .4 %), the
second shifts the second by 3.2, the third the third by 3.0. What each detector alone makes of its value (its
posterior) goes through the night's own SQL (features/leads) on the embedded engine; a party counts with its
surest lead, and one that is no candidate with the prior. Noisy-or, beside it, reads all four posteriors itself,
once of all parties and once of those only that the night takes for leads (the night lists nobody else, which
costs average precision over all parties, not precision among the first hundred).
Reviewed: 85 % from the top of noisy-or, 15 % drawn from the rest with known propensity. What is learned is what
the night applies: a multiplier per family, only where the gate lets it pass.

Run: python -m tests.bench.combination [--worlds 10] [--out docs/bench/combination.json]
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.metrics import average_precision_score

import features
from core.engine import open_engine
from core.schema import TABLES
from core.settings import load_settings
from models import gate, ranker
from models.calibration import calibration
from models.champion import Champion
from models.schemes import relations
from pipelines.warehouse import empty
from tests.bench.report import interval, options, publish

SIGNAL = np.array([2.0, 3.2, 3.0])
MODELS = ("first", "second", "third")
FAMILIES = ("rule", *MODELS)
PRIOR = 0.0033
RULE = np.log([0.45 / 0.996, 0.55 / 0.004])
BUDGETS = (0, 30, 100, 300, 1000, 3000)
OWN = 0.05


def world(rng):
    n = 30_000
    crooked = rng.random(n) < 0.01
    scheme = np.where(crooked, rng.integers(0, 3, n), -1)
    values = rng.normal(size=(n, 3)) + 0.3 * rng.normal(size=(n, 1))
    rule = (rng.random(n) < np.where(scheme == 0, 0.55, 0.004)).astype(int)
    for k in range(3):
        values[:, k] += SIGNAL[k] * (scheme == k)
    return values, rule, crooked.astype(float)


def posteriors(values, rule):
    """What each detector alone believes: parties × (first, second, third, rule)."""
    ratios = np.column_stack([(values * SIGNAL - SIGNAL**2 / 2) / 1.09, RULE[rule]])
    return 1 / (1 + np.exp(-(ratios + np.log(PRIOR / (1 - PRIOR)))))


def noisy(believed):
    """1 − Π(1 − p)."""
    return -np.expm1(np.log1p(-believed).sum(axis=1))


def leads_of(engine, believed, rule):
    """Candidate leads of a world as the night reckons them: party, and the ratio of each family."""
    for name, rows in tables(believed, rule).items():
        engine.register(name, arrow=rows)
    features.register(engine, "lead_probability", standing=("lead_party",))
    rows = engine.run(
        "SELECT f.party_id, f.scheme, f.family, f.ratio, l.p FROM finding_ratio AS f "
        "INNER JOIN lead_probability AS l ON l.party_id = f.party_id AND l.scheme = f.scheme"
    ).to_pandas()
    wide = rows.pivot_table(index=["party_id", "scheme"], columns="family", values="ratio", aggfunc="max")
    ratios = wide.reindex(columns=list(FAMILIES)).fillna(0).to_numpy(float) / 1e6
    said = rows.groupby(["party_id", "scheme"])["p"].first().reindex(wide.index).to_numpy(float)
    assert np.allclose(said, calibration().probability(ratios), atol=2e-6), "the night and learning differ"
    return wide.index.get_level_values(0).astype(int).to_numpy(), ratios


def tables(believed, rule):
    """The relations that the lead features read, with this world's detectors in place of the shipped ones."""
    n = len(rule)
    party = [str(k) for k in range(n)]
    shown = [(k, m) for k, m in zip(*np.nonzero(believed[:, :3] >= 0.01), strict=True)]
    scores = [
        {"party_type": "institution", "party_id": party[k], "model": MODELS[m], "model_ver": "1", "period": "w",
         "score": 0.0, "p": float(believed[k, m]), "reasons": "[]", "peer_group": "all", "peer_n": n, "percentile": 99.0}
        for k, m in shown
    ]  # fmt: skip
    hits = [
        {"hit_id": f"H{k}", "rule_id": "r", "rule_code": "R", "rule_ver": 1, "kb_ver": "1", "stage": "post", "result": "suspect",
         "verified": True, "sev_deg": 2, "party_type": "institution", "party_id": party[k], "fixmedins_code": party[k],
         "setl_id": f"S{k}", "related_sn": [], "shadow": False, "judged_day": "d", "reason_zh": "", "reason_en": ""}
        for k in np.flatnonzero(rule)
    ]  # fmt: skip
    exposure = pd.DataFrame({"party_id": party}).assign(party_type="institution", party_name=None, exposure=1)
    models = [
        {
            "model": m,
            "party_type": "institution",
            "family": m,
            "scheme": scheme,
            "precision": 1.0,
            "own": OWN,
            "zh": m,
            "en": m,
        }
        for m, scheme in zip(MODELS, ("first", "second", "third"), strict=True)
    ]
    shipped = relations()
    hit_precision = float(1 / (1 + np.exp(-(RULE[1] + np.log(PRIOR / (1 - PRIOR))))))
    declared = {
        "score": scores,
        "hit": hits,
        "ring": [],
        "ring_member": [],
        "fixmedins_b": [],
    }
    return {
        **{name: _rows(name, records) for name, records in declared.items()},
        **calibration().relations(),
        "lead_trust": Champion().relation(),
        "lead_party": pa.Table.from_pandas(exposure, preserve_index=False),
        "lead_kind": shipped["lead_kind"].slice(0, 0),
        "lead_model": pa.Table.from_pylist(models, schema=shipped["lead_model"].schema),
        "lead_rule": pa.Table.from_pylist(
            [{"rule_code": "R", "scheme": "first", "precision": hit_precision}]
        ),
    }


def _rows(name, records):
    shape = empty(TABLES[name]).schema
    return pa.Table.from_pylist(
        [{column: row.get(column) for column in shape.names} for row in records], schema=shape
    )


def of_parties(parties, said, n):
    """Each party's surest lead; the prior where it has none."""
    score = np.full(n, PRIOR)
    np.maximum.at(score, parties, said)
    return score


def main():
    asked = options(__doc__, worlds=10)
    engine = open_engine(load_settings(environment={"FUNDGUARD_DUCKDB__MEMORY_LIMIT": "2GB"}))
    found, passed = {}, dict.fromkeys(BUDGETS, 0)
    untrained = ranker.Trust(np.ones(len(FAMILIES)))
    for n in range(asked.worlds):
        rng = np.random.default_rng(asked.seed + n)
        values, rule, crooked = world(rng)
        new_values, new_rule, truth = world(rng)
        believed, new_believed = posteriors(values, rule), posteriors(new_values, new_rule)
        first = noisy(believed)
        size = len(truth)
        parties, ratios = leads_of(engine, believed, rule)
        new_parties, new_ratios = leads_of(engine, new_believed, new_rule)
        # Of a party its surest lead is the one that is looked at.
        score = of_parties(parties, untrained.apply(ratios), size)
        surest = np.zeros((size, len(FAMILIES)))
        for row in np.argsort(untrained.apply(ratios), kind="stable"):
            surest[parties[row]] = ratios[row]
        scores = {
            "noisy-or": noisy(new_believed),
            "mean z": new_values.mean(axis=1),
            "rules first": new_rule * 100 + new_values.mean(axis=1),
            "max z": new_values.max(axis=1),
        }
        at = calibration().prior_log_odds
        alone = np.where(new_ratios > 0, 1 / (1 + np.exp(-(new_ratios + at))), 0.0)
        scores["noisy-or of the same leads"] = of_parties(new_parties, noisy(alone), size)
        plain = of_parties(new_parties, untrained.apply(new_ratios), size)
        for budget in BUDGETS:
            scores[f"ours, {budget} reviewed"] = plain
            if not budget:
                continue
            top = int(budget * 0.85)
            order = np.argsort(-first, kind="stable")
            drawn = rng.choice(order[top:], budget - top, replace=False)
            reviewed = np.concatenate([order[:top], drawn])
            was_drawn = np.arange(budget) >= top
            weight = ranker.review_weights(
                np.arange(budget), was_drawn, np.full(budget, (budget - top) / (len(order) - top))
            )
            known = gate.Reviewed.plain(crooked[reviewed], weight)
            verdict = gate.gate_trust(score[reviewed], surest[reviewed], known, seed=n)
            trust = ranker.fit_trust(surest[reviewed], crooked[reviewed], weight)
            learned = of_parties(new_parties, trust.apply(new_ratios), size)
            scores[f"trust without gate, {budget} reviewed"] = learned
            if verdict.passed:
                passed[budget] += 1
                scores[f"ours, {budget} reviewed"] = learned
        for name, value in scores.items():
            top = np.argsort(-value, kind="stable")[:100]
            found.setdefault(name, []).append((truth[top].mean(), average_precision_score(truth, value)))
    engine.close()
    publish(
        {
            "suite": "C1",
            "worlds": asked.worlds,
            "orders": {
                name: {"p_at_100": interval([v[0] for v in values]), "ap": interval([v[1] for v in values])}
                for name, values in found.items()
            },
            "worlds_below_noisy_or": {
                str(budget): int(
                    sum(
                        a[0] < b[0]
                        for a, b in zip(found[f"ours, {budget} reviewed"], found["noisy-or"], strict=True)
                    )
                )
                for budget in BUDGETS
            },
            "gate_passed": {str(k): v for k, v in passed.items()},
        },
        asked.out,
    )


if __name__ == "__main__":
    main()
