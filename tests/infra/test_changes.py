"""Promise 9: no infrastructure deployment moves live traffic, whatever a person edits."""

import json

import pytest
import yaml

from tests.infra.conftest import PROJECT, run_app
from tests.infra.template import Assembly

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
pytestmark = pytest.mark.xdist_group("edited")  # one synthesis for all of them
SERVING = ("ElasticLoadBalancingV2::ListenerRule", "ECS::Service", "ECS::TaskDefinition")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Synthesised with every setting of the service file changed, and with HTTPS."""
    folder = tmp_path_factory.mktemp("edited")
    settings = yaml.safe_load((PROJECT / "examples" / "shop" / "service.yaml").read_text())
    settings |= {
        "steps": [{"percent": 5, "bake_seconds": 600}, {"percent": 100, "bake_seconds": 60}],
        "smoke_tests": [{"path": "/deep"}],
        "version_header": "X-Other",
        "resting_count": 0,
        "drain_seconds": 90,
        "prepare_timeout_seconds": 900,
        "start_grace_seconds": 300,
        "unknown_patience_seconds": 600,
        "health_check_path": "/ready",
        "alarms": {
            "period_seconds": 30,
            "error_rate_percent": 1,
            "minimum_requests": 50,
            "latency_p99_seconds": 0.5,
            "elb_5xx_count": 0,
            "extra": ["Orders/Failing"],
        },
    }
    (folder / "service.yaml").write_text(yaml.safe_dump(settings))
    context = {
        "serviceFile": str(folder / "service.yaml"),
        "hostName": "shop.example",
        "certificateArn": CERTIFICATE,
    }
    done = run_app(folder / "assembly", context=json.dumps(context))
    assert done.returncode == 0, done.stderr
    return Assembly(folder / "assembly")


@pytest.mark.parametrize("kind", SERVING)
def test_no_setting_rewrites_what_serves(assembly: Assembly, edited: Assembly, kind: str) -> None:
    assert edited.shop.of_type(kind) == assembly.shop.of_type(kind) != {}


def test_settings_reach_the_alarms(edited: Assembly) -> None:
    alarms = edited.shop.properties("CloudWatch::Alarm")

    assert ">= 50," in alarms["ServiceGreenAlarmsErrorRate"]["Metrics"][0]["Expression"]
    assert alarms["ServiceGreenAlarmsErrorRate"]["Threshold"] == 1
    assert ">= 50," in alarms["ServiceGreenAlarmsLatency"]["Metrics"][0]["Expression"]
    assert alarms["ServiceGreenAlarmsLatency"]["Threshold"] == 0.5
    assert alarms["ServiceElb5xx"]["Threshold"] == 0
    assert alarms["ServiceElb5xx"]["Period"] == 30


def test_alarms_that_have_no_data_on_aws_are_warned_of(edited: Assembly) -> None:
    report = json.loads((edited.folder / "validation-report.json").read_text())
    [found] = [v for plugin in report["pluginReports"] for v in plugin["violations"]]

    assert found["severity"] == "warning"
    assert found["description"].startswith("alarms.period_seconds: 30 suits the rehearsal alone")


def test_an_alarm_of_the_services_own_is_heard_and_registered(edited: Assembly) -> None:
    rule = edited.shop.properties("Events::Rule")["ServiceEventsAlarmChanged"]
    [registration] = edited.shop.properties("SSM::Parameter").values()

    assert "Orders/Failing" in rule["EventPattern"]["detail"]["alarmName"]
    assert '"shared_alarms":["<ServiceElb5xx>","Orders/Failing"]' in edited.spell(
        registration["Value"]
    )


def test_with_a_certificate_both_listeners_speak_https(edited: Assembly) -> None:
    listeners = edited.shop.properties("ElasticLoadBalancingV2::Listener").values()
    outputs = edited.shop.body["Outputs"]

    assert {listener["Protocol"] for listener in listeners} == {"HTTPS"}
    assert all(li["Certificates"] == [{"CertificateArn": CERTIFICATE}] for li in listeners)
    assert edited.spell(outputs["ProductionUrl"]["Value"]) == (
        "https://shop.example:<ProductionPort>"
    )
