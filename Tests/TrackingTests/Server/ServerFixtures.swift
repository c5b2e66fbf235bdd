import DurableFiles
import Experiments
import Foundation
import Testing
import Tracking

/// MLflow's variables, and waits that suit tests.
func quick(
    _ environment: [String: String] = [:], _ change: (inout ServerSettings) -> Void = { _ in }
) throws -> ServerSettings {
    var settings = try ServerSettings(environment: environment)
    settings.requestTimeout = .seconds(5)
    settings.retries.attempts = 3
    settings.retries.firstDelay = .milliseconds(5)
    change(&settings)
    return settings
}

/// The error that `body` throws.
func failure(_ body: () throws -> Void) -> TrackingError? {
    do {
        try body()
        Issue.record("expected an error")
    } catch let error as TrackingError {
        return error
    } catch {
        Issue.record("\(error)")
    }
    return nil
}

/// A folder that is there while `body` runs.
func inFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.path + "/borescope-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// A run as the server would tell of it.
func runRecord(artifacts: String = "mlflow-artifacts:/1/abc/artifacts") -> RunRecord {
    RunRecord(id: "abc", experiment: "1", name: "a run", status: "RUNNING", startTime: 1, artifactURI: artifacts)
}

/// What the server answers for such a run.
let runAnswer = """
    {"run": {"info": {"run_id": "abc", "run_name": "a run", "experiment_id": "1", "status": "RUNNING",
      "start_time": "12", "artifact_uri": "mlflow-artifacts:/1/abc/artifacts"},
     "data": {"metrics": [{"key": "f1", "value": "NaN"}], "params": [{"key": "p", "value": "1"}]}}}
    """

/// How a run begins in tests.
func runStart(_ experiment: String = "tests") -> RunStart {
    RunStart(
        id: UUID().uuidString.filter { $0 != "-" }.lowercased(), experiment: experiment, name: "a run",
        user: "somebody",
        source: "train-iforest", time: 1_700_000_000_000)
}
