import Experiments

/// Registered models.
extension MLflowServer {
    /// All registered models, sorted by name.
    public func models() throws -> [RegisteredModel] {
        try connection.retrying { attempt throws(AttemptFailure) in
            let names = try attempt.all(of: ModelPage.self) { token in
                .get("registered-models/search", ["max_results": "1000", "page_token": token])
            }.map(\.name)
            let versions = Dictionary(grouping: try attempt.versions(filter: nil), by: \.model)
            var models: [RegisteredModel] = []
            for name in names.sorted() {
                // Which also tells the aliases, as the search of older servers does not.
                let answer: ModelAnswer? = try attempt.find(.get("registered-models/get", ["name": name]))
                if let model = answer?.registeredModel { models.append(model.model(versions[name] ?? [])) }
            }
            return models
        }
    }

    /// The registered model of this name, with the versions that are ready.
    public func model(named name: String) throws -> RegisteredModel? {
        let filter = try filter(name)
        return try connection.retrying { attempt throws(AttemptFailure) in
            let answer: ModelAnswer? = try attempt.find(.get("registered-models/get", ["name": name]))
            guard let model = answer?.registeredModel else { return nil }
            return model.model(try attempt.versions(filter: filter).filter { $0.model == name })
        }
    }

    /// Registers a folder of a run, and waits until the server is done with it.
    public func register(
        _ folder: ArtifactName, of run: RunRecord, as name: String, tags: [String: String]
    ) throws -> ModelVersion {
        let filter = try filter(name)
        let path = folder == .root ? "" : "/\(folder)"
        let source = "runs:/\(run.id)\(path)"
        let creation = VersionCreation(name: name, source: source, runId: run.id, tags: tags.pairs)
        return try connection.retrying { attempt throws(AttemptFailure) in
            // In one attempt, so that a creation whose answer was lost is found and not repeated.
            let answer: ModelAnswer? = try attempt.find(.get("registered-models/get", ["name": name]))
            if answer == nil { try attempt.createModel(name) }
            let there = try attempt.serverVersions(filter: filter).filter { version in
                version.name == name && version.runId == run.id
                    && [source, "\(run.artifactURI)\(path)"].contains(version.source)
            }
            if let oldest = there.min(by: { $0.version.value < $1.version.value }) { return try ready(oldest) }
            let created: VersionAnswer = try attempt.send(.post("model-versions/create", creation))
            return try ready(created.modelVersion)
        }
    }

    /// Takes the steps in order. A change that was interrupted goes on when it is applied again.
    public func apply(_ change: RegistryChange) throws {
        guard let model = try model(named: change.model) else {
            throw TrackingError.missing("\(name): there is no registered model '\(change.model)'")
        }
        try change.resumed(on: model).check(against: model, in: name)
        for step in change.steps {
            let _: Wire.Done = try connection.retrying { attempt throws(AttemptFailure) in
                try attempt.send(try step.call(change.model))
            }
        }
    }

    private func filter(_ name: String) throws -> String { "name=\(try quoted(name))" }

    /// A version that can be used.
    private func ready(_ version: ServerVersion) throws(AttemptFailure) -> ModelVersion {
        let reference = "\(name): \(version.name)/\(version.version.value)"
        switch version.status {
        case "FAILED_REGISTRATION":
            let text = AnswerText.firstLine(of: version.statusMessage ?? "")
            throw AttemptFailure(.refused("\(reference): the registration failed: \(text)"))
        case "PENDING_REGISTRATION":
            var failure = AttemptFailure(.unavailable("\(reference): the server has not finished its registration"))
            failure.mayPass = true
            throw failure
        default: return version.record
        }
    }
}

extension Attempt {
    /// The versions that can be used, rising.
    fileprivate func versions(filter: String?) throws(AttemptFailure) -> [ModelVersion] {
        try serverVersions(filter: filter).filter { ($0.status ?? "READY") == "READY" }.map(\.record)
            .sorted { $0.number < $1.number }
    }

