"""Nothing phones home: a night with every socket but loopback forbidden."""

import ipaddress
import socket

import pytest

from tests.night.conftest import night, results


def _outside(address):
    if not isinstance(address, tuple):
        return False  # a local socket file
    if address[0] in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return True  # a name: asking for it already leaves the machine


def test_a_night_opens_no_socket_but_loopback(city, whole, tmp_path, monkeypatch):
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

    monkeypatch.setattr(socket, "socket", Guarded)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_ask)
    # The guard itself works, else silence would prove nothing.
    with pytest.raises(OSError, match="forbidden"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    assert tried.pop(), "the guard let a foreign address pass"
    tried.clear()
    assert results(night(city, tmp_path)) == results(whole[1])
    assert tried == []
