#!/usr/bin/env python3
"""check_local_store.py DATABASE MODEL: what MLflow's own client sees of a store that Borescope wrote.

Expects two finished runs of train-iforest and train-lstmae in the experiment anomaly_detection_cmapss, registered as versions
of MODEL, one of them in Production. Opening the store upgrades it to this MLflow's schema.
"""
import json
import pathlib
import sys
import tempfile

from mlflow import MlflowClient


def main(database, name):
    client = MlflowClient(tracking_uri=f"sqlite:///{database}", registry_uri=f"sqlite:///{database}")
    experiment = client.get_experiment_by_name("anomaly_detection_cmapss")
    assert experiment and experiment.lifecycle_stage == "active", experiment
    runs = {run.data.tags["model_type"]: run for run in client.search_runs([experiment.experiment_id])}
    assert set(runs) == {"iforest", "lstmae"}, set(runs)

    for kind, run in runs.items():
        assert run.info.status == "FINISHED", run.info
        assert run.info.end_time >= run.info.start_time
        assert run.info.run_name.startswith(f"train-{kind}"), run.info.run_name
        assert run.data.params["seed"] == "0"
        assert run.data.tags["subset"] == "FD001"
        for metric in ("val_f1", "val_ap", "val_weighted_ap", "best_threshold", "training_time_seconds", "model_size_bytes"):
            assert metric in run.data.metrics, (kind, metric)
        names = {item.path for folder in ("model", "figures") for item in client.list_artifacts(run.info.run_id, folder)}
        assert {"model/model.json", "model/weights.safetensors", "model/MLmodel"} <= names, names
        assert {"figures/roc.svg", "figures/threshold.svg", "figures/confusion.svg"} <= names, names
        with tempfile.TemporaryDirectory() as folder:
            path = client.download_artifacts(run.info.run_id, "model/model.json", folder)
            description = json.loads(pathlib.Path(path).read_text())
        assert description["threshold"]["value"] == run.data.metrics["best_threshold"]

    losses = client.get_metric_history(runs["lstmae"].info.run_id, "val_loss")
    assert [metric.step for metric in losses] == list(range(1, len(losses) + 1)) and len(losses) >= 2, losses
    assert "figures/loss.svg" in {item.path for item in client.list_artifacts(runs["lstmae"].info.run_id, "figures")}
    assert "test_f1" in runs["iforest"].data.metrics, "evaluate --run model adds what it found"

    versions = client.search_model_versions(f"name = '{name}'")
    assert sorted(int(version.version) for version in versions) == [1, 2], versions
    production = [version for version in versions if version.current_stage == "Production"]
    assert len(production) == 1, versions
    assert client.get_model_version_by_alias(name, "prod").version == production[0].version
    history = {key for key in client.get_registered_model(name).tags if key.startswith("borescope.history.")}
    assert history, "moves are in the model's history"

    # What MLflow writes, Borescope must go on reading.
    client.set_registered_model_alias(name, "champion", "1")
    client.set_tag(runs["iforest"].info.run_id, "reviewed", "yes")


if __name__ == "__main__":
    main(*sys.argv[1:])
