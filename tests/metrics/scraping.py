"""What Prometheus reads of a process."""

import urllib3
from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, frozenset[tuple[str, str]]]


def asked(url: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """The status and the text of an answer."""
    answer = urllib3.request(method, url, headers=headers)
    return answer.status, answer.data.decode()


def scraped(url: str) -> dict[Series, float]:
    """Every sample that is shown; a label without a value is none, as Prometheus has it."""
    status, text = asked(url)
    assert status == 200, text
    return {
        (sample.name, frozenset((k, v) for k, v in sample.labels.items() if v)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def series(name: str, **labels: str) -> Series:
    """The key of a sample."""
    return name, frozenset(labels.items())
