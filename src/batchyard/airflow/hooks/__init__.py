"""Hooks: the client, as an Airflow connection says."""
