/// What rows must be like to be believed; `configs/cmapss-validate.yaml` holds the shipped values.
public struct ValidationRules: Sendable {
    /// One operating regime of the engine, and the physical range of each column there.
    public struct FlightCondition: Sendable {
        /// Its name in messages.
        public var name: String
        /// The closed range of each column; a column without one may have any value.
        public var ranges: [String: ClosedRange<Double>]

        /// Names a condition.
        public init(name: String, ranges: [String: ClosedRange<Double>]) {
            self.name = name
            self.ranges = ranges
        }
    }

    /// The numeric columns that rows have, no more and no fewer.
    public var columns: [String]
    /// The settings whose ranges tell the flight conditions apart, the first of them being decisive.
    public var settings: [String]
    /// The flight conditions; without any, ranges are not checked.
    public var conditions: [FlightCondition]
    /// Columns that may be constant, because the engine holds them so.
    public var constantColumns: Set<String>
    /// A column not named there that never changes over a unit of this many rows is stuck.
    public var constantRows: Int
    /// Units with fewer rows than a window are noticed.
    public var windowLength: Int

    /// Collects the rules.
    public init(
        columns: [String], settings: [String], conditions: [FlightCondition], constantColumns: Set<String>,
        constantRows: Int, windowLength: Int
    ) {
        self.columns = columns
        self.settings = settings
        self.conditions = conditions
        self.constantColumns = constantColumns
        self.constantRows = constantRows
        self.windowLength = windowLength
    }
}
