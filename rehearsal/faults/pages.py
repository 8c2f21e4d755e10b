"""What operators were told, kept for whoever asks."""

import threading
import time
from typing import Any

from rehearsal.faults.facts import message_of


class Pages:
    """Empties the queue behind the operators' topic when it is asked."""

    def __init__(self, queues: Any, url: str) -> None:
        self._queues, self._url = queues, url
        self._told: list[tuple[float, str]] = []
        self._lock = threading.Lock()

    def about(self, service: str, since: float) -> list[str]:
        """Messages that name the service, received since that Unix time."""
        with self._lock:
            self._receive()
            return [text for at, text in self._told if at >= since and service in text]

    def _receive(self) -> None:
        while found := self._queues.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                self._told.append((time.time(), message_of(message["Body"])))
                self._queues.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
