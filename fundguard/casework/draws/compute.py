"""From seed and frame to tickets, selection and teams: the part everybody can repeat."""

from collections.abc import Sequence
from typing import Any

from fundguard.casework.draws.assignment import assign
from fundguard.casework.draws.canonical import canonical_text, fingerprint
from fundguard.casework.draws.sampling import sample_size, ticket_order

PROTOCOL = "fundguard-draw-1"


def seed_text(
    commit_sha256: str, nonces: Sequence[dict[str, str]], beacon: dict[str, str], value: str
) -> str:
    """Text whose SHA-256 is the seed: protocol, commitment record, nonces, beacon and its value."""
    return canonical_text(
        [PROTOCOL, commit_sha256, [row["nonce"] for row in nonces], beacon["kind"], beacon["id"], value]
    )


def strata_orders(seed: str, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per stratum: stratum, units, size, order (every unit with its ticket)."""
    rows = []
    for stratum in frame["strata"]:
        order = ticket_order(seed, stratum["stratum"], frame["objects"])
        size = sample_size(len(order), stratum["ratio"], stratum["minimum"])
        rows.append({"order": order, "size": size, "stratum": stratum["stratum"], "units": len(order)})
    return rows


def select(tickets: list[dict[str, Any]], batches: int, log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drawn units: first the sample of each stratum, then what the log added, ticket by ticket.

    Each row: id, stratum, position (0-based place in its stratum's order), batch (1-based), cause
    (draw, replace, extend). Every addition takes the next place: nobody picks.
    """
    rows = [
        {
            "batch": position * batches // row["size"] + 1,
            "cause": "draw",
            "id": row["order"][position][0],
            "position": position,
            "stratum": row["stratum"],
        }
        for row in tickets
        for position in range(row["size"])
    ]
    reached = {row["stratum"]: row["size"] for row in tickets}
    orders = {row["stratum"]: row["order"] for row in tickets}
    for entry in log:
        for _ in entry["added"]:
            position = reached[entry["stratum"]]
            reached[entry["stratum"]] += 1
            rows.append(
                {
                    "batch": batches,
                    "cause": entry["kind"],
                    "id": orders[entry["stratum"]][position][0],
                    "position": position,
                    "stratum": entry["stratum"],
                }
            )
    return rows


def seal_salt(nonce: str, position: int, object_id: str) -> str:
    """Salt of one sealed row: known only with the agency's nonce until that row is opened."""
    return fingerprint(["salt", nonce, position, object_id])


def seal_row(row: dict[str, Any], salt: str) -> str:
    """Published commitment of one row of the assignment."""
    return fingerprint([salt, row])


def results(seed: str, frame: dict[str, Any], log: list[dict[str, Any]], nonce: str) -> dict[str, Any]:
    """tickets, selection, assignment, and the seals of an unannounced draw."""
    tickets = strata_orders(seed, frame)
    selection = select(tickets, frame["batches"], log)
    assignment = assign(seed, frame, selection)
    seals = [
        seal_row(row, seal_salt(nonce, number, row["object"]))
        for number, row in enumerate(assignment)
        if frame["unannounced"]
    ]
    return {"assignment": assignment, "seals": seals, "selection": selection, "tickets": tickets}
