import Experiments
import GRDB

/// Runs.
extension LocalStore {
    /// The run of the journal `start.id`, made where it is missing, and its experiment too.
    public func run(startedBy start: RunStart) throws -> RunRecord {
        let (id, experiment) = try changing { db in
            let experiment = try self.experiment(named: start.experiment, db)
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,
                      start_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
                    VALUES (?, ?, 'LOCAL', ?, '', ?, 'RUNNING', ?, '', 'active', ?, ?)
                    """,
                arguments: [
                    start.id, start.name, start.source, start.user, start.time,
                    FileURI.text(of: "\(self.artifactFolder)/\(experiment)/\(start.id)/artifacts"), experiment,
                ])
            let tags = [
                "mlflow.runName": start.name, "mlflow.user": start.user, "mlflow.source.name": start.source,
                "mlflow.source.type": "LOCAL", TrackingTag.journal: start.id,
            ]
            try self.set(tags, of: start.id, db)
            return (start.id, experiment)
        }
        guard let run = try run(id: id) else {
            throw TrackingError.refused("\(name): experiment \(experiment) lost the run \(id) as it was made")
        }
        return run
    }

    /// Adds to a run, all of it or nothing.
    public func log(
        metrics: [Metric], parameters: [String: String], tags: [String: String], to run: RunRecord
    ) throws {
        try changing { db in
            try self.add(metrics, to: run.id, db)
            for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
                let value = value.shortened(to: MLflowLimit.parameter)
                try db.execute(
                    sql: "INSERT OR IGNORE INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                    arguments: [key, value, run.id])
                let kept = try String.fetchOne(
                    db, sql: "SELECT value FROM params WHERE key = ? AND run_uuid = ?", arguments: [key, run.id])
                guard kept == value else {
                    throw TrackingError.refused(
                        "\(self.name): run \(run.id) has the parameter \(key) = '\(kept ?? "")', which cannot become '\(value)'"
                    )
                }
            }
            try self.set(tags, of: run.id, db)
        }
    }

    /// Ends a run.
    public func end(_ run: RunRecord, _ end: RunEnd) throws {
        try changing { db in
            try db.execute(
                sql: "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?",
                arguments: [end.status.rawValue, end.status == .running ? nil : end.time, run.id])
        }
    }

    /// The run of this identifier.
    public func run(id: String) throws -> RunRecord? {
        try reading { db in
            try Row.fetchOne(db, sql: LocalStore.selection + " WHERE run_uuid = ?", arguments: [id])
                .map { try self.record($0, db) }
        }
    }

    /// The newest runs of an experiment.
    public func runs(ofExperiment name: String, limit: Int) throws -> [RunRecord] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: LocalStore.selection + """
                     WHERE lifecycle_stage = 'active'
                      AND experiment_id = (SELECT experiment_id FROM experiments WHERE name = ?)
                    ORDER BY start_time DESC, run_uuid LIMIT ?
                    """, arguments: [name, limit]
            ).map { try self.record($0, db) }
        }
    }

    private static let selection = """
        SELECT run_uuid, name, status, start_time, end_time, artifact_uri, experiment_id FROM runs
        """

    private func record(_ row: Row, _ db: Database) throws -> RunRecord {
        let id: String = row["run_uuid"]
        var run = RunRecord(
            id: id, experiment: "\(row["experiment_id"] as Int64)", name: row["name"] ?? "",
            status: row["status"] ?? "", startTime: row["start_time"] ?? 0, endTime: row["end_time"],
            artifactURI: row["artifact_uri"] ?? "")
        let metrics = try Row.fetchAll(
            db, sql: "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?", arguments: [id])
        for metric in metrics { run.metrics[metric["key"]] = metric["is_nan"] ? .nan : metric["value"] }
        for (table, path) in [("params", \RunRecord.parameters), ("tags", \RunRecord.tags)] {
            let pairs = try Row.fetchAll(db, sql: "SELECT key, value FROM \(table) WHERE run_uuid = ?", arguments: [id])
            for pair in pairs { run[keyPath: path][pair["key"]] = pair["value"] ?? "" }
        }
        return run
    }

    private func experiment(named name: String, _ db: Database) throws -> Int64 {
        let found = try Row.fetchOne(
            db, sql: "SELECT experiment_id, lifecycle_stage FROM experiments WHERE name = ?", arguments: [name])
        if let found {
            guard found["lifecycle_stage"] == "active" else {
                throw TrackingError.refused(
                    "\(self.name): the experiment '\(name)' is deleted; restore it with mlflow experiments restore, or "
                        + "choose another name")
            }
            return found["experiment_id"]
        }
        return try LocalSchema.addExperiment(name, id: nil, artifacts: artifactFolder, db)
    }

    private func set(_ tags: [String: String], of run: String, _ db: Database) throws {
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            try db.set(
                "value = ?", where: "key = ? AND run_uuid = ?", of: "tags", else: "value, key, run_uuid",
                [value.shortened(to: MLflowLimit.tag), key, run])
        }
    }

    private func add(_ metrics: [Metric], to run: String, _ db: Database) throws {
        let all = try db.makeStatement(
            sql: """
                INSERT OR IGNORE INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)
                """)
        let latest = try db.makeStatement(
            sql: """
                INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (key, run_uuid) DO UPDATE
                SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
                WHERE (excluded.step, excluded.timestamp, excluded.value)
                    >= (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
                """)
        for metric in metrics {
            // As MLflow keeps what SQL has no number for.
            let value =
                metric.value.isNaN
                ? 0
                : min(max(metric.value, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
            let arguments: StatementArguments = [
                metric.key, value, metric.time, run, metric.step, metric.value.isNaN,
            ]
            try all.execute(arguments: arguments)
            try latest.execute(arguments: arguments)
        }
    }
}

extension Database {
    /// Sets a value of the one row that matches, or inserts the row.
    ///
    /// Not `ON CONFLICT`: MLflow's upgrades add columns to the keys that it would have to name.
    ///
    /// - Parameters:
    ///   - columns: what to insert, in the order of `values`.
    ///   - values: the value, and then those of the condition.
    func set(
        _ assignment: String, where condition: String, of table: String, else columns: String,
        _ values: StatementArguments
    ) throws {
        try execute(sql: "UPDATE \(table) SET \(assignment) WHERE \(condition)", arguments: values)
        guard changesCount == 0 else { return }
        try execute(sql: "INSERT INTO \(table) (\(columns)) VALUES (?, ?, ?)", arguments: values)
    }
}
