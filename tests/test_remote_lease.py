"""The lease of an index in an object store: one writer at a time, and none for ever."""

from __future__ import annotations

import json
import os
import socket
import time

import pytest

from search.errors import IndexLocked, RemoteFailure
from search.object_store.client import ObjectStore, Tag
from search.storage.remote.lease import LEASE, SLACK, Lease, Turn, holder_of, turn_in

OURS = f"process {os.getpid()} on {socket.gethostname()}"


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(store_url: str) -> ObjectStore:
    return ObjectStore(store_url)


def lease_of(store: ObjectStore) -> Turn:
    found = store.read(LEASE)
    assert found is not None
    return turn_in(found[0])


class TestTaking:
    def test_the_second_writer_is_told_who_the_first_is(self, store: ObjectStore) -> None:
        with Lease(store), pytest.raises(IndexLocked) as refused, Lease(store):
            pass
        assert str(refused.value) == (
            f"another docsearch ({OURS}) is writing to this index; "
            "run the command again once that one has finished"
        )

    def test_a_turn_that_ended_leaves_the_lease_to_the_next_writer(
        self, store: ObjectStore
    ) -> None:
        with Lease(store):
            assert holder_of(store) == OURS
        assert holder_of(store) is None
        with Lease(store) as second:
            second.check()

    def test_a_lease_that_ran_out_is_taken_over(self, store: ObjectStore) -> None:
        clock = Clock()
        store.create(LEASE, Turn("process 1 on a machine that is gone", "t", 1060.0).as_bytes())
        clock.now = 1060.0 + SLACK - 1
        with pytest.raises(IndexLocked), Lease(store, clock=clock):
            pass
        clock.now = 1060.0 + SLACK
        with Lease(store, clock=clock) as taken:
            taken.check()
            assert lease_of(store).holder == OURS

    def test_what_is_no_lease_is_taken_over(self, store: ObjectStore) -> None:
        store.create(LEASE, b"not JSON")
        with Lease(store) as taken:
            taken.check()

    def test_the_answer_to_the_put_was_lost(self, store: ObjectStore) -> None:
        """The store made the object, but the library was told nothing and put it again."""

        class Deaf(ObjectStore):
            def create(self, name: str, data: bytes) -> None:
                super().create(name, data)

        with Lease(Deaf(store.url)) as taken:
            taken.check()

    def test_a_store_that_makes_what_is_there_already(self, store: ObjectStore) -> None:
        class Old(ObjectStore):
            def create(self, name: str, data: bytes) -> Tag | None:
                self.upload_bytes(name, data)
                found = self.read(name)
                return found[1] if found else None

            def upload_bytes(self, name: str, data: bytes) -> None:
                found = self.read(name)
                if found is None:
                    super().create(name, data)
                else:
                    self.replace(name, data, found[1])

        with pytest.raises(RemoteFailure, match="does not know conditional puts"):
            Lease(Old(store.url)).__enter__()


class TestKeeping:
    def test_the_lease_is_renewed(self, store: ObjectStore) -> None:
        with Lease(store, seconds=0.3) as lease:
            first = lease_of(store).until
            deadline = time.monotonic() + 10
            while lease_of(store).until == first and time.monotonic() < deadline:
                time.sleep(0.02)
            assert lease_of(store).until > first
            lease.check()

    def test_a_lost_lease_ends_the_run_before_it_writes(self, store: ObjectStore) -> None:
        """The process slept for longer than its lease lasts, and another one took it."""
        ticks = Clock()
        with Lease(store, ticks=ticks) as lease:
            found = store.read(LEASE)
            assert found is not None
            other = Turn("process 7 on desk", "theirs", time.time() + 60)
            assert store.replace(LEASE, other.as_bytes(), found[1]) is not None
            lease.check()
            ticks.now += 61
            with pytest.raises(IndexLocked) as lost:
                lease.check()
        assert str(lost.value) == (
            f"this run lost its turn to write to {store.url}: process 7 on desk has it now; "
            "run the command again once that one has finished"
        )
        assert lease_of(store) == other

    def test_a_process_that_slept_keeps_a_lease_that_nobody_took(self, store: ObjectStore) -> None:
        ticks = Clock()
        with Lease(store, ticks=ticks) as lease:
            ticks.now += 3600
            lease.check()
            assert lease_of(store).holder == OURS


def test_a_lease_holds_no_credentials(store: ObjectStore) -> None:
    with Lease(store):
        found = store.read(LEASE)
        assert found is not None
        assert sorted(json.loads(found[0])) == ["holder", "token", "until"]
