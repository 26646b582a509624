"""Re-compute a public draw (双随机抽查) from its transcript alone; standard library only.

python verify_draw.py D.json [--digest HEX] [--commitment HEX]: prints `verified` (exit 0) or the
first step that does not hold (exit 1); the options compare with the digests that were published.
"""

import hashlib
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

PARTS = "assignment commit commit_sha256 frame frame_sha256 frame_sm3 log opened private protocol"
PARTS += " reveal revealed_at seals seed selection tickets value"
# RFC 8785 text: whole numbers and ASCII keys only, so sorted keys and no blanks suffice.
canon = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def hold(step, true, why):  # noqa: D103
    if not true:
        raise ValueError(f"{step}: {why}")


def sha(value):
    """SHA-256 of a text, or of the canonical text of anything else."""
    return hashlib.sha256((value if isinstance(value, str) else canon(value)).encode()).hexdigest()


def ticket(seed, label, weight=1):
    """Smallest of `weight` numbers in (0, 1): the decimal digits of a hash, reversed."""
    hashes = (sha(seed + canon([*label, turn])) for turn in range(1, weight + 1))
    return min("0." + f"{int(number, 16):064d}"[::-1] for number in hashes)


def orders(seed, frame):
    """Every unit of each stratum, smallest ticket first; a unit of weight w holds w tickets."""
    for row in frame["strata"]:
        name = row["stratum"]
        units = [u for u in frame["objects"] if u["stratum"] == name and not u["excluded"]]
        pairs = [[u["id"], ticket(seed, ["object", name, u["id"]], u["weight"])] for u in units]
        order, units = sorted(pairs, key=lambda pair: pair[1]), len(units)
        size = min(units, max(math.ceil(units * Fraction(row["ratio"])), row["minimum"]))
        yield {"order": order, "size": size, "stratum": name, "units": units}


def selected(tickets, batches, log):
    """First the sample of each stratum, then what the log added: always the next ticket."""
    rows, reached, order = [], {}, {row["stratum"]: row["order"] for row in tickets}
    drawn = [{"kind": "draw", "stratum": t["stratum"], "added": [0] * t["size"]} for t in tickets]
    for entry in drawn + log:
        name, cause, start = entry["stratum"], entry["kind"], len(rows)
        for number in range(len(entry["added"])):
            place = reached[name] = reached.get(name, -1) + 1
            batch = number * batches // len(entry["added"]) + 1 if cause == "draw" else batches
            row = {"batch": batch, "cause": cause, "id": order[name][place][0]}
            rows.append({**row, "position": place, "stratum": name})
        added = [row["id"] for row in rows[start:]]
        hold("log", cause == "draw" or entry["added"] == added, f"不是下一号 not next {added}")
    return rows


def walk(seed, role, people, item, need, certified, team, load):
    """Walk the register in ticket order; who is passed over, and why."""
    ordered = sorted(people, key=lambda person: ticket(seed, [role, item["id"], person["id"]]))
    chosen, skipped = [], []
    for limit in (team["max_load"], 0) if team["max_load"] else (0,):
        for person in ordered:
            key, cross = person["id"], team["cross_county"]
            reasons = {
                "leave": person["on_leave"],
                "conflict": item["id"] in person["conflicts"],
                "rotation": team["rotate"] and item["id"] in person["visited"],
                "same_county": cross and person["county"] == item["county"],
                "load": limit and load.get(key, 0) >= limit,
                "certificate": not person["certified"] and need - len(chosen) <= certified,
            }
            why = next((name for name, true in reasons.items() if true), "")
            if len(chosen) == need or key in chosen:
                continue
            if not why:
                chosen.append(key)
                load[key], certified = load.get(key, 0) + 1, certified - person["certified"]
            elif limit == team["max_load"]:
                skipped.append([key, why])
    hold("assignment", len(chosen) == need, f"人数不足 too few people [{item['id']}]")
    return chosen, skipped


