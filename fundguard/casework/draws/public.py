"""The public form of a transcript: everything needed to re-compute it, no natural person in it.

`private` (names, certificates, labels of sealed strata) is left out. Of an unannounced draw the
nonces are kept back until every row has been opened: before that only seals and opened rows stand.
"""

from typing import Any

from fundguard.casework.draws.compute import seal_salt
from fundguard.casework.draws.protocol import visited
from fundguard.casework.draws.transcript import state


def public_body(body: dict[str, Any]) -> dict[str, Any]:
    """Body without names; of an unannounced draw under way, without what would give rows away."""
    shown = {key: value for key, value in body.items() if key != "private"}
    if state(body) != "revealed" or not body["frame"]["unannounced"]:
        return shown
    done = visited(body)
    if all(row["id"] in done for row in body["selection"]):
        return shown
    nonce = body["reveal"]["nonces"][0]["nonce"]
    opened = [
        {
            "number": number,
            "row": row,
            "salt": seal_salt(nonce, number, row["object"]),
        }
        for number, row in enumerate(body["assignment"])
        if row["object"] in done
    ]
    kept = ("commit", "commit_sha256", "frame", "frame_sha256", "frame_sm3", "protocol", "seals")
    return {
        **{key: shown[key] for key in kept if key in shown},
        "opened": opened,
        "revealed_at": body["reveal"]["revealed_at"],
        "value": body["reveal"]["value"],
    }


def names_of(body: dict[str, Any]) -> dict[str, str]:
    """Name by id of officers and experts, from the private part; empty of a public form."""
    private = body.get("private", {})
    return {row["id"]: row["name"] for role in ("inspectors", "experts") for row in private.get(role, [])}


def certificates_of(body: dict[str, Any]) -> dict[str, str]:
    """Certificate number by id of the officers."""
    return {row["id"]: row["cert"] for row in body.get("private", {}).get("inspectors", [])}
