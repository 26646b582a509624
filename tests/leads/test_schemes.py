"""What the ranker knows by name exists: kinds of ring, rules, models. A name nobody writes would lose its leads."""

from features.network import rings_hub, rings_meeting, rings_place, rings_prescriber, rings_trace
from models.schemes import PARTIES, schemes
from rules_kb.library import read_library

KINDS = {
    rings_meeting.CO_VISIT.name,
    rings_meeting.GROUP_ADMISSION.name,
    rings_prescriber.KIND,
    rings_trace.KIND,
    *(hub.name for hub in rings_hub.HUBS),
    rings_place.TWO_PLACES,
    rings_place.CONTROLLER,
}


def test_every_kind_of_ring_has_its_schemes():
    assert set(schemes()["rings"]) == KINDS


def test_every_named_rule_is_a_rule():
    assert set(schemes()["rules"]) <= {rule.code for rule in read_library().rules.values()}


def test_every_scheme_meant_is_told():
    named = schemes()["schemes"]
    meant = [row.get("scheme") for row in schemes()["rules"].values()]
    meant += [row.get(party) for row in schemes()["rings"].values() for party in PARTIES]
    meant += [row["scheme"] for row in schemes()["models"].values()]
    told = {scheme for scheme in meant if scheme and not scheme.startswith("rule:")}
    assert told - set(named) <= {"anomaly"}
