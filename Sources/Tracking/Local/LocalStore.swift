import DurableFiles
import Experiments
import GRDB

/// A store in one SQLite database and the folder `mlartifacts` beside it, as `mlflow ui` opens them.
///
/// The tables are those of MLflow's revision `3500859a5d39`, which every later MLflow upgrades when it first opens the
/// database; statements name their columns, so they mean the same before and after. Several programs may write at the same
/// time (write-ahead log, each change one transaction).
public final class LocalStore: TrackingStore {
    /// The database's path.
    public let name: String
    /// The tables.
    let queue: DatabaseQueue

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - database: its absolute path.
    ///   - creates: whether to make one where there is none.
    /// - Throws: `TrackingError` when it cannot be opened or holds no tables of MLflow's.
    public init(database: String, creates: Bool = true) throws {
        name = database
        guard creates || kindOfFile(database) != nil else {
            throw TrackingError.missing("there is no store \(database)")
        }
        var configuration = Configuration()
        configuration.journalMode = .wal
        // Longer than MLflow takes to upgrade a store.
        configuration.busyMode = .timeout(60)
        do {
            try createFolder(String(database[..<(database.lastIndex(of: "/") ?? database.startIndex)]))
            queue = try DatabaseQueue(path: database, configuration: configuration)
        } catch let error as SystemError {
            throw TrackingError.refused("\(error)")
        } catch {
            throw LocalStore.explained(error, database)
        }
        try changing { db in try LocalSchema.prepare(db, artifacts: self.artifactFolder) }
    }

    /// The folder of all artifacts.
    var artifactFolder: String {
        let folder = name[..<(name.lastIndex(of: "/") ?? name.startIndex)]
        return "\(folder)/mlartifacts"
    }

    /// Reads in one snapshot.
    func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw LocalStore.explained(error, name)
        }
    }

    /// Changes all that `body` changes, or nothing.
    func changing<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw LocalStore.explained(error, name)
        }
    }

    private static func explained(_ error: any Error, _ path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let text = "\(path): \(error.message ?? "\(error.resultCode)")"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return TrackingError.unavailable("\(text) for a minute; another program writes")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return TrackingError.damaged("\(text); expected an SQLite database of MLflow's")
        case .SQLITE_CONSTRAINT where error.message?.contains(LocalSchema.appendOnly) == true:
            return TrackingError.refused("\(path): \(LocalSchema.appendOnly)")
        default: return TrackingError.refused(text)
        }
    }
}
