import ArgumentParser
import CommandKit

@main
struct ModelRegistryProgram: ToolGroup {
    static let configuration = CommandConfiguration(
        commandName: "model-registry", abstract: "Keep models findable: versions, stages, history.",
        discussion: """
            Registered models live where MLFLOW_TRACKING_URI says: in mlflow.db of this directory, which mlflow ui opens, \
            or on an MLflow server. A version is in one stage (None, Staging, Production, Archived), the aliases staging \
            and prod move with it, and each move is written to the model's history. Every program takes what resolve \
            takes for --model. Defaults stand in configs/model-registry.yaml.

              train-iforest --register turbofan --promote-if 'val_weighted_ap > current' -o models/iforest rows.ndjson
              model-registry promote turbofan/3 --why 'a week in staging without a false alarm'
              model-registry rollback turbofan --why 'alarms on engine 12 after its repair'
              score --model prod rows.ndjson
            """,
        version: borescopeVersion,
        subcommands: [
            List.self, Show.self, History.self, Diff.self, Register.self, Promote.self, Archive.self, Rollback.self,
            Alias.self, Resolve.self, Verify.self, Sync.self, CollectGarbage.self,
        ])
}
