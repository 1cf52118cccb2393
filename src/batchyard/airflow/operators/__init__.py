"""Operators: what a DAG does with AWS Batch."""
