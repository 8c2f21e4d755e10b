"""Hears what others are told of deployments: events on the bus, messages to the operators."""

import json
from dataclasses import dataclass
from typing import Any

from rehearsal.session import Rehearsal
from viridian.core.phase import DETAIL_TYPE, SOURCE

QUEUE = "heard"


@dataclass
class Heard:
    """All that came since it was made; the oldest first."""

    queues: Any
    url: str
    bodies: list[dict[str, Any]]

    @classmethod
    def on(cls, rehearsal: Rehearsal) -> "Heard":
        """Begin to listen."""
        queues, events, topics = (rehearsal.client(name) for name in ("sqs", "events", "sns"))
        url = queues.create_queue(QueueName=QUEUE)["QueueUrl"]
        asked = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        callers = {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}
        may = {"Effect": "Allow", "Principal": callers, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Statement": [may | {"Resource": arn}]})
        queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        pattern = json.dumps({"source": [SOURCE], "detail-type": [DETAIL_TYPE]})
        events.put_rule(Name=QUEUE, EventPattern=pattern)
        events.put_targets(Rule=QUEUE, Targets=[{"Id": QUEUE, "Arn": arn}])
        topic = rehearsal.outputs.told["OperatorsTopicArn"]
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return cls(queues, url, [])

    def phases(self, deployment_id: str) -> list[dict[str, Any]]:
        """Those of a deployment."""
        told = [body["detail"] for body in self._received() if "detail-type" in body]
        return [each for each in told if each["deployment_id"] == deployment_id]

    def messages(self, deployment_id: str) -> list[str]:
        """What a mailbox got about a deployment."""
        texts = [body["Message"] for body in self._received() if "Message" in body]
        return [text for text in texts if deployment_id in text]

    def _received(self) -> list[dict[str, Any]]:
        while found := self.queues.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                self.bodies.append(json.loads(message["Body"]))
                handle = message["ReceiptHandle"]
                self.queues.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return self.bodies
