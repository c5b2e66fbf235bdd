#!/usr/bin/env python3
"""check_server_run.py URI NAME BUNDLE: one whole run of train-lstmae in the experiment NAME, registered as version 1 of the model
NAME and in Production, its files those of the directory BUNDLE."""
import pathlib
import sys
import tempfile

from mlflow import MlflowClient


def main(uri, name, bundle):
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    experiment = client.get_experiment_by_name(name)
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 1, [run.info.run_id for run in runs]
    run = runs[0]
    assert run.info.status == "FINISHED", run.info.status
    steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "val_loss")]
    assert steps == [1, 2, 3, 4], steps
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(client.download_artifacts(run.info.run_id, "model", folder))
        for file in pathlib.Path(bundle).iterdir():
            assert (copy / file.name).read_bytes() == file.read_bytes(), file.name
    versions = client.search_model_versions(f"name = '{name}'")
    assert [(int(version.version), version.current_stage) for version in versions] == [(1, "Production")], versions
    assert client.get_model_version_by_alias(name, "prod").run_id == run.info.run_id


if __name__ == "__main__":
    main(*sys.argv[1:])
