"""Nothing phones home: the night of these tests ran with every socket but loopback forbidden."""

import socket

import pytest

from tests.night.conftest import no_foreign_sockets


def test_the_guard_forbids_what_leaves_the_machine():
    with no_foreign_sockets() as tried:
        with pytest.raises(OSError, match="forbidden"):
            socket.create_connection(("192.0.2.1", 9), timeout=1)
        with pytest.raises(OSError, match="forbidden"):
            socket.getaddrinfo("example.org", 443)
    assert tried == ["192.0.2.1", "example.org"]


def test_a_night_opens_no_socket_but_loopback(whole, sockets_of_whole):
    assert whole[1]["state"] == "done"
    assert sockets_of_whole == []
