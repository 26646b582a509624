"""Drift and the false share of the list in words, from a run's manifest."""

from collections.abc import Mapping
from typing import Any

from fundguard.casework.words import Words
from fundguard.report.drift import WARN

_STATES = {
    "pass": Words("平稳", "stable"),
    "warn": Words("警告", "warning"),
    "stop": Words("停用模型待查", "stop the model until somebody has looked"),
}
_NAMES = {
    "score.institution": Words("机构评分", "scores of institutions"),
    "score.pharmacy": Words("药店评分", "scores of pharmacies"),
    "score.doctor": Words("医师评分", "scores of doctors"),
    "score.department": Words("科室评分", "scores of departments"),
    "med_type": Words("医疗类别", "kinds of visit"),
    "insutype": Words("险种", "insurance"),
    "medfee": Words("结算金额", "amounts of settlements"),
    "hour": Words("结算时刻", "hours"),
    "charge_type": Words("收费类别", "kinds of charge"),
    "line_amount": Words("明细金额", "amounts of lines"),
}


def false_words(manifest: Mapping[str, Any]) -> Words | None:
    """ "At most x of the first k are false, with 90 % confidence": measured, or indicative."""
    bound = manifest.get("false_bound") or {}
    k, most = bound.get("k") or 0, bound.get("most") or 0
    if not k:
        return None
    zh, en = (
        f"前{k}条中不实的至多{most}条（90%把握",
        f"of the first {k} at most {most} are false (90 % confidence",
    )
    if bound.get("measured"):
        n, refuted = bound["reviewed"], bound["refuted"]
        return Words(
            f"{zh}；依{n}条已核查结果，{refuted}条未查实）", f"{en}; {n} outcomes, {refuted} not confirmed)"
        )
    return Words(f"{zh}；仅供参考：核查结果不足）", f"{en}; indicative: not enough outcomes)")


def drift_words(manifest: Mapping[str, Any]) -> Words | None:
    """State, what moved most, new codes, and how much of the list stayed; None for runs without."""
    drift = manifest.get("drift") or {}
    if not drift:
        return None
    state = _STATES.get(str(drift.get("state")), _STATES["pass"])
    moved = sorted(((v, n) for n, v in (drift.get("psi") or {}).items()), reverse=True)
    value, name = moved[0] if moved else (0.0, "")
    named = _NAMES.get(name, Words(name, name))
    zh, en = [f"漂移 drift {state.zh}"], [f"drift: {state.en}"]
    if name:
        zh.append(f"PSI 最大 {value:.2f}（{named.zh}，≥{WARN} 警告）")
        en.append(f"largest PSI {value:.2f} ({named.en}; {WARN} warns)")
    codes, churn = drift.get("new_codes") or {}, drift.get("churn") or {}
    if codes.get("share") is not None:
        zh.append(f"新编码 {codes['share'] * 100:.1f}%")
        en.append(f"new codes {codes['share'] * 100:.1f} %")
    if churn.get("jaccard") is not None:
        zh.append(f"前50条与上次重合 {churn['jaccard'] * 100:.0f}%")
        en.append(f"{churn['jaccard'] * 100:.0f} % of the first 50 as before")
    return Words("，".join(zh), ", ".join(en))


def rows(manifest: Mapping[str, Any]) -> list[tuple[Words, float]]:
    """Every measured index, largest first."""
    found = (manifest.get("drift") or {}).get("psi") or {}
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [(_NAMES.get(name, Words(name, name)), float(value)) for name, value in ordered]