    fileprivate func serverVersions(filter: String?) throws(AttemptFailure) -> [ServerVersion] {
        try all(of: VersionPage.self) { token in
            .get("model-versions/search", ["filter": filter, "max_results": "1000", "page_token": token])
        }
    }

    fileprivate func createModel(_ name: String) throws(AttemptFailure) {
        do {
            let _: Wire.Done = try send(.post("registered-models/create", ModelCreation(name: name)))
        } catch  where error.code == "RESOURCE_ALREADY_EXISTS" {
            // Somebody else was faster.
        }
    }
}

extension RegistryChange {
    /// The change, expecting the stages that its own first steps have brought the versions to where it was interrupted after
    /// them; else as it is.
    fileprivate func resumed(on model: RegisteredModel) -> RegistryChange {
        let found = expecting.keys.reduce(into: [Int: Stage]()) { $0[$1] = model.version($1)?.stage }
        var reached = self
        for case .stage(let version, let stage) in steps where expecting[version] != nil && found != reached.expecting {
            reached.expecting[version] = stage
        }
        return found == reached.expecting ? reached : self
    }
}

extension RegistryChange.Step {
    fileprivate func call(_ model: String) throws(AttemptFailure) -> Call {
        switch self {
        case .stage(let version, let stage):
            try .post(
                "model-versions/transition-stage",
                StageChange(name: model, version: "\(version)", stage: stage.rawValue))
        case .alias(let alias, let version?):
            try .post("registered-models/alias", AliasChange(name: model, alias: alias, version: "\(version)"))
        case .alias(let alias, nil):
            try .post("registered-models/alias", AliasChange(name: model, alias: alias), method: .DELETE)
        case .tag(let key, let value):
            try .post("registered-models/set-tag", TagChange(name: model, key: key, value: value))
        }
    }
}

private struct ModelCreation: Encodable {
    var name: String
}

private struct VersionCreation: Encodable {
    var name: String
    var source: String
    var runId: String
    var tags: [Wire.Pair]
}

private struct StageChange: Encodable {
    var name: String
    var version: String
    var stage: String
    var archiveExistingVersions = false
}

private struct AliasChange: Encodable {
    var name: String
    var alias: String
    var version: String?
}

private struct TagChange: Encodable {
    var name: String
    var key: String
    var value: String
}

private struct ModelAnswer: Decodable {
    var registeredModel: ServerModel
}

private struct ModelPage: ServerPage {
    var registeredModels: [ServerModel]?
    var nextPageToken: String?

    var items: [ServerModel] { registeredModels ?? [] }
}

private struct VersionAnswer: Decodable {
    var modelVersion: ServerVersion
}

private struct VersionPage: ServerPage {
    var modelVersions: [ServerVersion]?
    var nextPageToken: String?

    var items: [ServerVersion] { modelVersions ?? [] }
}

/// A registered model as the server writes it.
private struct ServerModel: Decodable {
    struct Alias: Decodable {
        var alias: String
        var version: Wire.Integer
    }

    var name: String
    var aliases: [Alias]?
    var tags: [Wire.Pair]?

    func model(_ versions: [ModelVersion]) -> RegisteredModel {
        RegisteredModel(
            name: name, versions: versions,
            aliases: [String: Int]((aliases ?? []).map { ($0.alias, Int($0.version.value)) }) { $1 },
            tags: [String: String](pairs: tags))
    }
}

/// A version as the server writes it.
private struct ServerVersion: Decodable {
    var name: String
    var version: Wire.Integer
    var currentStage: String?
    var runId: String?
    var source: String?
    var status: String?
    var statusMessage: String?
    var creationTimestamp: Wire.Integer?
    var tags: [Wire.Pair]?

    var model: String { name }

    var record: ModelVersion {
        ModelVersion(
            model: name, number: Int(version.value), stage: currentStage.flatMap(Stage.init(rawValue:)) ?? .none,
            run: runId ?? "", source: source ?? "", created: creationTimestamp?.value ?? 0,
            tags: [String: String](pairs: tags))
    }
}