def teams(seed, frame, selection):
    """One row per drawn object: officers, experts, and everybody passed over."""
    team, busy, called, people = frame["team"], {}, {}, frame["inspectors"]
    items, share = {item["id"]: item for item in frame["objects"]}, Fraction(team["double_ratio"])
    for drawn in selection:
        place, item = drawn["position"], items[drawn["id"]]
        need = team["size"] + math.floor((place + 1) * share) - math.floor(place * share)
        who, passed = walk(seed, "inspector", people, item, need, team["certified"], team, busy)
        more, gone = walk(seed, "expert", frame["experts"], item, team["experts"], 0, team, called)
        yield {"object": item["id"], "team": who, "skipped": passed, "experts": more, "experts_skipped": gone}


def verify(data, digest=None, commitment=None):
    """Go through the steps in order; the first that does not hold is a ValueError."""
    whole = json.loads(data)
    hold("file", canon(whole).encode() == data and len(whole) == 2, "不是规范 JSON not canonical")
    body, published = whole["body"], whole["digest"]
    hold("digest", sha({"body": body}) == published, "内容被改动 the content was changed")
    hold("digest", digest in (None, published), "与公布的不同 not the published digest")
    hold("origin", body.get("protocol") == "fundguard-draw-1", "非本系统抽取，不可复算 drawn elsewhere")
    hold("file", set(body) <= set(PARTS.split()), "多出的内容 unknown parts")
    frame, record, opened = body["frame"], body.get("commit", {}), body.get("opened", [])
    hold("frame", sha(frame) == body["frame_sha256"], "名录被改动 the frozen list was changed")
    for role, rows in body.get("private", {}).items():
        hold("names", [sha(r) for r in rows] == [r["seal"] for r in frame[role] if "seal" in r], role)
    hold("commit", record, "尚未承诺 nothing committed yet")
    hold("commit", sha(record) == body["commit_sha256"], "承诺被改动 the record was changed")
    hold("commit", commitment in (None, body["commit_sha256"]), "与公布的不同 not the published")
    hold("commit", record["frame_sha256"] == body["frame_sha256"], "名录不同 another list")
    hold("commit", frame["planned_on"] <= record["committed_at"], "日期颠倒 dates reversed")
    seals = [body["seals"][row["number"]] for row in opened]
    hold("seals", seals == [sha([row["salt"], row["row"]]) for row in opened], "封签不符 seals differ")
    hold("reveal", "reveal" in body, f"尚未揭示 not revealed; opened rows that hold: {len(opened)}")
    shown, beacon = body["reveal"], record["beacon"]
    hold("reveal", record["committed_at"] <= shown["revealed_at"], "早于承诺 before the commitment")
    roles = [{"role": row["role"], "sha256": sha(row["nonce"])} for row in shown["nonces"]]
    hold("nonces", roles == record["commitments"], "随机数与承诺不符 not what was committed")
    nonces = [row["nonce"] for row in shown["nonces"]]
    public = [beacon["kind"], beacon["id"], shown["value"]]
    text = canon([body["protocol"], body["commit_sha256"], nonces, *public])
    hold("seed", body["seed"] == {"sha256": sha(text), "text": text}, "种子不符 another seed")
    for last, entry in zip([shown, *body["log"]], body["log"], strict=False):
        hold("log", entry["previous"] == sha(last), f"记录链断开 chain broken [{entry['kind']}]")
    seed, again = sha(text), {"tickets": list(orders(sha(text), frame))}
    again["selection"] = selected(again["tickets"], frame["batches"], body["log"])
    again["assignment"] = list(teams(seed, frame, again["selection"]))
    sealed = enumerate(again["assignment"] if frame["unannounced"] else [])
    again["seals"] = [sha([sha(["salt", nonces[0], n, row["object"]]), row]) for n, row in sealed]
    for step, rows in again.items():
        hold(step, len(body[step]) == len(rows), "行数与复算不同 another number of rows")
        wrong = [place for place, row in enumerate(rows) if canon(row) != canon(body[step][place])]
        hold(step, not wrong, f"与复算不同 not the re-computation, rows {wrong[:9]}")


if __name__ == "__main__":
    options = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=False))
    try:
        verify(Path(sys.argv[1]).read_bytes(), options.get("--digest"), options.get("--commitment"))
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as fault:
        sys.exit(print(f"does not hold 不成立: {fault}") or 1)
    print("verified")
