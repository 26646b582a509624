"""Another country's claims through their mapping: names, codes, money, unpivoted diagnoses."""

from pathlib import Path

import pytest

from pipelines.ingest import synthetic
from tests.ingest.night import Night

BENEFICIARY = '"BeneID","DOB","DOD","Gender","State","County"\n"B1",1943-01-01,NA,1,39,230\n"B2",1936-09-01,2009-12-01,2,39,1\n'
DIAGNOSES = ",".join(f'"ClmDiagnosisCode_{n}"' for n in range(1, 11))
PROCEDURES = ",".join(f'"ClmProcedureCode_{n}"' for n in range(1, 7))
CLAIMS = (
    '"BeneID","ClaimID","ClaimStartDt","ClaimEndDt","Provider","InscClaimAmtReimbursed","AttendingPhysician",'
    f'"OperatingPhysician","AdmissionDt","DeductibleAmtPaid","DischargeDt","DiagnosisGroupCode",{DIAGNOSES},{PROCEDURES}\n'
    f'"B1","C1",2009-04-12,2009-04-18,"PRV1",26000,"PHY1",NA,2009-04-12,1068,2009-04-18,"201","1970","4019",'
    f"{','.join(['NA'] * 14)}\n"
    f'"B2","C2",2009-08-31,2009-09-02,"PRV1",5000,"PHY2","PHY2",2009-08-31,NA,2009-09-02,"750","6186",'
    f"{','.join(['NA'] * 9)},7092,{','.join(['NA'] * 5)}\n"
)


def test_mapping(tmp_path, duckdb_engine):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Train_Beneficiarydata.csv").write_text(BENEFICIARY)
    (folder / "Train_Inpatientdata.csv").write_text(CLAIMS)
    (folder / "Train.csv").write_text("Provider,PotentialFraud\nPRV1,Yes\n")
    night = Night(tmp_path, duckdb_engine)
    report = night.take_in(folder, "2009-12-31", "us_claims")
    assert report.unknown_tables == ("Train.csv",), "labels are not read"
    assert {name: one.accepted for name, one in report.tables.items()} == {
        "psn_info_b": 2, "fixmedins_b": 1, "mdtrt_d": 2, "setl_d": 2, "fee_list_d": 0,
        "setl_list_diag_d": 3, "setl_list_oprn_d": 1,
    }  # fmt: skip
    first, second = night.rows("setl_d")
    assert [str(first[c]) for c in ("medfee_sumamt", "fund_pay_sumamt", "psn_pay")] == [
        "27068.00",
        "26000.00",
        "1068.00",
    ]
    assert (first["dq_flags"], second["dq_flags"]) == ([], [])
    diagnoses = [
        (row["diag_info_id"], row["diag_code"], row["maindiag_flag"])
        for row in night.rows("setl_list_diag_d")
    ]
    assert diagnoses == [("C1-1", "1970", "1"), ("C1-2", "4019", "0"), ("C2-1", "6186", "1")]
    assert [row["surv_stas"] for row in night.rows("psn_info_b")] == ["1", "2"]
    assert night.take_in(folder, "2009-12-31", "us_claims").judged == ()
    assert not synthetic(night.home), "real claims are not called made up"
    (folder / "_DONE.json").write_text('{"synthetic": true}')
    night.take_in(folder, "2009-12-31", "us_claims")
    assert synthetic(night.home), "unless their sender says so"


@pytest.mark.shared
def test_the_real_files(tmp_path, duckdb_engine):
    folder = Path(__file__).parents[3] / "shared" / "data" / "us_claims"
    if not folder.is_dir():
        pytest.skip(f"reference data is not beside the project: {folder}")
    report = Night(tmp_path, duckdb_engine).take_in(folder, "2009-12-31", "us_claims")
    assert report.tables["setl_d"].accepted == 40_474
    assert report.tables["psn_info_b"].accepted == 138_556
    assert report.tables["setl_d"].flags == {}
