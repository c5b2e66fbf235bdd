import Logging
import SensorData

extension Report {
    /// Says how many missing values a unit's last one stood in for, and how many rows were skipped for one, if any.
    public func noteMissing(held: Int, dropped: Int) {
        if held > 0 { logger.notice("missing values held: \(held)") }
        if dropped > 0 { logger.notice("rows skipped for missing values: \(dropped)") }
    }

    /// Says from where on the units of `file` were numbered, if not as they are in it.
    public func noteNumbering(_ numbering: UnitNumbering, of file: String) {
        guard numbering.currentOffset > 0 else { return }
        logger.notice(
            "\(file): its units are numbered from \(numbering.currentOffset + 1) on, because earlier files have its numbers"
        )
    }

    /// Names columns that the default settings leave out though the rows are not those of the machine they were made for, if
    /// there are any.
    public func notePassedOver(_ columns: [String]) {
        guard !columns.isEmpty else { return }
        let names = columns.joined(separator: ", ")
        logger.notice("left out by default, but the rows are not a turbofan's: \(names); choose with --columns")
    }

    /// Says how often rows are missing within units, if they are.
    public func noteGaps(_ count: Int) {
        if count > 0 { logger.notice("gaps in cycles, which no window spans: \(count)") }
    }

    /// Names units that have too few rows for a window, and what comes of it; at most ten of them.
    public func noteShort(_ units: [Int64], _ consequence: String = "", level: Logger.Level) {
        guard !units.isEmpty else { return }
        let names = units.prefix(10).map(String.init).joined(separator: ", ") + (units.count > 10 ? ", ..." : "")
        let noun = units.count == 1 ? "unit has" : "units have"
        logger.log(level: level, "\(units.count) \(noun) too few rows for a window\(consequence): \(names)")
    }
}
