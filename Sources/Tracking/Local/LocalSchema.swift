import DurableFiles
import Experiments
import GRDB

/// The tables of MLflow's revision `3500859a5d39` (MLflow 2.3), the oldest that has everything a run and a registry need.
enum LocalSchema {
    /// The revision.
    static let revision = "3500859a5d39"
    /// What is said when somebody changes a model's history.
    static let appendOnly = "the history of a model is only added to"

    /// Makes the tables in an empty database, and in any the triggers that keep histories as they are.
    ///
    /// - Parameter artifacts: the folder for the artifacts of new experiments.
    /// - Throws: `TrackingError` when the database holds other tables.
    static func prepare(_ db: Database, artifacts: String) throws {
        let tableNames = try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        if tableNames.isEmpty {
            for statement in tables + indexes { try db.execute(sql: statement) }
            try db.execute(sql: "INSERT INTO alembic_version (version_num) VALUES (?)", arguments: [revision])
            _ = try addExperiment("Default", id: 0, artifacts: artifacts, db)
        } else if let missing = ["alembic_version", "experiments", "runs", "registered_model_aliases"].first(where: {
            !tableNames.contains($0)
        }) {
            throw TrackingError.damaged(
                "the database has no table '\(missing)'; expected a store of MLflow 2.3 or later, or no file at all")
        }
        // MLflow's upgrades make tables anew, without triggers.
        let there = try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name, event) in triggers where !there.contains(name) {
            try db.execute(
                sql: """
                    CREATE TRIGGER \(name) BEFORE \(event) ON registered_model_tags
                    WHEN substr(OLD.key, 1, \(TrackingTag.history.count)) = '\(TrackingTag.history)'
                    BEGIN SELECT RAISE(ABORT, '\(appendOnly)'); END
                    """)
        }
    }

    /// Adds an experiment, whose artifacts stand in a folder of its number.
    ///
    /// - Parameter id: the number; nil takes the next.
    /// - Returns: the number.
    static func addExperiment(_ name: String, id: Int64?, artifacts: String, _ db: Database) throws -> Int64 {
        let now = RunJournal.now
        try db.execute(
            sql: """
                INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time,
                  last_update_time)
                VALUES (?, ?, '', 'active', ?, ?)
                """, arguments: [id, name, now, now])
        let number = id ?? db.lastInsertedRowID
        try db.execute(
            sql: "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
            arguments: [FileURI.text(of: "\(artifacts)/\(number)"), number])
        return number
    }

    /// A rename of the model, which MLflow's page offers, changes the tag's model and is let through.
    private static let triggers = [
        ("borescope_history_kept", "UPDATE OF key, value"), ("borescope_history_stays", "DELETE"),
    ]

    private static let tables = [
        """
        CREATE TABLE alembic_version (
          version_num VARCHAR(32) NOT NULL,
          CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
        )
        """,
        """
        CREATE TABLE experiments (
          experiment_id INTEGER NOT NULL,
          name VARCHAR(256) NOT NULL,
          artifact_location VARCHAR(256),
          lifecycle_stage VARCHAR(32),
          creation_time BIGINT,
          last_update_time BIGINT,
          CONSTRAINT experiment_pk PRIMARY KEY (experiment_id),
          CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')),
          UNIQUE (name)
        )
        """,
        """
        CREATE TABLE experiment_tags (
          key VARCHAR(250) NOT NULL,
          value VARCHAR(5000),
          experiment_id INTEGER NOT NULL,
          CONSTRAINT experiment_tag_pk PRIMARY KEY (key, experiment_id),
          FOREIGN KEY (experiment_id) REFERENCES experiments (experiment_id)
        )
        """,
        """
        CREATE TABLE runs (
          run_uuid VARCHAR(32) NOT NULL,
          name VARCHAR(250),
          source_type VARCHAR(20),
          source_name VARCHAR(500),
          entry_point_name VARCHAR(50),
          user_id VARCHAR(256),
          status VARCHAR(9),
          start_time BIGINT,
          end_time BIGINT,
          source_version VARCHAR(50),
          lifecycle_stage VARCHAR(20),
          artifact_uri VARCHAR(200),
          experiment_id INTEGER,
          deleted_time BIGINT,
          CONSTRAINT run_pk PRIMARY KEY (run_uuid),
          CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')),
          CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')),
          FOREIGN KEY (experiment_id) REFERENCES experiments (experiment_id),
          CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
        )
        """,
        """
        CREATE TABLE params (
          key VARCHAR(250) NOT NULL,
          value VARCHAR(500) NOT NULL,
          run_uuid VARCHAR(32) NOT NULL,
          CONSTRAINT param_pk PRIMARY KEY (key, run_uuid),
          FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid)
        )
        """,
        """
        CREATE TABLE tags (
          key VARCHAR(250) NOT NULL,
          value VARCHAR(5000),
          run_uuid VARCHAR(32) NOT NULL,
          CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid),
          FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid)
        )
        """,
        """
        CREATE TABLE metrics (
          key VARCHAR(250) NOT NULL,
          value FLOAT NOT NULL,
          timestamp BIGINT NOT NULL,
          run_uuid VARCHAR(32) NOT NULL,
          step BIGINT DEFAULT '0' NOT NULL,
          is_nan BOOLEAN DEFAULT '0' NOT NULL,
          CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan),
          FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid),
          CHECK (is_nan IN (0, 1))
        )
        """,
        """
        CREATE TABLE latest_metrics (
          key VARCHAR(250) NOT NULL,
          value FLOAT NOT NULL,
          timestamp BIGINT,
          step BIGINT NOT NULL,
          is_nan BOOLEAN NOT NULL,
          run_uuid VARCHAR(32) NOT NULL,
          CONSTRAINT latest_metric_pk PRIMARY KEY (key, run_uuid),
          FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid),
          CHECK (is_nan IN (0, 1))
        )
        """,
        """
        CREATE TABLE registered_models (
          name VARCHAR(256) NOT NULL,
          creation_time BIGINT,
          last_updated_time BIGINT,
          description VARCHAR(5000),
          CONSTRAINT registered_model_pk PRIMARY KEY (name),
          UNIQUE (name)
        )
        """,
        """
        CREATE TABLE registered_model_tags (
          key VARCHAR(250) NOT NULL,
          value VARCHAR(5000),
          name VARCHAR(256) NOT NULL,
          CONSTRAINT registered_model_tag_pk PRIMARY KEY (key, name),
          FOREIGN KEY (name) REFERENCES registered_models (name) ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE model_versions (
          name VARCHAR(256) NOT NULL,
          version INTEGER NOT NULL,
          creation_time BIGINT,
          last_updated_time BIGINT,
          description VARCHAR(5000),
          user_id VARCHAR(256),
          current_stage VARCHAR(20),
          source VARCHAR(500),
          run_id VARCHAR(32),
          status VARCHAR(20),
          status_message VARCHAR(500),
          run_link VARCHAR(500),
          CONSTRAINT model_version_pk PRIMARY KEY (name, version),
          FOREIGN KEY (name) REFERENCES registered_models (name) ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE model_version_tags (
          key VARCHAR(250) NOT NULL,
          value VARCHAR(5000),
          name VARCHAR(256) NOT NULL,
          version INTEGER NOT NULL,
          CONSTRAINT model_version_tag_pk PRIMARY KEY (key, name, version),
          FOREIGN KEY (name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE registered_model_aliases (
          alias VARCHAR(256) NOT NULL,
          version INTEGER NOT NULL,
          name VARCHAR(256) NOT NULL,
          CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias),
          CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY (name) REFERENCES registered_models (name)
            ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
    ]

    private static let indexes = [
        "CREATE INDEX index_params_run_uuid ON params (run_uuid)",
        "CREATE INDEX index_tags_run_uuid ON tags (run_uuid)",
        "CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid)",
        "CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid)",
    ]
}
