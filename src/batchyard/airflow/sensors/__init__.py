"""Sensors: what a DAG waits for on AWS Batch."""
