"""WarmCandidate: asked until its latency has settled, and never for long."""

from itertools import count
from typing import Any

from tests.core.shop import payload
from tests.fakes import FakeHttpProbe
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.evidence.probe import Answer
from viridian.handlers.warm_candidate import LONGEST_SECONDS, Input, handler


class Unsettled(FakeHttpProbe):
    """Answers that get slower and slower."""

    def ask_once(self, *arguments: Any, **named: Any) -> Answer:
        answer = super().ask_once(*arguments, **named)
        return Answer(answer.check, answer.status, answer.version, 1.5 ** len(self.asked))


def warm(probe: FakeHttpProbe, seconds_each: float = 0, **settings: Any) -> dict[str, Any]:
    ticks = count()
    given = payload(Input, url="http://shop.example:8080", colour="green")
    return handler(
        given | {"settings": given["settings"] | settings},
        CONTEXT,
        probe,
        lambda: next(ticks) * seconds_each,
    )


def test_a_steady_candidate_is_warm_after_two_windows(shop: Shop) -> None:
    assert warm(shop.probe) == {"requests": 20}


def test_every_check_is_warmed_on_the_test_route(shop: Shop) -> None:
    warm(shop.probe)

    urls = [url for url, _ in shop.probe.asked]
    assert urls == ["http://shop.example:8080/", "http://shop.example:8080/missing"] * 10
    assert {headers["X-Viridian-Target"] for _, headers in shop.probe.asked} == {"green"}
    assert shop.probe.connected_to == {"balancer.example"}


def test_nothing_is_asked_again_and_again_that_might_change_something(shop: Shop) -> None:
    warm(shop.probe, smoke_tests=[{"path": "/", "method": m} for m in ("POST", "GET", "DELETE")])

    assert shop.probe.methods == ["GET"] * 20


def test_one_that_never_settles_is_left_after_the_longest_time() -> None:
    answer = warm(Unsettled(answers={"/": (200, "1.1.0")}), seconds_each=1)

    assert 0 < answer["requests"] <= LONGEST_SECONDS


def test_one_that_never_settles_is_left_after_the_most_requests() -> None:
    assert warm(Unsettled(answers={"/": (200, "1.1.0")})) == {"requests": 500}


def test_a_candidate_that_errs_is_for_the_smoke_test_to_refuse() -> None:
    assert warm(FakeHttpProbe())["requests"] == 20
