"""One world from its parameters: ordinary life, look-alikes, schemes, tables, truth."""

import json
from datetime import date
from pathlib import Path

from tests.bench.other_city import groups, life, schemes, stays, stock, write
from tests.bench.other_city.city import make_city
from tests.bench.other_city.pricing import price


def make_world(
    out: Path,
    insured: int = 30000,
    days: int = 120,
    seed: int = 1,
    grade: int = 0,
    end: date = date(2026, 6, 30),
    kinds: list[str] | None = None,
    share: float = 0.0049,
) -> dict:
    """Writes `out`/landing and `out`/truth; `grade` 0 mixes all five, `kinds` None draws from all schemes."""
    city = make_city(insured, days, seed, end)
    groups.plant_all(city)
    life.live(city)
    stays.ordinary(city)
    parties = city.people.count + city.places.count + len(city.places.doctor_place)
    schemes.plant(city, grade, kinds, int(parties * share))
    priced = price(city)
    landing, truth = out / "landing", out / "truth"
    landing.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    write.registers(city, landing)
    ids = write.transactions(city, priced, landing)
    stock.prescriptions(city, landing)
    stock.traces(city, priced, landing, ids["bkkp"])
    stock.inventory(city, priced, landing)
    stock.care(city, landing)
    report = stock.truth(city, priced, truth, ids)
    report |= {
        "visits": len(priced.visits["person"]),
        "settlements": len(priced.settles["visit"]),
        "lines": len(priced.lines["visit"]),
    }
    (out / "world.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report
