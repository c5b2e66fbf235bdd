import Experiments

/// Runs.
extension MLflowServer {
    /// The run that has the journal's identifier as a tag; or a new one, which gets that tag.
    public func run(startedBy start: RunStart) throws -> RunRecord {
        let experiment = try experiment(named: start.experiment)
        let search = RunSearch(
            experimentIds: [experiment], filter: "tags.`\(TrackingTag.journal)` = \(try quoted(start.id))",
            orderBy: ["attributes.start_time ASC"], maxResults: 100)
        let creation = RunCreation(
            experimentId: experiment, runName: start.name, startTime: start.time, userId: start.user,
            tags: [
                "mlflow.runName": start.name, "mlflow.user": start.user, "mlflow.source.name": start.source,
                "mlflow.source.type": "LOCAL", TrackingTag.journal: start.id,
            ].mapValues { $0.shortened(to: MLflowLimit.tag) }.pairs)
        return try connection.retrying { attempt throws(AttemptFailure) in
            // In one attempt, so that a creation whose answer was lost is found and not repeated.
            let found: RunPage = try attempt.send(.post("runs/search", search))
            if let run = found.items.min(by: { $0.info.runId < $1.info.runId }) { return run.record }
            let created: RunAnswer = try attempt.send(.post("runs/create", creation))
            return created.run.record
        }
    }

    /// Adds to a run, in as few requests as the server's limits allow. Texts that MLflow would cut in silence end in an
    /// ellipsis.
    public func log(
        metrics: [Metric], parameters: [String: String], tags: [String: String], to run: RunRecord
    ) throws {
        for batch in LogBatch.batches(of: run.id, metrics: metrics, parameters: parameters, tags: tags) {
            for part in try batch.partsThatFit() {
                let _: Wire.Done = try connection.call(part)
            }
        }
    }

    /// Ends a run.
    public func end(_ run: RunRecord, _ end: RunEnd) throws {
        let update = RunUpdate(
            runId: run.id, status: end.status.rawValue, endTime: end.status == .running ? nil : end.time)
        let _: Wire.Done = try connection.retrying { attempt throws(AttemptFailure) in
            try attempt.send(.post("runs/update", update))
        }
    }

    /// The run of this identifier; nil when the server knows none.
    public func run(id: String) throws -> RunRecord? {
        let answer: RunAnswer? = try connection.retrying { attempt throws(AttemptFailure) in
            try attempt.find(.get("runs/get", ["run_id": id]))
        }
        return answer?.run.record
    }

    /// The newest runs of an experiment, newest first.
    public func runs(ofExperiment name: String, limit: Int) throws -> [RunRecord] {
        guard limit > 0, let experiment = try foundExperiment(named: name), experiment.isActive else { return [] }
        var runs: [RunRecord] = []
        var token: String?
        repeat {
            let search = RunSearch(
                experimentIds: [experiment.experimentId], filter: "", orderBy: ["attributes.start_time DESC"],
                maxResults: min(limit - runs.count, 1_000), pageToken: token)
            let page: RunPage = try connection.retrying { attempt throws(AttemptFailure) in
                try attempt.send(.post("runs/search", search))
            }
            runs += page.items.map(\.record)
            token = page.items.isEmpty ? nil : page.nextPageToken
        } while runs.count < limit && !(token ?? "").isEmpty
        return Array(runs.prefix(limit))
    }

    /// The identifier of the experiment, which is made where it is missing.
    private func experiment(named name: String) throws -> String {
        let experiment: Experiment = try connection.retrying { attempt throws(AttemptFailure) in
            if let found = try self.find(name, attempt) { return found }
            do throws(AttemptFailure) {
                let created: ExperimentCreated = try attempt.send(
                    .post("experiments/create", ExperimentName(name: name)))
                return Experiment(experimentId: created.experimentId)
            } catch  where error.code == "RESOURCE_ALREADY_EXISTS" {
                // Somebody else was faster.
                guard let found = try self.find(name, attempt) else { throw error }
                return found
            }
        }
        guard experiment.isActive else {
            throw TrackingError.refused(
                "\(self.name): the experiment '\(name)' is deleted; restore it with mlflow experiments restore "
                    + "--experiment-id \(experiment.experimentId), or choose another name")
        }
        return experiment.experimentId
    }

    private func foundExperiment(named name: String) throws -> Experiment? {
        try connection.retrying { attempt throws(AttemptFailure) in try self.find(name, attempt) }
    }

    private func find(_ name: String, _ attempt: Attempt) throws(AttemptFailure) -> Experiment? {
        let answer: ExperimentAnswer? = try attempt.find(.get("experiments/get-by-name", ["experiment_name": name]))
        return answer?.experiment
    }

    /// A text as filters of searches have it.
    ///
    /// - Throws: `TrackingError.refused` when it holds both kinds of quotes, which no filter can.
    func quoted(_ text: String) throws -> String {
        for quote in ["'", "\""] where !text.contains(quote) { return "\(quote)\(text)\(quote)" }
        throw TrackingError.refused("\(name): cannot search for '\(text)'; expected one kind of quotes in a name")
    }
}

private struct Experiment: Decodable {
    var experimentId: String
    var lifecycleStage: String?

    var isActive: Bool { lifecycleStage != "deleted" }
}

private struct ExperimentAnswer: Decodable {
    var experiment: Experiment
}

private struct ExperimentName: Encodable {
    var name: String
}

private struct ExperimentCreated: Decodable {
    var experimentId: String
}

private struct RunSearch: Encodable {
    var experimentIds: [String]
    var filter: String
    var orderBy: [String]
    var maxResults: Int
    var runViewType = "ACTIVE_ONLY"
    var pageToken: String?
}

private struct RunCreation: Encodable {
    var experimentId: String
    var runName: String
    var startTime: Int64
    var userId: String
    var tags: [Wire.Pair]
}

private struct RunUpdate: Encodable {
    var runId: String
    var status: String
    var endTime: Int64?
}

private struct RunAnswer: Decodable {
    var run: ServerRun
}

private struct RunPage: ServerPage {
    var runs: [ServerRun]?
    var nextPageToken: String?

    var items: [ServerRun] { runs ?? [] }
}

/// A run as the server writes it.
private struct ServerRun: Decodable {
    struct Info: Decodable {
        var runId: String
        var runName: String?
        var experimentId: String
        var status: String?
        var startTime: Wire.Integer?
        var endTime: Wire.Integer?
        var artifactUri: String?
    }

    struct Value: Decodable {
        var key: String
        var value: Double
    }

    struct Data: Decodable {
        var metrics: [Value]?
        var params: [Wire.Pair]?
        var tags: [Wire.Pair]?
    }

    var info: Info
    var data: Data?

    var record: RunRecord {
        RunRecord(
            id: info.runId, experiment: info.experimentId, name: info.runName ?? "", status: info.status ?? "",
            startTime: info.startTime?.value ?? 0, endTime: info.endTime.flatMap { $0.value == 0 ? nil : $0.value },
            artifactURI: info.artifactUri ?? "",
            metrics: [String: Double]((data?.metrics ?? []).map { ($0.key, $0.value) }) { $1 },
            parameters: [String: String](pairs: data?.params), tags: [String: String](pairs: data?.tags))
    }
}
