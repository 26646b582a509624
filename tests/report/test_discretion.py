"""Discretion bands beside a basis: dated, regional, every band of the clause, its document named."""

import csv
import json
import shutil
from datetime import date

import pytest

from core.settings import CONF
from fundguard.casework.discretion import discretion
from fundguard.cli import main
from rules_kb.knowledge import load

BASIS = json.dumps([{"law": "reg735", "article": "38", "item": "3"}, {"law": "list2025", "article": "11"}])
DAY = date(2026, 6, 30)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A region with a document of its own: one clause item, in force from July 2025 on."""
    conf = tmp_path / "conf"
    shutil.copytree(CONF, conf)
    folder = conf / "regions" / "990102" / "knowledge"
    folder.mkdir(parents=True)
    (folder.parent / "region.yaml").write_text("rules:\n  active: all\n", encoding="utf-8")
    row = {"region": "990102", "law": "reg735", "article": "38", "band": 1, "band_name": "从轻",
           "circumstance": "首次且已退回", "multiple_min": 1, "multiple_max": "1.1", "doc_no": "医保规〔2025〕9号",
           "source": "示例", "verify_status": "verified", "begndate": "2025-07-01"}  # fmt: skip
    with (folder / "discretion_band.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, load("discretion_band").columns, restval="")
        writer.writeheader()
        writer.writerows([row | {"item": "3"}, row | {"item": "*", "band_name": "其他"}])
    monkeypatch.setenv("FUNDGUARD_CONF", str(conf))
    return "990102"


def test_every_band_of_the_clause_and_nothing_of_others():
    hints = discretion(BASIS, "demo", DAY)
    assert [hint.zh.split("　")[1].split("：")[0] for hint in hints] == ["较轻", "一般", "较重"]
    assert all("第38条" in hint.zh and "示例〔2021〕3号（文件待核）" in hint.zh for hint in hints)
    assert "loss 0 to 10,000 yuan): 1 to 1.3 times the loss" in hints[0].en


def test_the_document_of_the_day_of_the_conduct(here):
    (hint,) = discretion(BASIS, here, DAY)
    assert "第（3）项　从轻" in hint.zh
    assert hint.zh.endswith("1至1.1倍；医保规〔2025〕9号")
    assert discretion(BASIS, here, date(2025, 6, 30)) == ()


@pytest.mark.parametrize("basis", [None, "", "口头", '{"law": "reg735"}', '["reg735"]'])
def test_no_clause_no_hint(basis):
    assert discretion(basis, "demo", DAY) == ()


def test_the_rule_shows_them_after_its_text(capsys):
    assert main(["rules", "show", "service_repeat_charge"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("id: service_repeat_charge")
    assert "# 裁量基准（参考）" in shown
    assert "示例〔2021〕3号" in shown
    assert main(["rules", "show", "service_repeat_charge", "--json", "--region", "demo"]) == 0
    assert len(json.loads(capsys.readouterr().out)["discretion"]) == 3
