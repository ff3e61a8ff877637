"""When a run tidies its table up."""

from search.ingest.paced_upkeep import PacedUpkeep


class Table:
    """Stands for a store: it is always due, and tidying it up takes `seconds`."""

    def __init__(self, clock, seconds, is_due=True):
        self.clock = clock
        self.seconds = seconds
        self.is_due = is_due
        self.times = []

    def maintain(self):
        if self.is_due:
            self.times.append(self.clock.now)
            self.clock.now += self.seconds
        return self.is_due


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_tidying_up_takes_a_twentieth_of_a_run_before_its_end():
    clock = Clock()
    table = Table(clock, seconds=10.0)
    upkeep = PacedUpkeep(lambda: table, clock)
    while clock.now < 2000:
        clock.now += 1.0
        upkeep.between_batches()
    # One second is a twentieth of 20 seconds, and 10 seconds and 10 more are one of 400.
    assert table.times == [
        20.0,
        400.0,
        600.0,
        800.0,
        1000.0,
        1200.0,
        1400.0,
        1600.0,
        1800.0,
        2000.0,
    ]
    upkeep.now()
    assert len(table.times) == 11


def test_beside_the_embedding_it_may_take_a_fifth():
    clock = Clock()
    table = Table(clock, seconds=10.0)
    upkeep = PacedUpkeep(lambda: table, clock)
    clock.now = 1000.0
    # What the run did before gives no time for it.
    upkeep.go_beside()
    while clock.now < 1200:
        clock.now += 1.0
        upkeep.between_batches()
    assert table.times == [1005.0, 1100.0, 1150.0, 1200.0]


def test_what_is_not_due_takes_no_time():
    clock = Clock()
    table = Table(clock, seconds=10.0, is_due=False)
    upkeep = PacedUpkeep(lambda: table, clock)
    clock.now = 30.0
    upkeep.between_batches()
    assert table.times == []
    table.is_due = True
    upkeep.between_batches()
    assert table.times == [30.0]
