"""What a load balancer is told: listeners, rules, and who stands behind them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    host: str
    port: int
    healthy: bool


@dataclass(frozen=True)
class TargetGroup:
    """`name` is the group's full name, such as `targetgroup/shop-blue/0123456789abcdef`."""

    name: str
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def cluster(self) -> str:
        return cluster_name(self.name)


@dataclass(frozen=True)
class Condition:
    """All conditions of a rule must hold, each by any of its values; `*` and `?` are wildcards."""

    field: str
    values: tuple[str, ...]
    header: str = ""


@dataclass(frozen=True)
class Forward:
    """Weights are shares of their sum; `sticky_seconds` pins a client to its first group."""

    weights: tuple[tuple[str, int], ...]
    sticky_seconds: int | None = None


@dataclass(frozen=True)
class FixedResponse:
    status: int
    content_type: str = "text/plain"
    body: str = ""


@dataclass(frozen=True)
class Rule:
    action: Forward | FixedResponse
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Listener:
    """`rules` are in the order of their priority, the default rule last."""

    port: int
    load_balancer: str
    rules: tuple[Rule, ...]
    idle_seconds: int = 60

    @property
    def name(self) -> str:
        return f"listener-{self.port}"


@dataclass(frozen=True)
class Snapshot:
    listeners: tuple[Listener, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()


def full_name(arn: str) -> str:
    """The CloudWatch dimension: the end of an ARN, without `loadbalancer/` for that kind."""
    return arn.split(":", 5)[5].removeprefix("loadbalancer/")


def cluster_name(target_group: str) -> str:
    """The group's name in Envoy, whose statistics give `.`, `:` and `/` a meaning of their own."""
    return target_group.removeprefix("targetgroup/").replace("/", "-")
