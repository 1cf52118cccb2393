"""What an alarm says of the instance it is about.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-snsalarm.html
and dp-pipeline-expressions.html beside it; the last message has the shape of those that public
tools write.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines.alarms import Alarm, alarm
from batchyard.pipelines.model import Field, PipelineObject

IN, MORE = "@In_2012-01-01T00:00:00", "@More_2012-01-01T00:00:00"
NODE = PipelineObject(
    "@Copy_2012-01-01T00:00:00",
    "My Copy",
    (
        Field("@scheduledStartTime", "2012-01-01T00:00:00"),
        Field("@scheduledEndTime", "2012-01-02T00:00:00"),
        Field("pipelineLogUri", "#{myLogs}/copy"),
        Field("input", ref_value=IN),
        Field("input", ref_value=MORE),
        Field("output", ref_value="@Out_2012-01-01T00:00:00"),
    ),
)
OUT = PipelineObject(
    "@Out_2012-01-01T00:00:00", "Out", (Field("directoryPath", "s3://out/#{name}"),)
)
KNOWN = {OUT.id: OUT}
VALUES = {"myLogs": ("s3://logs",), "myTopic": ("arn:aws:sns:us-east-1:1:t",)}


def said(message: str, subject: str = "s") -> Alarm:
    fields = Field("topicArn", "#{myTopic}"), Field("subject", subject), Field("message", message)
    return alarm(PipelineObject("Tell", "Tell", fields), NODE, KNOWN.get, VALUES)


@pytest.mark.parametrize(
    "message,expected",
    [
        (
            "Error for interval #{node.@scheduledStartTime}..#{node.@scheduledEndTime}.",
            "Error for interval 2012-01-01T00:00:00..2012-01-02T00:00:00.",
        ),
        (
            "Files were copied from #{node.input} to #{node.output}.",
            f"Files were copied from {IN}, {MORE} to {OUT.id}.",
        ),
        ("S3 bucket '#{node.output.directoryPath}'", "S3 bucket 's3://out/Out'"),
        (
            "#{format(minusMinutes(node.@scheduledStartTime,30),'YYYY-MM-dd HH:mm:ss')}",
            "2011-12-31 23:30:00",
        ),
        (
            "#{node.name}: #{node.errorMessage} (#{node.@gone})\\nLog: #{node.pipelineLogUri}",
            "My Copy:  ()\\nLog: s3://logs/copy",
        ),
        ("#{node.gone.x}#{nothing}!", "!"),
        ("left #{as it is", "left #{as it is"),
    ],
)
def test_an_alarm_tells_what_can_be_told(message: str, expected: str) -> None:
    assert said(message, message) == Alarm("arn:aws:sns:us-east-1:1:t", expected, expected)


@given(st.text(), st.text())
def test_whatever_it_is_to_say_an_alarm_is_sent(message: str, subject: str) -> None:
    found = said(message, subject)
    assert found.topic == "arn:aws:sns:us-east-1:1:t"
    assert "#{" in message or found.message == message
