"""A small synthetic city, simulated once, and a night over it."""

import ipaddress
import socket
from contextlib import contextmanager
from datetime import date

import pytest

from core.settings import load_settings
from fundguard.synthetic.simulate import simulate
from pipelines.night import Night, run_night
from tests.conftest import SMALL_SPARK

LAST_DAY = date(2026, 6, 30)


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """3,000 insured, a week: landing and truth."""
    folder = tmp_path_factory.mktemp("city")
    simulate(folder, 3000, 7, 11, LAST_DAY, None, None, "parquet", lambda now, total: None)
    return folder


def night(landing, home, *, engine="duckdb", as_of=LAST_DAY, privacy="plain", **more):
    """Run one night and return its manifest."""
    overrides = {"privacy": privacy, "engine": engine, "spark": SMALL_SPARK}
    settings = load_settings(overrides=overrides, environment={})
    return run_night(Night(home=home, settings=settings, as_of=as_of, landing=landing, **more))


@pytest.fixture(scope="session")
def sockets_of_whole():
    """Addresses outside this machine that the whole night asked for."""
    return []


@pytest.fixture(scope="session")
def whole(city, tmp_path_factory, sockets_of_whole):
    """One whole night on the embedded engine: (home, manifest). Tests leave its rows as they are."""
    home = tmp_path_factory.mktemp("whole")
    with no_foreign_sockets() as tried:
        manifest = night(city, home)
    sockets_of_whole += tried
    return home, manifest


@contextmanager
def no_foreign_sockets():
    """Forbids every socket but loopback; gives the list of addresses and names that were tried."""
    tried = []
    ask = socket.getaddrinfo

    class Guarded(socket.socket):
        def connect(self, address):
            if _outside(address):
                tried.append(address)
                raise OSError(f"forbidden [{address}]")
            return super().connect(address)

        connect_ex = connect

    def guarded_ask(host, *more, **kwargs):
        if host is not None and _outside((host, 0)):
            tried.append(host)
            raise OSError(f"forbidden [{host}]")
        return ask(host, *more, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Guarded)
        patch.setattr(socket, "getaddrinfo", guarded_ask)
        yield tried


def _outside(address):
    if not isinstance(address, tuple):
        return False  # a local socket file
    if address[0] in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return True  # a name: asking for it already leaves the machine


def results(manifest):
    """Job and table → rows, money and digest."""
    return {
        f"{job}.{table}": facts["digest"]
        for job, entry in manifest["jobs"].items()
        for table, facts in entry.get("writes", {}).items()
    }
