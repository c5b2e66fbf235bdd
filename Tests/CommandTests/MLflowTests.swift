import Foundation
import Testing

/// The programs beside a real MLflow: `Tests/Services/with-mlflow-server` says where it is.
@Suite(
    "With a real MLflow", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["BORESCOPE_MLFLOW_PYTHON"] != nil, "needs with-mlflow-server"))
struct MLflowTests {
    @Test(
        "what the programs do, MLflow's own client sees",
        arguments: ["local-store.sh", "server-away.sh"])
    func script(name: String) throws {
        let own = ProcessInfo.processInfo.environment
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mlflow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var environment = Surroundings.borescope.environment(home: folder)
        for variable in ["BORESCOPE_MLFLOW_URL", "BORESCOPE_MLFLOW_GROUP", "BORESCOPE_MLFLOW_PYTHON"] {
            environment[variable] = own[variable]
        }
        let script = Surroundings.repository.appendingPathComponent("Tests/Services/\(name)").path
        let outcome = try ChildProcess.run(
            "/bin/bash", [script, try #require(own["BORESCOPE_MLFLOW_PYTHON"])], environment: environment,
            folder: folder,
            timeout: 300)
        #expect(
            outcome.status == 0 && !outcome.timedOut,
            "\(name)\n\(String(decoding: outcome.errors + outcome.output, as: UTF8.self))")
    }
}
