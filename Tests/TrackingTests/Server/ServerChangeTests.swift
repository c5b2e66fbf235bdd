import Experiments
import Foundation
import Testing
import Tracking

/// Changes of registered models on a server that has no transactions.
@Suite struct ServerChangeTests {
    private let change = RegistryChange(
        model: "m", expecting: [1: .production, 2: .staging],
        steps: [
            .stage(version: 1, .archived), .stage(version: 2, .production), .alias("prod", version: 2),
            .alias("staging", version: nil), .tag("borescope.history.1", "promoted"),
        ])

    /// What `apply` does where versions 1 and 2 are in these stages.
    private func apply(_ stages: [Stage]) throws -> (steps: [String], error: TrackingError?) {
        let versions = stages.enumerated().map {
            #"{"name": "m", "version": "\#($0 + 1)", "current_stage": "\#($1.rawValue)"}"#
        }
        let answer = #"{"model_versions": [\#(versions.joined(separator: ","))]}"#
        let server = try ScriptedServer { request, _ in
            if request.path.contains("registered-models/get") {
                return .answer(200, #"{"registered_model": {"name": "m"}}"#)
            }
            return .answer(200, request.path.contains("search") ? answer : "{}")
        }
        let store = try MLflowServer(url: server.url, settings: try quick())
        var refusal: TrackingError?
        do {
            try store.apply(change)
        } catch let error as TrackingError {
            refusal = error
        }
        let steps = server.requests.filter { $0.method != "GET" }.map { request in
            "\(request.method) \(request.path.dropFirst("/api/2.0/mlflow/".count)) \(request.body)"
        }
        return (steps, refusal)
    }

    @Test func takesAllStepsInOrder() throws {
        let (steps, error) = try apply([.production, .staging])
        #expect(error == nil)
        #expect(
            steps == [
                #"POST model-versions/transition-stage {"archive_existing_versions":false,"name":"m","stage":"Archived","version":"1"}"#,
                #"POST model-versions/transition-stage {"archive_existing_versions":false,"name":"m","stage":"Production","version":"2"}"#,
                #"POST registered-models/alias {"alias":"prod","name":"m","version":"2"}"#,
                #"DELETE registered-models/alias {"alias":"staging","name":"m"}"#,
                #"POST registered-models/set-tag {"key":"borescope.history.1","name":"m","value":"promoted"}"#,
            ])
    }

    @Test(arguments: [[Stage.archived, .staging], [.archived, .production]])
    func goesOnWhereItWasInterrupted(stages: [Stage]) throws {
        let (steps, error) = try apply(stages)
        #expect(error == nil && steps.count == 5)
    }

    @Test(arguments: [
        [Stage.production, .archived], [.production, .production], [.production], [.staging, .staging],
    ])
    func refusesWhatSomebodyElseChanged(stages: [Stage]) throws {
        let (steps, error) = try apply(stages)
        #expect(steps.isEmpty && error != nil)
    }
}
