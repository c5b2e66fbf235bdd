import Experiments
import GRDB

/// Registered models.
extension LocalStore {
    /// All registered models.
    public func models() throws -> [RegisteredModel] {
        try reading { db in
            try String.fetchAll(db, sql: "SELECT name FROM registered_models ORDER BY name").compactMap {
                try self.model($0, db)
            }
        }
    }

    /// The registered model of this name.
    public func model(named name: String) throws -> RegisteredModel? {
        try reading { db in try self.model(name, db) }
    }

    /// Registers a folder of a run; the version's number is the next.
    public func register(
        _ folder: ArtifactName, of run: RunRecord, as name: String, tags: [String: String]
    ) throws -> ModelVersion {
        let source = "runs:/\(run.id)/\(folder)"
        let number = try changing { db -> Int in
            let now = RunJournal.now
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO registered_models (name, creation_time, last_updated_time, description)
                    VALUES (?, ?, ?, '')
                    """, arguments: [name, now, now])
            let registered = try Int.fetchOne(
                db, sql: "SELECT version FROM model_versions WHERE name = ? AND run_id = ? AND source = ?",
                arguments: [name, run.id, source])
            if let registered { return registered }
            let number =
                1
                + (try Int.fetchOne(
                    db, sql: "SELECT max(version) FROM model_versions WHERE name = ?", arguments: [name])
                    ?? 0)
            try db.execute(
                sql: """
                    INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, user_id,
                      current_stage, source, run_id, status, status_message, run_link)
                    VALUES (?, ?, ?, ?, '', ?, 'None', ?, ?, 'READY', NULL, NULL)
                    """, arguments: [name, number, now, now, run.tags["mlflow.user"], source, run.id])
            for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
                try db.execute(
                    sql: "INSERT INTO model_version_tags (key, value, name, version) VALUES (?, ?, ?, ?)",
                    arguments: [key, value.shortened(to: MLflowLimit.tag), name, number])
            }
            try self.touch(name, now, db)
            return number
        }
        guard let version = try model(named: name)?.version(number) else {
            throw TrackingError.refused("\(self.name): \(name)/\(number) is gone as soon as it was registered")
        }
        return version
    }

    /// Carries out all of `change` or nothing.
    public func apply(_ change: RegistryChange) throws {
        try changing { db in
            guard let model = try self.model(change.model, db) else {
                throw TrackingError.missing("\(self.name): there is no registered model '\(change.model)'")
            }
            try change.check(against: model, in: self.name)
            let now = RunJournal.now
            for step in change.steps {
                try self.carryOut(step, of: change.model, now, db)
            }
            try self.touch(change.model, now, db)
        }
    }

    private func carryOut(_ step: RegistryChange.Step, of model: String, _ now: Int64, _ db: Database) throws {
        switch step {
        case .stage(let version, let stage):
            try db.execute(
                sql: """
                    UPDATE model_versions SET current_stage = ?, last_updated_time = ? WHERE name = ? AND version = ?
                    """, arguments: [stage.rawValue, now, model, version])
        case .alias(let alias, let version?):
            try db.set(
                "version = ?", where: "name = ? AND alias = ?", of: "registered_model_aliases",
                else: "version, name, alias", [version, model, alias])
        case .alias(let alias, nil):
            try db.execute(
                sql: "DELETE FROM registered_model_aliases WHERE name = ? AND alias = ?", arguments: [model, alias])
        case .tag(let key, let value):
            try db.set(
                "value = ?", where: "name = ? AND key = ?", of: "registered_model_tags", else: "value, name, key",
                [value.shortened(to: MLflowLimit.tag), model, key])
        }
    }

    private func touch(_ model: String, _ now: Int64, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE registered_models SET last_updated_time = ? WHERE name = ?", arguments: [now, model])
    }

    private func model(_ name: String, _ db: Database) throws -> RegisteredModel? {
        guard try Bool.fetchOne(db, sql: "SELECT 1 FROM registered_models WHERE name = ?", arguments: [name]) != nil
        else { return nil }
        var versionTags: [Int: [String: String]] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT version, key, value FROM model_version_tags WHERE name = ?", arguments: [name])
        {
            versionTags[row["version"], default: [:]][row["key"]] = row["value"] ?? ""
        }
        let versions = try Row.fetchAll(
            db,
            sql: """
                SELECT version, current_stage, run_id, source, creation_time FROM model_versions
                WHERE name = ? AND current_stage <> 'Deleted_Internal' ORDER BY version
                """, arguments: [name]
        ).map { row in
            let number: Int = row["version"]
            return ModelVersion(
                model: name, number: number, stage: Stage(rawValue: row["current_stage"] ?? "") ?? .none,
                run: row["run_id"] ?? "", source: row["source"] ?? "", created: row["creation_time"] ?? 0,
                tags: versionTags[number] ?? [:])
        }
        var model = RegisteredModel(name: name, versions: versions, aliases: [:], tags: [:])
        for row in try Row.fetchAll(
            db, sql: "SELECT alias, version FROM registered_model_aliases WHERE name = ?", arguments: [name])
        {
            model.aliases[row["alias"]] = row["version"]
        }
        for row in try Row.fetchAll(
            db, sql: "SELECT key, value FROM registered_model_tags WHERE name = ?", arguments: [name])
        {
            model.tags[row["key"]] = row["value"] ?? ""
        }
        return model
    }
}
