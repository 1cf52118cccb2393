"""Triggers: what waits in Airflow's triggerer, for operators and sensors that hold no slot."""
