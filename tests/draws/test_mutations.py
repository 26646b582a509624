"""No changed byte and no forged part passes the verifier: 10,500 random mutations, none missed."""

import hashlib
import json
import random

import pytest

from tests.draws.conftest import EXAMPLE

BYTES, FORGERIES = 7500, 3000
# What nothing later rests on: remark and day of the newest entry; and leaving out the names gives the
# public form, a transcript of its own. The published digest covers them.
FREE = {("log", -1, "note"), ("log", -1, "on"), ("private",)}


def dumps(document):
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(value):
    return hashlib.sha256(dumps(value)).hexdigest()


def holds(verifier, data, digest=None):
    try:
        verifier.verify(data, digest)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def test_any_changed_byte_is_noticed(verifier):
    data, missed, chance = EXAMPLE.read_bytes(), 0, random.Random(20260701)
    for _ in range(BYTES):
        changed, place = bytearray(data), chance.randrange(len(data))
        kind = chance.randrange(4)
        if kind == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[place]
        elif kind == 2:
            changed.insert(place, chance.randrange(256))
        else:
            other = chance.randrange(len(data))
            changed[place], changed[other] = changed[other], changed[place]
        missed += bytes(changed) != data and holds(verifier, bytes(changed))
    assert missed == 0


def places(value, path=()):
    """Every list, object and leaf below the body, with the way to it."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def forge(body, path, chance):
    """Change one part in one of the ways somebody might."""
    parent = body
    for step in path[:-1]:
        parent = parent[step]
    key, value = path[-1], parent[path[-1]]
    if isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, int):
        parent[key] = value + chance.choice([-1, 1])
    elif isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        parent[key] = value[:place] + chance.choice("0aZ医") + value[place + chance.randrange(2) :]
    elif isinstance(value, list) and value:
        first, second = chance.randrange(len(value)), chance.randrange(len(value))
        way = chance.randrange(3)
        if way == 0:
            value[first], value[second] = value[second], value[first]
        elif way == 1:
            del value[first]
        else:
            value.append(json.loads(dumps(value[first])))
    elif isinstance(value, list):
        value.append("H001")
    elif chance.randrange(2):
        value["extra"] = ""
    else:
        del parent[key]


def repair(body, level):
    """What a forger with a hash function would put right: digest, frame hash, commitment record."""
    if level >= 1:
        body["frame_sha256"] = sha(body["frame"])
    if level >= 2:
        body["commit"]["frame_sha256"] = body["frame_sha256"]
        body["commit_sha256"] = sha(body["commit"])
    return dumps({"body": body, "digest": sha({"body": body})})


def test_any_forged_part_is_noticed_though_its_hashes_are_put_right(verifier):
    text = EXAMPLE.read_bytes()
    original = json.loads(text)
    digest, last = original["digest"], len(original["body"]["log"]) - 1
    free = {tuple(last if step == -1 else step for step in path) for path in FREE}
    ways = [path for path in places(original["body"]) if path]
    missed, done, chance = [], 0, random.Random(4)
    while done < FORGERIES:
        body, path, level = json.loads(text)["body"], chance.choice(ways), chance.randrange(3)
        forge(body, path, chance)
        try:
            data = repair(body, level)
        except (KeyError, TypeError):
            data = repair(body, 0)
        if data == text:  # the repair undid the change
            continue
        done += 1
        if holds(verifier, data, digest if path in free or path == ("log", last) else None):
            missed.append((path, level))
    assert not missed, missed[:20]


@pytest.mark.parametrize(
    ("step", "change"),
    [
        ("frame", lambda b: b["frame"]["objects"].reverse()),
        ("frame", lambda b: b["frame"]["inspectors"][0]["conflicts"].clear()),
        ("commit", lambda b: b["commit"]["beacon"].update(id="另一期")),
        ("nonces", lambda b: b["reveal"]["nonces"][0].update(nonce="x" * 40)),
        ("nonces", lambda b: b["reveal"]["nonces"].reverse()),
        ("seed", lambda b: b["reveal"].update(value="030712192531010")),
        ("tickets", lambda b: b["tickets"][0]["order"].insert(0, b["tickets"][0]["order"].pop())),
        ("selection", lambda b: b["selection"][0].update(id=b["tickets"][0]["order"][-1][0])),
        ("selection", lambda b: b["selection"].append(b["selection"].pop(0))),
        ("assignment", lambda b: b["assignment"][0]["team"].reverse()),
        ("assignment", lambda b: b["assignment"][1].update(team=["P1", "P2"])),
        ("assignment", lambda b: b["assignment"][0]["skipped"].append(["P1", "conflict"])),
        ("log", lambda b: b["log"].pop(0)),
        ("names", lambda b: b["private"]["inspectors"][0].update(name="别人")),
    ],
)  # fmt: skip
def test_the_step_is_named(verifier, step, change):
    body = json.loads(EXAMPLE.read_bytes())["body"]
    change(body)
    with pytest.raises(ValueError, match=f"^{step}: "):
        verifier.verify(repair(body, 0))


def test_the_digest_published_is_the_last_word(verifier):
    original = json.loads(EXAMPLE.read_bytes())
    original["body"]["log"][-1]["note"] = "另一说法"
    data = repair(original["body"], 0)
    assert holds(verifier, data)
    assert not holds(verifier, data, original["digest"])
