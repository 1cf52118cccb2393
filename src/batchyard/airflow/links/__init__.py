"""Links from a task in Airflow's web interface to AWS's console."""
